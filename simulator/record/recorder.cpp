#include "simulator/record/recorder.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/sha.h>
#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "certs/read/text.h"
#include "certs/verdict/bundle.h"

namespace certdrill::simulator {
namespace {

Sha256 sha256(std::string_view text) {
  Sha256 digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

std::string answered_by(const Answer& answer) {
  return answer.notes.answered_by.empty() ? "organic" : cut(answer.notes.answered_by);
}

FeedEvent feed_event(FeedKind kind, const Call& call, certs::Instant now) {
  return {.kind = kind,
          .time = now,
          .node = call.node(),
          .detail = cut(fmt::format("{} {}", call.method, call.path))};
}

constexpr std::size_t kMostNamed = 16;  // there are eleven names

std::optional<NotedCertificate> read_one(const nlohmann::json& json) {
  if (!json.is_object()) return std::nullopt;
  const auto name = json.find("name");
  if (name == json.end() || !name->is_string()) return std::nullopt;
  NotedCertificate noted{name->get<std::string>(), std::nullopt};
  const auto text = json.find("certificate");
  if (text == json.end() || !text->is_string()) return noted;
  if (auto chain = certs::parse_chain(text->get_ref<const std::string&>())) {
    if (!chain->empty()) noted.leaf = chain->front();
  }
  return noted;
}

// Which certificates a body names, read as far as it can be read: for an answer that was given
// without the body having been understood.
std::vector<NotedCertificate> named_certificates(const Body& body) {
  std::vector<NotedCertificate> all;
  if (body.empty() || !body.object()) return all;
  const nlohmann::json& json = *body.object();
  if (auto one = read_one(json)) all.push_back(std::move(*one));
  const auto list = json.find("certificates");
  if (list == json.end() || !list->is_array()) return all;
  for (const auto& entry : *list) {
    if (all.size() == kMostNamed) break;
    if (auto one = read_one(entry)) all.push_back(std::move(*one));
  }
  return all;
}

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
};

RequestMetrics::RequestMetrics() : series_(std::make_unique<Series>()) {}
RequestMetrics::~RequestMetrics() = default;

void RequestMetrics::count_request(std::string_view method, std::string_view endpoint, int status) {
  // A client may invent methods and paths; they must not each become a series.
  const bool known = !endpoint.empty();
  const std::lock_guard lock(mutex_);
  series_->requests
      .Add({{"method", known ? std::string(method) : "other"},
            {"endpoint", known ? std::string(endpoint) : "other"},
            {"status", std::to_string(status)}})
      .Increment();
}

void RequestMetrics::count_fault(const std::string& fault, const std::string& drill) {
  const std::lock_guard lock(mutex_);
  series_->faults.Add({{"fault", fault}, {"drill", drill}}).Increment();
}

void RequestMetrics::observe_rollout(std::chrono::microseconds duration) {
  const std::lock_guard lock(mutex_);
  series_->rollouts.Observe(std::chrono::duration<double>(duration).count());
}

std::string RequestMetrics::text() const {
  const std::lock_guard lock(mutex_);
  return prometheus::TextSerializer().Serialize(series_->registry.Collect());
}

void RequestMetrics::clear() {
  const std::lock_guard lock(mutex_);
  series_ = std::make_unique<Series>();
}

void Recorder::came_in(const Call& call, certs::Instant now) const {
  feed_.publish(feed_event(FeedKind::request, call, now));
}

void Recorder::was_answered(const Call& call, const Answer& answer, certs::Instant now,
                            std::chrono::microseconds duration) const {
  JournalEntry entry{.seq = 0,
                     .time = now,
                     .came_in = std::chrono::steady_clock::now() - duration,
                     .node = call.node(),
                     .method = cut(call.method),
                     .path = cut(call.path),
                     .user = cut(answer.notes.user),
                     .status = answer.status,
                     .error_code = answer.error_code,
                     .certificates = {},
                     .body_sha256 = sha256(call.body),
                     .body_bytes = call.body.size(),
                     .unreached = answer.notes.unreached,
                     .duration = duration,
                     .answered_by = answered_by(answer)};
  const auto note = [&](const std::vector<NotedCertificate>& certificates) {
    for (const auto& noted : certificates) {
      auto& noted_here =
          entry.certificates.emplace_back(JournalCertificate{certs::printable(noted.name)});
      if (const auto& leaf = noted.leaf) {
        noted_here.facts = {cut(leaf->subject()), leaf->fingerprint(),
                            certs::format_instant(leaf->not_after())};
      }
    }
  };
  note(answer.notes.certificates);
  if (entry.certificates.empty()) note(named_certificates(call.body));

  FeedEvent event = feed_event(FeedKind::answer, call, now);
  event.status = answer.status;
  event.name = entry.answered_by;
  metrics_.count_request(call.method, answer.notes.endpoint, answer.status);
  if (answer.notes.rollout) metrics_.observe_rollout(*answer.notes.rollout);
  journal_.add(std::move(entry));
  feed_.publish(std::move(event));
}

}  // namespace certdrill::simulator
