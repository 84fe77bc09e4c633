// What bugs do with a request: let the healthy server answer it, changed or not, look into it, and
// tell something else than was answered.
//
// Thread safety: free functions over a request that belongs to the caller's thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "simulator/wrong/bugs/bug.h"

namespace certdrill::simulator::bugs {

// Either of the two calls that replace certificates.
bool is_update(const Call& call);
bool is_batch(const Call& call);    // PUT /v1/cluster/certificates
bool is_reading(const Call& call);  // GET /v1/cluster/certificates
bool is_rotation(const Call& call);

// The parameter of DELETE /v1/cluster/certificates/{name}; empty for any other call.
std::string_view name_to_delete(const Call& call);

// The healthy server's answer, to the request as it is or with one thing changed.
Answer served(const Request& request);
Answer served_at(const Request& request, certs::Instant now);
Answer served_through(const Request& request, Mishaps& mishaps);
Answer served_by(const Request& request, Cluster& cluster);
Answer served_as(const Request& request, const contract::EditionRules& edition);
Answer served_call(const Request& request, const Call& call);
Answer served_body(const Request& request, const std::string& body);

// What the healthy server would answer. Nothing changes: it happens to a copy of the cluster.
Answer rehearsed(const Request& request);

bool took_up(const Answer& answer);  // an update that is stored: 200 or 409

// `answer`, telling the client something else: status, body and error code.
Answer telling(Answer answer, Answer instead);
Answer telling_success(const Request& request, Answer answer);

// The certificates that an update carries; empty when the body cannot be read as one.
std::vector<Change> changes_of(const Request& request);

// The healthy server's verdict on one of them; nullopt: there is nothing wrong with it.
std::optional<certs::Defect> defect_of(const Scene& scene, const Change& change);

// The first wrong one's defect; nullopt for a request that is no readable update, or a right one.
std::optional<certs::Defect> first_defect(const Request& request);

// The entry's chain as far as it can be read; empty when it cannot.
std::vector<certs::Certificate> chain_of(const Change& change);

// Stores it and rolls it out, whatever it is.
Answer install(const Request& request, const std::vector<Change>& changes);

// Installs what the healthy server refused for nothing but a defect that is `forgiven`.
using Forgiven = bool (*)(const certs::Defect& defect);
Answer overlooking(const Request& request, Forgiven forgiven);

// Refuses with 400 what the healthy server would take, when one of its entries `is_disliked`.
using Disliked = bool (*)(const Scene& scene, const Change& change);
Answer disliking(const Request& request, Disliked is_disliked, std::string_view description);

// The request with each entry of its body passed through `rewrite`, which says whether it changed
// anything. A body that is no JSON stays as it is.
using Rewrite = bool (*)(nlohmann::ordered_json& entry);
Answer rewriting(const Request& request, Rewrite rewrite);

// The answer to reading the certificates, with its object passed through `change`. Any other
// answer stays as it is.
Answer changing_reading(Answer answer, const std::function<void(nlohmann::ordered_json&)>& change);

std::string dump(const nlohmann::ordered_json& json);

}  // namespace certdrill::simulator::bugs
