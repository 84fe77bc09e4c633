#include "simulator/engine/snapshots.h"

namespace certdrill::simulator {

bool Snapshots::put(const std::string& name, Snapshot snapshot) {
  const std::lock_guard lock(mutex_);
  if (snapshots_.size() >= kMost && !snapshots_.contains(name)) return false;
  snapshots_.insert_or_assign(name, std::move(snapshot));
  return true;
}

std::optional<Snapshot> Snapshots::find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = snapshots_.find(name);
  return found == snapshots_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> Snapshots::names() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, snapshot] : snapshots_) names.push_back(name);
  return names;
}

bool Snapshots::remove(const std::string& name) {
  const std::lock_guard lock(mutex_);
  return snapshots_.erase(name) > 0;
}

void Snapshots::clear() {
  const std::lock_guard lock(mutex_);
  snapshots_.clear();
}

}  // namespace certdrill::simulator
