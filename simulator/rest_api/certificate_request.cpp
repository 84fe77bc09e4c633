#include "simulator/rest_api/certificate_request.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "certs/read/text.h"
#include "contract/meant_name.h"
#include "contract/nearest_name.h"
#include "simulator/http/strict_json.h"

namespace certdrill::simulator {
namespace {

constexpr std::array<std::string_view, 3> kFields{"name", "key", "certificate"};

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

bool is_field(std::string_view key) { return std::ranges::find(kFields, key) != kFields.end(); }

// Null is taken for "not sent": scripts that build a body with jq --arg often leave one.
std::optional<std::string> optional_text(const nlohmann::json& json, const char* field) {
  const auto found = json.find(field);
  if (found == json.end() || found->is_null()) return std::nullopt;
  return found->get<std::string>();
}

std::optional<Answer> refuse_fields(const nlohmann::json& json,
                                    const contract::EditionRules& edition,
                                    const std::string& where) {
  for (const auto& [key, value] : json.items()) {
    if (!is_field(key)) {
      if (!edition.refuses_unknown_properties) continue;
      return invalid_request(
          fmt::format("{}Unknown property '{}'{}; the properties are name, key and certificate.",
                      where, certs::printable(key), contract::did_you_mean(key, kFields)));
    }
    const bool fits = value.is_string() || (value.is_null() && key != "name");
    if (!fits) {
      return invalid_request(
          fmt::format("{}'{}' must be a string, not {}.", where, key, json_type(value)));
    }
  }
  if (json.contains("name")) return std::nullopt;
  return invalid_request(fmt::format("{}'name' is missing; it names the certificate to replace.{}",
                                     where, misnamed_fields(json)));
}

Answer unknown_certificate(const std::string& name, const std::string& where) {
  return error_answer(
      403, "unknown_certificate",
      fmt::format("{}There is no certificate named '{}'{}; the names are {}.", where,
                  certs::printable(name), contract::did_you_mean_certificate(name),
                  fmt::join(contract::certificate_names(), ", ")));
}

}  // namespace

std::string misnamed_fields(const nlohmann::json& json) {
  std::string text;
  for (const auto& [key, value] : json.items()) {
    if (is_field(key)) continue;
    const auto meant = contract::nearest_name(lower_case(key), kFields);
    if (!meant || json.contains(*meant)) continue;
    text += fmt::format(" '{}' is ignored; the property is called '{}'.", certs::printable(key),
                        *meant);
  }
  return text;
}

tl::expected<Change, Answer> read_certificate(const nlohmann::json& json,
                                              const contract::EditionRules& edition,
                                              const std::string& where) {
  if (!json.is_object()) {
    return tl::unexpected(invalid_request(fmt::format(
        "{}must be an object with name, key and certificate, not {}.", where, json_type(json))));
  }
  if (auto wrong = refuse_fields(json, edition, where)) return tl::unexpected(std::move(*wrong));
  const auto text = json["name"].get<std::string>();
  const auto name = contract::find_certificate(text);
  if (!name) return tl::unexpected(unknown_certificate(text, where));
  return Change{*name, optional_text(json, "certificate"), optional_text(json, "key")};
}

Answer rejection_answer(const Rejection& rejection, bool answers_404, const std::string& where,
                        std::string_view hint) {
  if (rejection.why == Rejection::Why::store)
    return error_answer(
        500, "internal_error",
        where + "The configuration store could not be written: " + rejection.store_error);
  const std::string description =
      fmt::format("{}{}{}", where, certs::describe(*rejection.defect), hint);
  switch (certs::verdict_of(rejection.defect->id)) {
    case certs::Verdict::absent:
      if (answers_404) return error_answer(404, "certificate_not_found", description);
      break;
    case certs::Verdict::expired: return error_answer(406, "certificate_expired", description);
    case certs::Verdict::invalid: break;
  }
  return error_answer(400, "invalid_certificate", description);
}

void note_rollout(std::span<const contract::CertificateName> names, const Rollout& rollout,
                  AnswerNotes& notes) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    NotedCertificate noted{std::string(to_string(names[i])), std::nullopt};
    if (i < rollout.installed.size() && rollout.installed[i])
      noted.leaf = rollout.installed[i]->bundle->leaf();
    notes.certificates.push_back(std::move(noted));
  }
  for (const auto& unreached : rollout.unreached) notes.unreached.push_back(unreached.uid);
  notes.rollout = rollout.duration;
}

std::string name_unreached(const Rollout& rollout) {
  std::string text;
  for (const auto& unreached : rollout.unreached) {
    if (!text.empty()) text += ", ";
    text += fmt::format("node {} ({})", unreached.uid, unreached.why);
  }
  return text;
}

Answer rollout_answer(const Rollout& rollout, std::size_t node_count,
                      std::string_view success_body) {
  if (rollout.unreached.empty()) return json_answer(std::string(success_body));
  return error_answer(
      409, "not_all_nodes_updated",
      fmt::format("{} of {} nodes confirmed; not {}. Those that confirmed hold the new "
                  "certificate. Send the same request again once the nodes are back: it finishes "
                  "the job.",
                  node_count - rollout.unreached.size(), node_count, name_unreached(rollout)));
}

}  // namespace certdrill::simulator
