// What a server does that takes a certificate as it comes. For planted bugs alone.
#include "simulator/cluster/cluster.h"
#include "simulator/cluster/data_dir.h"

namespace certdrill::simulator {
namespace {

// What can be presented of the two texts; where they do not parse, what was there before.
std::shared_ptr<const certs::Bundle> bundle_of(const contract::ClusterCertificate& about,
                                               const InstalledCertificate& texts,
                                               const InstalledPtr& before) {
  auto chain = certs::parse_chain(texts.certificate_text);
  if (!chain || chain->empty()) return before ? before->bundle : nullptr;
  certs::Bundle bundle{std::move(*chain), std::nullopt};
  if (about.has_key) {
    if (auto key = certs::parse_key(texts.key_text)) {
      bundle.key = std::move(*key);
    } else if (before) {
      bundle.key = before->bundle->key;
    }
  }
  return std::make_shared<const certs::Bundle>(std::move(bundle));
}

}  // namespace

Rollout Cluster::install_unchecked(std::span<const Change> changes, certs::Instant now,
                                   Mishaps& mishaps) {
  const std::lock_guard lock(rollout_mutex_);
  CertificateSet after = *store();
  std::vector<Accepted> accepted;
  for (const auto& change : changes) {
    const InstalledPtr before = after[change.name];
    auto installed = std::make_shared<InstalledCertificate>();
    installed->certificate_text =
        change.certificate.value_or(before ? before->certificate_text : "");
    if (contract::info(change.name).has_key) {
      installed->key_text = change.key.value_or(before ? before->key_text : "");
    }
    installed->bundle = bundle_of(contract::info(change.name), *installed, before);
    installed->generation = generation_ + 1;
    if (!installed->bundle) continue;
    if (data_dir_) {
      if (auto written = data_dir_->write_store(change.name, installed); !written) {
        return Rollout{generation_, {{0, written.error()}}, {}, {}};
      }
    }
    after[change.name] = installed;
    accepted.push_back({change.name, std::move(installed)});
  }
  ++generation_;
  publish_store(std::move(after));
  auto rollout = roll_out(accepted, now, mishaps);
  log_change("cluster_certificate_updated", accepted, rollout, now);
  return rollout;
}

}  // namespace certdrill::simulator
