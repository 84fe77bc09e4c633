#include "simulator/cluster/event_log.h"

#include <algorithm>

namespace certdrill::simulator {

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::info:
      return "INFO";
    case Severity::warning:
      return "WARNING";
    case Severity::error:
      return "ERROR";
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

}  // namespace certdrill::simulator
