// POST /v1/cluster/certificates/rotate: new internode certificates.
#include <nlohmann/json.hpp>

#include "certs/read/text.h"
#include "simulator/http/strict_json.h"
#include "simulator/rest_api/certificate_request.h"
#include "simulator/rest_api/endpoint.h"

namespace certdrill::simulator {
namespace {

using contract::CertificateName;

tl::expected<std::vector<CertificateName>, Answer> names_to_rotate(const Scene& scene,
                                                                   std::string_view body_text) {
  const std::vector<CertificateName> both{CertificateName::ccs_internode_encryption,
                                          CertificateName::data_internode_encryption};
  if (body_text.empty()) return both;
  const auto body = parse_json_object(body_text);
  if (!body) return tl::unexpected(body_error(body.error()));
  for (const auto& [key, value] : body->items()) {
    if (key == "name" || !scene.edition.refuses_unknown_properties) continue;
    return tl::unexpected(error_answer(
        400, "invalid_request",
        "Unknown property '" + certs::printable(key) + "'; the only property is name."));
  }
  if (!body->contains("name")) return both;
  const auto& name_json = (*body)["name"];
  if (!name_json.is_string()) {
    return tl::unexpected(
        error_answer(400, "invalid_request",
                     "'name' must be a string, not " + std::string(json_type(name_json)) + "."));
  }
  const auto name = contract::find_certificate(name_json.get<std::string>());
  if (!name || !contract::info(*name).internode) {
    return tl::unexpected(
        error_answer(403, "unsupported_rotation",
                     "'" + certs::printable(name_json.get<std::string>()) +
                         "' is no internal certificate; those that rotate are "
                         "ccs_internode_encryption and data_internode_encryption."));
  }
  return std::vector{*name};
}

}  // namespace

Answer post_rotate(const Scene& scene, const Call& call, std::string_view /*parameter*/) {
  const auto names = names_to_rotate(scene, call.body);
  if (!names) return names.error();
  const auto rollout = scene.cluster.rotate_internode(*names, scene.now, scene.mishaps);
  auto answer = rollout.unreached.empty()
                    ? json_answer(std::string(scene.success_body))
                    : error_answer(400, "not_all_nodes_updated",
                                   "The internal certificates were not updated on " +
                                       name_unreached(rollout) + ".");
  note_rollout(*names, rollout, answer.notes);
  return answer;
}

}  // namespace certdrill::simulator
