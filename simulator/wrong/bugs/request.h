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

inline bool is_removal(const Call& call) { return is_call(call, "delete_certificate"); }

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

// `answer`, an error, with another description: as it is, where error_answer() takes keys out.
Answer describing_openly(Answer answer, std::string_view description);
Answer telling_success(const Request& request, Answer answer);

// The certificates that an update carries; empty when the body cannot be read as one.
std::vector<Change> changes_of(const Request& request);

// What the healthy server finds wrong with one; nullopt: nothing.
std::optional<certs::Defect> defect_of(const Scene& scene, const Change& change);

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
using OfChange = bool (*)(const Scene& scene, const Change& change);
Answer refuse(const Request& request, OfChange disliked);
template <OfChange disliked>
Answer disliking(const Request& request) {
  return refuse(request, disliked);
}

// Tells the success of what the healthy server would take, and does nothing, when all of its entries
// are taken for known.
Answer ignore(const Request& request, OfChange known);
template <OfChange known>
Answer ignoring(const Request& request) {
  return ignore(request, known);
}

// Of the calls that are concerned nothing is done, though the answer is the right one.
template <bool (*concerned)(const Call& call)>
Answer doing_nothing(const Request& request) {
  return concerned(request.call) ? rehearsed(request) : served(request);
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

// The answer; where it is that to reading the certificates, fields that are remembered are told
// instead of those that are there, for as long as that is to be.
Answer reading_remembered(const Request& request, Memory& memory);
std::string key_field(contract::CertificateName name);  // "proxy_key"

}  // namespace certdrill::simulator::bugs
