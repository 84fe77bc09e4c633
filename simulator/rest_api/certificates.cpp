// GET and PUT /v1/cluster/certificates, DELETE /v1/cluster/certificates/{name}.
#include <array>
#include <set>

#include <nlohmann/json.hpp>

#include "certs/read/text.h"
#include "contract/nearest_name.h"
#include "simulator/http/strict_json.h"
#include "simulator/rest_api/certificate_request.h"
#include "simulator/rest_api/endpoint.h"

namespace certdrill::simulator {
namespace {

Answer invalid(const std::string& description) {
  return error_answer(400, "invalid_request", description);
}

tl::expected<const nlohmann::json*, Answer> certificate_array(
    const nlohmann::json& body, const contract::EditionRules& edition) {
  constexpr std::array<std::string_view, 1> kFields{"certificates"};
  if (!body.contains("certificates")) {
    const bool unwrapped = body.contains("name") || body.contains("certificate");
    return tl::unexpected(
        invalid(unwrapped ? "The certificates must be wrapped: send {\"certificates\": [{\"name\", "
                            "\"certificate\", \"key\"}]}."
                          : "'certificates' is missing; it is an array of {\"name\", "
                            "\"certificate\", \"key\"}."));
  }
  for (const auto& [key, value] : body.items()) {
    if (key == "certificates" || !edition.refuses_unknown_properties) continue;
    return tl::unexpected(invalid("Unknown property '" + certs::printable(key) + "'" +
                                  contract::did_you_mean(key, kFields) +
                                  "; the only property is certificates."));
  }
  const auto& array = body["certificates"];
  if (!array.is_array() || array.empty()) {
    return tl::unexpected(
        invalid("'certificates' must be an array with at least one certificate, not " +
                (array.is_array() ? "an empty one" : std::string(json_type(array))) + "."));
  }
  return &array;
}

std::string where(std::size_t index) {
  return "certificates[" + std::to_string(index) + "]: ";
}

tl::expected<std::vector<Change>, Answer> read_changes(const nlohmann::json& array,
                                                       const contract::EditionRules& edition) {
  std::vector<Change> changes;
  std::set<contract::CertificateName> names;
  for (std::size_t i = 0; i < array.size(); ++i) {
    auto change = read_certificate(array[i], edition, where(i));
    if (!change) return tl::unexpected(std::move(change.error()));
    if (!names.insert(change->name).second) {
      return tl::unexpected(invalid(where(i) + "the certificate " +
                                    std::string(to_string(change->name)) + " is there twice."));
    }
    changes.push_back(std::move(*change));
  }
  return changes;
}

tl::expected<std::vector<Change>, Answer> read_list(const Scene& scene, std::string_view text) {
  const auto body = parse_json_object(text);
  if (!body) return tl::unexpected(body_error(body.error()));
  const auto array = certificate_array(*body, scene.edition);
  if (!array) return tl::unexpected(array.error());
  return read_changes(**array, scene.edition);
}

}  // namespace

Answer get_certificates(const Scene& scene, const Call& /*call*/, std::string_view /*parameter*/) {
  const auto store = scene.cluster.store();
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& certificate : contract::cluster_certificates()) {
    const auto& installed = (*store)[certificate.name];
    if (!installed) continue;
    const auto changed = scene.mishaps.read_back(certificate.name, *installed);
    json[std::string(certificate.text) + "_cert"] = changed.value_or(installed->certificate_text);
    if (certificate.has_key) json[std::string(certificate.text) + "_key"] = installed->key_text;
  }
  return json_answer(json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

Answer put_certificates(const Scene& scene, const Call& call, std::string_view /*parameter*/) {
  const auto read =
      scene.sent.certificates.find_or_make(call.body, [&] { return read_list(scene, call.body); });
  if (!read) return read.error();
  const std::vector<Change>& changes = **read;
  const auto rollout = scene.cluster.update(changes, scene.now, scene.mishaps);
  // This call documents no 404 in any edition.
  if (!rollout)
    return rejection_answer(rollout.error(), /*answers_404=*/false, where(rollout.error().index));
  auto answer = rollout_answer(*rollout, scene.cluster.node_count(), scene.success_body);
  std::vector<contract::CertificateName> names;
  names.reserve(changes.size());
  for (const auto& change : changes) names.push_back(change.name);
  note_rollout(names, *rollout, answer.notes);
  return answer;
}

namespace {

Answer removal_answer(const Scene& scene, std::string_view parameter,
                      const tl::expected<Rollout, RemoveError>& rollout) {
  if (!rollout && rollout.error() == RemoveError::required) {
    return error_answer(
        403, "required_certificate",
        "The certificate " + std::string(parameter) +
            " is required; only ldap_client, mtls_trusted_ca, sso_service and sso_issuer may be "
            "deleted.");
  }
  if (!rollout) {
    return error_answer(404, "unknown_certificate",
                        "The certificate " + std::string(parameter) + " is not installed.");
  }
  if (!rollout->unreached.empty()) {
    return error_answer(
        500, "delete_failed",
        "The certificate was removed from the configuration, but not from the disk of " +
            name_unreached(*rollout) + ".");
  }
  return json_answer(std::string(scene.success_body));
}

}  // namespace

Answer delete_certificate(const Scene& scene, const Call& /*call*/, std::string_view parameter) {
  const auto name = contract::find_certificate(parameter);
  if (!name) {
    return error_answer(404, "unknown_certificate",
                        "There is no certificate named '" + certs::printable(parameter) + "'.");
  }
  const auto rollout = scene.cluster.remove(*name, scene.now, scene.mishaps);
  auto answer = removal_answer(scene, parameter, rollout);
  if (rollout) note_rollout({&*name, 1}, *rollout, answer.notes);
  return answer;
}

}  // namespace certdrill::simulator
