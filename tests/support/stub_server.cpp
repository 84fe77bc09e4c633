#include "tests/support/stub_server.h"

#include <httplib.h>

#include "certs/issue/issue.h"

namespace certdrill::support {

StubServer::StubServer(int status, std::string body) {
  const certs::PrivateKey key = certs::generate_key(certs::KeyType::p256);
  certs::CertificateSpec spec;
  spec.subject = {{"CN", "stub.test"}};
  spec.not_before = certs::Instant(std::chrono::seconds(1'600'000'000));
  spec.not_after = certs::Instant(std::chrono::seconds(4'000'000'000));
  const std::string certificate =
      folder_.write("stub.crt", certs::issue_self_signed(spec, key).pem());
  const std::string key_file = folder_.write("stub.key", key.pem());

  server_ = std::make_unique<httplib::SSLServer>(certificate.c_str(), key_file.c_str());
  server_->set_pre_routing_handler([=](const httplib::Request&, httplib::Response& answer) {
    answer.status = status;
    answer.set_content(body, "application/json");
    return httplib::Server::HandlerResponse::Handled;
  });
  port_ = server_->bind_to_any_port("127.0.0.1");
  thread_ = std::thread([this] { server_->listen_after_bind(); });
  while (!server_->is_running()) std::this_thread::yield();
}

StubServer::~StubServer() {
  server_->stop();
  thread_.join();
}

}  // namespace certdrill::support
