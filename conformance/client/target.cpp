#include "conformance/client/target.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

namespace certdrill::conformance {
namespace {

using Clock = std::chrono::steady_clock;

// Connecting is quick or hopeless; only the answer may take as long as the contract allows.
constexpr std::chrono::seconds kConnectLimit{10};

// A request that fails so soon has met a connection that was closed before.
constexpr std::chrono::milliseconds kAtOnce{500};

std::unique_ptr<httplib::SSLClient> make_client(const Address& address, const TlsSettings& tls) {
  const std::string& host = tls.verify_as.empty() ? address.host : tls.verify_as;
  auto client = tls.client_cert.empty() ? std::make_unique<httplib::SSLClient>(host, address.port)
                                        : std::make_unique<httplib::SSLClient>(
                                              host, address.port, tls.client_cert, tls.client_key);
  // The name is verified and sent as SNI, and the connection goes to this one node.
  if (host != address.host) client->set_hostname_addr_map({{host, address.host}});
  if (!tls.ca_file.empty()) client->set_ca_cert_path(tls.ca_file);
  client->enable_server_certificate_verification(!tls.insecure);
  client->set_keep_alive(true);
  client->set_tcp_nodelay(true);
  return client;
}

std::string explain(httplib::Error error) {
  switch (error) {
    case httplib::Error::Connection: return "no connection";
    case httplib::Error::ConnectionTimeout:
      return fmt::format("no connection within {} s", kConnectLimit.count());
    case httplib::Error::SSLConnection: return "the TLS handshake failed";
    case httplib::Error::SSLLoadingCerts:
      return "the --ca, --client-cert or --client-key file could not be loaded";
    case httplib::Error::SSLServerVerification:
      return "the server's certificate could not be verified (--ca FILE names its CA; --insecure "
             "skips the verification)";
    case httplib::Error::Read:
      return "the connection was closed, or no answer came within --timeout";
    case httplib::Error::Write: return "the request could not be sent";
    default: return httplib::to_string(error);
  }
}

httplib::Request to_wire(const HttpRequest& request) {
  httplib::Request wire;
  wire.method = request.method;
  wire.path = request.path;
  wire.body = request.body;
  if (!request.body.empty()) wire.set_header("Content-Type", request.content_type);
  if (request.expect_continue) wire.set_header("Expect", "100-continue");
  if (request.chunked) {
    wire.set_header("Transfer-Encoding", "chunked");
    wire.is_chunked_content_provider_ = true;
    wire.content_provider_ = [body = std::exchange(wire.body, {})](std::size_t, std::size_t,
                                                                   httplib::DataSink& sink) {
      const std::size_t half = body.size() / 2;
      const bool sent =
          sink.write(body.data(), half) && sink.write(body.data() + half, body.size() - half);
      sink.done();
      return sent;
    };
  }
  if (request.authorization) wire.set_header("Authorization", *request.authorization);
  if (request.credentials) {
    const auto header = httplib::make_basic_authentication_header(request.credentials->username,
                                                                  request.credentials->password);
    wire.set_header(header.first, header.second);
  }
  return wire;
}

}  // namespace

ErrorText error_text(const HttpAnswer& answer) {
  const auto body = nlohmann::json::parse(answer.body, nullptr, false);
  ErrorText error;
  error.is_object = body.is_object();
  const auto string_at = [&](const char* field) {
    const auto found = body.find(field);
    return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  if (!error.is_object) return error;
  error.code = string_at("error_code");
  error.text = string_at("description");
  if (error.text.empty()) error.text = string_at("message");
  return error;
}

std::string said_by(const HttpAnswer& answer) {
  constexpr std::size_t longest = 200;
  const ErrorText error = error_text(answer);
  std::string text = error.code;
  if (!error.text.empty()) text += (text.empty() ? "" : ": ") + error.text;
  if (text.size() > longest) text = text.substr(0, longest) + "...";
  return text.empty() ? std::to_string(answer.status) : fmt::format("{} ({})", answer.status, text);
}

Target::Target(const Address& address, const TlsSettings& tls, std::chrono::milliseconds timeout)
    : address_(address), client_(make_client(address, tls)) {
  client_->set_connection_timeout(std::min<std::chrono::milliseconds>(timeout, kConnectLimit));
  client_->set_read_timeout(timeout);
  client_->set_write_timeout(timeout);
}

Target::Target(Target&&) noexcept = default;
Target::~Target() = default;

tl::expected<HttpAnswer, std::string> Target::send(const HttpRequest& request) {
  const auto start = Clock::now();
  httplib::Result result = client_->send(to_wire(request));
  // A server may close a kept connection at any time; to read again changes nothing.
  if (!result && request.method == "GET" && result.error() == httplib::Error::Read &&
      Clock::now() - start < kAtOnce) {
    result = client_->send(to_wire(request));
  }
  if (!result)
    return tl::unexpected(fmt::format("{}: {}", to_string(address_), explain(result.error())));
  return HttpAnswer{
      .status = result->status,
      .content_type = result->get_header_value("Content-Type"),
      .body = result->body,
      .elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start),
      .date = result->get_header_value("Date"),
      .allow = result->get_header_value("Allow"),
      .location = result->get_header_value("Location"),
      .followed_to = {}};
}

}  // namespace certdrill::conformance
