// GET and POST /sim/v1/snapshot, GET /sim/v1/snapshots, GET and DELETE /sim/v1/snapshots/{name},
// POST /sim/v1/restore, POST /sim/v1/reset.
#include <algorithm>
#include <array>

#include "certs/read/text.h"
#include "contract/nearest_name.h"
#include "simulator/control_api/endpoint.h"
#include "simulator/control_api/fields.h"
#include "simulator/control_api/snapshot_json.h"
#include "simulator/engine/engine.h"

namespace certdrill::simulator {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kKeysQuery{Parameter{
    "include_keys", "true: the document holds private keys, and can be restored", "boolean"}};
constexpr std::size_t kLongestName = 64;

tl::expected<Keys, ControlAnswer> keys_wanted(const Engine& engine, const ControlCall& call) {
  const auto& params = call.call.query;
  const auto asked = params.find("include_keys");
  if (asked == params.end()) {
    return engine.settings().include_keys ? Keys::included : Keys::left_out;
  }
  if (asked->second != "true" && asked->second != "false") {
    return tl::unexpected(invalid_request("include_keys must be true or false."));
  }
  return asked->second == "true" ? Keys::included : Keys::left_out;
}

ControlAnswer shown(const Engine& engine, const ControlCall& call, const Snapshot& snapshot,
                    int status) {
  const auto keys = keys_wanted(engine, call);
  if (!keys) return keys.error();
  return control_answer(to_json(snapshot, engine.ready().cluster, *keys), status);
}

bool is_good_name(const std::string& name) {
  return !name.empty() && name.size() <= kLongestName &&
         std::ranges::all_of(name, [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
         });
}

ControlAnswer unknown_snapshot(Engine& engine, std::string_view name) {
  const auto owned = engine.snapshots().names();
  const std::vector<std::string_view> names(owned.begin(), owned.end());
  return control_error(404, "snapshot_not_exist",
                       "There is no snapshot '" + certs::printable(name) + "'" +
                           contract::did_you_mean(name, names) + ".");
}

// A snapshot waits for a rollout that runs.
ControlAnswer get_snapshot(Engine& engine, const ControlCall& call) {
  call.call.may_block();
  return shown(engine, call, engine.take_snapshot(), 200);
}

ControlAnswer post_snapshot(Engine& engine, const ControlCall& call) {
  constexpr std::array<std::string_view, 1> kFields{"name"};
  if (auto refused = refuse_unknown_fields(call.body, kFields)) return std::move(*refused);
  const auto name = text_field(call.body, "name");
  if (!name) return name.error();
  if (!is_good_name(name->value_or(""))) {
    return invalid_request("'name' must be there: 1 to 64 letters, digits, '-', '_' or '.'.");
  }
  if (auto keys = keys_wanted(engine, call); !keys) return std::move(keys.error());
  call.call.may_block();
  const auto snapshot = engine.take_snapshot();
  if (!engine.snapshots().put(**name, snapshot)) {
    return control_error(
        409, "too_many_snapshots",
        "There are " + std::to_string(Snapshots::kMost) + " snapshots already; delete one first.");
  }
  return shown(engine, call, snapshot, 201);
}

ControlAnswer get_snapshots(Engine& engine, const ControlCall& /*call*/) {
  return control_answer({{"snapshots", engine.snapshots().names()}});
}

ControlAnswer get_named(Engine& engine, const ControlCall& call) {
  const auto snapshot = engine.snapshots().find(std::string(call.parameter));
  if (!snapshot) return unknown_snapshot(engine, call.parameter);
  return shown(engine, call, *snapshot, 200);
}

ControlAnswer delete_named(Engine& engine, const ControlCall& call) {
  if (!engine.snapshots().remove(std::string(call.parameter))) {
    return unknown_snapshot(engine, call.parameter);
  }
  return get_snapshots(engine, call);
}

tl::expected<Snapshot, ControlAnswer> snapshot_to_restore(Engine& engine,
                                                          const nlohmann::json& body) {
  const auto name = text_field(body, "name");
  if (!name) return tl::unexpected(name.error());
  if (name->has_value() == body.contains("snapshot")) {
    return tl::unexpected(invalid_request(
        "Send either 'name', of a snapshot taken before, or 'snapshot', one that was taken with "
        "?include_keys=true."));
  }
  if (*name) {
    auto found = engine.snapshots().find(**name);
    if (!found) return tl::unexpected(unknown_snapshot(engine, **name));
    return std::move(*found);
  }
  auto read =
      snapshot_from_json(body["snapshot"], engine.ready().cluster, engine.cluster().node_count());
  if (!read) return tl::unexpected(invalid_request("The snapshot " + read.error() + "."));
  return std::move(*read);
}

ControlAnswer post_restore(Engine& engine, const ControlCall& call) {
  constexpr std::array<std::string_view, 2> kFields{"name", "snapshot"};
  if (auto refused = refuse_unknown_fields(call.body, kFields)) return std::move(*refused);
  const auto snapshot = snapshot_to_restore(engine, call.body);
  if (!snapshot) return snapshot.error();
  call.call.may_block();
  if (auto restored = engine.restore(*snapshot); !restored) {
    return control_error(500, "restore_failed", restored.error());
  }
  return control_answer({{"status", "restored"}});
}

ControlAnswer post_reset(Engine& engine, const ControlCall& call) {
  call.call.may_block();
  if (auto reset = engine.reset(); !reset) {
    return control_error(500, "reset_failed", reset.error());
  }
  return control_answer({{"status", "reset"}});
}

constexpr Parameter kName{"name", "The snapshot's name"};

constexpr std::array<ControlRoute, 7> kRoutes{{
    {"GET", "/sim/v1/snapshot", BodyRule::none, get_snapshot,
     doc("The state now, as a document", answers(200, "The state", "Snapshot")), kKeysQuery},
    {"POST", "/sim/v1/snapshot", BodyRule::required, post_snapshot,
     doc("Keeps the state under a name, in memory", takes("SnapshotName"),
         answers(201, "What was kept", "Snapshot"), answers(409, "There are too many snapshots")),
     kKeysQuery},
    {"GET", "/sim/v1/snapshots", BodyRule::none, get_snapshots,
     doc("Names of the snapshots", answers(200, "The names", "SnapshotNames"))},
    {"GET", "/sim/v1/snapshots/*", BodyRule::none, get_named,
     doc("One snapshot", kName, answers(200, "The snapshot", "Snapshot"),
         answers(404, "There is none of this name")),
     kKeysQuery},
    {"DELETE", "/sim/v1/snapshots/*", BodyRule::none, delete_named,
     doc("Forgets a snapshot", kName, answers(200, "The names that are left", "SnapshotNames"),
         answers(404, "There is none of this name"))},
    {"POST", "/sim/v1/restore", BodyRule::required, post_restore,
     doc("Puts a snapshot in place, by name or as a document with keys", takes("Restore"),
         answers(200, "Restored", "Done"), answers(404, "There is none of this name"),
         answers(500, "A port or a file could not be had again"))},
    {"POST", "/sim/v1/reset", BodyRule::none, post_reset,
     doc("Brings back the state at the start", answers(200, "Reset", "Done"),
         answers(500, "A port or a file could not be had again"))},
}};

}  // namespace

std::span<const ControlRoute> snapshot_routes() {
  return kRoutes;
}

}  // namespace certdrill::simulator
