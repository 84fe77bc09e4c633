// Planted bugs: plausible mistakes of a server, one at a time, for proving that a test suite
// notices them.
//
// A bug is a row: the faults that it is made of, as a drill's row has them, or a function around a
// request, which may remember things between requests. It stands around the healthy server, which
// knows none of them; without --bug there is none.
// Thread safety: rows are constant data; a PlantedBug is called from any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "simulator/http/users.h"
#include "simulator/wrong/faults/at_work.h"

namespace certdrill::simulator::bugs {

// What a bug knows of the cluster at its start, and remembers between requests.
struct Memory {
  const std::vector<User> users;            // all of them
  const std::unique_ptr<Cluster> at_start;  // a copy

  std::mutex mutex;                           // guards all below
  std::map<std::string, std::string> fields;  // that reading the certificates tells, by their names
  SteadyTime until = SteadyTime::max();       // for how long it does
  int running = 0;                            // updates
  struct Returning {
    BundlePtr bundle;
    SteadyTime from;
  };
  std::map<contract::CertificateName, Returning> returning;  // that ports present again
};

using ServeWrongly = Answer (*)(const Request& request);
using ServeRemembering = Answer (*)(const Request& request, Memory& memory);

struct Bug {
  std::string_view id;        // "expired-accepted", as --bug takes it
  std::string_view sentence;  // what the server does wrong
  std::variant<FaultTexts, ServeWrongly, ServeRemembering> wrong;
};

class PlantedBug {
 public:
  PlantedBug(const Bug& bug, const Cluster& cluster, const std::vector<User>& users);

  // Stands around every request to the REST API.
  Answer serve(const Request& request);

  // Stands around every handshake: what is presented instead of `healthy`. Null refuses.
  BundlePtr present(const Handshake& handshake, BundlePtr healthy);

  // Forgets what it remembers: the cluster is as it was at the start. No request is being served.
  void reset();

 private:
  const Bug& bug_;
  std::shared_ptr<const FaultSet> faults_;  // empty where it is a function
  Memory memory_;
};

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
