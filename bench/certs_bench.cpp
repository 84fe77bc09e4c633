// What certificates cost, by key type: reading, judging and issuing them, and beside the judging
// what OpenSSL alone takes for the same steps.
#include <array>
#include <string>

#include <benchmark/benchmark.h>

#include "bench/openssl_steps.h"
#include "bench/program.h"
#include "bench/sample.h"
#include "certs/read/bundle.h"
#include "certs/verdict/validate.h"

namespace certdrill::bench {
namespace {

using benchmark::State;
using certs::KeyType;

constexpr std::array key_types{KeyType::p256, KeyType::rsa2048, KeyType::rsa4096};

const Authority& authority(KeyType type) {
  static const std::array made{make_authority(key_types[0]), make_authority(key_types[1]),
                               make_authority(key_types[2])};
  for (std::size_t i = 0; i < key_types.size(); ++i)
    if (key_types[i] == type) return made[i];
  return made[0];
}

void parse_chain(State& state, KeyType type) {
  const Sample sample = make_sample(authority(type));
  for (auto _ : state) {
    auto chain = certs::parse_chain(sample.certificate);
    if (!chain) return state.SkipWithError("the chain was not read");
    benchmark::DoNotOptimize(chain);
  }
}

void parse_key(State& state, KeyType type) {
  const Sample sample = make_sample(authority(type));
  for (auto _ : state) {
    auto key = certs::parse_key(sample.key);
    if (!key) return state.SkipWithError("the key was not read");
    benchmark::DoNotOptimize(key);
  }
}

void validate(State& state, KeyType type) {
  const Sample sample = make_sample(authority(type));
  const certs::Submission submission{.name = contract::CertificateName::proxy,
                                     .certificate = sample.certificate,
                                     .key = sample.key};
  for (auto _ : state) {
    auto bundle = certs::validate(submission, {certs::Strictness::documented, fqdn}, now);
    if (!bundle) return state.SkipWithError(certs::describe(bundle.error()).c_str());
    benchmark::DoNotOptimize(bundle);
  }
}

void openssl_steps(State& state, KeyType type) {
  const Sample sample = make_sample(authority(type));
  OpensslSteps steps(type);
  for (auto _ : state)
    if (!steps.run(sample)) return state.SkipWithError("OpenSSL refused the sample");
}

void issue(State& state, KeyType type) {
  const Authority& by = authority(type);
  std::uint64_t serial = 1;
  for (auto _ : state) {
    auto leaf = certs::issue(leaf_spec(serial++), by.leaf_key, {by.certificate, by.key});
    benchmark::DoNotOptimize(leaf);
  }
}

struct Subject {
  const char* name;
  void (*run)(State&, KeyType);
};

constexpr std::array<Subject, 5> subjects{{{"parse_chain", parse_chain},
                                           {"parse_key", parse_key},
                                           {"validate", validate},
                                           {"openssl_steps", openssl_steps},
                                           {"issue", issue}}};

}  // namespace

void register_benchmarks() {
  for (const Subject& subject : subjects) {
    for (const KeyType type : key_types) {
      const std::string name =
          std::string("certs/") + subject.name + "/" + std::string(certs::to_string(type));
      benchmark::RegisterBenchmark(name.c_str(), subject.run, type);
    }
  }
}

}  // namespace certdrill::bench
