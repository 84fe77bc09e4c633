#include "conformance/guard/guard.h"

#include <algorithm>
#include <cctype>
#include <cstdint>

#include <fmt/format.h>

namespace certdrill::conformance {
namespace {

// FNV-1a: the same text gives the same 16 hex digits on every machine and in every version.
std::string stable_id(std::string_view text) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return fmt::format("{:016x}", hash);
}

// One cluster, one journal: its name for people, and a hash of its nodes, because many a test
// cluster is called cluster.local.
std::filesystem::path journal_file(const std::filesystem::path& folder, const Backup& backup) {
  std::vector<std::string> urls;
  for (const ClusterNode& node : backup.nodes) urls.push_back(to_string(node.rest));
  std::ranges::sort(urls);
  std::string identity = backup.cluster;
  for (const std::string& url : urls) identity += " " + url;
  std::string name = backup.cluster;
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0 && c != '.' && c != '-'; }, '_');
  return folder / fmt::format("{}-{}.journal", name, stable_id(identity));
}

// What is presented must be what reads back: a read-back that was cut would be restored cut.
std::string presented_otherwise(const ClusterAccess& cluster, contract::CertificateName name,
                                const certs::Bundle& bundle) {
  for (const auto& [uid, port] : ports_of(cluster.nodes(), name)) {
    const auto presented = cluster.presented(port);
    if (!presented) return presented.error().what;
    if (presented->front().der() != bundle.leaf().der()) {
      return fmt::format("{} presents another certificate than the one that reads back",
                         to_string(port));
    }
    if (presented->size() > bundle.chain.size()) {
      return fmt::format("{} presents {} certificates, and only {} read back", to_string(port),
                         presented->size(), bundle.chain.size());
    }
  }
  return {};
}

tl::unexpected<GuardRefusal> refuse(GuardRefusal::Kind kind, std::string what) {
  return tl::unexpected(GuardRefusal{kind, std::move(what)});
}

}  // namespace

std::string unrestorable(const ClusterAccess& cluster, const Installed& installed,
                         std::string_view cluster_name, contract::CertificateName name,
                         certs::Instant now) {
  const std::string_view text = contract::to_string(name);
  const auto held = held_of(installed, text);
  if (!held) {
    // Deleting it again puts it back; only optional ones can be deleted.
    if (contract::info(name).optional) return {};
    return fmt::format("{} does not read back, and it cannot be absent", text);
  }
  const auto bundle = restorable(text, *held, cluster_name, now);
  if (!bundle) return fmt::format("{}: {}", text, bundle.error());
  const std::string otherwise = presented_otherwise(cluster, name, *bundle);
  return otherwise.empty() ? "" : fmt::format("{}: {}", text, otherwise);
}

tl::expected<Guard, GuardRefusal> Guard::set_up(ClusterAccess& cluster, Backup backup,
                                                std::optional<Injector> injector,
                                                const std::filesystem::path& state_folder,
                                                Patience patience, certs::Instant now) {
  const std::filesystem::path file = journal_file(state_folder, backup);
  auto lock = RunLock::take(RunLock::file_for(file));
  using Kind = GuardRefusal::Kind;
  if (!lock) return refuse(Kind::busy, lock.error());
  if (std::filesystem::exists(file)) {
    return refuse(Kind::left_behind,
                  fmt::format("an earlier run has not restored this cluster; do that first: "
                              "certdrill-conform restore {}",
                              file.string()));
  }

  const auto installed = cluster.read_installed();
  if (!installed) return refuse(Kind::no_backup, "there is no backup: " + installed.error());
  const auto again = cluster.read_installed();
  if (!again || !differences(*installed, *again).empty())
    return refuse(Kind::no_backup, "there is no backup: two readings of the certificates differ");
  for (const std::string& name : backup.names) {
    const auto held = installed->find(name);
    if (held != installed->end()) backup.held.insert(*held);
  }
  for (const std::string& name : backup.names) {
    const auto known = contract::find_certificate(name);
    if (!known) return refuse(Kind::no_backup, name + " is no certificate of a cluster");
    const std::string problem = unrestorable(cluster, *installed, backup.cluster, *known, now);
    if (!problem.empty())
      return refuse(Kind::no_backup, "the backup could not be restored: " + problem);
  }

  auto journal = GuardJournal::create(file, backup);
  if (!journal) return refuse(Kind::no_backup, journal.error());
  return Guard(cluster, std::move(backup), std::move(injector), std::move(*lock),
               std::move(*journal), patience);
}

tl::expected<void, std::string> Guard::take_down(const ClusterNode& node) {
  if (auto noted = journal_.note_node(node.uid, false); !noted) return noted;
  down_.insert(node.uid);
  return injector_->take_down(node);
}

tl::expected<void, std::string> Guard::bring_up(const ClusterNode& node) {
  auto up = injector_->bring_up(node);
  if (!up) return up;
  down_.erase(node.uid);
  return journal_.note_node(node.uid, true);
}

Restored Guard::restore() {
  std::vector<std::string> unhealed;
  for (const ClusterNode& node : backup_.nodes) {
    if (!down_.contains(node.uid)) continue;
    if (auto up = bring_up(node); !up) unhealed.push_back(up.error());
  }
  Restored restored = restore_backup(*cluster_, backup_, patience_);
  restored.problems.insert(restored.problems.begin(), unhealed.begin(), unhealed.end());
  if (restored.problems.empty()) journal_.remove();
  return restored;
}

}  // namespace certdrill::conformance
