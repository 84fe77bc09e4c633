#include "simulator/record/request_recorder.h"

#include <variant>

#include <openssl/sha.h>

#include "certs/read/text.h"
#include "simulator/record/named_certificates.h"

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
  FeedEvent event;
  event.kind = kind;
  event.time = now;
  event.node = call.node();
  event.detail = cut(std::string(call.method) + " " + std::string(call.path));
  return event;
}

}  // namespace

Sha256 RequestRecorder::sha256_of(std::string_view body) const {
  using Digest = tl::expected<Sha256, std::monostate>;
  return **digests_.find_or_make(body, [body]() -> Digest { return sha256(body); });
}

void RequestRecorder::came_in(const Call& call, certs::Instant now) const {
  feed_.publish(feed_event(FeedKind::request, call, now));
}

void RequestRecorder::was_answered(const Call& call, const Answer& answer, certs::Instant now,
                                   std::chrono::microseconds duration) const {
  JournalEntry entry{.seq = 0,
                     .time = now,
                     .node = call.node(),
                     .method = cut(call.method),
                     .path = cut(call.path),
                     .user = cut(answer.notes.user),
                     .status = answer.status,
                     .error_code = answer.error_code,
                     .certificates = {},
                     .body_sha256 = sha256_of(call.body),
                     .body_bytes = call.body.size(),
                     .unreached = answer.notes.unreached,
                     .duration = duration,
                     .answered_by = answered_by(answer)};
  const auto note = [&](const std::vector<NotedCertificate>& certificates) {
    for (const auto& noted : certificates) {
      entry.certificates.push_back(
          {certs::printable(noted.name), noted.leaf ? journal_.facts_of(*noted.leaf) : nullptr});
    }
  };
  note(answer.notes.certificates);
  if (entry.certificates.empty() && !call.body.empty()) note(named_certificates(call.body));

  FeedEvent event = feed_event(FeedKind::answer, call, now);
  event.status = answer.status;
  event.name = entry.answered_by;
  metrics_.count_request(call.method, answer.notes.endpoint, answer.status);
  if (answer.notes.rollout) metrics_.observe_rollout(*answer.notes.rollout);
  journal_.add(std::move(entry));
  feed_.publish(std::move(event));
}

}  // namespace certdrill::simulator
