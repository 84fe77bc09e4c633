#include "simulator/wrong/bugs/request.h"

#include <algorithm>
#include <utility>

#include "certs/verdict/validate.h"
#include "simulator/rest_api/certificate_request.h"

namespace certdrill::simulator::bugs {
namespace {

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
  const auto where = is_batch(request.call) ? fmt::format("certificates[{}]: ", index) : "";
  return rejection_answer({Rejection::Why::defect, index, defect, {}},
                          request.scene.edition.answers_404, where);
}

// The healthy server's verdict; nullopt: there is nothing wrong with it.
std::optional<certs::Defect> defect_of(const Scene& scene, const Change& change) {
  const auto installed = (*scene.cluster.store())[change.name];
  const bool has_key = installed && installed->bundle->key.has_value();
  const auto& settings = scene.cluster.settings();
  const auto verdict = certs::validate({change.name, view(change.certificate), view(change.key),
                                        has_key ? &*installed->bundle->key : nullptr},
                                       {settings.strictness, settings.name}, scene.now);
  return verdict ? std::nullopt : std::optional(verdict.error());
}

}  // namespace

bool is_call(const Call& call, std::string_view id) {
  const auto* endpoint = call.endpoint();
  return endpoint != nullptr && endpoint->id == id;
}

std::string_view name_to_delete(const Call& call) {
  return is_call(call, "delete_certificate") ? call.path.substr(call.path.rfind('/') + 1) : "";
}

std::vector<nlohmann::json> entries_of(const Call& call) {
  if (!is_update(call) || !call.body.object()) return {};
  const auto& body = *call.body.object();
  if (!is_batch(call)) return {body};
  const auto list = body.find("certificates");
  if (list == body.end() || !list->is_array()) return {};
  return {list->begin(), list->end()};
}

std::string dump(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Answer served(const Request& request) { return request.next(request.scene, request.call); }

Answer served_as(const Request& request, const contract::EditionRules& edition) {
  const Scene& scene = request.scene;
  SentChanges of_this_edition;
  return request.next(
      {scene.cluster, scene.mishaps, edition, scene.now, scene.success_body, of_this_edition},
      request.call);
}

Answer served_body(const Request& request, const std::string& body) {
  Call call = request.call;
  call.body = body;
  return request.next(request.scene, call);
}

Answer rehearsed(const Request& request) {
  const auto copy = request.scene.cluster.fork();
  return request.next(with_cluster(request.scene, *copy, no_mishaps()), request.call);
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
  for (const auto& entry : entries_of(request.call)) {
    auto change = read_certificate(entry, request.scene.edition, "");
    if (!change) return {};
    changes.push_back(std::move(*change));
  }
  return changes;
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
  if (!rollout) return rejection_answer(rollout.error(), scene.edition.answers_404, "");
  return rollout_answer(*rollout, scene.cluster.node_count(), scene.success_body);
}

Answer overlook(const Request& request, Forgiven forgiven) {
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

Answer refuse(const Request& request, Disliked disliked) {
  const auto changes = changes_of(request);
  const bool any = std::ranges::any_of(
      changes, [&](const auto& change) { return disliked(request.scene, change); });
  if (!any) return served(request);
  auto would_be = rehearsed(request);
  if (!took_up(would_be)) return served(request);
  return telling(std::move(would_be),
                 error_answer(400, "invalid_certificate", "The certificate is not acceptable."));
}

Answer rewrite_entries(const Request& request, Rewrite rewrite) {
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

Answer changing_reading(const Request& request,
                        const std::function<void(nlohmann::ordered_json&)>& change) {
  auto answer = served(request);
  if (!is_reading(request.call) || answer.status != 200) return answer;
  auto json = nlohmann::ordered_json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return answer;
  change(json);
  answer.body = dump(json);
  return answer;
}

}  // namespace certdrill::simulator::bugs
