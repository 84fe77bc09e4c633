// A cluster of three nodes behind its REST API, with all that notes what it is asked, and no socket.
//
// Thread safety: answer() from any thread; the rest from one.
#pragma once

#include <string_view>
#include <vector>

#include "simulator/record/feed.h"
#include "simulator/record/journal.h"
#include "simulator/record/recorder.h"
#include "simulator/rest_api/rest_api.h"

namespace certdrill::fuzz {

class RestWorld {
 public:
  static constexpr std::string_view kAdmin = "Basic YTphZG1pbg==";  // a:admin

  RestWorld();

  simulator::Answer answer(const simulator::Call& call, contract::Edition edition);
  simulator::Cluster& cluster() { return cluster_; }
  void begin_anew();  // as it was made

 private:
  simulator::Cluster cluster_;
  const simulator::ClusterState at_start_;
  const simulator::RestApi api_;
  simulator::Journal journal_{100};
  simulator::Feed feed_;
  simulator::RequestMetrics metrics_;
  const simulator::Recorder recorder_;
  simulator::Mishaps mishaps_;
  std::optional<simulator::SentChanges> sent_;
};

// Throws a Finding where the answer is none that the API gives: a 500, or an error without its shape.
void expect_decent(const simulator::Answer& answer);

}  // namespace certdrill::fuzz
