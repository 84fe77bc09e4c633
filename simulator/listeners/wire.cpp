#include "simulator/listeners/wire.h"

#include <cerrno>
#include <stdexcept>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

namespace certdrill::simulator {
namespace wire_detail {

bool worth_a_retry() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

// SSL_get_error() is misled by errors of earlier calls, anyone's, in this thread. Looking is
// cheaper than clearing.
void forget_earlier_errors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

struct FreeStack {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }  // not what is in it
};

// RSASSA-PSS with SHA-256, which TLS 1.3 demands, has no room in a smaller modulus (RFC 8017 9.1.1).
constexpr int kSmallestRsaForTls13 = 528;

bool present(SSL* ssl, const certs::Bundle& bundle) {
  if (!bundle.key || bundle.chain.empty()) return false;
  const std::unique_ptr<STACK_OF(X509), FreeStack> above_leaf(sk_X509_new_null());
  for (std::size_t i = 1; i < bundle.chain.size(); ++i)
    sk_X509_push(above_leaf.get(), bundle.chain[i].x509());
  if (bundle.key->algorithm() == certs::KeyAlgorithm::rsa &&
      bundle.key->bits() < kSmallestRsaForTls13) {
    SSL_set_max_proto_version(ssl, TLS1_2_VERSION);
  }
  return SSL_use_cert_and_key(ssl, bundle.leaf().x509(), bundle.key->evp(), above_leaf.get(), 1) ==
         1;
}

int at_client_hello(SSL* ssl, int* alert, void*) {
  const auto& choice = *static_cast<const TlsContext::Choice*>(SSL_get_app_data(ssl));
  const auto bundle = choice();
  if (bundle == nullptr) {
    *alert = SSL_AD_HANDSHAKE_FAILURE;
    return SSL_CLIENT_HELLO_ERROR;
  }
  if (present(ssl, *bundle)) return SSL_CLIENT_HELLO_SUCCESS;
  // Kept as a real server would keep it: whoever connects sees an alert, not another certificate.
  spdlog::warn("a certificate cannot be presented: its key is missing or is another certificate's");
  ERR_clear_error();
  *alert = SSL_AD_INTERNAL_ERROR;
  return SSL_CLIENT_HELLO_ERROR;
}

}  // namespace wire_detail

using namespace wire_detail;

Wire::Wire(int fd, certs::SslHandle ssl) : fd_(fd), ssl_(std::move(ssl)) {
  if (!ssl_) return;
  SSL_set_fd(ssl_.get(), fd);
  SSL_set_accept_state(ssl_.get());
}

Wire::~Wire() { say_goodbye(); }

void Wire::say_goodbye() {
  if (encrypted_) SSL_shutdown(ssl_.get());
  forget_earlier_errors();
}

Io Wire::handshake() {
  if (!ssl_ || encrypted_) return Io::done;
  forget_earlier_errors();
  const int result = SSL_do_handshake(ssl_.get());
  if (result != 1) return explain(result);
  encrypted_ = true;
  return Io::done;
}

Io Wire::explain(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ: return Io::wants_read;
    case SSL_ERROR_WANT_WRITE: return Io::wants_write;
    case SSL_ERROR_ZERO_RETURN: return Io::ended;
    default:
      encrypted_ = false;  // no close_notify after a fatal error
      return Io::broken;
  }
}

Io Wire::read(char* into, std::size_t size, std::size_t& count) {
  if (ssl_) {
    forget_earlier_errors();
    const int result = SSL_read_ex(ssl_.get(), into, size, &count);
    return result == 1 ? Io::done : explain(result);
  }
  const ssize_t received = recv(fd_, into, size, 0);
  if (received == 0) return Io::ended;
  if (received < 0) return worth_a_retry() ? Io::wants_read : Io::broken;
  count = static_cast<std::size_t>(received);
  return Io::done;
}

Io Wire::write(std::string_view bytes, std::size_t& count) {
  if (ssl_) {
    forget_earlier_errors();
    const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
    return result == 1 ? Io::done : explain(result);
  }
  const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent < 0) return worth_a_retry() ? Io::wants_write : Io::broken;
  count = static_cast<std::size_t>(sent);
  return Io::done;
}

bool Wire::has_pending() const { return ssl_ && SSL_has_pending(ssl_.get()) == 1; }

bool Wire::hung_up() const {
  pollfd watched{fd_, POLLRDHUP, 0};
  return poll(&watched, 1, 0) > 0;  // POLLHUP and POLLERR are told unasked
}

void Wire::acknowledge_now() {
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

void Wire::end_writing() {
  say_goodbye();
  shutdown(fd_, SHUT_WR);
}

void Wire::reset() {
  const linger at_once{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  encrypted_ = false;  // no close_notify before the reset
}

void Wire::wait_for_room(int milliseconds) const {
  pollfd watched{fd_, POLLOUT, 0};
  poll(&watched, 1, milliseconds);
}

TlsContext::TlsContext() : context_(SSL_CTX_new(TLS_server_method())) {
  SSL_CTX* context = context_.get();
  if (context == nullptr) throw std::runtime_error("OpenSSL cannot make a TLS context");
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);  // one recv per record instead of two
  SSL_CTX_set_client_hello_cb(context, at_client_hello, nullptr);
}

certs::SslHandle TlsContext::new_server(const Choice& choice) const {
  certs::SslHandle ssl(SSL_new(context_.get()));
  // OpenSSL's application data is a plain pointer to void; the choice is only read through it.
  if (ssl) SSL_set_app_data(ssl.get(), const_cast<Choice*>(&choice));
  return ssl;
}

}  // namespace certdrill::simulator
