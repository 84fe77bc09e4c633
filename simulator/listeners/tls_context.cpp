#include "simulator/listeners/tls_context.h"

#include <memory>
#include <stdexcept>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <spdlog/spdlog.h>

namespace certdrill::simulator {
namespace {

struct FreeStack {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }  // not what is in it
};

// RSASSA-PSS with SHA-256, which TLS 1.3 demands, has no room in a smaller modulus (RFC
// 8017 9.1.1).
constexpr int smallest_rsa_for_tls13 = 528;

bool present(SSL* ssl, const certs::Bundle& bundle) {
  if (!bundle.key || bundle.chain.empty()) return false;
  const std::unique_ptr<STACK_OF(X509), FreeStack> above_leaf(sk_X509_new_null());
  for (std::size_t i = 1; i < bundle.chain.size(); ++i) {
    sk_X509_push(above_leaf.get(), bundle.chain[i].x509());
  }
  if (bundle.key->algorithm() == certs::KeyAlgorithm::rsa &&
      bundle.key->bits() < smallest_rsa_for_tls13) {
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

}  // namespace

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
