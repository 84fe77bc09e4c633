// Bugs in judging a certificate and its chain: too lenient, too strict, or too late.
#include <algorithm>
#include <array>

#include <openssl/objects.h>

#include "simulator/wrong/bugs/groups.h"
#include "simulator/wrong/bugs/request.h"

namespace certdrill::simulator::bugs {
namespace {

using certs::DefectId;

bool is_wrong_order(const certs::Defect& defect) {
  return defect.id == DefectId::chain_out_of_order || defect.id == DefectId::chain_root_first ||
         defect.id == DefectId::chain_after_root;
}

bool is_bad_signature(const certs::Defect& defect) {
  return defect.id == DefectId::chain_signature;
}

bool is_client_auth(const certs::Defect& defect) {
  return defect.id == DefectId::no_client_auth;
}

bool has_three_levels(const Scene& /*scene*/, const Change& change) {
  return chain_of(change).size() >= 3;
}

bool lacks_common_name(const Scene& /*scene*/, const Change& change) {
  return std::ranges::any_of(chain_of(change),
                             [](const auto& one) { return one.common_name().empty(); });
}

bool has_unknown_extension(const Scene& /*scene*/, const Change& change) {
  return std::ranges::any_of(chain_of(change), [](const auto& one) {
    for (int i = 0; i < X509_get_ext_count(one.x509()); ++i) {
      const auto* object = X509_EXTENSION_get_object(X509_get_ext(one.x509(), i));
      if (OBJ_obj2nid(object) == NID_undef) return true;
    }
    return false;
  });
}

bool is_installed_already(const Scene& scene, const Change& change) {
  const auto installed = (*scene.cluster.store())[change.name];
  return installed && change.certificate == installed->certificate_text;
}

bool is_anchor_without_key(const Scene& /*scene*/, const Change& change) {
  return !contract::info(change.name).has_key && change.key.value_or("").empty();
}

Answer rejected_update_applied(const Request& request) {
  auto answer = served(request);
  if (answer.error_code == "invalid_certificate") install(request, changes_of(request));
  return answer;
}

Answer chain_order_not_checked(const Request& request) {
  return overlooking(request, is_wrong_order);
}

Answer chain_signature_not_checked(const Request& request) {
  return overlooking(request, is_bad_signature);
}

Answer internode_client_auth_not_checked(const Request& request) {
  return overlooking(request, is_client_auth);
}

Answer three_levels_refused(const Request& request) {
  return disliking(request, has_three_levels, "The chain is too long: at most two certificates.");
}

Answer chain_without_common_name_refused(const Request& request) {
  return disliking(request, lacks_common_name, "A certificate of the chain has no common name.");
}

Answer unknown_extension_refused(const Request& request) {
  return disliking(request, has_unknown_extension, "The certificate has an unknown extension.");
}

Answer second_time_refused(const Request& request) {
  return disliking(request, is_installed_already, "The certificate is installed already.");
}

Answer trust_anchors_need_a_key(const Request& request) {
  return disliking(request, is_anchor_without_key, "There is no private key.");
}

Answer validation_after_rollout(const Request& request) {
  const Cluster& cluster = request.scene.cluster;
  std::string down;
  for (int uid = 1; uid <= static_cast<int>(cluster.node_count()); ++uid) {
    if (!cluster.node(uid).up()) down += (down.empty() ? "node " : ", node ") + std::to_string(uid);
  }
  auto answer = served(request);
  if (down.empty() || !first_defect(request) || answer.status == 401 || answer.status == 403) {
    return answer;
  }
  return telling(std::move(answer), error_answer(409, "not_all_nodes_updated",
                                                 "Not reached: " + down + " (the node is down)."));
}

constexpr std::array<Bug, 10> kBugs{{
    {"rejected-update-applied",
     "400 is answered for an invalid certificate, and it is stored and rolled out",
     serving<rejected_update_applied>},
    {"chain-order-not-checked", "a chain in wrong order is installed and answered 200",
     serving<chain_order_not_checked>},
    {"chain-signature-not-checked",
     "a chain whose signature does not verify is installed and answered 200",
     serving<chain_signature_not_checked>},
    {"three-levels-refused", "a chain of three certificates or more is refused with 400",
     serving<three_levels_refused>},
    {"chain-without-common-name-refused",
     "a chain in which any subject has no CN is refused with 400",
     serving<chain_without_common_name_refused>},
    {"unknown-extension-refused",
     "a certificate with an extension that is not known is refused with 400",
     serving<unknown_extension_refused>},
    {"internode-client-auth-not-checked",
     "an internode certificate without clientAuth is installed",
     serving<internode_client_auth_not_checked>},
    {"validation-after-rollout",
     "with a node unreachable 409 is answered before the certificate is validated",
     serving<validation_after_rollout>},
    {"second-time-refused", "the certificate that is installed already is refused with 400",
     serving<second_time_refused>},
    {"trust-anchors-need-a-key",
     "mtls_trusted_ca and sso_issuer without a key are refused with 400",
     serving<trust_anchors_need_a_key>},
}};

}  // namespace

std::span<const Bug> validation_bugs() {
  return kBugs;
}

}  // namespace certdrill::simulator::bugs
