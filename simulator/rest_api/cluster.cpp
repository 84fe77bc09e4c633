// GET /v1/cluster, and GET /v1/logs?stime=&etime=&order=&limit=&offset=
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "certs/read/text.h"
#include "contract/nearest_name.h"
#include "simulator/http/strict_json.h"
#include "simulator/rest_api/rest_api.h"

namespace certdrill::simulator {
namespace {

constexpr std::array<std::string_view, 5> kLogParameters{"stime", "etime", "order", "limit",
                                                         "offset"};

tl::expected<std::size_t, std::string> count_of(const std::string& name, const std::string& text) {
  const auto count = integer_of(name, text, {0, INT64_MAX});
  if (!count) {
    return tl::unexpected(
        fmt::format("{} must be a number from 0, not '{}'.", name, certs::printable(text)));
  }
  return static_cast<std::size_t>(*count);
}

// The error is a sentence.
tl::expected<LogQuery, std::string> read_log_query(const Call& call) {
  LogQuery query;
  for (const auto& [name, value] : call.query) {
    if (name == "stime" || name == "etime") {
      const auto instant = certs::parse_instant(value);
      if (!instant) return tl::unexpected(fmt::format("{}: {}", name, instant.error()));
      (name == "stime" ? query.from : query.to) = *instant;
    } else if (name == "order") {
      if (value != "asc" && value != "desc") {
        return tl::unexpected(
            fmt::format("order must be asc or desc, not '{}'.", certs::printable(value)));
      }
      query.descending = value == "desc";
    } else if (name == "limit" || name == "offset") {
      const auto count = count_of(name, value);
      if (!count) return tl::unexpected(count.error());
      (name == "limit" ? query.limit : query.offset) = *count;
    } else {
      return tl::unexpected(fmt::format(
          "Unknown query parameter '{}'{}; the parameters are stime, etime, order, limit and "
          "offset.",
          certs::printable(name), contract::did_you_mean(name, kLogParameters)));
    }
  }
  return query;
}

}  // namespace

Answer get_cluster(const Scene& scene, const Call& /*call*/, std::string_view /*parameter*/) {
  const auto store = scene.cluster.store();
  const auto text_of = [&](contract::CertificateName name) {
    const auto& installed = (*store)[name];
    return installed ? installed->certificate_text : std::string{};
  };
  return answer_of({{"name", scene.cluster.settings().name},
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
                    {"email_alerts", false},
                    {"options_method_forbidden", scene.edition.options_method_forbidden}});
}

Answer get_logs(const Scene& scene, const Call& call, std::string_view /*parameter*/) {
  const auto query = read_log_query(call);
  if (!query) return invalid_request(query.error());
  auto json = nlohmann::ordered_json::array();
  for (const auto& event : scene.cluster.log().find(*query)) {
    nlohmann::ordered_json entry{{"time", certs::format_instant(event.time)},
                                 {"type", event.type},
                                 {"severity", to_string(event.severity)}};
    for (const auto& [name, value] : event.fields) entry[name] = value;
    json.push_back(std::move(entry));
  }
  return answer_of(json);
}

}  // namespace certdrill::simulator
