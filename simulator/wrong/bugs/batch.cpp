// Bugs of the successor, PUT /v1/cluster/certificates: several certificates at once.
#include <array>
#include <utility>

#include "simulator/http/strict_json.h"
#include "simulator/wrong/bugs/groups.h"
#include "simulator/wrong/bugs/request.h"

namespace certdrill::simulator::bugs {
namespace {

using nlohmann::json;

// The entries of a list; empty for any other request.
json entries_of(const Call& call) {
  if (!is_batch(call)) return json::array();
  const auto body = parse_json_object(call.body);
  if (!body) return json::array();
  const auto list = body->find("certificates");
  return list != body->end() && list->is_array() ? *list : json::array();
}

std::string list_of(const json& entry) {
  nlohmann::ordered_json list;
  list["certificates"] = json::array({entry});
  return dump(list);
}

// The answer is about the whole list all the same.
Answer batch_not_atomic(const Request& request) {
  const auto entries = entries_of(request.call);
  if (entries.size() < 2) return served(request);
  auto would_be = rehearsed(request);
  if (took_up(would_be)) return served(request);
  for (const auto& entry : entries) {
    if (!took_up(served_body(request, list_of(entry)))) break;
  }
  return would_be;
}

Answer batch_takes_the_first_only(const Request& request) {
  const auto entries = entries_of(request.call);
  if (entries.size() < 2 || !took_up(rehearsed(request))) return served(request);
  return served_body(request, list_of(entries[0]));
}

Answer batch_swaps_keys(const Request& request) {
  auto changes = changes_of(request);
  if (!is_batch(request.call) || changes.size() != 2) return served(request);
  auto would_be = rehearsed(request);
  if (!took_up(would_be)) return served(request);
  std::swap(changes[0].key, changes[1].key);
  return telling(std::move(would_be), install(request, changes));
}

Answer batch_wrapper_optional(const Request& request) {
  const auto body = parse_json_object(request.call.body);
  const bool bare =
      is_batch(request.call) && body && body->contains("name") && !body->contains("certificates");
  return bare ? served_body(request, list_of(*body)) : served(request);
}

constexpr std::array<Bug, 4> kBugs{{
    {"batch-not-atomic", "entries are applied one by one until the first that is wrong",
     serving<batch_not_atomic>},
    {"batch-takes-the-first-only", "of a list only the first entry is applied, and 200 is answered",
     serving<batch_takes_the_first_only>},
    {"batch-swaps-keys", "with two entries in a list each is stored with the other's key",
     serving<batch_swaps_keys>},
    {"batch-wrapper-optional", "the successor takes a bare entry too",
     serving<batch_wrapper_optional>},
}};

}  // namespace

std::span<const Bug> batch_bugs() {
  return kBugs;
}

}  // namespace certdrill::simulator::bugs
