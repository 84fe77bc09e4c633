#include "rehearsal/run/look.h"

#include <ctime>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "certs/read/openssl.h"

namespace certdrill::rehearsal {
namespace {

constexpr std::time_t kSeconds = 2;

certs::SslContextHandle make_look_context() {
  certs::SslContextHandle context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  return context;
}

// Not BIO_do_connect_retry: that one tries a refused connection again until its time is over.
bool proceed(BIO* bio) {
  constexpr unsigned kNap = 20;  // milliseconds, where the descriptor cannot be waited for
  const std::time_t deadline = std::time(nullptr) + kSeconds;
  while (BIO_do_connect(bio) <= 0) {
    if (BIO_should_retry(bio) == 0 || BIO_wait(bio, deadline, kNap) != 1) return false;
  }
  return true;
}

}  // namespace

std::vector<certs::Certificate> presented_at(const std::string& address,
                                             const std::string& server_name) {
  static const certs::SslContextHandle context = make_look_context();
  const certs::OpensslErrorScope errors;
  certs::BioHandle bio(BIO_new_connect(address.c_str()));
  BIO_set_nbio(bio.get(), 1);
  if (!proceed(bio.get())) return {};
  SSL* tls = SSL_new(context.get());
  SSL_set_tlsext_host_name(tls, server_name.c_str());
  SSL_set_connect_state(tls);
  BIO* const filter = BIO_new(BIO_f_ssl());
  BIO_set_ssl(filter, tls, BIO_CLOSE);
  bio.reset(BIO_push(filter, bio.release()));
  if (!proceed(bio.get())) return {};
  std::vector<certs::Certificate> chain;
  const STACK_OF(X509)* presented = SSL_get_peer_cert_chain(tls);
  chain.reserve(presented == nullptr ? 0 : static_cast<std::size_t>(sk_X509_num(presented)));
  for (int i = 0; i < sk_X509_num(presented); ++i)
    chain.push_back(certs::Certificate::from_x509(sk_X509_value(presented, i)));
  BIO_ssl_shutdown(bio.get());
  return chain;
}

std::string address_of(const std::string& url) {
  const auto scheme = url.find("://");
  return scheme == std::string::npos ? url : url.substr(scheme + 3);
}

}  // namespace certdrill::rehearsal
