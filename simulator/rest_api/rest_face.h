// The HTTPS face of the cluster's nodes: turns an exchange into a Call and the Answer into a
// response.
//
// Thread safety: operator() may be called from any thread.
#pragma once

#include <string>

#include "simulator/cluster/clock.h"
#include "simulator/cluster/cluster.h"
#include "simulator/cluster/edition.h"
#include "simulator/listeners/exchange.h"
#include "simulator/rest_api/rest_api.h"

namespace certdrill::simulator {

struct RestFaceSettings {
  Cluster& cluster;
  const Clock& clock;
  Mishaps& mishaps;
  const Edition& edition;
  std::string success_body;  // of a 200 for which no body is documented: "" or "{}"
};

class RestFace {
 public:
  RestFace(RestFaceSettings settings, Users users)
      : settings_(std::move(settings)), api_(std::move(users)) {}

  void operator()(Exchange& exchange) const;

 private:
  const RestFaceSettings settings_;
  const RestApi api_;
};

}  // namespace certdrill::simulator
