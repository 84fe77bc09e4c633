// What the control port's /metrics counts: requests by endpoint and status, faults fired, and how
// long rollouts took.
//
// Thread safety: every member may be called from any thread.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace certdrill::simulator {

class RequestMetrics {
 public:
  RequestMetrics();

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
  std::shared_ptr<Series> series() const;

  mutable std::mutex mutex_;
  std::shared_ptr<Series> series_;
};

}  // namespace certdrill::simulator
