// Bugs in judging what was sent: the certificate, its chain and its key, too lenient, too strict or
// too late; and requests in which there is no certificate to look at.
#include <algorithm>
#include <array>

#include "simulator/wrong/bugs/request.h"

namespace certdrill::simulator::bugs {
namespace {

using certs::DefectId;

template <DefectId... ids>
bool is_one_of(const certs::Defect& defect) {
  return ((defect.id == ids) || ...);
}

// A leaf that has expired is the first that is found, whatever is above it.
bool is_expiry_above_the_leaf(const certs::Defect& defect) {
  return defect.id == DefectId::expired && defect.position > 0;
}

bool is_installed_already(const Scene& scene, const Change& change) {
  const auto installed = (*scene.cluster.store())[change.name];
  return installed && change.certificate == installed->certificate_text;
}

bool is_anchor_without_key(const Scene& /*scene*/, const Change& change) {
  return !contract::info(change.name).has_key && change.key.value_or("").empty();
}

Answer expired_applied_all_the_same(const Request& request) {
  auto answer = served(request);
  if (answer.status == 406) install(request, changes_of(request));
  return answer;
}

Answer rejected_update_applied(const Request& request) {
  auto answer = served(request);
  if (answer.error_code == "invalid_certificate") install(request, changes_of(request));
  return answer;
}

Answer not_yet_valid_accepted(const Request& request) {
  Scene scene = request.scene;
  for (const auto& change : changes_of(request)) {
    for (const auto& one : chain_of(change)) scene.now = std::max(scene.now, one.not_before());
  }
  return request.next(scene, request.call);
}

// As a server whose clock, or zone, is that far off.
template <int hours>
Answer judged_hours_later(const Request& request) {
  Scene scene = request.scene;
  if (is_update(request.call)) scene.now += std::chrono::hours(hours);
  return request.next(scene, request.call);
}

Answer key_of_the_intermediate_accepted(const Request& request) {
  auto answer = served(request);
  if (answer.error_code != "invalid_certificate") return answer;
  const auto changes = changes_of(request);
  const bool fits_another = std::ranges::all_of(changes, [&](const Change& change) {
    const auto defect = defect_of(request.scene, change);
    const auto key = certs::parse_key(change.key.value_or(""));
    return defect && defect->id == DefectId::key_does_not_match && key &&
           std::ranges::any_of(chain_of(change),
                               [&](const auto& one) { return key->matches(one); });
  });
  return fits_another ? telling(std::move(answer), install(request, changes)) : answer;
}

bool has_subject_and_serial_of_the_installed(const Scene& scene, const Change& change) {
  const auto installed = (*scene.cluster.store())[change.name];
  const auto chain = chain_of(change);
  if (!installed || chain.empty() || installed->bundle->chain.empty()) return false;
  const auto& held = installed->bundle->chain.front();
  return held.subject() == chain.front().subject() &&
         ASN1_INTEGER_cmp(X509_get0_serialNumber(held.x509()),
                          X509_get0_serialNumber(chain.front().x509())) == 0;
}

Answer missing_key_drops_the_installed_one(const Request& request) {
  auto answer = served(request);
  if (!took_up(answer)) return answer;
  auto changes = changes_of(request);
  std::erase_if(changes, [](const Change& change) { return change.key.has_value(); });
  for (auto& change : changes) change.key = "";
  if (!changes.empty()) install(request, changes);
  return answer;
}

Answer validation_after_rollout(const Request& request) {
  const Cluster& cluster = request.scene.cluster;
  std::string down;
  for (int uid = 1; uid <= static_cast<int>(cluster.node_count()); ++uid) {
    if (!cluster.node(uid).up()) down += fmt::format("{}node {}", down.empty() ? "" : ", ", uid);
  }
  auto answer = served(request);
  const bool defective = std::ranges::any_of(changes_of(request), [&](const auto& one) {
    return defect_of(request.scene, one).has_value();
  });
  if (down.empty() || !defective || answer.status == 401 || answer.status == 403) return answer;
  return telling(std::move(answer),
                 error_answer(409, "not_all_nodes_updated",
                              fmt::format("Not reached: {} (the node is down).", down)));
}

constexpr auto kJudgingBugs = std::to_array<Bug>({
    {"expired-accepted",
     "expiry is not checked: an expired certificate is installed and answered 200",
     overlooking<is_one_of<DefectId::expired>>},
    {"expired-answers-400", "an expired certificate is refused with 400 instead of 406",
     FaultTexts{"kind=answer,stage=after,instead_of=certificate_expired,status=400"}},
    {"expired-intermediate-accepted", "only the leaf's notAfter is looked at",
     overlooking<is_expiry_above_the_leaf>},
    {"expired-applied-all-the-same",
     "406 is answered, and the certificate is stored and rolled out", expired_applied_all_the_same},
    {"not-yet-valid-accepted", "notBefore is not looked at", not_yet_valid_accepted},
    {"expiry-two-hours-late", "expiry is judged in another zone: two hours late",
     judged_hours_later<-2>},
    {"expiry-two-hours-early", "expiry is judged in another zone: two hours early",
     judged_hours_later<2>},
    {"same-serial-is-no-change",
     "a certificate with the installed one's subject and serial is answered 200, without effect",
     ignoring<has_subject_and_serial_of_the_installed>},
    {"rejected-update-applied",
     "400 is answered for an invalid certificate, and it is stored and rolled out",
     rejected_update_applied},
    {"chain-order-not-checked", "a chain in wrong order is installed and answered 200",
     overlooking<is_one_of<DefectId::chain_out_of_order, DefectId::chain_root_first,
                           DefectId::chain_after_root>>},
    {"chain-signature-not-checked",
     "a chain whose signature does not verify is installed and answered 200",
     overlooking<is_one_of<DefectId::chain_signature>>},
    {"three-levels-refused", "a chain of three certificates or more is refused with 400",
     FaultTexts{"kind=answer,status=400,submitted=three_levels"}},
    {"chain-without-common-name-refused",
     "a chain in which any subject has no CN is refused with 400",
     FaultTexts{"kind=answer,status=400,submitted=no_common_name"}},
    {"unknown-extension-refused",
     "a certificate with an extension that is not known is refused with 400",
     FaultTexts{"kind=answer,status=400,submitted=unknown_extension"}},
    {"internode-client-auth-not-checked",
     "an internode certificate without clientAuth is installed",
     FaultTexts{"kind=validation,strictness=lenient,submitted=no_client_auth,"
                "certificate=ccs_internode_encryption+data_internode_encryption"}},
    {"validation-after-rollout",
     "with a node unreachable 409 is answered before the certificate is validated",
     validation_after_rollout},
    {"second-time-refused", "the certificate that is installed already is refused with 400",
     disliking<is_installed_already>},
    {"trust-anchors-need-a-key",
     "mtls_trusted_ca and sso_issuer without a key are refused with 400",
     disliking<is_anchor_without_key>},
    {"key-not-checked", "a key that does not match the leaf is installed and answered 200",
     overlooking<is_one_of<DefectId::key_does_not_match>>},
    {"key-of-the-intermediate-accepted",
     "a key that fits any certificate of the chain is taken for the leaf's",
     key_of_the_intermediate_accepted},
    {"installed-key-not-checked", "without a key in the request, any certificate is taken",
     overlooking<
         is_one_of<DefectId::installed_key_does_not_match, DefectId::installed_key_missing>>},
    {"missing-key-drops-the-installed-one",
     "a request without key is taken, and the stored key is emptied",
     missing_key_drops_the_installed_one},
    {"missing-certificate-accepted",
     "a request without certificate is answered 200, without effect",
     FaultTexts{"kind=answer,stage=after,instead_of=certificate_not_found,status=200,"
                "submitted=no_certificate",
                "kind=answer,stage=after,instead_of=invalid_certificate,status=200,"
                "submitted=no_certificate"}},
    {"missing-certificate-answers-500", "a request without certificate is answered 500",
     FaultTexts{"kind=answer,stage=after,instead_of=certificate_not_found,status=500,"
                "submitted=no_certificate",
                "kind=answer,stage=after,instead_of=invalid_certificate,status=500,"
                "submitted=no_certificate"}},
    {"text-without-pem-stored",
     "a certificate field without a PEM block is stored and answered 200",
     overlooking<
         is_one_of<DefectId::certificate_without_pem, DefectId::certificate_file_reference>>},
});

}  // namespace

std::span<const Bug> judging_bugs() { return kJudgingBugs; }

}  // namespace certdrill::simulator::bugs
