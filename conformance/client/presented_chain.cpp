#include "conformance/client/presented_chain.h"

#include <algorithm>
#include <ctime>
#include <future>
#include <system_error>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "certs/read/openssl.h"

namespace certdrill::conformance {
namespace {

// Old keys and digests must get through: seeing them is the point.
certs::SslContextHandle make_probe_context() {
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

// Connects, or shakes hands once TLS stands upon the connection. Not BIO_do_connect_retry: that
// one tries a refused connection again until its time is over.
bool proceed(BIO* bio, std::chrono::milliseconds timeout) {
  constexpr unsigned nap_ms = 20;  // where the descriptor cannot be waited for
  ERR_clear_error();
  const std::time_t deadline =
      std::time(nullptr) + std::chrono::ceil<std::chrono::seconds>(timeout).count();
  while (BIO_do_connect(bio) <= 0) {
    if (BIO_should_retry(bio) == 0 || BIO_wait(bio, deadline, nap_ms) != 1) return false;
  }
  return true;
}

tl::unexpected<ProbeError> probe_error(ProbeError::Kind kind, const std::string& what) {
  ERR_clear_error();
  return tl::unexpected(ProbeError{kind, what});
}

tl::unexpected<ProbeError> no_connection(const std::string& where) {
  const char* data = nullptr;
  int flags = 0;
  const unsigned long code = ERR_peek_error_data(&data, &flags);
  std::string why = "no connection in time";
  if (code != 0 && ERR_SYSTEM_ERROR(code)) {
    why = std::generic_category().message(ERR_GET_REASON(code));
  } else if (code != 0) {
    why = fmt::format("no address for it: {}", data == nullptr ? "unknown host" : data);
  }
  return probe_error(ProbeError::Kind::unreachable, fmt::format("{}: {}", where, why));
}

tl::unexpected<ProbeError> no_handshake(const std::string& where) {
  const unsigned long code = ERR_peek_last_error();
  const int reason = ERR_GET_REASON(code);
  if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST ||
      reason == SSL_R_PACKET_LENGTH_TOO_LONG || reason == SSL_R_RECORD_LENGTH_MISMATCH) {
    return probe_error(ProbeError::Kind::not_tls,
                       where + ": it listens, but what it answers is not TLS");
  }
  const char* words = code == 0 ? nullptr : ERR_reason_error_string(code);
  return probe_error(ProbeError::Kind::handshake,
                     fmt::format("{}: the TLS handshake failed: {}", where,
                                 words ? words : "the connection was closed or timed out"));
}

}  // namespace

Presented presented_chain(const Address& address, const std::string& server_name,
                          std::chrono::milliseconds timeout) {
  static const certs::SslContextHandle context = make_probe_context();
  const std::string where = fmt::format("{}:{}", address.host, address.port);
  certs::BioHandle bio(BIO_new(BIO_s_connect()));
  BIO_set_conn_hostname(bio.get(), bracketed(address.host).c_str());
  BIO_set_conn_port(bio.get(), std::to_string(address.port).c_str());
  BIO_set_nbio(bio.get(), 1);
  if (!proceed(bio.get(), timeout)) return no_connection(where);

  SSL* tls = SSL_new(context.get());
  if (is_host_name(server_name)) SSL_set_tlsext_host_name(tls, server_name.c_str());
  SSL_set_connect_state(tls);
  BIO* const filter = BIO_new(BIO_f_ssl());
  BIO_set_ssl(filter, tls, BIO_CLOSE);
  bio.reset(BIO_push(filter, bio.release()));
  if (!proceed(bio.get(), timeout)) return no_handshake(where);

  std::vector<certs::Certificate> chain;
  const STACK_OF(X509)* presented = SSL_get_peer_cert_chain(tls);
  const int size = std::max(sk_X509_num(presented), 0);  // -1 where there is no chain
  chain.reserve(static_cast<std::size_t>(size));
  for (int i = 0; i < size; ++i)
    chain.push_back(certs::Certificate::from_x509(sk_X509_value(presented, i)));
  BIO_ssl_shutdown(bio.get());
  if (!chain.empty()) return chain;
  return probe_error(ProbeError::Kind::handshake, where + ": the server presented no certificate");
}

std::vector<Presented> presented_chains(const std::vector<Address>& addresses,
                                        const std::string& server_name,
                                        std::chrono::milliseconds timeout) {
  std::vector<std::future<Presented>> looks;
  looks.reserve(addresses.size());
  for (const Address& address : addresses) {
    looks.push_back(std::async(std::launch::async,
                               [&] { return presented_chain(address, server_name, timeout); }));
  }
  std::vector<Presented> results;
  results.reserve(looks.size());
  for (auto& look : looks) results.push_back(look.get());
  return results;
}

}  // namespace certdrill::conformance
