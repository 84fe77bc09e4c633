// What is known of one drill after the command was run in it: plain data, from which the rules judge
// and the report draws. Never holds key material or the password.
//
// Times count from the moment at which the command was started.
// Thread safety: plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace certdrill::rehearsal {

using Milliseconds = std::chrono::milliseconds;

// The command from its start until nothing of it runs any more.
struct CommandRun {
  Milliseconds begin{0};
  Milliseconds end{0};
  int exit_status = -1;    // -1: it did not exit by itself
  int signal = 0;          // that ended it; 0: none
  bool timed_out = false;  // it was ended because its time was over
  std::string output;      // standard output and error as they came; bounded, redacted
  bool output_cut = false;
  std::vector<std::string> left_behind;  // command lines of what still ran after it had exited

  bool said_success() const { return exit_status == 0; }
};

// One request to the REST API and its answer.
struct RequestSeen {
  Milliseconds begin{0};
  Milliseconds end{0};
  int node = 0;
  std::string method;
  std::string path;
  std::string user;   // empty: not authenticated
  int status = 0;     // as it was answered, even where that never arrived
  bool lost = false;  // the answer did not arrive as HTTP
  std::string error_code;
  std::string answered_by;                // "organic", or the fault
  std::vector<std::string> certificates;  // the names in its body
  std::string digest;                     // of its body
  std::optional<Milliseconds> retry_after;

  bool is_change() const { return method != "GET" && method != "HEAD" && method != "OPTIONS"; }
  bool succeeded() const { return !lost && status >= 200 && status < 300; }
  bool is_transient() const {
    return lost || status == 408 || status == 409 || status == 429 || status >= 500;
  }
  bool is_refused() const { return !lost && status >= 400 && !is_transient(); }
};

// What a port presented to the rehearsal's own handshake.
enum class Shown {
  requested,      // the requested chain
  without_chain,  // its leaf, without the chain that was sent with it
  former,         // what was there before
  other,
  nothing,  // no connection, or no handshake
  no_port,  // the certificate is presented by no port
};

struct Look {
  Milliseconds at{0};
  int node = 0;
  Shown shown = Shown::nothing;
};

// One node at one moment.
struct NodeState {
  int uid = 0;
  bool up = true;
  bool holds = false;  // the requested certificate with its key
  Shown shown = Shown::no_port;
  bool at_times = false;  // another handshake was shown something else
};

// Whether the rotation is done.
enum class Done {
  yes,      // every node holds and presents the requested certificate
  no,       // one does not
  unknown,  // every node holds it, and one cannot be asked what it presents
};

struct Moment {
  Milliseconds at{0};
  std::vector<NodeState> nodes;

  Done done() const;
  bool held_by_all() const;
};

// A secret where it should not be.
struct Leak {
  enum class Where { output, arguments, file } where = Where::output;
  std::string what;   // "the private key" or "the password"
  std::string place;  // of a file its name and mode, of arguments the program
};

struct Evidence {
  std::string drill;     // "healthy" for the cluster in which nothing is wrong
  std::string sentence;  // what happens there
  std::string reference;
  bool must_converge = true;  // the trouble passes: a good rotation completes
  bool met = true;            // the trouble came: one of the drill's faults struck
  bool stranger = false;      // the REST ports present a stranger's certificate
  std::string name;           // of the certificate that is rotated

  CommandRun run;
  Moment after;                     // when the command had ended, and all that was under way
  std::optional<CommandRun> again;  // the second run in the same cluster, where one was asked for
  Moment after_again;

  std::vector<RequestSeen> requests;  // of both runs, in the order of their answers
  std::vector<Look> looks;
  std::vector<int> looked_at;        // nodes that it looked at after its last change
  std::vector<std::string> touched;  // what else is not as it was: clauses
  std::vector<Leak> leaks;
  bool arguments_watched = true;
};

// What several rules see in it, and how they put it into words.
std::string seconds_of(Milliseconds time);          // "1.2 s"
std::string at_second(Milliseconds at);             // "at 1.2 s"
std::string answer_of(const RequestSeen& request);  // "409" or "no answer"
std::string call_of(const RequestSeen& request);    // "PUT /v1/cluster/update_cert"
std::string what_is_wrong(const Moment& moment);    // "node 3 presents the former certificate"

using Requests = std::vector<const RequestSeen*>;

// The same request again, of one run, to the same node (or, for a change, to any where `any_node`),
// in the order of the answers.
std::vector<Requests> same_requests(const Evidence& evidence, bool any_node);

}  // namespace certdrill::rehearsal
