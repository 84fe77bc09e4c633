#include "simulator/engine/cluster_manager_page.h"

namespace certdrill::simulator {
namespace {

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
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += c;
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
  return "<code title=\"" + text + "\">" + text.substr(0, kShownDigits) + "</code>";
}

std::string expiry(const InstalledPtr& certificate, certs::Instant now) {
  if (!certificate) return "";
  const auto not_after = certificate->bundle->leaf().not_after();
  const auto days = std::chrono::floor<std::chrono::days>(not_after - now).count();
  return escape(certs::format_instant(not_after)) +
         (now > not_after ? " (expired)" : " (" + std::to_string(days) + " days)");
}

std::string row(const Node& node, contract::CertificateName name, const InstalledPtr& stored,
                certs::Instant now) {
  const auto held = node.held(name);
  const auto presented = node.up() ? node.presented(name) : nullptr;
  return std::string("<tr") + shade(node, held, presented, stored, now) + "><td>" +
         std::to_string(node.uid()) + "</td><td>" + escape(node.address()) + "</td><td>" +
         (node.up() ? "up" : "down") + "</td><td>" + fingerprint(held) + "</td><td>" +
         fingerprint(presented) + "</td><td>" + expiry(held, now) + "</td></tr>\n";
}

std::string table(const Cluster& cluster, contract::CertificateName name,
                  const InstalledPtr& stored, certs::Instant now) {
  std::string html = "<h2>" + escape(to_string(name)) +
                     "</h2>\n<table><tr><th>node</th><th>address</th><th>state</th><th>holds</th>"
                     "<th>presents</th><th>expires</th></tr>\n";
  for (int uid = 1; cluster.has_node(uid); ++uid) {
    html += row(cluster.node(uid), name, stored, now);
  }
  return html + "</table>\n";
}

}  // namespace

Answer ClusterManagerPage::operator()(const Call& call) const {
  if (call.method != "GET" && call.method != "HEAD") {
    return {.status = 405,
            .body = "GET only.\n",
            .headers = {{"Allow", "GET, HEAD"}},
            .content_type = "text/plain"};
  }
  const auto now = clock_.now();
  const auto store = cluster_.store();
  std::string html = kHead;
  html += "<h1>" + escape(cluster_.settings().name) + "</h1>\n<p>Simulated by certdrill. Node " +
          std::to_string(call.node()) + " at " + escape(certs::format_instant(now)) +
          " (the cluster's clock).</p>\n";
  for (const auto& certificate : contract::cluster_certificates()) {
    const auto& stored = (*store)[certificate.name];
    if (stored) html += table(cluster_, certificate.name, stored, now);
  }
  html += "</body></html>\n";
  return {.body = std::move(html),
          .headers = {{"Cache-Control", "no-store"},
                      {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"}},
          .content_type = "text/html; charset=utf-8"};
}

}  // namespace certdrill::simulator
