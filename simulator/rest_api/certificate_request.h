// The JSON of one certificate in a request ({"name", "key", "certificate"}) to a Change of the
// cluster.
//
// Errors follow the design's order: 400 for the JSON's shape, 403 for an unknown name.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include "contract/editions.h"
#include "simulator/cluster/cluster.h"
#include "simulator/http/call.h"

namespace certdrill::simulator {

// `where` stands before each error: "" or "certificates[2]: ".
tl::expected<Change, Answer> read_certificate(const nlohmann::json& json,
                                              const contract::EditionRules& edition,
                                              const std::string& where);

// " 'private_key' is ignored; the property is called 'key'." for each that an edition passes over
// although it was meant; "" otherwise.
std::string misnamed_fields(const nlohmann::json& json);

// Steps 4 to 6 and the store's failure: the answer to a change that was not taken up.
// `hint` follows the description.
Answer rejection_answer(const Rejection& rejection, bool answers_404, const std::string& where,
                        std::string_view hint = {});

// Step 7 and 8: 409 with the nodes and why, or 200.
Answer rollout_answer(const Rollout& rollout, std::size_t node_count,
                      std::string_view success_body);

// What the journal keeps of a rollout. `names` are those of the changes, in their order.
void note_rollout(std::span<const contract::CertificateName> names, const Rollout& rollout,
                  AnswerNotes& notes);

// "node 2 (the node is down), node 3 (...)".
std::string name_unreached(const Rollout& rollout);

}  // namespace certdrill::simulator
