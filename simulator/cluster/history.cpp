#include "simulator/cluster/history.h"

#include <algorithm>

namespace certdrill::simulator {

namespace {

bool same(const InstalledPtr& one, const InstalledPtr& other) {
  if (one == other) return true;
  return one && other && one->certificate_text == other->certificate_text &&
         one->key_text == other->key_text;
}

void note(std::optional<BadMoments>& moments, int uid, certs::Instant first) {
  if (!moments) moments = BadMoments{first, {}, false};
  moments->first = std::min(moments->first, first);
  moments->nodes.insert(uid);
  moments->goes_on = true;
}

}  // namespace

std::string_view to_string(Severity severity) {
  constexpr std::array<std::string_view, 3> texts{"INFO", "WARNING", "ERROR"};
  return texts[static_cast<std::size_t>(severity)];
}

void EventLog::add(LogEvent event) {
  const std::lock_guard lock(mutex_);
  if (events_.size() == capacity_) events_.pop_front();
  events_.push_back(std::move(event));
}

std::vector<LogEvent> EventLog::find(const LogQuery& query) const {
  std::vector<LogEvent> found;
  {
    const std::lock_guard lock(mutex_);
    std::ranges::copy_if(events_, std::back_inserter(found), [&](const LogEvent& event) {
      return (!query.from || event.time >= *query.from) && (!query.to || event.time <= *query.to);
    });
  }
  // The clock can be set back in a drill, so the order of arrival is not the order of time.
  std::ranges::stable_sort(found, {}, &LogEvent::time);
  if (query.descending) std::ranges::reverse(found);
  found.erase(found.begin(),
              found.begin() + static_cast<std::ptrdiff_t>(std::min(query.offset, found.size())));
  if (query.limit != 0 && found.size() > query.limit) found.resize(query.limit);
  return found;
}

void EventLog::clear() {
  const std::lock_guard lock(mutex_);
  events_.clear();
}

void Convergence::begin_attempt(contract::CertificateName name) {
  const std::lock_guard lock(mutex_);
  auto& report = state(name).report;
  report.attempts = report.confirmed ? 1 : report.attempts + 1;
  report.confirmed = false;
}

void Convergence::end_attempt(contract::CertificateName name, bool all_confirmed) {
  const std::lock_guard lock(mutex_);
  state(name).report.confirmed = all_confirmed;
}

CertificateConvergence Convergence::look(contract::CertificateName name, const InstalledPtr& stored,
                                         Nodes nodes, certs::Instant now) {
  const std::lock_guard lock(mutex_);
  auto& [seen, report, examined] = state(name);
  const bool was_converged = report.converged;
  report.name = name;
  report.generation = stored ? stored->generation : 0;
  report.files_differ.clear();
  report.listeners_differ.clear();
  if (report.presented_expired) report.presented_expired->goes_on = false;
  if (report.presented_mismatched) report.presented_mismatched->goes_on = false;
  for (const auto& node : nodes) {
    if (!same(node->held(name), stored)) report.files_differ.push_back(node->uid());
    if (!node->up()) continue;
    const auto presented = node->presented(name);
    if (!same(presented, stored)) report.listeners_differ.push_back(node->uid());
    if (!presented) continue;
    if (const auto& bundle = presented->bundle; examined.bundle != bundle) {
      examined = {bundle, bundle->leaf().not_after(),
                  bundle->key && !bundle->key->matches(bundle->leaf())};
    }
    if (now > examined.not_after)
      note(report.presented_expired, node->uid(), examined.not_after + std::chrono::seconds(1));
    if (examined.mismatched) note(report.presented_mismatched, node->uid(), now);
  }
  report.converged = report.files_differ.empty() && report.listeners_differ.empty();
  if (!seen || was_converged != report.converged) report.since = now;
  seen = true;
  return report;
}

void Convergence::clear() {
  const std::lock_guard lock(mutex_);
  states_ = {};
}

}  // namespace certdrill::simulator
