// PUT /v1/cluster/update_cert; GET and PUT /v1/cluster/certificates; DELETE
// /v1/cluster/certificates/{name}; POST /v1/cluster/certificates/rotate.
#include <array>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "certs/read/text.h"
#include "contract/meant_name.h"
#include "contract/nearest_name.h"
#include "simulator/http/strict_json.h"
#include "simulator/rest_api/certificate_request.h"
#include "simulator/rest_api/rest_api.h"

namespace certdrill::simulator {
namespace {

using contract::CertificateName;

tl::expected<Change, Answer> read_change(const Scene& scene, const Call& call) {
  const auto& body = call.body.object();
  if (!body) return tl::unexpected(body_error(body.error()));
  if (!body->contains("name") && body->contains("certificates")) {
    const auto& successor = contract::endpoint_of(contract::UpdateCall::certificates);
    return tl::unexpected(invalid_request(
        successor.editions.contains(scene.edition.edition)
            ? "This is the body of PUT /v1/cluster/certificates; send it there. This call takes "
              "one certificate: {\"name\", \"certificate\", \"key\"}."
            : "This call takes one certificate, {\"name\", \"certificate\", \"key\"}; the list "
              "'certificates' is the body of a call that this edition does not have."));
  }
  return read_certificate(*body, scene.edition, "");
}

Answer update_one(const Scene& scene, const Call& call) {
  const auto read =
      scene.sent.update_cert.find_or_make(call.body, [&] { return read_change(scene, call); });
  if (!read) return read.error();
  const Change& change = **read;
  const auto rollout = scene.cluster.update({&change, 1}, scene.now, scene.mishaps);
  if (!rollout)
    return rejection_answer(rollout.error(), scene.edition.answers_404, "",
                            misnamed_fields(call.body.fields()));
  auto answer = rollout_answer(*rollout, scene.cluster.node_count(), scene.success_body);
  note_rollout({&change.name, 1}, *rollout, answer.notes);
  return answer;
}

std::string place_in_list(std::size_t index) { return fmt::format("certificates[{}]: ", index); }

tl::expected<const nlohmann::json*, Answer> certificate_list(
    const nlohmann::json& body, const contract::EditionRules& edition) {
  constexpr std::array<std::string_view, 1> fields{"certificates"};
  if (!body.contains("certificates")) {
    const bool unwrapped = body.contains("name") || body.contains("certificate");
    const auto& older = contract::endpoint_of(contract::UpdateCall::update_cert);
    return tl::unexpected(invalid_request(
        !unwrapped ? "'certificates' is missing; it is an array of {\"name\", "
                     "\"certificate\", \"key\"}."
        : older.editions.contains(edition.edition)
            ? "The certificates must be wrapped: send {\"certificates\": [{\"name\", "
              "\"certificate\", \"key\"}]}; as it is, this is the body of PUT "
              "/v1/cluster/update_cert."
            : "The certificates must be wrapped: send {\"certificates\": [{\"name\", "
              "\"certificate\", \"key\"}]}."));
  }
  for (const auto& [key, value] : body.items()) {
    if (key == "certificates" || !edition.refuses_unknown_properties) continue;
    return tl::unexpected(
        invalid_request(fmt::format("Unknown property '{}'{}; the only property is certificates.",
                                    certs::printable(key), contract::did_you_mean(key, fields))));
  }
  const auto& array = body["certificates"];
  if (!array.is_array() || array.empty()) {
    return tl::unexpected(invalid_request(
        fmt::format("'certificates' must be an array with at least one certificate, not {}.",
                    array.is_array() ? "an empty one" : json_type(array))));
  }
  return &array;
}

tl::expected<std::vector<Change>, Answer> read_list(const Scene& scene, const Call& call) {
  const auto& body = call.body.object();
  if (!body) {
    const bool bare_list = call.body.json() && call.body.json()->is_array();
    return tl::unexpected(body_error(
        bare_list ? body.error() + "; wrap the list: {\"certificates\": [...]}" : body.error()));
  }
  const auto array = certificate_list(*body, scene.edition);
  if (!array) return tl::unexpected(array.error());
  std::vector<Change> changes;
  std::set<CertificateName> names;
  for (std::size_t i = 0; i < (*array)->size(); ++i) {
    auto change = read_certificate((**array)[i], scene.edition, place_in_list(i));
    if (!change) return tl::unexpected(std::move(change.error()));
    if (!names.insert(change->name).second) {
      return tl::unexpected(invalid_request(fmt::format(
          "{}the certificate {} is there twice.", place_in_list(i), to_string(change->name))));
    }
    changes.push_back(std::move(*change));
  }
  return changes;
}

Answer removal_answer(const Scene& scene, std::string_view name, const Cluster::Outcome& rollout) {
  using Why = Rejection::Why;
  if (!rollout && rollout.error().why == Why::required) {
    return error_answer(403, "required_certificate",
                        fmt::format("The certificate {} is required; only ldap_client, "
                                    "mtls_trusted_ca, sso_service and sso_issuer may be deleted.",
                                    name));
  }
  if (!rollout && rollout.error().why == Why::not_installed) {
    return error_answer(404, "unknown_certificate",
                        fmt::format("The certificate {} is not installed.", name));
  }
  if (!rollout) return rejection_answer(rollout.error(), /*answers_404=*/false, "");
  if (rollout->unreached.empty()) return json_answer(std::string(scene.success_body));
  return error_answer(500, "delete_failed",
                      fmt::format("The certificate was removed from the configuration, but not "
                                  "from the disk of {}.",
                                  name_unreached(*rollout)));
}

tl::expected<std::vector<CertificateName>, Answer> names_to_rotate(const Scene& scene,
                                                                   const Call& call) {
  const std::vector<CertificateName> both{CertificateName::ccs_internode_encryption,
                                          CertificateName::data_internode_encryption};
  if (call.body.empty()) return both;
  const auto& body = call.body.fields();
  for (const auto& [key, value] : body.items()) {
    if (key == "name" || !scene.edition.refuses_unknown_properties) continue;
    return tl::unexpected(invalid_request(
        fmt::format("Unknown property '{}'; the only property is name.", certs::printable(key))));
  }
  if (!body.contains("name")) return both;
  const auto& sent = body["name"];
  if (!sent.is_string()) {
    return tl::unexpected(
        invalid_request(fmt::format("'name' must be a string, not {}.", json_type(sent))));
  }
  const auto text = sent.get<std::string>();
  const auto name = contract::find_certificate(text);
  if (name && contract::info(*name).internode) return std::vector{*name};
  return tl::unexpected(error_answer(
      403, "unsupported_rotation",
      fmt::format("'{}' is no internal certificate{}; those that rotate are "
                  "ccs_internode_encryption and data_internode_encryption.",
                  certs::printable(text), name ? "" : contract::did_you_mean_certificate(text))));
}

}  // namespace

Answer put_update_cert(const Scene& scene, const Call& call, std::string_view /*parameter*/) {
  auto answer = update_one(scene, call);
  if (scene.edition.update_cert_deprecated) {
    // No date of deprecation is documented, so the field has its older boolean form; RFC 8288 names
    // the successor.
    answer.headers.emplace_back("Deprecation", "true");
    answer.headers.emplace_back("Link", "</v1/cluster/certificates>; rel=\"successor-version\"");
  }
  return answer;
}

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
  return answer_of(json);
}

