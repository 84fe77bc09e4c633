#include "conformance/session.h"

#include <algorithm>

#include "conformance/settings.h"

namespace certdrill::conformance {
namespace {

// One case may make a server close a connection, or wait for a node that restarts. A few in a row
// are a cluster that has gone, and each would wait for its timeouts.
constexpr int unanswered_limit = 5;

bool visible(const Session& session, contract::CertificateName name) {
  return std::ranges::all_of(session.cluster.nodes(), [&](const ClusterNode& node) {
    return node.presents(name).has_value();
  });
}

bool fits(const Session& session, const Needs& needs, contract::CertificateName name) {
  const auto& known = contract::info(name);
  switch (needs.subject) {
    case Subject::none:
      return false;
    case Subject::any:
      return known.has_key && !known.internode;
    case Subject::presented:
      // The suite's own requests go through api; changing it is left to the one case that names it.
      return known.has_key && name != contract::CertificateName::api && visible(session, name);
    case Subject::optional:
      return known.optional && known.has_key;
    case Subject::named:
      return name == needs.name;
  }
  return false;
}

std::string option_for(const Session& session, const Needs& needs) {
  switch (needs.subject) {
    case Subject::presented:
      return "no allowed certificate is presented on a port of every node; allow one with --cert "
             "metrics_exporter (or proxy, with --nodes FILE that names the database endpoints)";
    case Subject::optional:
      return "no allowed certificate may be deleted; allow one with --cert ldap_client or --cert "
             "sso_service";
    case Subject::named: {
      const auto& known = contract::info(*needs.name);
      const bool forced = known.internode || needs.name == contract::CertificateName::api ||
                          needs.name == contract::CertificateName::cm;
      return "--cert " + std::string(known.text) + (forced ? " --force-cert" : "") +
             " would let it run";
    }
    default:
      return "no allowed certificate has a key; allow one with --cert" +
             std::string(session.allowed.empty() ? " metrics_exporter" : "");
  }
}

}  // namespace

bool Session::is_allowed(contract::CertificateName name) const {
  return std::ranges::find(allowed, name) != allowed.end();
}

certs::Instant Session::cluster_time() const {
  return now + std::chrono::ceil<std::chrono::seconds>(std::chrono::steady_clock::now() - began);
}

std::optional<contract::CertificateName> Session::subject_for(const Needs& needs) const {
  const auto found = std::ranges::find_if(
      allowed, [&](contract::CertificateName name) { return fits(*this, needs, name); });
  if (found == allowed.end()) return std::nullopt;
  return *found;
}

std::optional<std::string> obstacle(const Session& session, const Case& one) {
  if (session.unanswered >= unanswered_limit) {
    return "the cluster does not answer any more: " + std::to_string(session.unanswered) +
           " cases in a row got no answer";
  }
  if (!one.editions.contains(session.edition)) {
    return "edition " + std::string(to_string(session.edition)) + " does not have it";
  }
  const Needs& needs = one.needs;
  if (needs.changes && !session.guard) return session.why_no_changes;
  if (needs.viewer && !viewer_credentials(session.options)) {
    return std::string(
        "it needs a user who may only look: --viewer-username and --viewer-password-file");
  }
  if (needs.subject != Subject::none && !session.subject_for(needs))
    return option_for(session, needs);
  if (needs.nodes > static_cast<int>(session.cluster.nodes().size())) {
    return "it needs " + std::to_string(needs.nodes) + " nodes, and " +
           std::to_string(session.cluster.nodes().size()) + " are known (--nodes)";
  }
  if (needs.injector && !session.injector) {
    return std::string(
        "it needs a node that can be made unreachable: --inject-cmd with --heal-cmd, or "
        "--sim-control");
  }
  const auto with_key = std::ranges::count_if(session.allowed, [](contract::CertificateName name) {
    return contract::info(name).has_key && !contract::info(name).internode &&
           name != contract::CertificateName::api;
  });
  if (needs.other_certificates > 0 && with_key <= needs.other_certificates) {
    return "it changes " + std::to_string(needs.other_certificates + 1) +
           " certificates at once; allow more with --cert";
  }
  return std::nullopt;
}

}  // namespace certdrill::conformance
