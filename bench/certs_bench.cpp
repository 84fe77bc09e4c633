// What certificates cost, by key type: reading and judging them, and beside the judging what a server
// would pay that asks OpenSSL for the same, each time anew. (What issuing costs is in fixtures_bench.)
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

using benchmark::State;
using certs::KeyType;

void parse_chain(State& state, KeyType type) {
  const Sample sample = make_sample(type);
  for (auto _ : state) {
    auto chain = certs::parse_chain(sample.certificate);
    if (!chain) return state.SkipWithError("the chain was not read");
    benchmark::DoNotOptimize(chain);
  }
}

void parse_key(State& state, KeyType type) {
  const Sample sample = make_sample(type);
  for (auto _ : state) {
    auto key = certs::parse_key(sample.key);
    if (!key) return state.SkipWithError("the key was not read");
    benchmark::DoNotOptimize(key);
  }
}

void validate(State& state, KeyType type) {
  const Sample sample = make_sample(type);
  const certs::Submission submission{.name = contract::CertificateName::proxy,
                                     .certificate = sample.certificate,
                                     .key = sample.key};
  for (auto _ : state) {
    auto bundle = certs::validate(submission, {certs::Strictness::documented, kFqdn}, kNow);
    if (!bundle) return state.SkipWithError(certs::describe(bundle.error()).c_str());
    benchmark::DoNotOptimize(bundle);
  }
}

// The steps that no validation can leave out, by OpenSSL's generic decoders, with nothing kept from
// the time before: both certificates and the key read from PEM, both signatures verified, key and
// leaf compared. What a PUT of another certificate each time is measured against (goals.json).
bool openssl_says_yes(const Sample& sample) {
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

void openssl_steps(State& state, KeyType type) {
  const Sample sample = make_sample(type);
  for (auto _ : state)
    if (!openssl_says_yes(sample)) return state.SkipWithError("OpenSSL refused the sample");
}

struct Subject {
  const char* name;
  void (*run)(State&, KeyType);
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
      benchmark::RegisterBenchmark(name.c_str(), subject.run, type);
    }
  }
}

}  // namespace certdrill::bench
