#include "simulator/wrong/kinds/kinds.h"

#include <algorithm>
#include <array>

namespace certdrill::simulator {
namespace {

constexpr std::array<const FaultKind*, 12> kKinds{
    &answer_kind,   &node_down_kind,  &node_fails_kind,  &stale_listener_kind,
    &no_retry_kind, &latency_kind,    &connection_kind,  &tls_kind,
    &store_kind,    &validation_kind, &port_outage_kind, &metrics_kind};

}  // namespace

std::span<const FaultKind* const> fault_kinds() {
  return kKinds;
}

std::vector<std::string_view> kind_names() {
  std::vector<std::string_view> names;
  names.reserve(kKinds.size());
  for (const auto* kind : kKinds) names.push_back(kind->name);
  return names;
}

const FaultKind* find_kind(std::string_view name) {
  const auto found = std::ranges::find(kKinds, name, &FaultKind::name);
  return found == kKinds.end() ? nullptr : *found;
}

}  // namespace certdrill::simulator
