#include "tests/fuzz/target.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "tests/fuzz/targets/targets.h"

namespace certdrill::fuzz {
namespace {

constexpr std::array kTargets{
    Target{"bundle", "the texts of a certificate and a key, up to the verdict", run_bundle,
           bundle_seeds, kPemWords},
    Target{"certificate", "a certificate's content, signed again, up to the verdict",
           run_certificate, certificate_seeds},
    Target{"bodies", "JSON bodies of the certificate calls, through the REST API", run_bodies,
           bodies_seeds, kRestWords},
    Target{"control", "calls of the control API, with their bodies", run_control, control_seeds,
           kControlWords},
    Target{"http", "bytes on a node's connection, in clear", run_http, http_seeds, kHttpWords},
    Target{"redis", "bytes on a database port, in clear", run_redis, redis_seeds, kRedisWords},
    Target{"tls", "bytes on a TLS port, before any handshake", run_tls, tls_seeds},
    Target{"hostile", "what the suite reads of a cluster's answers", run_hostile, hostile_seeds,
           kRestWords},
    Target{"hostile-wire", "HTTP answers of a cluster to the suite's preflight, over TLS",
           run_hostile_wire, hostile_wire_seeds, kHttpWords},
    Target{"journal", "the journal that a killed run has left", run_journal, journal_seeds},
    Target{"manifest", "the manifest of a folder of fixtures", run_manifest, manifest_seeds},
    Target{"config", "command lines, configuration files and the texts of faults", run_config,
           config_seeds, kConfigWords},
};

}  // namespace

void expect(bool holds, std::string_view sentence) { expect(holds, sentence, ""); }

void expect(bool holds, std::string_view sentence, std::string_view detail) {
  if (!holds) throw Finding(fmt::format("{}{}{}", sentence, detail.empty() ? "" : ": ", detail));
}

std::span<const Target> targets() { return kTargets; }

const Target* find_target(std::string_view name) {
  const auto found = std::ranges::find(kTargets, name, &Target::name);
  return found == kTargets.end() ? nullptr : &*found;
}

std::size_t Input::byte() {
  if (rest_.empty()) return 'A';
  const auto first = static_cast<unsigned char>(rest_.front());
  rest_.remove_prefix(1);
  return first;
}

std::string_view Input::until(char separator) {
  const std::size_t end = std::min(rest_.find(separator), rest_.size());
  const std::string_view front = rest_.substr(0, end);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  return front;
}

}  // namespace certdrill::fuzz
