#include "simulator/wrong/bugs/request.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "simulator/rest_api/certificate_request.h"

namespace certdrill::simulator::bugs {

bool is_call(const Call& call, std::string_view id) {
  const auto* endpoint = call.endpoint();
  return endpoint != nullptr && endpoint->id == id;
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

Answer describing_openly(Answer answer, std::string_view description) {
  auto instead =
      answer_of({{"error_code", answer.error_code}, {"description", description}}, answer.status);
  instead.error_code = answer.error_code;
  return telling(std::move(answer), std::move(instead));
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

std::optional<certs::Defect> defect_of(const Scene& scene, const Change& change) {
  const auto& settings = scene.cluster.settings();
  const auto verdict =
      Examination(settings.name)
          .judge(change, (*scene.cluster.store())[change.name], scene.now, settings.strictness);
  return verdict ? std::nullopt : std::optional(verdict.error());
}

std::vector<certs::Certificate> chain_of(const Change& change) {
  return SubmittedCertificate{change.certificate.value_or("")}.chain();
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
  for (const auto& change : changes) {
    const auto defect = defect_of(request.scene, change);
    if (!defect) continue;
    if (!forgiven(*defect)) return answer;
    forgave = true;
    // Expiry is looked at last, so what was refused before may have expired as well.
    const bool expired = std::ranges::any_of(
        chain_of(change), [&](const auto& one) { return one.expired_at(request.scene.now); });
    if (expired && defect->id != certs::DefectId::expired)
      return telling(std::move(answer), error_answer(406, "certificate_expired",
                                                     "A certificate of the chain has expired."));
  }
  // Refused before it was validated: the credentials, the shape of the body, ...
  const bool was_judged = answer.error_code == "invalid_certificate" ||
                          answer.error_code == "certificate_expired" ||
                          answer.error_code == "certificate_not_found";
  if (!forgave || !was_judged) return answer;
  return telling(std::move(answer), install(request, changes));
}

namespace {

Answer tell_only(const Request& request, Answer (*told)(const Request& request, Answer would_be)) {
  auto would_be = rehearsed(request);
  return took_up(would_be) ? told(request, std::move(would_be)) : served(request);
}

}  // namespace

Answer refuse(const Request& request, OfChange disliked) {
  const bool any = std::ranges::any_of(
      changes_of(request), [&](const auto& change) { return disliked(request.scene, change); });
  if (!any) return served(request);
  return tell_only(request, [](const Request&, Answer would_be) {
    return telling(std::move(would_be),
                   error_answer(400, "invalid_certificate", "The certificate is not acceptable."));
  });
}

Answer ignore(const Request& request, OfChange known) {
  const auto changes = changes_of(request);
  const bool all = std::ranges::all_of(
      changes, [&](const auto& change) { return known(request.scene, change); });
  return all && !changes.empty() ? tell_only(request, telling_success) : served(request);
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

Answer reading_remembered(const Request& request, Memory& memory) {
  return changing_reading(request, [&](nlohmann::ordered_json& object) {
    const std::lock_guard lock(memory.mutex);
    if (std::chrono::steady_clock::now() >= memory.until) return;
    for (const auto& [field, text] : memory.fields)
      if (object.contains(field)) object[field] = text;
  });
}

std::string key_field(contract::CertificateName name) {
  return fmt::format("{}_key", to_string(name));
}

}  // namespace certdrill::simulator::bugs
