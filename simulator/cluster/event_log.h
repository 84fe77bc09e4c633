// The cluster's own event log, as GET /v1/logs shows it: bounded, oldest events fall out first.
//
// Never holds key material: events carry names, node numbers and fingerprints.
// Thread safety: every member may be called from any thread.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "certs/read/instant.h"

namespace certdrill::simulator {

enum class Severity { info, warning, error };

std::string_view to_string(Severity severity);  // "INFO", ... as the product writes them

struct LogEvent {
  certs::Instant time;
  std::string type;  // "cluster_certificate_updated"
  Severity severity = Severity::info;
  std::map<std::string, std::string> fields;  // further JSON fields, by name
};

struct LogQuery {
  std::optional<certs::Instant> from;  // inclusive
  std::optional<certs::Instant> to;    // inclusive
  bool descending = false;             // newest first
  std::size_t limit = 0;               // 0: no limit
  std::size_t offset = 0;
};

class EventLog {
 public:
  explicit EventLog(std::size_t capacity = 10'000) : capacity_(capacity) {}

  void add(LogEvent event);
  std::vector<LogEvent> find(const LogQuery& query) const;
  void clear();

 private:
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::deque<LogEvent> events_;
};

}  // namespace certdrill::simulator
