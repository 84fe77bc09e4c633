// What is noted of every request to the REST API: an entry of the journal, two events of the feed,
// a count.
//
// Thread safety: every member may be called from any thread.
#pragma once

#include <chrono>

#include "certs/read/instant.h"
#include "certs/verdict/exact_memo.h"
#include "simulator/http/call.h"
#include "simulator/record/feed.h"
#include "simulator/record/journal.h"
#include "simulator/record/request_metrics.h"

namespace certdrill::simulator {

class RequestRecorder {
 public:
  RequestRecorder(Journal& journal, Feed& feed, RequestMetrics& metrics)  // all outlive this
      : journal_(journal), feed_(feed), metrics_(metrics) {}

  void came_in(const Call& call, certs::Instant now) const;

  // `now` as for came_in().
  void was_answered(const Call& call, const Answer& answer, certs::Instant now,
                    std::chrono::microseconds duration) const;

 private:
  Sha256 sha256_of(std::string_view body) const;

  Journal& journal_;
  Feed& feed_;
  RequestMetrics& metrics_;
  mutable certs::ExactMemo<Sha256> digests_;  // comparing a body costs a tenth of digesting it
};

}  // namespace certdrill::simulator
