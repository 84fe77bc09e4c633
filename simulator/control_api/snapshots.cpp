// GET and POST /sim/v1/snapshot, GET /sim/v1/snapshots, GET and DELETE /sim/v1/snapshots/{name},
// POST /sim/v1/restore, POST /sim/v1/reset.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "certs/read/text.h"
#include "contract/nearest_name.h"
#include "simulator/control_api/control_api.h"
#include "simulator/engine/engine.h"

namespace certdrill::simulator {
namespace {

constexpr std::array kKeysQuery{Parameter{
    "include_keys", "true: the document holds private keys, and can be restored", "boolean"}};
constexpr std::array kNameField{Setting::text("name", "").or_else(Setting::Derived{})};
constexpr std::size_t kLongestName = 64;

tl::expected<Keys, Answer> keys_wanted(const Engine& engine, const Call& call) {
  const auto asked = call.query.find("include_keys");
  if (asked == call.query.end())
    return engine.settings().include_keys ? Keys::included : Keys::left_out;
  if (asked->second != "true" && asked->second != "false")
    return tl::unexpected(invalid_request("include_keys must be true or false."));
  return asked->second == "true" ? Keys::included : Keys::left_out;
}

Answer shown(const Engine& engine, const Call& call, const Snapshot& snapshot, int status) {
  const auto keys = keys_wanted(engine, call);
  if (!keys) return keys.error();
  return answer_of(to_json(snapshot, engine.ready().cluster, *keys), status);
}

bool is_good_name(const std::string& name) {
  return !name.empty() && name.size() <= kLongestName && !certs::may_hold_key(name) &&
         std::ranges::all_of(name, [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
         });
}

Answer unknown_snapshot(Engine& engine, std::string_view name) {
  const auto owned = engine.snapshots().names();
  const std::vector<std::string_view> names(owned.begin(), owned.end());
  return error_answer(404, "snapshot_not_exist",
                      fmt::format("There is no snapshot '{}'{}.", certs::printable(name),
                                  contract::did_you_mean(name, names)));
}

// A snapshot waits for a rollout that runs.
Answer get_snapshot(Engine& engine, const Call& call, std::string_view /*parameter*/) {
  call.may_block();
  return shown(engine, call, engine.take_snapshot(), 200);
}

Answer post_snapshot(Engine& engine, const Call& call, std::string_view /*parameter*/) {
  const auto fields = fields_of(call.body.fields(), kNameField);
  if (!fields) return fields.error();
  const auto name = fields->value("name", "");
  if (!is_good_name(name))
    return invalid_request("'name' must be there: 1 to 64 letters, digits, '-', '_' or '.'.");
  if (auto keys = keys_wanted(engine, call); !keys) return std::move(keys.error());
  call.may_block();
  const auto snapshot = engine.take_snapshot();
  if (!engine.snapshots().put(name, snapshot)) {
    return error_answer(
        409, "too_many_snapshots",
        fmt::format("There are {} snapshots already; delete one first.", Snapshots::kMost));
  }
  return shown(engine, call, snapshot, 201);
}

Answer get_snapshots(Engine& engine, const Call& /*call*/, std::string_view /*parameter*/) {
  return answer_of({{"snapshots", engine.snapshots().names()}});
}

Answer get_named(Engine& engine, const Call& call, std::string_view parameter) {
  const auto snapshot = engine.snapshots().find(std::string(parameter));
  if (!snapshot) return unknown_snapshot(engine, parameter);
  return shown(engine, call, *snapshot, 200);
}

Answer delete_named(Engine& engine, const Call& call, std::string_view parameter) {
  if (!engine.snapshots().remove(std::string(parameter)))
    return unknown_snapshot(engine, parameter);
  return get_snapshots(engine, call, {});
}

tl::expected<Snapshot, Answer> snapshot_to_restore(Engine& engine, const nlohmann::json& body) {
  const auto fields = fields_of(body, kNameField, "snapshot");
  if (!fields) return tl::unexpected(fields.error());
  const bool by_name = fields->contains("name");
  if (by_name == body.contains("snapshot")) {
    return tl::unexpected(invalid_request(
        "Send either 'name', of a snapshot taken before, or 'snapshot', one that was taken with "
        "?include_keys=true."));
  }
  if (by_name) {
    const auto name = Settings(*fields).text("name");
    auto found = engine.snapshots().find(name);
    if (!found) return tl::unexpected(unknown_snapshot(engine, name));
    return std::move(*found);
  }
  auto read =
      snapshot_from_json(body["snapshot"], engine.ready().cluster, engine.cluster().node_count());
  if (read) return std::move(*read);
  return tl::unexpected(invalid_request(fmt::format("The snapshot {}.", read.error())));
}

Answer post_restore(Engine& engine, const Call& call, std::string_view /*parameter*/) {
  const auto snapshot = snapshot_to_restore(engine, call.body.fields());
  if (!snapshot) return snapshot.error();
  call.may_block();
  if (auto restored = engine.restore(*snapshot); !restored)
    return error_answer(500, "restore_failed", restored.error());
  return answer_of({{"status", "restored"}});
}

Answer post_reset(Engine& engine, const Call& call, std::string_view /*parameter*/) {
  call.may_block();
  if (auto reset = engine.reset(); !reset) return error_answer(500, "reset_failed", reset.error());
  return answer_of({{"status", "reset"}});
}

constexpr Parameter kSnapshotName{"name", "The snapshot's name"};

constexpr std::array kSnapshotRoutes{
    ControlRoute{"GET", "/sim/v1/snapshot", BodyRule::none, get_snapshot,
                 doc("The state now, as a document", answers(200, "The state", "Snapshot")),
                 kKeysQuery},
    ControlRoute{"POST", "/sim/v1/snapshot", BodyRule::required, post_snapshot,
                 doc("Keeps the state under a name, in memory", takes("SnapshotName"),
                     answers(201, "What was kept", "Snapshot"),
                     answers(409, "There are too many snapshots")),
                 kKeysQuery},
    ControlRoute{"GET", "/sim/v1/snapshots", BodyRule::none, get_snapshots,
                 doc("Names of the snapshots", answers(200, "The names", "SnapshotNames"))},
    ControlRoute{"GET", "/sim/v1/snapshots/*", BodyRule::none, get_named,
                 doc("One snapshot", kSnapshotName, answers(200, "The snapshot", "Snapshot"),
                     answers(404, "There is none of this name")),
                 kKeysQuery},
    ControlRoute{"DELETE", "/sim/v1/snapshots/*", BodyRule::none, delete_named,
                 doc("Forgets a snapshot", kSnapshotName,
                     answers(200, "The names that are left", "SnapshotNames"),
                     answers(404, "There is none of this name"))},
    ControlRoute{
        "POST", "/sim/v1/restore", BodyRule::required, post_restore,
        doc("Puts a snapshot in place, by name or as a document with keys", takes("Restore"),
            answers(200, "Restored", "Done"), answers(404, "There is none of this name"),
            answers(500, "A port or a file could not be had again"))},
    ControlRoute{"POST", "/sim/v1/reset", BodyRule::none, post_reset,
                 doc("Brings back the state at the start", answers(200, "Reset", "Done"),
                     answers(500, "A port or a file could not be had again"))},
};

}  // namespace

std::span<const ControlRoute> snapshot_routes() { return kSnapshotRoutes; }

}  // namespace certdrill::simulator
