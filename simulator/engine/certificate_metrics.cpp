#include "simulator/engine/certificate_metrics.h"

#include <algorithm>
#include <array>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "simulator/wrong/faults/at_work.h"

namespace certdrill::simulator {
namespace {

struct Version {
  std::string_view path;
  const char* series;
};

constexpr std::array<Version, 3> kVersions{{
    {"/", "node_cert_expiration_seconds"},
    {"/v2", "node_cert_expires_in_seconds"},
    {"/v2/", "node_cert_expires_in_seconds"},
}};

prometheus::MetricFamily expiry_family(const char* name, const std::string& cluster,
                                       const Node& node, const MetricFaults& faults,
                                       certs::Instant now) {
  prometheus::MetricFamily family;
  family.name = name;
  family.help = "Certificate expiration (in seconds).";
  family.type = prometheus::MetricType::Gauge;
  for (const auto& certificate : contract::cluster_certificates()) {
    const auto held = node.held(certificate.name);
    if (!held) continue;
    const std::string logical_name(certificate.text);
    std::vector<ExpirySeries> series{{"/etc/opt/redislabs/" + logical_name + "_cert.pem",
                                      (held->bundle->leaf().not_after() - now).count()}};
    faults.apply(certificate.name, series);
    for (auto& one : series) {
      prometheus::ClientMetric metric;
      metric.label = {{"cluster", cluster},
                      {"logical_name", logical_name},
                      {"node", std::to_string(node.uid())},
                      {"path", std::move(one.path)}};
      metric.gauge.value = static_cast<double>(one.seconds);
      family.metric.push_back(std::move(metric));
    }
  }
  return family;
}

}  // namespace

Answer CertificateMetrics::operator()(const Call& call) const {
  const auto version = std::ranges::find(kVersions, call.path, &Version::path);
  if (version == kVersions.end()) {
    return {.status = 404, .body = "The metrics are at / and /v2.\n", .content_type = "text/plain"};
  }
  if (call.method != "GET" && call.method != "HEAD") {
    return {.status = 405,
            .body = "GET only.\n",
            .headers = {{"Allow", "GET, HEAD"}},
            .content_type = "text/plain"};
  }
  const Node& node = cluster_.node(call.node());
  const NodeRoles roles{static_cast<int>(cluster_.node_count()), cluster_.primary(), 0};
  const auto family = expiry_family(version->series, cluster_.settings().name, node,
                                    MetricFaults(faults_, node.uid(), roles), clock_.now());
  return {.body = prometheus::TextSerializer().Serialize({family}),
          .content_type = "text/plain; version=0.0.4; charset=utf-8"};
}

}  // namespace certdrill::simulator
