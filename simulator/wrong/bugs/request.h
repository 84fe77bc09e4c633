// What bugs do with a request: let the healthy server answer it, changed or not, look into it, and
// tell something else than was answered.
//
// Thread safety: free functions over a request that belongs to the caller's thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "simulator/wrong/bugs/bug.h"

namespace certdrill::simulator::bugs {

// The call of the endpoint with that id.
bool is_call(const Call& call, std::string_view id);
inline bool is_batch(const Call& call) { return is_call(call, "put_certificates"); }
inline bool is_update(const Call& call) { return is_call(call, "update_cert") || is_batch(call); }
inline bool is_reading(const Call& call) { return is_call(call, "get_certificates"); }
inline bool is_rotation(const Call& call) { return is_call(call, "rotate"); }

// The parameter of DELETE /v1/cluster/certificates/{name}; empty for any other call.
std::string_view name_to_delete(const Call& call);

// The entries of an update: its body, or those of its list. Empty when it cannot be read as one.
std::vector<nlohmann::json> entries_of(const Call& call);

// The field's text; empty where there is none.
template <typename Json>
std::string text_in(const Json& entry, const char* field) {
  const auto found = entry.is_object() ? entry.find(field) : entry.end();
  return found != entry.end() && found->is_string() ? found->template get<std::string>() : "";
}

std::string dump(const nlohmann::ordered_json& json);

// The healthy server's answer, to the request as it is or with one thing changed.
Answer served(const Request& request);
Answer served_as(const Request& request, const contract::EditionRules& edition);
Answer served_body(const Request& request, const std::string& body);

// What the healthy server would answer. Nothing changes: it happens to a copy of the cluster.
Answer rehearsed(const Request& request);

bool took_up(const Answer& answer);  // a change that is stored: 200, or not on every node

// `answer`, telling the client something else: status, body and error code.
Answer telling(Answer answer, Answer instead);
Answer telling_success(const Request& request, Answer answer);

// The certificates that an update carries; empty when the body cannot be read as one.
std::vector<Change> changes_of(const Request& request);

// The first wrong one's defect by the healthy server's verdict; nullopt for a request that is no
// readable update, or a right one.
std::optional<certs::Defect> first_defect(const Request& request);

// The entry's chain as far as it can be read; empty when it cannot.
std::vector<certs::Certificate> chain_of(const Change& change);

// Stores it and rolls it out, whatever it is.
Answer install(const Request& request, const std::vector<Change>& changes);

// Rows are made of these. Installs what the healthy server refused for nothing but a defect that is
// forgiven.
using Forgiven = bool (*)(const certs::Defect& defect);
Answer overlook(const Request& request, Forgiven forgiven);
template <Forgiven forgiven>
Answer overlooking(const Request& request) {
  return overlook(request, forgiven);
}

// Refuses with 400 what the healthy server would take, when one of its entries is disliked.
using Disliked = bool (*)(const Scene& scene, const Change& change);
Answer refuse(const Request& request, Disliked disliked);
template <Disliked disliked>
Answer disliking(const Request& request) {
  return refuse(request, disliked);
}

// The request with each entry of its body passed through `rewrite`, which says whether it changed
// anything. A body that is no JSON stays as it is.
using Rewrite = bool (*)(nlohmann::ordered_json& entry);
Answer rewrite_entries(const Request& request, Rewrite rewrite);
template <Rewrite rewrite>
Answer rewriting(const Request& request) {
  return rewrite_entries(request, rewrite);
}

// The answer; where it is that to reading the certificates, with its object passed through `change`.
Answer changing_reading(const Request& request,
                        const std::function<void(nlohmann::ordered_json&)>& change);

}  // namespace certdrill::simulator::bugs
