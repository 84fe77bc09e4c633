// What is noted of every request to the REST API: an entry of the journal, two events of the feed, a
// count for the control port's /metrics.
//
// Thread safety: every member may be called from any thread.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "certs/read/instant.h"
#include "simulator/http/call.h"
#include "simulator/record/feed.h"
#include "simulator/record/journal.h"

namespace certdrill::simulator {

// Requests by endpoint and status, faults that struck, and how long rollouts took.
class RequestMetrics {
 public:
  RequestMetrics();
  ~RequestMetrics();

  // `endpoint` is a route's path of constant data, with "*" for its parameter; "" for no route.
  void count_request(std::string_view method, std::string_view endpoint, int status);
  void count_fault(const std::string& fault, const std::string& drill);
  void observe_rollout(std::chrono::microseconds duration);

  // Prometheus text format 0.0.4.
  std::string text() const;

  // All counters from 0, as at the start.
  void clear();

 private:
  struct Series;

  mutable std::mutex mutex_;
  std::unique_ptr<Series> series_;  // guarded by the mutex
};

class Recorder {
 public:
  Recorder(Journal& journal, Feed& feed, RequestMetrics& metrics)  // all outlive this
      : journal_(journal), feed_(feed), metrics_(metrics) {}

  void came_in(const Call& call, certs::Instant now) const;

  // `now` as for came_in().
  void was_answered(const Call& call, const Answer& answer, certs::Instant now,
                    std::chrono::microseconds duration) const;

 private:
  Journal& journal_;
  Feed& feed_;
  RequestMetrics& metrics_;
};

}  // namespace certdrill::simulator
