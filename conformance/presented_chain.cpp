#include "conformance/presented_chain.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>

#include "certs/read/openssl.h"
#include "conformance/socket.h"

namespace certdrill::conformance {
namespace {

// Old keys and digests must get through: seeing them is the point.
certs::SslContextHandle make_context() {
  certs::SslContextHandle context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  return context;
}

bool is_host_name(const std::string& text) {
  in6_addr parsed{};
  return !text.empty() && inet_pton(AF_INET, text.c_str(), &parsed) != 1 &&
         inet_pton(AF_INET6, text.c_str(), &parsed) != 1;
}

ProbeError handshake_error(const std::string& where) {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const int reason = ERR_GET_REASON(code);
  if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST ||
      reason == SSL_R_PACKET_LENGTH_TOO_LONG || reason == SSL_R_RECORD_LENGTH_MISMATCH) {
    return {ProbeError::Kind::not_tls, where + ": it listens, but what it answers is not TLS"};
  }
  const char* words = code == 0 ? nullptr : ERR_reason_error_string(code);
  return {ProbeError::Kind::handshake,
          where + ": the TLS handshake failed: " +
              (words == nullptr ? "the connection was closed or timed out" : words)};
}

// One handshake under way, or the end of it.
class Handshake {
 public:
  Handshake(const Address& address, const std::string& server_name,
            std::chrono::milliseconds timeout)
      : where_(address.host + ":" + std::to_string(address.port)) {
    static const certs::SslContextHandle context = make_context();
    auto socket = Socket::connect(address.host, address.port, timeout);
    if (!socket) {
      end(tl::unexpected(
          ProbeError{ProbeError::Kind::unreachable, where_ + ": " + socket.error()}));
      return;
    }
    socket_.emplace(std::move(*socket));
    fcntl(descriptor(), F_SETFL, fcntl(descriptor(), F_GETFL) | O_NONBLOCK);
    tls_.reset(SSL_new(context.get()));
    SSL_set_fd(tls_.get(), descriptor());
    if (is_host_name(server_name)) SSL_set_tlsext_host_name(tls_.get(), server_name.c_str());
    step();
  }

  bool ended() const { return result_.has_value(); }
  int descriptor() const { return socket_->descriptor(); }
  short awaits() const { return SSL_want_write(tls_.get()) ? POLLOUT : POLLIN; }
  Presented take() { return std::move(*result_); }

  // Goes on as far as it can without waiting.
  void step() {
    ERR_clear_error();
    const int done = SSL_connect(tls_.get());
    if (done == 1) return end(received());
    const int why = SSL_get_error(tls_.get(), done);
    if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) give_up();
  }

  void give_up() { end(tl::unexpected(handshake_error(where_))); }

 private:
  Presented received() {
    std::vector<certs::Certificate> chain;
    const STACK_OF(X509)* presented = SSL_get_peer_cert_chain(tls_.get());
    const int size = std::max(sk_X509_num(presented), 0);  // -1 where there is no chain
    chain.reserve(static_cast<std::size_t>(size));
    for (int i = 0; i < size; ++i) {
      chain.push_back(certs::Certificate::from_x509(sk_X509_value(presented, i)));
    }
    SSL_shutdown(tls_.get());
    if (!chain.empty()) return chain;
    return tl::unexpected(
        ProbeError{ProbeError::Kind::handshake, where_ + ": the server presented no certificate"});
  }

  void end(Presented result) { result_.emplace(std::move(result)); }

  std::string where_;
  std::optional<Socket> socket_;
  certs::SslHandle tls_;
  std::optional<Presented> result_;
};

void wait_for_any(const std::vector<Handshake*>& running, std::chrono::milliseconds longest) {
  std::vector<pollfd> waiting;
  waiting.reserve(running.size());
  for (const Handshake* one : running) waiting.push_back({one->descriptor(), one->awaits(), 0});
  ::poll(waiting.data(), waiting.size(), static_cast<int>(longest.count()));
}

}  // namespace

std::vector<Presented> presented_chains(const std::vector<Address>& addresses,
                                        const std::string& server_name,
                                        std::chrono::milliseconds timeout) {
  using Clock = std::chrono::steady_clock;
  std::vector<Handshake> handshakes;
  handshakes.reserve(addresses.size());
  for (const Address& address : addresses) handshakes.emplace_back(address, server_name, timeout);

  const auto deadline = Clock::now() + timeout;
  std::vector<Handshake*> running;
  running.reserve(handshakes.size());
  for (Handshake& one : handshakes) running.push_back(&one);
  while (std::erase_if(running, [](const Handshake* one) { return one->ended(); }),
         !running.empty()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) {
      for (Handshake* one : running) one->give_up();
      continue;
    }
    wait_for_any(running, left);
    for (Handshake* one : running) one->step();
  }
  std::vector<Presented> results;
  results.reserve(handshakes.size());
  for (Handshake& one : handshakes) results.push_back(one.take());
  return results;
}

Presented presented_chain(const Address& address, const std::string& server_name,
                          std::chrono::milliseconds timeout) {
  return std::move(presented_chains({address}, server_name, timeout).front());
}

}  // namespace certdrill::conformance
