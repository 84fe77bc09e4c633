// What is read from files, from command lines and from texts that people write.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "certs/read/instant.h"
#include "conformance/cases/cases.h"
#include "conformance/guard/journal.h"
#include "conformance/run/options.h"
#include "fixtures/catalogue/catalogue.h"
#include "fixtures/program/manifest.h"
#include "rehearsal/options.h"
#include "simulator/cluster/installed_certificate.h"
#include "simulator/http/users.h"
#include "simulator/options.h"
#include "simulator/wrong/drills.h"
#include "simulator/wrong/faults/fault_rule.h"
#include "tests/fuzz/samples.h"
#include "tests/fuzz/target.h"
#include "tests/fuzz/targets/targets.h"

namespace certdrill::fuzz {
namespace {

MemoryFile& file() {
  static MemoryFile one;
  return one;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (Input rest(text); !rest.rest().empty();) lines.emplace_back(rest.until('\n'));
  return lines;
}

template <typename Read>
void expect_words(const Read& read) {
  if (!read) expect(!read.error().empty(), "a refusal without words");
}

template <typename Parsed>
void expect_explained(const Parsed& parsed) {
  if (!parsed) expect(!parsed.error().text.empty(), "an exit without words");
}

// ---- the ways into it, one for each letter

void read_sim_config(std::string_view text) {
  expect_explained(simulator::parse_options({"--config", file().with(text)}));
}
void read_sim_arguments(std::string_view text) {
  expect_explained(simulator::parse_options(lines_of(text)));
}
void read_conform_config(std::string_view text) {
  expect_explained(conformance::parse_options({"--config", file().with(text)}));
}
void read_conform_arguments(std::string_view text) {
  expect_explained(conformance::parse_options(lines_of(text)));
}
void read_rehearsal_arguments(std::string_view text) {
  expect_explained(rehearsal::parse_options(lines_of(text)));
}

std::uint64_t one() { return 1; }

void read_fault(std::string_view text) {
  const auto rule = simulator::parse_fault_text(text, one);
  expect_words(rule);
  if (!rule) return;
  const auto shown = simulator::to_json(*rule).dump();
  const auto again = simulator::parse_fault_text(shown, one);
  expect(again.has_value(), "a fault that was taken is not taken as it is shown", shown);
  expect(simulator::to_json(*again).dump() == shown, "a fault changes when it is read again",
         shown);
}

void read_users(std::string_view text) { expect_words(simulator::parse_users(text)); }

void read_instant(std::string_view text) {
  const auto instant = certs::parse_instant(text);
  expect_words(instant);
  if (!instant) return;
  const auto again = certs::parse_instant(certs::format_instant(*instant));
  expect(again == *instant, "a time changes when it is read again");
}

void read_known_failures(std::string_view text) {
  expect_words(conformance::read_expected_failures(file().with(text)));
}

constexpr std::array<void (*)(std::string_view), 9> kWays{
    read_sim_config,          read_sim_arguments, read_conform_config, read_conform_arguments,
    read_rehearsal_arguments, read_fault,         read_users,          read_instant,
    read_known_failures};

// The system's own files never end, or have an effect when they are read.
bool names_a_system_file(std::string_view text) {
  for (const std::string_view folder : {"dev/", "proc/", "sys/", "/dev", "/proc", "/sys"})
    if (text.find(folder) != std::string_view::npos) return true;
  return false;
}

std::string journal_seed(bool whole) {
  conformance::Backup backup;
  backup.cluster = kClusterName;
  backup.target = "https://127.0.0.1:9443";
  backup.nodes = {conformance::node_at(1, {"https", "127.0.0.1", 9443}),
                  conformance::node_at(2, {"https", "::1", 9443})};
  backup.names = {"proxy", "ldap_client"};
  backup.heal_command = "heal";
  for (const Sample& sample : samples())
    if (sample.id == fixtures::kUsualSibling)
      backup.held["proxy"] = {*sample.made.certificate, sample.made.key};
  nlohmann::json held = nlohmann::json::object();
  for (const auto& [name, pair] : backup.held)
    held[name] = {{"certificate", pair.certificate}, {"key", *pair.key}};
  const nlohmann::json first{{"format", 1},
                             {"cluster", backup.cluster},
                             {"target", backup.target},
                             {"edition", "7.22"},
                             {"nodes", conformance::nodes_to_json(backup.nodes)},
                             {"names", backup.names},
                             {"held", whole ? held : nlohmann::json::object()},
                             {"control_url", ""},
                             {"heal_command", backup.heal_command}};
  return first.dump() +
         "\n{\"event\":\"node_down\",\"uid\":2}\n{\"event\":\"node_up\",\"uid\":2}\n{\"ev";
}

}  // namespace

void run_journal(std::string_view bytes) {
  expect_words(conformance::GuardJournal::read(file().with(bytes)));
  const auto stored = simulator::installed_from_json(bytes);
  expect_words(stored);
  if (stored)
    expect(simulator::installed_from_json(simulator::to_json_text(*stored)).has_value(),
           "what was read cannot be read again");
}

std::vector<std::string> journal_seeds() {
  std::vector<std::string> seeds{journal_seed(true), journal_seed(false)};
  for (const Sample& sample : samples())
    if (sample.id == fixtures::kUsualSibling) {
      auto stored = simulator::installed_from_texts(*sample.made.certificate, *sample.made.key);
      seeds.push_back(simulator::to_json_text(*stored));
    }
  return seeds;
}

void run_manifest(std::string_view bytes) { expect_words(fixtures::read_manifest(bytes)); }

std::vector<std::string> manifest_seeds() {
  std::vector<std::string> seeds;
  const fixtures::Settings settings{.fqdn = std::string(kClusterName), .now = kNow};
  auto all = fixtures::describe_settings(settings, {});
  auto entries = nlohmann::ordered_json::array();
  for (const char* id : {"valid/leaf-and-root", "expired/leaf", "key/mismatch"}) {
    const auto* fixture = fixtures::find(id);
    if (fixture == nullptr) continue;
    auto entry = fixtures::describe_fixture(*fixture, fixture->name);
    entry["copies"] = fixtures::describe_copies({{id, std::string(64, 'a')}});
    entries.push_back(entry);
  }
  all["fixtures"] = entries;
  seeds.push_back(all.dump());
  return seeds;
}

void run_config(std::string_view bytes) {
  if (names_a_system_file(bytes)) return;
  Input input(bytes);
  const auto way = input.choose(kWays);
  way(input.rest());
}

std::vector<std::string> config_seeds() {
  std::vector<std::string> seeds{
      R"(A{"nodes": 5, "down": [2, 3], "include-keys": true, "fault": {"kind": "answer", "status": 406}})",
      R"(A{"fault": ["kind=answer,status=406", {"kind": "latency", "match": {"nodes": [2]}}]})",
      R"(A{"cluster-name": "a.example", "now": "2027-01-01", "emulate": "next", "bug": "x"})",
      "B--nodes\n3\n--port\n0\n--control-port=0\n--drill\nnode-down\n--now=2027-01-01T00:00:00Z",
      "B--cluster-name\na.example\n--username\na\n--password\nb\n--redis=127.0.0.1:6379",
      "B--list-faults",
      "B--help",
      "B--max-body\n1\n--max-header\n256\n--request-timeout\n1",
      R"(C{"target": "https://127.0.0.1:9443", "username": "a", "insecure": true, "cert": ["proxy"]})",
      "Ctarget = \"https://127.0.0.1:9443\"\nusername = 'a'\ncert = [\"proxy\", 'api']\nquick = "
      "true",
      "D--target\nhttps://127.0.0.1:9443\n--username\na\n--filter\nread/*\n--level\nMUST",
      "D--list\n--quick\n--edition\n7.8\n--timeout\n5\n--settle\n1",
      "Drestore\njournal",
      "E--drill\n*\n--jobs\n2\n--\ntrue\n{url}",
      "E--list",
      "E--expected\nx: y\n--\ntrue",
      R"(G[{"username": "a", "password": "b", "role": "admin"}])",
      "H2026-11-23T20:00:00Z",
      "H2026-11-23",
      "H1800000000",
      "Iread/401/*: known\n# none\n\nupdate_cert/*: also"};
  for (const auto name : simulator::kind_names()) seeds.push_back(fmt::format("Fkind={}", name));
  for (const simulator::Drill& drill : simulator::drills())
    for (const auto text : drill.faults)
      if (!text.empty()) seeds.push_back(fmt::format("F{}", text));
  return seeds;
}

}  // namespace certdrill::fuzz
