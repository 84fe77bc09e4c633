// PUT /sim/v1/nodes/{uid}: a node goes down, comes up, or restarts.
#include <array>
#include <charconv>

#include "certs/read/text.h"
#include "contract/nearest_name.h"
#include "simulator/control_api/endpoint.h"
#include "simulator/control_api/fields.h"
#include "simulator/engine/engine.h"

namespace certdrill::simulator {
namespace {

constexpr std::array<std::string_view, 1> kFields{"state"};
constexpr std::array<std::string_view, 3> kStates{"up", "down", "restart"};

ControlAnswer unknown_node(const Engine& engine, std::string_view uid) {
  return control_error(404, "node_not_exist",
                       "There is no node '" + std::string(uid) + "'; the nodes are 1 to " +
                           std::to_string(engine.ready().nodes.size()) + ".");
}

tl::expected<void, std::string> put_into(Engine& engine, int uid, const std::string& state) {
  return state == "restart" ? engine.restart_node(uid) : engine.set_node_up(uid, state == "up");
}

ControlAnswer put_node(Engine& engine, const ControlCall& call) {
  int uid = 0;
  const auto text = call.parameter;
  if (std::from_chars(text.data(), text.data() + text.size(), uid).ptr !=
          text.data() + text.size() ||
      !engine.cluster().has_node(uid)) {
    return unknown_node(engine, text);
  }
  if (auto refused = refuse_unknown_fields(call.body, kFields)) return std::move(*refused);
  const auto state = text_field(call.body, "state");
  if (!state) return state.error();
  if (std::ranges::find(kStates, state->value_or("")) == kStates.end()) {
    return invalid_request("'state' must be up, down or restart" +
                           (*state ? ", not '" + certs::printable(**state) + "'" +
                                         contract::did_you_mean(**state, kStates)
                                   : std::string("; it is missing")) +
                           ".");
  }
  if (auto changed = put_into(engine, uid, **state); !changed) {
    return control_error(500, "port_unavailable", changed.error());
  }
  return control_answer({{"uid", uid}, {"state", engine.cluster().node(uid).up() ? "up" : "down"}});
}

constexpr Parameter kUid{"uid", "The node", "integer", 1};

constexpr std::array<ControlRoute, 1> kRoutes{{
    {"PUT", "/sim/v1/nodes/*", BodyRule::required, put_node,
     doc("Takes a node down, up, or through a restart", kUid, takes("NodeChange"),
         answers(200, "Done", "NodeState"), answers(404, "There is no such node"),
         answers(500, "A port could not be had again, or a fault keeps the node down"))},
}};

}  // namespace

std::span<const ControlRoute> node_routes() {
  return kRoutes;
}

}  // namespace certdrill::simulator
