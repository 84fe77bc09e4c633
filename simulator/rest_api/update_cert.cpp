// PUT /v1/cluster/update_cert: replaces one certificate on all nodes.
#include <nlohmann/json.hpp>

#include "simulator/http/strict_json.h"
#include "simulator/rest_api/certificate_request.h"
#include "simulator/rest_api/endpoint.h"

namespace certdrill::simulator {
namespace {

tl::expected<Change, Answer> read_change(const Scene& scene, std::string_view text) {
  const auto body = parse_json_object(text);
  if (!body) return tl::unexpected(body_error(body.error()));
  return read_certificate(*body, scene.edition, "");
}

Answer update_one(const Scene& scene, const Call& call) {
  const auto read =
      scene.sent.update_cert.find_or_make(call.body, [&] { return read_change(scene, call.body); });
  if (!read) return read.error();
  const Change& change = **read;
  const auto rollout = scene.cluster.update({&change, 1}, scene.now, scene.mishaps);
  if (!rollout) return rejection_answer(rollout.error(), scene.edition.answers_404, "");
  auto answer = rollout_answer(*rollout, scene.cluster.node_count(), scene.success_body);
  note_rollout({&change.name, 1}, *rollout, answer.notes);
  return answer;
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

}  // namespace certdrill::simulator
