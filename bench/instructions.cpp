// Runs one thing again and again for valgrind --tool=callgrind to count, and lets it count nothing
// else: keys, certificates and first calls are made outside. bench/check_budgets calls it.
//
// Usage: instructions validate|rollout TIMES
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <valgrind/callgrind.h>

#include "bench/sample.h"
#include "certs/verdict/validate.h"
#include "simulator/cluster/cluster.h"

namespace certdrill::bench {
namespace {

using contract::CertificateName;

// Starts the counting, or ends it: the program is run with --collect-atstart=no.
void toggle_counting() { CALLGRIND_TOGGLE_COLLECT; }

void expect(bool good) {
  if (good) return;
  std::fputs("instructions: what was to be counted failed\n", stderr);
  std::exit(EXIT_FAILURE);
}

// validate() of an RSA 2048 leaf, its CA and its key.
void count_validate(int times) {
  const Sample sample = make_sample(certs::KeyType::rsa2048);
  const certs::Submission submission{
      .name = CertificateName::proxy, .certificate = sample.certificate, .key = sample.key};
  const auto validate = [&] {
    return certs::validate(submission, {certs::Strictness::documented, kFqdn}, kNow).has_value();
  };
  expect(validate());  // decoder contexts, OpenSSL's tables
  for (int i = 0; i < times; ++i) {
    toggle_counting();
    const bool valid = validate();
    toggle_counting();
    expect(valid);
  }
}

// Lets everything succeed, and starts the counting at the first node.
class CountFromFirstNode final : public simulator::Mishaps {
 public:
  simulator::Step on_apply(CertificateName /*name*/, int uid) override {
    if (uid == 1) toggle_counting();
    return {};
  }
};

// The rollout of an update to 100 nodes, from the first node to the return of update().
void count_rollout(int times) {
  simulator::ClusterSettings settings;
  settings.node_addresses.assign(100, "127.0.0.1");
  simulator::Cluster cluster(settings, kNow);
  const auto change = [&](std::uint64_t serial) {
    const Sample sample = make_sample(certs::KeyType::rsa2048, serial);
    return simulator::Change{CertificateName::proxy, sample.certificate, sample.key};
  };
  const std::array changes{change(1), change(2)};  // take turns: every node changes
  const auto update = [&](int turn, simulator::Mishaps& mishaps) {
    const auto& next = changes[static_cast<std::size_t>(turn) % changes.size()];
    return cluster.update({&next, 1}, kNow, mishaps);
  };
  simulator::Mishaps uncounted;
  for (int i = 0; i < 2; ++i) expect(update(i, uncounted).has_value());
  CountFromFirstNode counted;
  for (int i = 0; i < times; ++i) {
    const auto rollout = update(i, counted);
    toggle_counting();
    expect(rollout.has_value() && rollout->unreached.empty());
  }
}

}  // namespace
}  // namespace certdrill::bench

int main(int argc, char** argv) {
  const std::string_view what = argc == 3 ? argv[1] : "";
  const int times = argc == 3 ? std::atoi(argv[2]) : 0;
  if (times > 0 && what == "validate")
    certdrill::bench::count_validate(times);
  else if (times > 0 && what == "rollout")
    certdrill::bench::count_rollout(times);
  else {
    std::fputs("usage: instructions validate|rollout TIMES\n", stderr);
    return 2;
  }
  return 0;
}
