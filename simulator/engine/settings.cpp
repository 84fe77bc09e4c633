#include "simulator/engine/settings.h"

#include <algorithm>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/asn1.h>

#include "simulator/http/users.h"

namespace certdrill::simulator {
namespace {

// UTF-8 without control characters: what the ready line, a certificate and a header can hold.
bool is_plain_text(std::string_view text) {
  while (!text.empty()) {
    unsigned long character = 0;
    const int length =
        UTF8_getc(reinterpret_cast<const unsigned char*>(text.data()),
                  static_cast<int>(std::min<std::size_t>(text.size(), 6)), &character);
    if (length <= 0 || character < 0x20 || character == 0x7f) return false;
    text.remove_prefix(static_cast<std::size_t>(length));
  }
  return true;
}

bool is_label(std::string_view label) {
  const auto letter_or_digit = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  return !label.empty() && label.size() <= 63 && letter_or_digit(label.front()) &&
         letter_or_digit(label.back()) &&
         std::ranges::all_of(label, [&](char c) { return letter_or_digit(c) || c == '-'; });
}

// A host name of RFC 1123, 2.1. It is the CN of certificates, too, and X.520 ends that at 64.
bool is_cluster_name(std::string_view name) {
  if (name.size() > 64) return false;
  while (true) {
    const auto dot = name.find('.');
    if (!is_label(name.substr(0, dot))) return false;
    if (dot == name.npos) return true;
    name.remove_prefix(dot + 1);
  }
}

std::optional<std::string> mistake_in_ports(const SimulatorSettings& settings) {
  in_addr address{};
  if (inet_pton(AF_INET, settings.address.c_str(), &address) != 1) {
    return fmt::format(
        "the address '{}' is not a numeric IPv4 address such as 127.0.0.1 or 0.0.0.0",
        settings.address);
  }
  if (settings.ports == PortPlan::product && settings.address != SimulatorSettings{}.address) {
    return "with the product's own ports each node has a loopback address of its own; all are on "
           "one --address with --port-base N or --port 0";
  }
  if (settings.ports != PortPlan::from_base) return std::nullopt;
  const int highest_base = 65535 - kPortsApart * (settings.nodes - 1) - (kPortsOfNode - 1);
  if (settings.port_base < 1 || settings.port_base > highest_base) {
    return fmt::format("{} nodes have no ports from {} on: the base must be from 1 to {}",
                       settings.nodes, settings.port_base, highest_base);
  }
  const int control = settings.control_port.value_or(kControlPort);
  const int above = control - settings.port_base;
  if (above < 0 || above / kPortsApart >= settings.nodes || above % kPortsApart >= kPortsOfNode)
    return std::nullopt;
  return fmt::format(
      "with the base {} the control API's port {} is one of node {}'s: take another base, or "
      "another --control-port",
      settings.port_base, control, above / kPortsApart + 1);
}

}  // namespace

std::optional<std::string> mistake_in(const SimulatorSettings& settings) {
  if (settings.nodes < 1 || settings.nodes > 1000)
    return "the number of nodes must be from 1 to 1000";
  if (auto wrong = mistake_in_ports(settings)) return wrong;
  if (settings.journal_limit < 1 || settings.journal_limit > 1'000'000)
    return "the journal's limit must be from 1 to 1000000 entries";
  for (const int uid : settings.down) {
    if (uid < 1 || uid > settings.nodes) {
      return fmt::format("node {} cannot be down: the nodes are 1 to {}", uid, settings.nodes);
    }
  }
  if (!is_cluster_name(settings.cluster_name)) {
    return fmt::format(
        "the cluster's name {} is no DNS name of at most 64 characters: labels of letters, digits "
        "and inner hyphens, joined by dots, such as cluster.local",
        is_plain_text(settings.cluster_name) ? fmt::format("'{}'", settings.cluster_name)
                                             : "given");
  }
  if (settings.username.empty() || settings.username.find(':') != std::string::npos ||
      !is_plain_text(settings.username)) {
    return "the username must be UTF-8 without control characters, not be empty and not contain "
           "':' (RFC 7617)";
  }
  if (!is_plain_text(settings.password))
    return "the password must be UTF-8 without control characters (RFC 7617)";
  for (const auto& user : settings.more_users) {
    if (user.username == settings.username)
      return fmt::format("the username '{}' is used twice", user.username);
    if (!find_role(user.role))
      return fmt::format("the role '{}' of the user '{}' is unknown", user.role, user.username);
  }
  return std::nullopt;
}

}  // namespace certdrill::simulator
