#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "certs/read/text.h"
#include "simulator/engine/pages.h"
#include "simulator/wrong/faults/at_work.h"

namespace certdrill::simulator {
namespace {

struct Version {
  std::string_view path;
  const char* series;
};

// /metrics is what Prometheus asks for when it is told nothing else.
constexpr std::array<Version, 5> kVersions{{
    {"/", "node_cert_expiration_seconds"},
    {"/metrics", "node_cert_expiration_seconds"},
    {"/metrics/", "node_cert_expiration_seconds"},
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

Answer scraped(const Cluster& cluster, const Clock& clock, const FaultPlan& faults,
               const Call& call) {
  const auto version = std::ranges::find(kVersions, call.path, &Version::path);
  if (version == kVersions.end()) {
    return {.status = 404,
            .body = fmt::format("There is no {}; the metrics are at / and /metrics (v1) and /v2.\n",
                                certs::printable(call.path)),
            .content_type = "text/plain"};
  }
  if (auto refused = refuse_all_but_get(call)) return *std::move(refused);
  const Node& node = cluster.node(call.node());
  const NodeRoles roles{static_cast<int>(cluster.node_count()), cluster.primary(), 0};
  const auto family = expiry_family(version->series, cluster.settings().name, node,
                                    MetricFaults(faults, node.uid(), roles), clock.now());
  return {.body = prometheus::TextSerializer().Serialize({family}),
          .content_type = "text/plain; version=0.0.4; charset=utf-8"};
}

}  // namespace

Face certificate_metrics(const Cluster& cluster, const Clock& clock, const FaultPlan& faults) {
  return [&](const Call& call) { return scraped(cluster, clock, faults, call); };
}

}  // namespace certdrill::simulator
