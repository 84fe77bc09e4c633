// A client for tests that sees every byte: blocking, plain or TLS, with a deadline on everything.
//
// Thread safety: none; one thread per client.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "certs/read/certificate.h"
#include "certs/read/openssl.h"

namespace certdrill::support {

struct TestResponse {
  int status = 0;
  std::string header;  // with the empty line
  std::string body;
};

class TestClient {
 public:
  enum class Security { plain, tls };
  friend void PrintTo(Security security, std::ostream* out) {
    *out << (security == Security::tls ? "TLS" : "plain");
  }

  // Check connected() afterwards. Certificates are not verified: tests look at them.
  TestClient(std::uint16_t port, Security security);
  ~TestClient();
  TestClient(TestClient&& other) noexcept;
  TestClient& operator=(TestClient&&) = delete;

  bool connected() const { return connected_; }  // the handshake included
  bool refused() const { return refused_; }      // by TCP
  const std::string& tls_error() const { return tls_error_; }
  bool resumed() const;                                 // a TLS session
  std::vector<std::string> chain_fingerprints() const;  // as presented, leaf first

  bool send(std::string_view bytes);

  // Up to `size` bytes; fewer at the end of the stream. None: it broke, or nothing came for ten
  // seconds.
  std::optional<std::string> read_some(std::size_t size = 16 * 1024);
  std::optional<std::string> read_until(std::string_view mark);  // the mark included
  std::optional<std::string> read_to_end();

  // One response with Content-Length.
  std::optional<TestResponse> read_response();
  std::optional<TestResponse> exchange(std::string_view request);

  bool closed_in_order();  // end of stream, no reset, nothing more to read
  bool was_reset();        // reading ends in ECONNRESET
  int fd() const { return fd_; }

 private:
  bool connect_to(std::uint16_t port);
  bool shake_hands();

  int fd_ = -1;
  bool connected_ = false;
  bool refused_ = false;
  int last_errno_ = 0;
  std::string tls_error_;
  std::string unread_;
  certs::SslContextHandle context_;
  certs::SslHandle ssl_;
};

std::string get(std::string_view path);
std::string put(std::string_view path, std::string_view body);

}  // namespace certdrill::support
