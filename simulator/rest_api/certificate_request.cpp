#include "simulator/rest_api/certificate_request.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "certs/read/text.h"
#include "contract/nearest_name.h"
#include "simulator/http/strict_json.h"

namespace certdrill::simulator {
namespace {

constexpr std::array<std::string_view, 3> kFields{"name", "key", "certificate"};

std::array<std::string_view, contract::kCertificateCount> known_names() {
  std::array<std::string_view, contract::kCertificateCount> names;
  std::ranges::transform(contract::cluster_certificates(), names.begin(),
                         &contract::ClusterCertificate::text);
  return names;
}

Answer invalid(const std::string& description) {
  return error_answer(400, "invalid_request", description);
}

// Null is taken for "not sent": scripts that build a body with jq --arg often leave one.
std::optional<std::string> optional_text(const nlohmann::json& json, const char* field) {
  const auto found = json.find(field);
  if (found == json.end() || found->is_null()) return std::nullopt;
  return found->get<std::string>();
}

std::optional<Answer> check_fields(const nlohmann::json& json,
                                   const contract::EditionRules& edition,
                                   const std::string& where) {
  for (const auto& [key, value] : json.items()) {
    if (std::ranges::find(kFields, key) == kFields.end()) {
      if (!edition.refuses_unknown_properties) continue;
      return invalid(where + "Unknown property '" + certs::printable(key) + "'" +
                     contract::did_you_mean(key, kFields) +
                     "; the properties are name, key and certificate.");
    }
    const bool fits = value.is_string() || (value.is_null() && key != "name");
    if (!fits) {
      return invalid(where + "'" + key + "' must be a string, not " +
                     std::string(json_type(value)) + ".");
    }
  }
  if (!json.contains("name"))
    return invalid(where + "'name' is missing; it names the certificate to replace.");
  return std::nullopt;
}

}  // namespace

tl::expected<Change, Answer> read_certificate(const nlohmann::json& json,
                                              const contract::EditionRules& edition,
                                              const std::string& where) {
  if (!json.is_object()) {
    return tl::unexpected(invalid(where + "must be an object with name, key and certificate, not " +
                                  std::string(json_type(json)) + "."));
  }
  if (auto wrong = check_fields(json, edition, where)) return tl::unexpected(std::move(*wrong));
  const auto name_text = json["name"].get<std::string>();
  const auto name = contract::find_certificate(name_text);
  if (!name) {
    const auto names = known_names();
    std::string list;
    for (const auto known : names) list += (list.empty() ? "" : ", ") + std::string(known);
    return tl::unexpected(error_answer(
        403, "unknown_certificate",
        where + "There is no certificate named '" + certs::printable(name_text) + "'" +
            contract::did_you_mean(name_text, names) + "; the names are " + list + "."));
  }
  return Change{*name, optional_text(json, "certificate"), optional_text(json, "key")};
}

Answer rejection_answer(const Rejection& rejection, bool answers_404, const std::string& where) {
  if (!rejection.defect) {
    return error_answer(
        500, "internal_error",
        where + "The configuration store could not be written: " + rejection.store_error);
  }
  const std::string description = where + certs::describe(*rejection.defect);
  switch (certs::verdict_of(rejection.defect->id)) {
    case certs::Verdict::absent:
      if (answers_404) return error_answer(404, "certificate_not_found", description);
      break;
    case certs::Verdict::expired:
      return error_answer(406, "certificate_expired", description);
    case certs::Verdict::invalid:
      break;
  }
  return error_answer(400, "invalid_certificate", description);
}

void note_rollout(std::span<const contract::CertificateName> names, const Rollout& rollout,
                  AnswerNotes& notes) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    NotedCertificate noted{std::string(to_string(names[i])), std::nullopt};
    if (i < rollout.installed.size() && rollout.installed[i]) {
      noted.leaf = rollout.installed[i]->bundle->leaf();
    }
    notes.certificates.push_back(std::move(noted));
  }
  for (const auto& unreached : rollout.unreached) notes.unreached.push_back(unreached.uid);
  notes.rollout = rollout.duration;
}

std::string name_unreached(const Rollout& rollout) {
  std::string text;
  for (const auto& unreached : rollout.unreached) {
    if (!text.empty()) text += ", ";
    text += unreached.uid == 0 ? "the store" : "node " + std::to_string(unreached.uid);
    text += " (" + unreached.why + ")";
  }
  return text;
}

Answer rollout_answer(const Rollout& rollout, std::size_t node_count,
                      std::string_view success_body) {
  if (rollout.unreached.empty()) return json_answer(std::string(success_body));
  return error_answer(
      409, "not_all_nodes_updated",
      std::to_string(node_count - rollout.unreached.size()) + " of " + std::to_string(node_count) +
          " nodes confirmed; not " + name_unreached(rollout) +
          ". Those that confirmed hold the new certificate. Send the same request again once the "
          "nodes are back: it finishes the job.");
}

}  // namespace certdrill::simulator
