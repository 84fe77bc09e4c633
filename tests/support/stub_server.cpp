#include "tests/support/stub_server.h"

#include <httplib.h>

#include "tests/support/certificates.h"

namespace certdrill::support {

StubServer::StubServer(int status, std::string body) {
  const MadeCertificate made = make_certificate(
      {.fqdn = "stub.test",
       .now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())});
  const std::string certificate = folder_.write("stub.crt", made.certificate);
  const std::string key_file = folder_.write("stub.key", made.key);

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
