// GET /sim/v1/convergence: is the cluster of one mind, per certificate.
#include <algorithm>
#include <array>

#include "simulator/control_api/endpoint.h"
#include "simulator/engine/engine.h"

namespace certdrill::simulator {
namespace {

using Json = nlohmann::ordered_json;

Json moments_json(const std::optional<BadMoments>& moments) {
  if (!moments) return nullptr;
  return {{"first", certs::format_instant(moments->first)},
          {"nodes", moments->nodes},
          {"goes_on", moments->goes_on}};
}

Json certificate_json(const CertificateConvergence& certificate) {
  return {{"converged", certificate.converged},
          {"since", certs::format_instant(certificate.since)},
          {"confirmed", certificate.confirmed},
          {"attempts", certificate.attempts},
          {"generation", certificate.generation},
          {"files_differ", certificate.files_differ},
          {"listeners_differ", certificate.listeners_differ},
          {"presented_expired", moments_json(certificate.presented_expired)},
          {"presented_mismatched", moments_json(certificate.presented_mismatched)}};
}

ControlAnswer get_convergence(Engine& engine, const ControlCall& /*call*/) {
  const auto now = engine.clock().now();
  const auto all = engine.cluster().convergence(now);
  Json json{{"now", certs::format_instant(now)},
            {"converged", std::ranges::all_of(all, &CertificateConvergence::converged)},
            {"certificates", Json::object()}};
  for (const auto& certificate : all) {
    json["certificates"][std::string(to_string(certificate.name))] = certificate_json(certificate);
  }
  return control_answer(json);
}

constexpr std::array<ControlRoute, 1> kRoutes{{
    {"GET", "/sim/v1/convergence", BodyRule::none, get_convergence,
     doc("Is the cluster of one mind, per certificate",
         answers(200, "What was found", "Convergence"))},
}};

}  // namespace

std::span<const ControlRoute> convergence_routes() {
  return kRoutes;
}

}  // namespace certdrill::simulator
