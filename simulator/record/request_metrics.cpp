#include "simulator/record/request_metrics.h"

#include <prometheus/text_serializer.h>

namespace certdrill::simulator {
namespace {

using Family = prometheus::Family<prometheus::Counter>;

// Seconds: from an update in memory to a disk of a thousand slow nodes.
const prometheus::Histogram::BucketBoundaries kRolloutBuckets{0.0001, 0.001, 0.01, 0.1,
                                                              1,      10,    60,   900};

}  // namespace

struct RequestMetrics::Series {
  prometheus::Registry registry;
  Family& requests = prometheus::BuildCounter()
                         .Name("certdrill_requests_total")
                         .Help("Requests to the REST API by endpoint and status.")
                         .Register(registry);
  Family& faults = prometheus::BuildCounter()
                       .Name("certdrill_faults_fired_total")
                       .Help("How often an injected fault struck.")
                       .Register(registry);
  prometheus::Histogram& rollouts =
      prometheus::BuildHistogram()
          .Name("certdrill_rollout_duration_seconds")
          .Help("How long accepted changes took from the store to the last node.")
          .Register(registry)
          .Add({}, kRolloutBuckets);

  // Counters by what is constant for a route, since looking them up by labels costs microseconds.
  using Key = std::pair<const char*, int>;  // the route's path, as a place in memory; the status
  std::mutex mutex;
  std::map<std::pair<std::string, Key>, prometheus::Counter*> known;
};

RequestMetrics::RequestMetrics() : series_(std::make_shared<Series>()) {}

std::shared_ptr<RequestMetrics::Series> RequestMetrics::series() const {
  const std::lock_guard lock(mutex_);
  return series_;
}

void RequestMetrics::count_request(std::string_view method, std::string_view endpoint, int status) {
  const auto all = series();
  prometheus::Counter* counter = nullptr;
  {
    const std::lock_guard lock(all->mutex);
    auto& known = all->known[{std::string(endpoint.empty() ? "" : method),
                              {endpoint.empty() ? nullptr : endpoint.data(), status}}];
    if (known == nullptr) {
      // A client may invent methods and paths; they must not each become a series.
      known = &all->requests.Add({{"method", endpoint.empty() ? "other" : std::string(method)},
                                  {"endpoint", endpoint.empty() ? "other" : std::string(endpoint)},
                                  {"status", std::to_string(status)}});
    }
    counter = known;
  }
  counter->Increment();
}

void RequestMetrics::count_fault(const std::string& fault, const std::string& drill) {
  series()->faults.Add({{"fault", fault}, {"drill", drill}}).Increment();
}

void RequestMetrics::observe_rollout(std::chrono::microseconds duration) {
  series()->rollouts.Observe(std::chrono::duration<double>(duration).count());
}

std::string RequestMetrics::text() const {
  return prometheus::TextSerializer().Serialize(series()->registry.Collect());
}

void RequestMetrics::clear() {
  auto fresh = std::make_shared<Series>();  // the old one goes with its last user
  const std::lock_guard lock(mutex_);
  series_ = std::move(fresh);
}

}  // namespace certdrill::simulator
