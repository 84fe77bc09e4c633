// JSON bodies through the real REST API: never a 5xx, a refusal changes nothing, and what was taken is
// what reads back and what every node holds.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tests/fuzz/samples.h"
#include "tests/fuzz/target.h"
#include "tests/fuzz/targets/rest_world.h"
#include "tests/fuzz/targets/targets.h"

namespace certdrill::fuzz {
namespace {

using nlohmann::json;
using simulator::Call;
using simulator::CertificateSet;

struct BodyCall {
  std::string_view method;
  std::string_view path;
};

constexpr std::array kBodyCalls{
    BodyCall{"PUT", "/v1/cluster/update_cert"},
    BodyCall{"PUT", "/v1/cluster/certificates"},
    BodyCall{"POST", "/v1/cluster/certificates/rotate"},
};

RestWorld& body_world() {
  static RestWorld world;
  return world;
}

// What the entry says, where it says it in a way that cannot be mistaken.
void expect_read_back(const CertificateSet& store, const json& entry) {
  if (!entry.is_object() || !entry.contains("name") || !entry.contains("certificate")) return;
  const auto name = contract::find_certificate(entry["name"].get<std::string>());
  expect(name.has_value() && store[*name] != nullptr, "taken, and stored nowhere");
  expect(store[*name]->certificate_text == entry["certificate"], "another text is stored");
}

// A key that was sent is never told again: not by one of its lines.
void expect_no_key(std::string_view told, std::string_view body) {
  constexpr std::size_t kTelling = 24;
  const json sent = json::parse(body, nullptr, false);
  if (!sent.is_object() || !sent.contains("key") || !sent["key"].is_string()) return;
  const auto key = sent["key"].get<std::string>();
  for (Input lines(key); !lines.rest().empty();) {
    const std::string_view line = lines.until('\n');
    if (line.size() < kTelling || line.starts_with("-----")) continue;
    expect(told.find(line.substr(0, kTelling)) == std::string_view::npos, "a key is told", told);
  }
}

void expect_installed(RestWorld& world, const BodyCall& call, std::string_view body) {
  const auto store = world.cluster().store();
  for (const auto& kind : contract::cluster_certificates())
    for (int uid = 1; uid <= 3; ++uid)
      expect(world.cluster().node(uid).held(kind.name) == (*store)[kind.name],
             "a node holds something else after a 200");
  if (call.method != "PUT") return;
  const json sent = json::parse(body, nullptr, false);
  expect(sent.is_object(), "a 200 for what is no JSON object");
  if (&call == &kBodyCalls.front()) {
    expect_read_back(*store, sent);
    return;
  }
  const json entries = sent.value("certificates", json::array());
  if (entries.size() == 1) expect_read_back(*store, entries.front());
}

}  // namespace

void run_bodies(std::string_view bytes) {
  Input input(bytes);
  const BodyCall& chosen = input.choose(kBodyCalls);
  const contract::Edition edition = input.choose(contract::kAllEditions);
  const std::string_view body = input.rest();
  RestWorld& world = body_world();
  const Call call{
      .method = chosen.method,
      .path = chosen.path,
      .headers = {{"Authorization", RestWorld::kAdmin}, {"Content-Type", "application/json"}},
      .body = body};
  const auto before = world.cluster().store();
  const auto answer = world.answer(call, edition);
  expect_decent(answer);
  if (answer.status != 200) {
    expect_no_key(answer.body, body);
    expect(world.cluster().store() == before, "a refused request changed the store", answer.body);
    return;
  }
  expect_installed(world, chosen, body);
  // What was read once is remembered: the same body must go on to mean the same.
  for (int again = 0; again < 2 && chosen.method == "PUT"; ++again) {
    Call same = call;
    same.body = body;
    expect(world.answer(same, edition).status == 200, "the same body again is refused");
    expect_installed(world, chosen, body);
  }
  world.begin_anew();
}

std::vector<std::string> bodies_seeds() {
  std::vector<std::string> seeds{"CB", "CB{}", R"(CB{"name": "ccs_internode_encryption"})",
                                 R"(CB{"name": "proxy"})"};
  const auto add = [&](std::size_t call, const std::string& body) {
    const std::size_t edition = seeds.size() % contract::kAllEditions.size();
    seeds.push_back(fmt::format("{}{}{}", letter(call), letter(edition), body));
  };
  for (const Sample& sample : samples()) {
    add(0, sample.made.request_body());
    add(1, sample.made.certificates_body());
  }
  return seeds;
}

}  // namespace certdrill::fuzz
