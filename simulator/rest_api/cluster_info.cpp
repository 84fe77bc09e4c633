// GET /v1/cluster.
#include <nlohmann/json.hpp>

#include "simulator/rest_api/endpoint.h"

namespace certdrill::simulator {

Answer get_cluster(const Scene& scene, const Call& /*call*/, std::string_view /*parameter*/) {
  const auto store = scene.cluster.store();
  const auto text_of = [&](contract::CertificateName name) {
    const auto& installed = (*store)[name];
    return installed ? installed->certificate_text : std::string{};
  };
  const nlohmann::ordered_json json{
      {"name", scene.cluster.settings().name},
      {"created_time", certs::format_instant(scene.cluster.created())},
      {"cnm_https_port", 9443},
      {"cnm_http_port", 8080},
      {"cm_port", 8443},
      {"http_support", false},
      {"min_control_TLS_version", "1.2"},
      {"min_data_TLS_version", "1.2"},
      {"proxy_certificate", text_of(contract::CertificateName::proxy)},
      {"syncer_certificate", text_of(contract::CertificateName::syncer)},
      {"mtls_certificate_authentication", false},
      {"mtls_client_cert_subject_validation_type", "disabled"},
      {"mtls_authorized_subjects", nlohmann::ordered_json::array()},
      {"email_alerts", false}};
  return json_answer(json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace certdrill::simulator
