// The way of an accepted change from the store to the nodes, and what is told of it.

#include <fmt/format.h>

#include "simulator/cluster/cluster.h"
#include "simulator/cluster/data_dir.h"

namespace certdrill::simulator {
namespace {

using contract::CertificateName;

// The new certificate with the key that was there before: what a node is left with when it dies
// between the two files.
InstalledPtr corrupt_pair(const InstalledCertificate& fresh, const InstalledPtr& before) {
  auto corrupt = std::make_shared<InstalledCertificate>(fresh);
  if (!before || before->key_text.empty()) return corrupt;
  corrupt->key_text = before->key_text;
  corrupt->bundle = std::make_shared<const certs::Bundle>(
      certs::Bundle{fresh.bundle->chain, before->bundle->key});
  return corrupt;
}

// The new leaf alone: what a node presents that lost the rest of the chain.
InstalledPtr without_chain(const InstalledCertificate& fresh) {
  auto cut = std::make_shared<InstalledCertificate>(fresh);
  cut->certificate_text = fresh.bundle->leaf().pem();
  cut->bundle = std::make_shared<const certs::Bundle>(
      certs::Bundle{{fresh.bundle->leaf()}, fresh.bundle->key});
  return cut;
}

}  // namespace

Rollout Cluster::roll_out(std::span<const Accepted> accepted, certs::Instant now,
                          Mishaps& mishaps) {
  Rollout rollout{generation_, {}, {}, {}};
  for (const auto& change : accepted) {
    rollout.installed.push_back(change.certificate);
    publish(FeedKind::verdict, now, 0, change.name, change.certificate ? "accepted" : "removed");
    convergence_.begin_attempt(change.name);
    look_at(change.name, now);
  }
  const auto begun = std::chrono::steady_clock::now();
  for (const auto& node : nodes_) {
    for (const auto& change : accepted) {
      auto why = apply(*node, change, now, mishaps);
      if (!why) continue;
      publish(FeedKind::node_failed, now, node->uid(), change.name, *why);
      rollout.unreached.push_back({node->uid(), std::move(*why)});
      break;
    }
  }
  rollout.duration = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - begun);
  for (const auto& change : accepted) {
    convergence_.end_attempt(change.name, rollout.unreached.empty());
    look_at(change.name, now);
  }
  return rollout;
}

std::optional<std::string> Cluster::apply(Node& node, const Accepted& accepted, certs::Instant now,
                                          Mishaps& mishaps) {
  Step step = node.up() ? mishaps.on_apply(accepted.name, node.uid())
                        : mishaps.on_node_down(accepted.name, node.uid());
  const bool hears = step.fate != Fate::unreachable && step.fate != Fate::fails_before_apply;
  if (hears) {
    if (auto failure = install_on(node, accepted, step.fate)) return failure;
    publish(FeedKind::node_applied, now, node.uid(), accepted.name, {});
  }
  const bool confirms =
      hears && step.fate != Fate::loses_confirmation && step.fate != Fate::corrupts_pair;
  if (confirms || !step.reported) return std::nullopt;
  return std::move(step.reason);
}

void Cluster::look_at(CertificateName name, certs::Instant now) const {
  convergence_.look(name, (*store())[name], nodes_, now);
}

void Cluster::publish(FeedKind kind, certs::Instant now, int node,
                      std::optional<CertificateName> name, std::string detail) const {
  if (feed_ == nullptr) return;
  FeedEvent event{
      .kind = kind, .time = now, .node = node, .certificate = name, .detail = std::move(detail)};
  if (name && kind != FeedKind::node_failed) {
    const auto store = this->store();
    event.generation = (*store)[*name] ? (*store)[*name]->generation : 0;
  }
  feed_->publish(std::move(event));
}

std::optional<std::string> Cluster::install_on(Node& node, const Accepted& accepted, Fate fate) {
  InstalledPtr fresh = accepted.certificate;
  if (fate == Fate::corrupts_pair && fresh) fresh = corrupt_pair(*fresh, node.held(accepted.name));
  if (fate == Fate::loses_chain && fresh) fresh = without_chain(*fresh);
  if (data_dir_) {
    if (auto written = data_dir_->write_node(node.uid(), accepted.name, fresh); !written)
      return written.error();
  }
  if (fate == Fate::presents_the_old_one) {
    node.install_unpresented(accepted.name, std::move(fresh));
  } else {
    node.install(accepted.name, std::move(fresh));
  }
  if (fate == Fate::stops_presenting) node.stop_presenting(accepted.name);
  return std::nullopt;
}

void Cluster::log_change(const char* event_type, std::span<const Accepted> accepted,
                         const Rollout& rollout, certs::Instant now) {
  for (const auto& change : accepted) {
    LogEvent event{
        now, event_type, Severity::info, {{"certificate", std::string(to_string(change.name))}}};
    if (!rollout.unreached.empty()) {
      std::vector<int> uids;
      for (const auto& unreached : rollout.unreached) uids.push_back(unreached.uid);
      event.severity = Severity::error;
      event.fields["unreached_nodes"] = fmt::format("{}", fmt::join(uids, ","));
    }
    log_.add(std::move(event));
  }
}

void Cluster::log_rejection(const Change& change, const certs::Defect& defect, certs::Instant now) {
  const std::string reason(text_id(defect.id));
  log_.add({now,
            "cluster_certificate_rejected",
            Severity::warning,
            {{"certificate", std::string(to_string(change.name))}, {"reason", reason}}});
  publish(FeedKind::verdict, now, 0, change.name, "rejected: " + reason);
}

}  // namespace certdrill::simulator
