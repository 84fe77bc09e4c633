#include "simulator/cluster/cluster.h"

#include <algorithm>

#include <fmt/format.h>

namespace certdrill::simulator {
namespace {

using contract::CertificateName;

// Source: CONTRACT, "The certificates", the paragraph on internode certificates.
constexpr auto kProvidedReplacedBefore = std::chrono::days(5);
constexpr auto kOwnRotatedAfter = std::chrono::days(30);

// As the store will hold it, but for its generation and, when no key was sent, its key's text.
std::shared_ptr<InstalledCertificate> text_of(const Change& change,
                                              std::shared_ptr<const certs::Bundle> bundle) {
  auto installed = std::make_shared<InstalledCertificate>();
  installed->certificate_text = *change.certificate;
  if (contract::info(change.name).has_key && change.sends_key()) installed->key_text = *change.key;
  installed->bundle = std::move(bundle);
  return installed;
}

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

Cluster::Outcome Cluster::commit(const char* event_type, certs::Instant now, Mishaps& mishaps,
                                 const Prepare& prepare) {
  const std::lock_guard lock(rollout_mutex_);
  slow_rollout_ = mishaps.may_block();
  const auto over = [](std::atomic<bool>* slow) { slow->store(false); };
  const std::unique_ptr<std::atomic<bool>, decltype(over)> running(&slow_rollout_, over);
  const auto before = store();
  const auto accepted = prepare(*before, generation_ + 1);
  if (!accepted) return tl::unexpected(accepted.error());
  if (auto written = write_store(*accepted, *before); !written)
    return tl::unexpected(written.error());
  CertificateSet after = *before;
  for (const auto& change : *accepted) after[change.name] = change.certificate;
  ++generation_;
  publish_store(std::move(after));
  auto rollout = roll_out(*accepted, now, mishaps);
  log_change(event_type, *accepted, rollout, now);
  return rollout;
}

Cluster::Outcome Cluster::update(std::span<const Change> changes, certs::Instant now,
                                 Mishaps& mishaps) {
  // Judged outside the lock, so that requests are validated side by side ...
  const auto judged_against = store();
  std::vector<std::shared_ptr<InstalledCertificate>> fresh;
  const auto judge_all = [&](const CertificateSet& installed) -> std::optional<Rejection> {
    fresh.clear();
    for (std::size_t i = 0; i < changes.size(); ++i) {
      const auto& change = changes[i];
      const auto strictness = mishaps.strictness_for(change.name).value_or(settings_.strictness);
      auto bundle = examination_.judge(change, installed[change.name], now, strictness);
      if (!bundle) {
        log_rejection(change, bundle.error(), now);
        return Rejection{Rejection::Why::defect, i, std::move(bundle.error()), {}};
      }
      fresh.push_back(text_of(change, std::move(*bundle)));
    }
    return std::nullopt;
  };
  if (auto rejection = judge_all(*judged_against)) return tl::unexpected(std::move(*rejection));

  const auto prepare = [&](const CertificateSet& before, std::uint64_t generation) -> Prepared {
    // ... and again when a certificate that it relied on was replaced meanwhile.
    const bool outdated = std::ranges::any_of(changes, [&](const Change& change) {
      return !change.sends_key() && before[change.name] != (*judged_against)[change.name];
    });
    if (outdated) {
      if (auto rejection = judge_all(before)) return tl::unexpected(std::move(*rejection));
    }
    std::vector<Accepted> accepted;
    for (std::size_t i = 0; i < changes.size(); ++i) {
      const auto name = changes[i].name;
      fresh[i]->generation = generation;
      if (contract::info(name).has_key && !changes[i].sends_key())
        fresh[i]->key_text = before[name]->key_text;
      accepted.push_back({name, std::move(fresh[i])});
    }
    return accepted;
  };
  return commit("cluster_certificate_updated", now, mishaps, prepare);
}

Cluster::Outcome Cluster::remove(CertificateName name, certs::Instant now, Mishaps& mishaps) {
  using Why = Rejection::Why;
  if (!contract::info(name).optional) return tl::unexpected(Rejection{Why::required, 0, {}, {}});
  const auto prepare = [&](const CertificateSet& before, std::uint64_t) -> Prepared {
    // A node that missed an earlier removal still holds it: the same call again finishes the job.
    const bool left_somewhere =
        std::ranges::any_of(nodes_, [&](const auto& node) { return node->held(name) != nullptr; });
    if (!before[name] && !left_somewhere)
      return tl::unexpected(Rejection{Why::not_installed, 0, {}, {}});
    return std::vector<Accepted>{{name, nullptr}};
  };
  return commit("cluster_certificate_deleted", now, mishaps, prepare);
}

Cluster::Outcome Cluster::rotate_internode(std::span<const CertificateName> names,
                                           certs::Instant now, Mishaps& mishaps) {
  std::vector<std::shared_ptr<InstalledCertificate>> fresh;  // made before anybody has to wait
  for (const CertificateName name : names) {
    fresh.push_back(std::make_shared<InstalledCertificate>(
        autogenerate({name, settings_.name, settings_.key_type, internode_ca_,
                      settings_.node_addresses, /*new_cluster=*/false},
                     now)));
  }
  const auto prepare = [&](const CertificateSet&, std::uint64_t generation) -> Prepared {
    std::vector<Accepted> accepted;
    for (std::size_t i = 0; i < names.size(); ++i) {
      fresh[i]->generation = generation;
      accepted.push_back({names[i], std::move(fresh[i])});
    }
    return accepted;
  };
  return commit("cluster_internode_certificates_rotated", now, mishaps, prepare);
}

Cluster::Outcome Cluster::install_unchecked(std::span<const Change> changes, certs::Instant now,
                                            Mishaps& mishaps) {
  const auto prepare = [&](const CertificateSet& store, std::uint64_t generation) -> Prepared {
    std::vector<Accepted> accepted;
    for (const auto& change : changes) {
      const InstalledPtr& before = store[change.name];
      const auto& about = contract::info(change.name);
      auto installed = std::make_shared<InstalledCertificate>();
      installed->certificate_text =
          change.certificate.value_or(before ? before->certificate_text : "");
      if (about.has_key) installed->key_text = change.key.value_or(before ? before->key_text : "");
      installed->bundle = bundle_of(about, *installed, before);
      installed->generation = generation;
      if (installed->bundle) accepted.push_back({change.name, std::move(installed)});
    }
    return accepted;
  };
  return commit("cluster_certificate_updated", now, mishaps, prepare);
}

std::vector<CertificateName> Cluster::due_for_rotation(certs::Instant now) const {
  const auto store = this->store();
  std::vector<CertificateName> due;
  for (const auto& certificate : contract::cluster_certificates()) {
    const auto& installed = (*store)[certificate.name];
    if (!certificate.internode || !installed) continue;
    const auto& leaf = installed->bundle->leaf();
    const bool is_due = installed->origin == Origin::provided
                            ? leaf.not_after() - now <= kProvidedReplacedBefore
                            : now - leaf.not_before() >= kOwnRotatedAfter;
    if (is_due) due.push_back(certificate.name);
  }
  return due;
}

std::optional<Cluster::Outcome> Cluster::maintain(certs::Instant now, Mishaps& mishaps) {
  const auto due = due_for_rotation(now);
  if (due.empty()) return std::nullopt;
  return rotate_internode(due, now, mishaps);
}

int Cluster::primary() const {
  for (const auto& node : nodes_) {
    if (node->up()) return node->uid();
  }
  return 1;
}

void Cluster::set_node_up(int uid, bool up, certs::Instant now) {
  Node& changed = *nodes_[static_cast<std::size_t>(uid) - 1];
  if (changed.up() == up) return;
  if (up) changed.present_held();
  changed.set_up(up);
  log_.add({now,
            up ? "node_up" : "node_down",
            up ? Severity::info : Severity::error,
            {{"node_uid", std::to_string(uid)}}});
  publish(up ? FeedKind::node_up : FeedKind::node_down, now, uid, std::nullopt, {});
  for (const auto& certificate : contract::cluster_certificates()) look_at(certificate.name, now);
}

std::vector<CertificateConvergence> Cluster::convergence(certs::Instant now) const {
  std::vector<CertificateConvergence> all;
  const auto store = this->store();
  for (const auto& certificate : contract::cluster_certificates()) {
    const auto name = certificate.name;
    const bool somewhere = (*store)[name] || std::ranges::any_of(nodes_, [&](const auto& node) {
                             return node->held(name) != nullptr || node->presented(name) != nullptr;
                           });
    auto report = convergence_.look(name, (*store)[name], nodes_, now);
    if (somewhere) all.push_back(std::move(report));
  }
  return all;
}

void Cluster::forget_history(certs::Instant now) {
  log_.clear();
  convergence_.clear();
  for (const auto& certificate : contract::cluster_certificates()) look_at(certificate.name, now);
}

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
