#include <fmt/format.h>

#include "simulator/engine/pages.h"

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
  for (int uid = 1; cluster.has_node(uid); ++uid) {
    html += row(cluster.node(uid), name, stored, now);
  }
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

}  // namespace

Face cluster_manager_page(const Cluster& cluster, const Clock& clock) {
  return [&](const Call& call) { return status_page(cluster, clock, call); };
}

}  // namespace certdrill::simulator
