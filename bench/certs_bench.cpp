// What certificates cost, by key type: reading and judging them, and beside the judging what a server
// would pay that asks OpenSSL for the same, each time anew.
#include <array>
#include <string>

#include <benchmark/benchmark.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "bench/sample.h"
#include "certs/read/openssl.h"
#include "certs/verdict/bundle.h"
#include "certs/verdict/validate.h"

namespace certdrill::bench {
namespace {

using certs::KeyType;

bool parse_chain(const Sample& sample) {
  return certs::parse_chain(sample.certificate).has_value();
}

bool parse_key(const Sample& sample) { return certs::parse_key(sample.key).has_value(); }

bool validate(const Sample& sample) {
  const certs::Submission submission{.name = contract::CertificateName::proxy,
                                     .certificate = sample.certificate,
                                     .key = sample.key};
  return certs::validate(submission, {certs::Strictness::documented, kFqdn}, kNow).has_value();
}

// The steps that no validation can leave out, by OpenSSL's generic decoders, with nothing kept from
// the time before: both certificates and the key read from PEM, both signatures verified, key and
// leaf compared. What a PUT of another certificate each time is measured against (goals.json).
bool openssl_steps(const Sample& sample) {
  const auto open = [](const std::string& text) {
    return certs::BioHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  };
  const certs::BioHandle chain = open(sample.certificate);
  const certs::X509Handle leaf(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
  const certs::X509Handle ca(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
  const certs::KeyHandle key(
      PEM_read_bio_PrivateKey(open(sample.key).get(), nullptr, nullptr, nullptr));
  if (!leaf || !ca || !key) return false;
  EVP_PKEY* const ca_key = X509_get0_pubkey(ca.get());
  return X509_verify(leaf.get(), ca_key) == 1 && X509_verify(ca.get(), ca_key) == 1 &&
         X509_check_private_key(leaf.get(), key.get()) == 1;
}

void measure(benchmark::State& state, bool (*work)(const Sample&), KeyType type) {
  const Sample sample = make_sample(type);
  for (auto _ : state)
    if (!work(sample)) return state.SkipWithError("the sample was refused");
}

struct Subject {
  const char* name;
  bool (*work)(const Sample&);
};

constexpr std::array<Subject, 4> kSubjects{{{"parse_chain", parse_chain},
                                            {"parse_key", parse_key},
                                            {"validate", validate},
                                            {"openssl_steps", openssl_steps}}};

}  // namespace

void register_benchmarks() {
  for (const Subject& subject : kSubjects) {
    for (const KeyType type : {KeyType::p256, KeyType::rsa2048, KeyType::rsa4096}) {
      const std::string name =
          std::string("certs/") + subject.name + "/" + std::string(certs::to_string(type));
      benchmark::RegisterBenchmark(name.c_str(), measure, subject.work, type);
    }
  }
}

}  // namespace certdrill::bench
