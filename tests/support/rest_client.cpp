#include "tests/support/rest_client.h"

#include <openssl/err.h>

#include "certs/read/openssl.h"

namespace certdrill::support {
namespace {

Seen seen(const httplib::Result& result) {
  return result ? Seen{result->status, result->body} : Seen{};
}

}  // namespace

RestClient::RestClient(const Ready& ready, int uid)
    : RestClient(ready.nodes[static_cast<std::size_t>(uid) - 1].rest, ready.username,
                 ready.password) {}

RestClient::RestClient(const std::string& url, const std::string& username,
                       const std::string& password)
    : client_(url) {
  client_.enable_server_certificate_verification(false);
  client_.set_basic_auth(username, password);
  client_.set_keep_alive(true);
}

Seen RestClient::get(const std::string& path) { return seen(client_.Get(path)); }
Seen RestClient::put(const std::string& path, const std::string& body) {
  return seen(client_.Put(path, body, "application/json"));
}
Seen RestClient::post(const std::string& path, const std::string& body) {
  return seen(client_.Post(path, body, "application/json"));
}
Seen RestClient::remove(const std::string& path) { return seen(client_.Delete(path)); }

Seen RestClient::update(const std::string& name, const MadeCertificate& made) {
  return put("/v1/cluster/update_cert", update_body(name, made.certificate, made.key));
}

std::string update_body(const std::string& name, const std::string& certificate,
                        const std::string& key) {
  return nlohmann::json{{"name", name}, {"certificate", certificate}, {"key", key}}.dump();
}

std::optional<std::string> presented_fingerprint(const std::string& url) {
  const std::string address = url.substr(url.find("://") + 3);
  const certs::SslContextHandle context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_security_level(context.get(), 0);
  const certs::BioHandle bio(BIO_new_ssl_connect(context.get()));
  BIO_set_conn_hostname(bio.get(), address.c_str());
  std::optional<std::string> fingerprint;
  if (BIO_do_connect(bio.get()) == 1 && BIO_do_handshake(bio.get()) == 1) {
    SSL* ssl = nullptr;
    BIO_get_ssl(bio.get(), &ssl);
    if (X509* leaf = SSL_get0_peer_certificate(ssl))
      fingerprint = certs::Certificate::from_x509(leaf).fingerprint();
  }
  ERR_clear_error();
  return fingerprint;
}

}  // namespace certdrill::support
