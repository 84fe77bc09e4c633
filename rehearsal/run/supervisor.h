// The process that stands between the rehearsal and a command: see process.h.
#pragma once

#include <cstdint>

#include <sys/types.h>

namespace certdrill::rehearsal {

// What the supervisor tells through its pipe: this head, then `size` bytes.
struct SupervisorNote {
  enum Kind : std::uint32_t {
    started_program,  // the arguments, each with a NUL behind it
    ended,            // the command's wait status, an int
    not_traced,       // ptrace is not permitted
  };
  Kind kind = started_program;
  std::uint32_t size = 0;
};

// Made ready before the fork, since nothing may be allocated after it.
struct SupervisorOrders {
  const char* const* arguments;
  const char* const* shell_arguments;  // for a script that names no interpreter
  const char* const* environment;
  const char* program;  // a path
  const char* folder;
  const char* hosts;    // seen as /etc/hosts; null: the system's own
  const char* uid_map;  // "UID UID 1" and the same for the group
  const char* gid_map;
  int output;  // descriptor: the command's standard output and error
  int notes;   // descriptor: where notes are written
  bool trace;
  pid_t parent;
};

// Gives this process a mount namespace of its own in which `hosts` is /etc/hosts; where that takes
// rights that it lacks, in a user namespace of its own. System calls only.
bool see_own_hosts(const char* hosts, const char* uid_map, const char* gid_map);

// To be called in the child of fork() alone; makes system calls and nothing else. Ends when no
// process of the command is left; then the pipe of notes closes.
[[noreturn]] void supervise(const SupervisorOrders& orders);

}  // namespace certdrill::rehearsal
