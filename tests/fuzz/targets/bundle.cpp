// What the verdict says beside what OpenSSL can do: a certificate that gets 200 is one that OpenSSL
// reads as it was judged, takes together with its key, verifies, and shakes hands with.
#include <algorithm>

#include <fmt/format.h>
#include <openssl/ssl.h>

#include "certs/read/facts.h"
#include "certs/read/openssl.h"
#include "certs/verdict/validate.h"
#include "fixtures/prove/openssl_reader.h"
#include "tests/differential/openssl_verify.h"
#include "tests/fuzz/samples.h"
#include "tests/fuzz/target.h"
#include "tests/fuzz/targets/targets.h"

namespace certdrill::fuzz {
namespace {

constexpr std::array kStrictness{certs::Strictness::lenient, certs::Strictness::documented,
                                 certs::Strictness::strict};

using Chain = std::vector<certs::Certificate>;

void expect_same_chain(const Chain& judged, const std::vector<certs::X509Handle>& read) {
  expect(judged.size() == read.size(), "OpenSSL reads another number of certificates");
  for (std::size_t i = 0; i < judged.size(); ++i)
    expect(X509_cmp(judged[i].x509(), read[i].get()) == 0, "OpenSSL reads another certificate");
}

void expect_servable(const std::vector<certs::X509Handle>& chain, EVP_PKEY* key) {
  X509* const leaf = chain.front().get();
  const certs::OpensslErrorScope scope;
  const certs::SslContextHandle context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_set_security_level(context.get(), 0);
  expect(SSL_CTX_use_certificate(context.get(), leaf) == 1, "OpenSSL refuses the certificate");
  expect(SSL_CTX_use_PrivateKey(context.get(), key) == 1, "OpenSSL refuses the key");
  expect(SSL_CTX_check_private_key(context.get()) == 1, "OpenSSL finds the key another's");
  for (std::size_t i = 1; i < chain.size(); ++i)
    expect(SSL_CTX_add1_chain_cert(context.get(), chain[i].get()) == 1,
           "OpenSSL refuses the chain");
  expect(fixtures::default_client_connects(leaf, key), "no client of OpenSSL's defaults connects");
}

// The last second counts to the validity here, and not there.
void expect_verified(const Chain& chain) {
  const bool ends_now = std::ranges::any_of(
      chain, [](const certs::Certificate& one) { return one.not_after() == kNow; });
  for (const auto& error : differential::openssl_verify(chain, kNow, false))
    expect(error.error == X509_V_ERR_CERT_HAS_EXPIRED && ends_now, "OpenSSL does not verify it",
           X509_verify_cert_error_string(error.error));
}

}  // namespace

void expect_truthful_verdict(contract::CertificateName name, certs::Strictness strictness,
                             std::string_view certificate, std::optional<std::string_view> key) {
  const auto verdict = certs::validate({name, certificate, key}, {strictness, kClusterName}, kNow);
  if (!verdict) {
    expect(!certs::describe(verdict.error()).empty(), "a verdict without words");
    return;
  }
  for (const certs::Certificate& one : verdict->chain)
    expect(one.fingerprint() == certs::facts_of(one).fingerprint, "two fingerprints");
  const auto& kind = contract::info(name);
  const auto read = fixtures::read_certificates(certificate);
  expect_same_chain(verdict->chain, read.chain);
  if (!kind.trust_anchors) expect_verified(verdict->chain);
  if (!kind.has_key) return;
  expect(key.has_value(), "a bundle without its key");
  expect_servable_texts(certificate, *key);
}

void expect_servable_texts(std::string_view certificate, std::string_view key) {
  const auto read = fixtures::read_certificates(certificate);
  const auto read_key = fixtures::read_key(key);
  expect(!read.chain.empty(), "OpenSSL reads no certificate");
  expect(read_key.key != nullptr, "OpenSSL reads no key");
  expect_servable(read.chain, read_key.key.get());
}

void run_bundle(std::string_view bytes) {
  Input input(bytes);
  const auto name = input.choose(contract::cluster_certificates()).name;
  const auto strictness = input.choose(kStrictness);
  const std::string_view certificate = input.until('\0');
  const std::string_view key = input.rest();
  expect_truthful_verdict(name, strictness, certificate,
                          key.empty() ? std::nullopt : std::optional(key));
}

std::vector<std::string> bundle_seeds() {
  std::vector<std::string> seeds;
  for (const Sample& sample : samples())
    seeds.push_back(fmt::format("{}{}{}{}{}", letter(static_cast<std::size_t>(sample.name)),
                                letter(seeds.size() % kStrictness.size()),
                                sample.made.certificate.value_or(""), '\0',
                                sample.made.key.value_or("")));
  return seeds;
}

}  // namespace certdrill::fuzz
