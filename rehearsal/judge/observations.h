// What several rules see in the evidence, and how they put it into words.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "rehearsal/judge/evidence.h"
#include "rehearsal/judge/rules.h"

namespace certdrill::rehearsal {

using Findings = std::vector<Finding>;
using Requests = std::vector<const RequestSeen*>;

std::string seconds_of(Milliseconds time);          // "1.2 s"
std::string at_second(Milliseconds at);             // "at 1.2 s"
std::string answer_of(const RequestSeen& request);  // "409" or "no answer"
std::string call_of(const RequestSeen& request);    // "PUT /v1/cluster/update_cert"
std::string what_is_wrong(const Moment& moment);    // "node 3 presents the former certificate"

// The same request again, of one run, to the same node (or, for a change, to any where `any_node`),
// in the order of the answers.
std::vector<Requests> same_requests(const Evidence& evidence, bool any_node);

Findings judge_restraint(const Evidence& evidence);  // restraint.cpp

}  // namespace certdrill::rehearsal
