// Planted bugs: plausible mistakes of a server, one at a time, for proving that a test suite
// notices them.
//
// A bug is a row: the faults that it is made of, as a drill's row has them, or a function around a
// request, or a class where it remembers things between requests. It stands around the healthy
// server, which knows none of them; without --bug there is none.
// Thread safety: rows are constant data; a PlantedBug is called from any thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "simulator/http/users.h"
#include "simulator/wrong/faults/at_work.h"

namespace certdrill::simulator::bugs {

class PlantedBug {
 public:
  virtual ~PlantedBug() = default;

  // Stands around every request to the REST API.
  virtual Answer serve(const Request& request) { return request.next(request.scene, request.call); }

  // Stands around every handshake: what is presented instead of `healthy`. Null refuses.
  virtual BundlePtr present(const Handshake& /*handshake*/, BundlePtr healthy) { return healthy; }

  // Forgets what it remembers: the cluster is as it was at the start. No request is being served.
  virtual void reset() {}
};

// What a bug may know of the cluster at its start.
struct Ground {
  const Cluster& cluster;
  const std::vector<User>& users;  // all of them
};

using ServeWrongly = Answer (*)(const Request& request);
using MakeBug = std::unique_ptr<PlantedBug> (*)(const Ground& ground);

struct Bug {
  std::string_view id;        // "expired-accepted", as --bug takes it
  std::string_view sentence;  // what the server does wrong
  std::variant<FaultTexts, ServeWrongly, MakeBug> wrong;
};

// A row's class, made of the ground.
template <class Kind>
std::unique_ptr<PlantedBug> remembering(const Ground& ground) {
  return std::make_unique<Kind>(ground);
}

std::unique_ptr<PlantedBug> plant(const Bug& bug, const Ground& ground);

// All bugs, by groups.
std::span<const Bug> all_bugs();

// nullptr when unknown.
const Bug* find_bug(std::string_view id);

// "unknown bug 'X' (did you mean 'Y'?)".
std::string unknown_bug(std::string_view id);

// For --list-bugs: a line for each, id and sentence.
std::string list_of_bugs();

// The groups, each in the file named like it.
std::span<const Bug> judging_bugs();
std::span<const Bug> rollout_bugs();
std::span<const Bug> store_bugs();
std::span<const Bug> reading_bugs();
std::span<const Bug> access_bugs();
std::span<const Bug> call_bugs();

}  // namespace certdrill::simulator::bugs
