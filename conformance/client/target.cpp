#include "conformance/client/target.h"

#include <algorithm>
#include <cctype>
#include <charconv>
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

namespace {

tl::unexpected<std::string> no_address(std::string_view url, std::string_view why) {
  // A password may stand in front of the '@', so only what follows it is repeated.
  const auto at = url.rfind('@');
  return tl::unexpected(
      fmt::format("'{}' is not an address: {}; an address looks like "
                  "https://cluster.example.com:9443",
                  at == std::string_view::npos ? url : url.substr(at + 1), why));
}

}  // namespace

tl::expected<Address, std::string> parse_address(std::string_view url) {
  Address address;
  const auto separator = url.find("://");
  if (separator == std::string_view::npos) return no_address(url, "it has no scheme");
  address.scheme = url.substr(0, separator);
  std::ranges::transform(address.scheme, address.scheme.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (address.scheme != "https" && address.scheme != "http" && address.scheme != "rediss")
    return no_address(url, "the scheme must be https, http or rediss");

  std::string_view rest = url.substr(separator + 3);
  if (rest.find('@') != std::string_view::npos)
    return no_address(url, "credentials do not belong into it (--username, --password-file)");
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find_first_of("/?#") != std::string_view::npos) return no_address(url, "it has a path");

  std::string_view port_text;
  if (rest.starts_with('[')) {
    const auto close = rest.find(']');
    if (close == std::string_view::npos) return no_address(url, "the bracket is not closed");
    address.host = rest.substr(1, close - 1);
    port_text = rest.substr(close + 1);
  } else {
    const auto colon = std::min(rest.find(':'), rest.size());
    address.host = rest.substr(0, colon);
    port_text = rest.substr(colon);
  }
  if (address.host.empty()) return no_address(url, "it has no host");

  address.port = address.scheme == "https" ? 9443 : address.scheme == "http" ? 8080 : 0;
  if (!port_text.empty()) {
    const char* end = port_text.data() + port_text.size();
    const auto [stop, error] = std::from_chars(port_text.data() + 1, end, address.port);
    if (port_text.front() != ':' || error != std::errc() || stop != end)
      return no_address(url, "the port is not a number");
  }
  if (address.port < 1 || address.port > 65535)
    return no_address(url, "the port must be 1 to 65535");
  return address;
}

std::string to_string(const Address& address) {
  return fmt::format("{}://{}:{}", address.scheme, bracketed(address.host), address.port);
}

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
}

Address at_port(const Address& address, int port) { return {address.scheme, address.host, port}; }

}  // namespace certdrill::conformance
