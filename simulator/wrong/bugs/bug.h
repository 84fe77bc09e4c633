// Planted bugs: plausible mistakes of a server, one at a time, for proving that a test suite
// notices them.
//
// A bug is a row of data and an object that stands around the healthy server: around each request,
// and around each handshake. The healthy code knows none of them, and without --bug there is none.
// Thread safety: rows are constant data; a PlantedBug is called from any thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/cluster/users.h"
#include "simulator/rest_api/endpoint.h"

namespace certdrill::simulator::bugs {

// One request on its way to the healthy server. The references outlive the call.
struct Request {
  const Scene& scene;
  const Call& call;
  const std::function<Answer(const Scene&, const Call&)>& next;  // the healthy server
  const std::function<void(std::chrono::milliseconds)>& sleep;
};

class PlantedBug {
 public:
  virtual ~PlantedBug() = default;

  // Stands around every request to the REST API.
  virtual Answer serve(const Request& request) { return request.next(request.scene, request.call); }

  // Stands around every handshake: what is presented instead of `healthy`. Null refuses.
  virtual std::shared_ptr<const certs::Bundle> present(
      const Node& /*node*/, contract::CertificateName /*port*/,
      std::shared_ptr<const certs::Bundle> healthy) {
    return healthy;
  }

  // Forgets what it remembers: the cluster is as it was at the start. No request is being served.
  virtual void reset() {}
};

// What a bug may know of the cluster at its start.
struct Ground {
  const Cluster& cluster;
  const std::vector<User>& users;  // all of them
};

struct Bug {
  std::string_view id;        // "expired-accepted", as --bug takes it
  std::string_view sentence;  // what the server does wrong
  std::unique_ptr<PlantedBug> (*plant)(const Ground& ground);
};

// All bugs, by groups.
std::span<const Bug> all_bugs();

// nullptr when unknown.
const Bug* find_bug(std::string_view id);

// "unknown bug 'X' (did you mean 'Y'?)".
std::string unknown_bug(std::string_view id);

// For --list-bugs: a line for each, id and sentence.
std::string list_of_bugs();

// Rows are made of these: a bug that is one function around a request ...
class ServingBug final : public PlantedBug {
 public:
  using Serve = Answer (*)(const Request& request);
  explicit ServingBug(Serve function) : serve_(function) {}
  Answer serve(const Request& request) override { return serve_(request); }

 private:
  const Serve serve_;
};

template <ServingBug::Serve function>
std::unique_ptr<PlantedBug> serving(const Ground& /*ground*/) {
  return std::make_unique<ServingBug>(function);
}

// ... or a class of its own, which remembers things between requests.
template <class Kind>
std::unique_ptr<PlantedBug> remembering(const Ground& ground) {
  return std::make_unique<Kind>(ground);
}

}  // namespace certdrill::simulator::bugs
