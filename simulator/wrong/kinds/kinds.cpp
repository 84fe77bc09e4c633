// The table of kinds: where a kind registers.
#include <algorithm>
#include <array>

#include "simulator/wrong/faults/fault_kind.h"

namespace certdrill::simulator {

// Each is defined in the file named like it. Their order is that of every list.
extern const FaultKind kAnswerKind, kNodeDownKind, kNodeFailsKind, kStaleListenerKind, kNoRetryKind,
    kLatencyKind, kConnectionKind, kTlsKind, kStoreKind, kValidationKind, kPortOutageKind,
    kMetricsKind, kRedirectKind, kClockKind, kSecondWriterKind, kErrorTextKind;

namespace {

constexpr std::array kKinds{
    &kAnswerKind,   &kNodeDownKind,   &kNodeFailsKind,    &kStaleListenerKind,
    &kNoRetryKind,  &kLatencyKind,    &kConnectionKind,   &kTlsKind,
    &kStoreKind,    &kValidationKind, &kPortOutageKind,   &kMetricsKind,
    &kRedirectKind, &kClockKind,      &kSecondWriterKind, &kErrorTextKind,
};

}  // namespace

std::span<const FaultKind* const> fault_kinds() { return kKinds; }

std::vector<std::string_view> kind_names() {
  std::vector<std::string_view> names;
  names.reserve(std::size(kKinds));
  for (const auto* kind : kKinds) names.push_back(kind->name);
  return names;
}

const FaultKind* find_kind(std::string_view name) {
  const auto found = std::ranges::find(kKinds, name, &FaultKind::name);
  return found == kKinds.end() ? nullptr : *found;
}

}  // namespace certdrill::simulator