Answer put_certificates(const Scene& scene, const Call& call, std::string_view /*parameter*/) {
  const auto read =
      scene.sent.certificates.find_or_make(call.body, [&] { return read_list(scene, call); });
  if (!read) return read.error();
  const std::vector<Change>& changes = **read;
  const auto rollout = scene.cluster.update(changes, scene.now, scene.mishaps);
  // This call documents no 404 in any edition.
  if (!rollout) {
    const auto index = rollout.error().index;
    return rejection_answer(rollout.error(), /*answers_404=*/false, place_in_list(index),
                            misnamed_fields(call.body.fields().at("certificates").at(index)));
  }
  auto answer = rollout_answer(*rollout, scene.cluster.node_count(), scene.success_body);
  std::vector<CertificateName> names;
  names.reserve(changes.size());
  for (const auto& change : changes) names.push_back(change.name);
  note_rollout(names, *rollout, answer.notes);
  return answer;
}

Answer delete_certificate(const Scene& scene, const Call& /*call*/, std::string_view parameter) {
  const auto name = contract::find_certificate(parameter);
  if (!name) {
    return error_answer(
        404, "unknown_certificate",
        fmt::format("There is no certificate named '{}'{}.", certs::printable(parameter),
                    contract::did_you_mean_certificate(parameter)));
  }
  const auto rollout = scene.cluster.remove(*name, scene.now, scene.mishaps);
  auto answer = removal_answer(scene, parameter, rollout);
  if (rollout) note_rollout({&*name, 1}, *rollout, answer.notes);
  return answer;
}

Answer post_rotate(const Scene& scene, const Call& call, std::string_view /*parameter*/) {
  const auto names = names_to_rotate(scene, call);
  if (!names) return names.error();
  call.may_block();  // it makes keys
  const auto rollout = scene.cluster.rotate_internode(*names, scene.now, scene.mishaps);
  if (!rollout) return rejection_answer(rollout.error(), /*answers_404=*/false, "");
  auto answer = rollout->unreached.empty()
                    ? json_answer(std::string(scene.success_body))
                    : error_answer(400, "not_all_nodes_updated",
                                   fmt::format("The internal certificates were not updated on {}.",
                                               name_unreached(*rollout)));
  note_rollout(*names, *rollout, answer.notes);
  return answer;
}

}  // namespace certdrill::simulator
