#include "simulator/cluster/history.h"

#include <algorithm>

namespace certdrill::simulator {

namespace {

bool same(const InstalledPtr& one, const InstalledPtr& other) {
  if (one == other) return true;
  return one && other && one->certificate_text == other->certificate_text &&
         one->key_text == other->key_text;
}

bool mismatched(const certs::Bundle& bundle) {
  return bundle.key && !bundle.key->matches(bundle.leaf());
}

void note(std::optional<BadMoments>& moments, int uid, certs::Instant first) {
  if (!moments) moments = BadMoments{first, {}, false};
  moments->first = std::min(moments->first, first);
  moments->nodes.insert(uid);
  moments->goes_on = true;
}

}  // namespace

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::info: return "INFO";
    case Severity::warning: return "WARNING";
    case Severity::error: return "ERROR";
  }
  return "";
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
  State& known = state(name);
  known.attempts = known.confirmed ? 1 : known.attempts + 1;
  known.confirmed = false;
}

void Convergence::end_attempt(contract::CertificateName name, bool all_confirmed) {
  const std::lock_guard lock(mutex_);
  state(name).confirmed = all_confirmed;
}

void Convergence::examine(State& state, const std::shared_ptr<const certs::Bundle>& presented) {
  if (state.examined.bundle == presented) return;
  state.examined = {presented, presented->leaf().not_after(), mismatched(*presented)};
}

CertificateConvergence Convergence::look(contract::CertificateName name, const InstalledPtr& stored,
                                         Nodes nodes, certs::Instant now) {
  const std::lock_guard lock(mutex_);
  State& known = state(name);
  CertificateConvergence report{.name = name, .files_differ = {}, .listeners_differ = {}};
  if (known.expired) known.expired->goes_on = false;
  if (known.mismatched) known.mismatched->goes_on = false;
  for (const auto& node : nodes) {
    if (!same(node->held(name), stored)) report.files_differ.push_back(node->uid());
    if (!node->up()) continue;
    const auto presented = node->presented(name);
    if (!same(presented, stored)) report.listeners_differ.push_back(node->uid());
    if (!presented) continue;
    examine(known, presented->bundle);
    if (now > known.examined.not_after) {
      note(known.expired, node->uid(), known.examined.not_after + std::chrono::seconds(1));
    }
    if (known.examined.mismatched) note(known.mismatched, node->uid(), now);
  }
  report.converged = report.files_differ.empty() && report.listeners_differ.empty();
  if (!known.seen || known.converged != report.converged) known.since = now;
  known.seen = true;
  known.converged = report.converged;
  report.since = known.since;
  report.confirmed = known.confirmed;
  report.attempts = known.attempts;
  report.generation = stored ? stored->generation : 0;
  report.presented_expired = known.expired;
  report.presented_mismatched = known.mismatched;
  return report;
}

void Convergence::clear() {
  const std::lock_guard lock(mutex_);
  states_ = {};
}

}  // namespace certdrill::simulator
