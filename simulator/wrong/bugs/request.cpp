#include "simulator/wrong/bugs/request.h"

#include <algorithm>
#include <utility>

#include "certs/verdict/validate.h"
#include "simulator/http/strict_json.h"
#include "simulator/rest_api/certificate_request.h"

namespace certdrill::simulator::bugs {
namespace {

constexpr std::string_view kUpdateCert = "/v1/cluster/update_cert";
constexpr std::string_view kCertificates = "/v1/cluster/certificates";

std::optional<std::string_view> view(const std::optional<std::string>& text) {
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

// 406 for a certificate that is refused for nothing else.
std::optional<Answer> expiry_of(const Request& request, const Change& change, std::size_t index) {
  const auto chain = chain_of(change);
  const auto late = std::ranges::find_if(
      chain, [&](const auto& one) { return one.expired_at(request.scene.now); });
  if (late == chain.end()) return std::nullopt;
  const certs::Defect defect{certs::DefectId::expired, static_cast<int>(late - chain.begin()),
                             late->subject(),
                             "notAfter " + certs::format_instant(late->not_after())};
  const std::string where =
      is_batch(request.call) ? "certificates[" + std::to_string(index) + "]: " : "";
  return rejection_answer({index, defect, {}}, request.scene.edition.answers_404, where);
}

}  // namespace

bool is_update(const Call& call) {
  return call.method == "PUT" && (call.path == kUpdateCert || call.path == kCertificates);
}

bool is_batch(const Call& call) {
  return call.method == "PUT" && call.path == kCertificates;
}

bool is_reading(const Call& call) {
  return call.method == "GET" && call.path == kCertificates;
}

bool is_rotation(const Call& call) {
  return call.method == "POST" && call.path == "/v1/cluster/certificates/rotate";
}

std::string_view name_to_delete(const Call& call) {
  if (call.method != "DELETE" || !call.path.starts_with(kCertificates)) return {};
  const auto rest = call.path.substr(kCertificates.size());
  return rest.starts_with('/') ? rest.substr(1) : std::string_view{};
}

Answer served(const Request& request) {
  return request.next(request.scene, request.call);
}

Answer served_at(const Request& request, certs::Instant now) {
  Scene scene = request.scene;
  scene.now = now;
  return request.next(scene, request.call);
}

Answer served_through(const Request& request, Mishaps& mishaps) {
  const Scene& scene = request.scene;
  return request.next(
      {scene.cluster, mishaps, scene.edition, scene.now, scene.success_body, scene.sent},
      request.call);
}

Answer served_by(const Request& request, Cluster& cluster) {
  const Scene& scene = request.scene;
  return request.next(
      {cluster, scene.mishaps, scene.edition, scene.now, scene.success_body, scene.sent},
      request.call);
}

Answer served_as(const Request& request, const contract::EditionRules& edition) {
  const Scene& scene = request.scene;
  SentChanges of_this_edition;
  return request.next(
      {scene.cluster, scene.mishaps, edition, scene.now, scene.success_body, of_this_edition},
      request.call);
}

Answer served_call(const Request& request, const Call& call) {
  return request.next(request.scene, call);
}

Answer served_body(const Request& request, const std::string& body) {
  Call call = request.call;
  call.body = body;
  return request.next(request.scene, call);
}

Answer rehearsed(const Request& request) {
  const auto copy = request.scene.cluster.fork();
  const Scene& scene = request.scene;
  Mishaps none;
  return request.next({*copy, none, scene.edition, scene.now, scene.success_body, scene.sent},
                      request.call);
}

bool took_up(const Answer& answer) {
  return answer.status == 200 || answer.error_code == "not_all_nodes_updated";
}

Answer telling(Answer answer, Answer instead) {
  answer.status = instead.status;
  answer.body = std::move(instead.body);
  answer.error_code = std::move(instead.error_code);
  return answer;
}

Answer telling_success(const Request& request, Answer answer) {
  return telling(std::move(answer), json_answer(std::string(request.scene.success_body)));
}

std::vector<Change> changes_of(const Request& request) {
  std::vector<Change> changes;
  if (!is_update(request.call)) return changes;
  const auto body = parse_json_object(request.call.body);
  if (!body) return changes;
  if (!is_batch(request.call)) {
    if (auto change = read_certificate(*body, request.scene.edition, "")) {
      changes.push_back(std::move(*change));
    }
    return changes;
  }
  const auto array = body->find("certificates");
  if (array == body->end() || !array->is_array()) return changes;
  for (const auto& entry : *array) {
    auto change = read_certificate(entry, request.scene.edition, "");
    if (!change) return {};
    changes.push_back(std::move(*change));
  }
  return changes;
}

std::optional<certs::Defect> defect_of(const Scene& scene, const Change& change) {
  const auto installed = (*scene.cluster.store())[change.name];
  const bool has_key = installed && installed->bundle->key.has_value();
  const auto& settings = scene.cluster.settings();
  const auto verdict = certs::validate({change.name, view(change.certificate), view(change.key),
                                        has_key ? &*installed->bundle->key : nullptr},
                                       {settings.strictness, settings.name}, scene.now);
  return verdict ? std::nullopt : std::optional(verdict.error());
}

std::optional<certs::Defect> first_defect(const Request& request) {
  for (const auto& change : changes_of(request)) {
    if (auto defect = defect_of(request.scene, change)) return defect;
  }
  return std::nullopt;
}

std::vector<certs::Certificate> chain_of(const Change& change) {
  if (!change.certificate) return {};
  auto chain = certs::parse_chain(*change.certificate);
  return chain ? std::move(*chain) : std::vector<certs::Certificate>{};
}

Answer install(const Request& request, const std::vector<Change>& changes) {
  const Scene& scene = request.scene;
  const auto rollout = scene.cluster.install_unchecked(changes, scene.now, scene.mishaps);
  return rollout_answer(rollout, scene.cluster.node_count(), scene.success_body);
}

Answer overlooking(const Request& request, Forgiven forgiven) {
  auto answer = served(request);
  if (took_up(answer)) return answer;
  const auto changes = changes_of(request);
  bool forgave = false;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const auto defect = defect_of(request.scene, changes[i]);
    if (!defect) continue;
    if (!forgiven(*defect)) return answer;
    forgave = true;
    if (defect->id == certs::DefectId::expired) continue;
    // Expiry is looked at last, so what was refused before may have expired as well.
    if (auto expired = expiry_of(request, changes[i], i)) {
      return telling(std::move(answer), std::move(*expired));
    }
  }
  // Refused before it was validated: the credentials, the shape of the body, ...
  const bool was_judged = answer.error_code == "invalid_certificate" ||
                          answer.error_code == "certificate_expired" ||
                          answer.error_code == "certificate_not_found";
  if (!forgave || !was_judged) return answer;
  return telling(std::move(answer), install(request, changes));
}

Answer disliking(const Request& request, Disliked is_disliked, std::string_view description) {
  const auto changes = changes_of(request);
  const bool disliked = std::ranges::any_of(
      changes, [&](const auto& change) { return is_disliked(request.scene, change); });
  if (!disliked) return served(request);
  auto would_be = rehearsed(request);
  if (!took_up(would_be)) return served(request);
  return telling(std::move(would_be), error_answer(400, "invalid_certificate", description));
}

Answer rewriting(const Request& request, Rewrite rewrite) {
  if (!is_update(request.call)) return served(request);
  auto body = nlohmann::ordered_json::parse(request.call.body.text(), nullptr,
                                            /*allow_exceptions=*/false);
  if (!body.is_object()) return served(request);
  bool changed = false;
  if (!is_batch(request.call)) {
    changed = rewrite(body);
  } else if (body.contains("certificates") && body["certificates"].is_array()) {
    for (auto& entry : body["certificates"]) {
      if (entry.is_object() && rewrite(entry)) changed = true;
    }
  }
  return changed ? served_body(request, dump(body)) : served(request);
}

Answer changing_reading(Answer answer, const std::function<void(nlohmann::ordered_json&)>& change) {
  if (answer.status != 200) return answer;
  auto json = nlohmann::ordered_json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return answer;
  change(json);
  answer.body = dump(json);
  return answer;
}

std::string dump(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace certdrill::simulator::bugs
