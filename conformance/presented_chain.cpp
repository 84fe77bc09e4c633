#include "conformance/presented_chain.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "certs/openssl_handles.h"
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

}  // namespace

tl::expected<std::vector<certs::Certificate>, ProbeError> presented_chain(
    const Address& address, const std::string& server_name, std::chrono::milliseconds timeout) {
  static const certs::SslContextHandle context = make_context();
  const std::string where = address.host + ":" + std::to_string(address.port);

  auto socket = Socket::connect(address.host, address.port, timeout);
  if (!socket)
    return tl::unexpected(ProbeError{ProbeError::Kind::unreachable, where + ": " + socket.error()});

  ERR_clear_error();
  const certs::SslHandle tls(SSL_new(context.get()));
  SSL_set_fd(tls.get(), socket->descriptor());
  if (is_host_name(server_name)) SSL_set_tlsext_host_name(tls.get(), server_name.c_str());
  if (SSL_connect(tls.get()) != 1) return tl::unexpected(handshake_error(where));

  std::vector<certs::Certificate> chain;
  const STACK_OF(X509)* presented = SSL_get_peer_cert_chain(tls.get());
  for (int i = 0; i < sk_X509_num(presented); ++i) {
    chain.push_back(certs::Certificate::from_x509(sk_X509_value(presented, i)));
  }
  SSL_shutdown(tls.get());
  if (chain.empty()) {
    return tl::unexpected(
        ProbeError{ProbeError::Kind::handshake, where + ": the server presented no certificate"});
  }
  return chain;
}

}  // namespace certdrill::conformance
