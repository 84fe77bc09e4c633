#include "tests/support/test_client.h"

#include <cerrno>
#include <cstdlib>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace certdrill::support {
namespace {

constexpr timeval patience{10, 0};

std::string last_tls_error() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason == nullptr ? "connection closed" : reason;
}

}  // namespace

TestClient::TestClient(std::uint16_t port, Security security) {
  connected_ = connect_to(port) && (security == Security::plain || shake_hands());
}

TestClient::~TestClient() {
  if (fd_ >= 0) close(fd_);
}

TestClient::TestClient(TestClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      connected_(other.connected_),
      refused_(other.refused_),
      last_errno_(other.last_errno_),
      tls_error_(std::move(other.tls_error_)),
      unread_(std::move(other.unread_)),
      context_(std::move(other.context_)),
      ssl_(std::move(other.ssl_)) {}

bool TestClient::connect_to(std::uint16_t port) {
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
  refused_ = errno == ECONNREFUSED;
  return false;
}

bool TestClient::shake_hands() {
  context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_security_level(context_.get(), 0);
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_fd(ssl_.get(), fd_);
  if (SSL_connect(ssl_.get()) == 1) return true;
  tls_error_ = last_tls_error();
  return false;
}

bool TestClient::resumed() const { return SSL_session_reused(ssl_.get()) == 1; }

std::vector<std::string> TestClient::chain_fingerprints() const {
  std::vector<std::string> fingerprints;
  STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl_.get());
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    fingerprints.push_back(certs::Certificate::from_x509(sk_X509_value(chain, i)).fingerprint());
  }
  return fingerprints;
}

bool TestClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const long count = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                            : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

std::optional<std::string> TestClient::read_some(std::size_t size) {
  if (!unread_.empty()) {
    std::string bytes = unread_.substr(0, size);
    unread_.erase(0, bytes.size());
    return bytes;
  }
  std::string bytes(size, '\0');
  errno = 0;
  const long count = ssl_ ? SSL_read(ssl_.get(), bytes.data(), static_cast<int>(size))
                          : recv(fd_, bytes.data(), size, 0);
  last_errno_ = errno;
  if (count > 0) {
    bytes.resize(static_cast<std::size_t>(count));
    return bytes;
  }
  const bool ended =
      ssl_ ? SSL_get_error(ssl_.get(), static_cast<int>(count)) == SSL_ERROR_ZERO_RETURN
           : count == 0;
  ERR_clear_error();
  if (!ended) return std::nullopt;
  return std::string();
}

std::optional<std::string> TestClient::read_until(std::string_view mark) {
  std::string bytes;
  for (;;) {
    if (const auto found = bytes.find(mark); found != std::string::npos) {
      const auto end = found + mark.size();
      unread_.insert(0, bytes.substr(end));
      bytes.resize(end);
      return bytes;
    }
    const auto more = read_some();
    if (!more || more->empty()) return std::nullopt;
    bytes += *more;
  }
}

std::optional<std::string> TestClient::read_to_end() {
  std::string bytes;
  for (;;) {
    const auto more = read_some();
    if (!more) return std::nullopt;
    if (more->empty()) return bytes;
    bytes += *more;
  }
}

std::optional<TestResponse> TestClient::read_response() {
  const auto header = read_until("\r\n\r\n");
  if (!header || header->size() < 12) return std::nullopt;
  TestResponse response{std::atoi(header->c_str() + 9), *header, {}};
  constexpr std::string_view length_field = "Content-Length: ";
  const auto length_at = header->find(length_field);
  if (length_at == std::string::npos) return response;
  const auto length = std::strtoul(header->c_str() + length_at + length_field.size(), nullptr, 10);
  while (response.body.size() < length) {
    const auto more = read_some(length - response.body.size());
    if (!more || more->empty()) return std::nullopt;
    response.body += *more;
  }
  return response;
}

std::optional<TestResponse> TestClient::exchange(std::string_view request) {
  if (!send(request)) return std::nullopt;
  return read_response();
}

bool TestClient::closed_in_order() {
  const auto rest = read_some();
  return rest && rest->empty();
}

bool TestClient::was_reset() { return !read_some() && last_errno_ == ECONNRESET; }

std::string get(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: node\r\n\r\n";
}

std::string put(std::string_view path, std::string_view body) {
  return "PUT " + std::string(path) +
         " HTTP/1.1\r\nHost: node\r\nContent-Type: application/json\r\n" +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace certdrill::support
