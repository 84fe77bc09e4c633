// Calls of the control API, as "METHOD /path?query", a line's end, and the body: never a 5xx, an error
// has its shape, and after a reset all is as it was.
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include "simulator/control_api/control_api.h"
#include "simulator/engine/engine.h"
#include "simulator/simulator.h"
#include "simulator/wrong/faults/fault_rule.h"
#include "tests/fuzz/samples.h"
#include "tests/fuzz/target.h"
#include "tests/fuzz/targets/rest_world.h"
#include "tests/fuzz/targets/targets.h"

namespace certdrill::fuzz {
namespace {

using namespace simulator;  // NOLINT: the whole of it is asked

struct ControlWorld {
  ControlWorld() {
    spdlog::set_level(spdlog::level::off);
    auto started = Simulator::start({.nodes = 2,
                                     .ports = PortPlan::free_ports,
                                     .time_source = [] { return kNow; },
                                     .journal_limit = 100});
    if (!started) throw std::runtime_error(started.error());
    simulator = std::move(*started);
    api.emplace(simulator->engine(), ControlAccess{});
  }

  Answer ask(std::string_view method, std::string_view target, std::string_view body) {
    const std::size_t mark = std::min(target.find('?'), target.size());
    Call call{.method = method,
              .path = target.substr(0, mark),
              .headers = {{"Host", "127.0.0.1"}, {"Content-Type", "application/json"}},
              .body = body};
    Input query(target.substr(std::min(mark + 1, target.size())));
    while (!query.rest().empty()) {
      const std::string_view pair = query.until('&');
      const std::size_t equals = std::min(pair.find('='), pair.size());
      call.query.emplace(pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size())));
    }
    return (*api)(call);
  }

  std::unique_ptr<Simulator> simulator;
  std::optional<ControlApi> api;
};

ControlWorld& control_world() {
  static ControlWorld world;
  return world;
}

bool only_looks(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

}  // namespace

void run_control(std::string_view bytes) {
  Input input(bytes);
  const std::string_view method = input.until(' ');
  const std::string_view target = input.until('\n');
  ControlWorld& world = control_world();
  const Answer answer = world.ask(method, target, input.rest());
  if (answer.content_type == "application/json") expect_decent(answer);
  if (only_looks(method)) return;
  if (answer.status < 400) {
    // What was changed is looked at: a fault that was taken, a clock at the end of time.
    for (const std::string_view path : {"/sim/v1/cluster", "/sim/v1/convergence", "/sim/v1/faults",
                                        "/sim/v1/clock", "/sim/v1/drills", "/metrics"}) {
      const Answer seen = world.ask("GET", path, "");
      expect(seen.status == 200, "what was changed cannot be seen", seen.body);
    }
    const auto reset = world.simulator->reset();
    expect(reset.has_value(), "it cannot be reset", reset ? "" : reset.error());
    expect(world.simulator->converged(), "after a reset it is not as it was");
  }
}

std::vector<std::string> control_seeds() {
  std::vector<std::string> seeds;
  const auto add = [&](const std::string& line, const nlohmann::json& body = {}) {
    seeds.push_back(line + "\n" + (body.is_null() ? "" : body.dump()));
  };
  for (const ControlRoute& route : control_routes()) {
    std::string path(route.path);
    if (const auto star = path.find('*'); star != std::string::npos) path.replace(star, 1, "1");
    add(std::string(route.method) + " " + path);
    for (const Parameter& parameter : route.query)
      add(std::string(route.method) + " " + path + "?" + std::string(parameter.name) + "=true");
  }
  for (const Drill& drill : drills()) {
    add("PUT /sim/v1/drills/" + std::string(drill.name));
    for (const auto text : drill.faults)
      if (!text.empty()) add("POST /sim/v1/faults", *fault_json_from_text(text));
  }
  for (const auto name : kind_names()) add("PUT /sim/v1/faults/one", {{"kind", name}});
  for (const char* state : {"up", "down"}) add("PUT /sim/v1/nodes/2", {{"state", state}});
  for (const nlohmann::json& body :
       {nlohmann::json{{"now", "2027-01-01T00:00:00Z"}}, nlohmann::json{{"now", "1800000000"}},
        nlohmann::json{{"now", "2027-01-01"}, {"frozen", true}}, nlohmann::json{{"frozen", false}}})
    add("PUT /sim/v1/clock", body);
  for (const char* unit : {"seconds", "minutes", "hours", "days"})
    add("POST /sim/v1/clock/advance", {{unit, 90}});
  for (const auto field : journal_field_names())
    add("GET /sim/v1/requests/verify?expected=0&" + std::string(field) + "=1");
  ControlWorld& world = control_world();
  for (const char* query : {"", "?include_keys=true"}) {
    const auto document = nlohmann::json::parse(
        world.ask("GET", std::string("/sim/v1/snapshot") + query, "").body, nullptr, false);
    add("POST /sim/v1/restore", {{"snapshot", document}});
  }
  add("POST /sim/v1/snapshot", {{"name", "one"}});
  add("POST /sim/v1/restore", {{"name", "one"}});
  return seeds;
}

}  // namespace certdrill::fuzz
