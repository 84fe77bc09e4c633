#include "simulator/cluster/examination.h"

#include <fmt/format.h>

namespace certdrill::simulator {
namespace {

std::optional<std::string_view> view(const std::optional<std::string>& text) {
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

// All that an examination depends on besides the cluster's name, where a certificate was sent and
// the store has no say.
std::string examination_key(const Change& change, certs::Strictness strictness) {
  return fmt::format("{}/{}/{}/{}{}{}", static_cast<int>(change.name), static_cast<int>(strictness),
                     change.certificate->size(), change.key ? "key/" : "", *change.certificate,
                     change.key.value_or(""));
}

}  // namespace

bool Change::sends_key() const {
  return key.has_value() && key->find_first_not_of(" \t\r\n") != std::string::npos;
}

tl::expected<std::shared_ptr<const certs::Bundle>, certs::Defect> Examination::judge(
    const Change& change, const InstalledPtr& installed, certs::Instant now,
    certs::Strictness strictness) const {
  const bool has_installed_key = installed && installed->bundle->key.has_value();
  const auto examine = [&] {
    return certs::examine({change.name, view(change.certificate), view(change.key),
                           has_installed_key ? &*installed->bundle->key : nullptr, &issuers_},
                          {strictness, cluster_name_});
  };
  const auto judged = [now](const certs::Examined& examined)
      -> tl::expected<std::shared_ptr<const certs::Bundle>, certs::Defect> {
    if (auto defect = certs::judge(examined, now)) return tl::unexpected(*std::move(defect));
    return examined.bundle;
  };
  // Judged by the installed key where none is sent: that is state, and it changes.
  const bool depends_on_state = contract::info(change.name).has_key && !change.sends_key();
  if (change.certificate && !depends_on_state) {
    return examined_.find_or_make(examination_key(change, strictness), examine)
        .and_then([&](const auto& examined) { return judged(*examined); });
  }
  return examine().and_then(judged);
}

}  // namespace certdrill::simulator
