#include "simulator/control_api/control_api.h"

#include <vector>

#include <fmt/format.h>

#include "certs/read/text.h"
#include "contract/nearest_name.h"

namespace certdrill::simulator {
namespace {

constexpr std::size_t kShownPath = 200;

// What the dispatcher asks of this face, for one call.
struct ControlWords {
  Engine& engine;
  const Call& call;

  Answer unknown_path() const {
    std::vector<std::string_view> paths;
    for (const auto& route : control_routes()) paths.push_back(route.path);
    const auto near = contract::nearest_path(call.path, paths);
    return error_answer(
        404, "unknown_uri",
        fmt::format("There is no {} on the control port{}; GET /sim/v1/openapi.json lists what "
                    "there is.",
                    certs::printable(call.path, kShownPath),
                    near ? fmt::format(" (did you mean {}?)", near->path) : ""));
  }

  static bool options() { return true; }

  std::optional<Answer> refuse(const ControlRoute& route) const {
    return refuse_query(call, route.query);
  }

  Answer answer(const ControlRoute& route, std::string_view parameter) const {
    return route.handler(engine, call, parameter);
  }
};

}  // namespace

tl::expected<nlohmann::json, Answer> fields_of(const nlohmann::json& object,
                                               std::span<const Setting> rows,
                                               std::string_view raw) {
  auto values = nlohmann::json::object();
  SettingsReader reader(object);
  reader.read(rows, values);
  if (!raw.empty()) reader.raw(raw);
  if (const auto wrong = reader.finish())
    return tl::unexpected(invalid_request(fmt::format("The body is not right: {}.", *wrong)));
  return values;
}

std::span<const ControlRoute> control_routes() {
  static const std::vector<ControlRoute> routes = [] {
    std::vector<ControlRoute> all;
    for (const auto group : {node_routes(), fault_routes(), clock_routes(), request_routes(),
                             event_routes(), snapshot_routes(), openapi_routes(), page_routes()}) {
      all.insert(all.end(), group.begin(), group.end());
    }
    return all;
  }();
  return routes;
}

Answer ControlApi::answer(const Call& call) const {
  if (auto refused = refuse_foreign_page(access_, call)) return std::move(*refused);
  const auto found =
      find_route(control_routes(), call, [](const ControlRoute& /*route*/) { return true; });
  const bool open = found.row != nullptr && found.row->open;
  if (auto refused = refuse_without_token(access_, call); refused && !open) {
    return std::move(*refused);
  }
  return dispatch(found, call, ControlWords{engine_, call});
}

Answer ControlApi::operator()(const Call& call) const {
  auto told = answer(call);
  told.headers.emplace_back("Cache-Control", "no-store");
  if (!told.body.empty() && !told.body.ends_with('\n')) told.body += '\n';  // for terminals
  return told;
}

}  // namespace certdrill::simulator
