#include "simulator/engine/pages.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "certs/read/text.h"
#include "simulator/wrong/faults/at_work.h"

namespace certdrill::simulator {
namespace {

// ---- the status page

constexpr auto kHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<title>Cluster Manager (simulated)</title>
<style>
body{font:14px system-ui,sans-serif;margin:2em;color:#222;background:#fff}
table{border-collapse:collapse;margin:.5em 0 1.5em}
th,td{border:1px solid #ccc;padding:.25em .6em;text-align:left}
th{background:#f3f3f3}
code{font-size:12px}
.bad{background:#fde0dc}.soon{background:#fff4d6}
</style></head><body>
)";

constexpr auto kSoon = std::chrono::days(45);  // the product's default alert threshold
constexpr std::size_t kShownDigits = 16;

std::string escape(std::string_view text) {
  std::string html;
  for (const char c : text) {
    switch (c) {
      case '&': html += "&amp;"; break;
      case '<': html += "&lt;"; break;
      case '>': html += "&gt;"; break;
      case '"': html += "&quot;"; break;
      case '\'': html += "&#39;"; break;
      default: html += c;
    }
  }
  return html;
}

const char* shade(const Node& node, const InstalledPtr& held, const InstalledPtr& presented,
                  const InstalledPtr& stored, certs::Instant now) {
  const bool astray = held != stored || (node.up() && presented != held);
  const auto not_after = held ? held->bundle->leaf().not_after() : now;
  if (!node.up() || astray || now > not_after) return " class=bad";
  return not_after - now <= kSoon ? " class=soon" : "";
}

std::string fingerprint(const InstalledPtr& certificate) {
  if (!certificate) return "none";
  const auto text = certificate->bundle->leaf().fingerprint();
  return fmt::format("<code title=\"{}\">{}</code>", text, text.substr(0, kShownDigits));
}

std::string expiry(const InstalledPtr& certificate, certs::Instant now) {
  if (!certificate) return "";
  const auto not_after = certificate->bundle->leaf().not_after();
  const auto instant = escape(certs::format_instant(not_after));
  if (now > not_after) return fmt::format("{} (expired)", instant);
  return fmt::format("{} ({} days)", instant,
                     std::chrono::floor<std::chrono::days>(not_after - now).count());
}

std::string row(const Node& node, contract::CertificateName name, const InstalledPtr& stored,
                certs::Instant now) {
  const auto held = node.held(name);
  const auto presented = node.up() ? node.presented(name) : nullptr;
  return fmt::format(
      "<tr{}><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
      shade(node, held, presented, stored, now), node.uid(), escape(node.address()),
      node.up() ? "up" : "down", fingerprint(held), fingerprint(presented), expiry(held, now));
}

std::string table(const Cluster& cluster, contract::CertificateName name,
                  const InstalledPtr& stored, certs::Instant now) {
  std::string html = fmt::format(
      "<h2>{}</h2>\n<table><tr><th>node</th><th>address</th><th>state</th><th>holds</th>"
      "<th>presents</th><th>expires</th></tr>\n",
      escape(to_string(name)));
  for (int uid = 1; cluster.has_node(uid); ++uid) html += row(cluster.node(uid), name, stored, now);
  return html + "</table>\n";
}

Answer status_page(const Cluster& cluster, const Clock& clock, const Call& call) {
  if (auto refused = refuse_all_but_get(call)) return *std::move(refused);
  const auto now = clock.now();
  const auto store = cluster.store();
  std::string html = kHead;
  html += fmt::format(
      "<h1>{}</h1>\n<p>Simulated by certdrill. Node {} at {} (the cluster's clock).</p>\n",
      escape(cluster.settings().name), call.node(), escape(certs::format_instant(now)));
  for (const auto& certificate : contract::cluster_certificates()) {
    const auto& stored = (*store)[certificate.name];
    if (stored) html += table(cluster, certificate.name, stored, now);
  }
  html += "</body></html>\n";
  return {.body = std::move(html),
          .headers = {{"Cache-Control", "no-store"},
                      {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"}},
          .content_type = "text/html; charset=utf-8"};
}

// ---- the metrics

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

Face cluster_manager_page(const Cluster& cluster, const Clock& clock) {
  return [&](const Call& call) { return status_page(cluster, clock, call); };
}

Face certificate_metrics(const Cluster& cluster, const Clock& clock, const FaultPlan& faults) {
  return [&](const Call& call) { return scraped(cluster, clock, faults, call); };
}

}  // namespace certdrill::simulator
