// The REST API of the cluster: authenticates, finds the endpoint, and lets it answer. Holds no
// state of the cluster; any node answers for all.
//
// The order of verdicts up to the endpoint: 401, 404 unknown URI, 405, 403 role, 400 Content-Type.
// Thread safety: answer() may be called from any thread.
#pragma once

#include <string>

#include "simulator/cluster/users.h"
#include "simulator/rest_api/endpoint.h"

namespace certdrill::simulator {

class RestApi {
 public:
  explicit RestApi(Users users) : users_(std::move(users)) {}

  Answer answer(const Scene& scene, const Call& call) const;

 private:
  const Users users_;
};

}  // namespace certdrill::simulator
