#include "rehearsal/run/supervisor.h"

#include <cerrno>
#include <csignal>
#include <cstddef>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

namespace certdrill::rehearsal {
namespace {

constexpr int kNotes = 3;  // where its pipe stands after descriptors were sorted
constexpr int kCannotRun = 127;
constexpr long kTraceOptions = PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                               PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;

void write_all(const void* data, std::size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = write(kNotes, at, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) _exit(kCannotRun);  // nobody listens any more
    at += written;
    size -= static_cast<std::size_t>(written);
  }
}

void tell(SupervisorNote::Kind kind, const void* data, std::size_t size) {
  const SupervisorNote note{kind, static_cast<std::uint32_t>(size)};
  write_all(&note, sizeof note);
  write_all(data, size);
}

// As printf is not for a forked child: "/proc/PID/cmdline".
void path_of_arguments(pid_t pid, char* path) {
  char digits[24];
  int count = 0;
  for (pid_t rest = pid; rest > 0; rest /= 10) digits[count++] = static_cast<char>('0' + rest % 10);
  for (const char* c = "/proc/"; *c != '\0'; ++c) *path++ = *c;
  while (count > 0) *path++ = digits[--count];
  for (const char* c = "/cmdline"; *c != '\0'; ++c) *path++ = *c;
  *path = '\0';
}

void tell_program(pid_t pid) {
  static char buffer[256 * 1024];
  char path[64];
  path_of_arguments(pid, path);
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  std::size_t size = 0;
  while (size < sizeof buffer) {
    const ssize_t got = read(file, buffer + size, sizeof buffer - size);
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  close(file);
  tell(SupervisorNote::started_program, buffer, size);
}

// A process of the tree has stopped: see what it is about, and let it go on.
void let_go_on(pid_t pid, int status) {
  const int event = status >> 16;
  const int signal = WSTOPSIG(status);
  if (event == PTRACE_EVENT_EXEC) tell_program(pid);
  if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
    ptrace(PTRACE_LISTEN, pid, nullptr, nullptr);  // stopped as a job: it stays so
    return;
  }
  ptrace(PTRACE_CONT, pid, nullptr, static_cast<std::uintptr_t>(event == 0 ? signal : 0));
}

void usual_signals() {
  for (int signal = 1; signal < NSIG; ++signal) std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void become_command(const SupervisorOrders& orders, int go) {
  char ready = 0;
  while (read(go, &ready, 1) < 0 && errno == EINTR) {
  }
  close(go);
  setsid();
  if (orders.hosts != nullptr && !see_own_hosts(orders.hosts, orders.uid_map, orders.gid_map))
    _exit(kCannotRun);
  auto* const environment = const_cast<char* const*>(orders.environment);
  if (chdir(orders.folder) == 0) {
    execve(orders.program, const_cast<char* const*>(orders.arguments), environment);
    // A script without a first line that says who reads it: a shell, as shells have it.
    if (errno == ENOEXEC)
      execve("/bin/sh", const_cast<char* const*>(orders.shell_arguments), environment);
  }
  constexpr char kWhy[] = "certdrill-rehearse: the command could not be started\n";
  static_cast<void>(!write(STDERR_FILENO, kWhy, sizeof kWhy - 1));
  _exit(kCannotRun);
}

// Standard input is empty, standard output and error are the command's, 3 takes notes, and nothing
// else is open: a listening socket of the rehearsal that lived on here would be a port that accepts.
void sort_descriptors(const SupervisorOrders& orders) {
  const int empty = open("/dev/null", O_RDONLY);
  dup2(empty, STDIN_FILENO);
  dup2(orders.output, STDOUT_FILENO);
  dup2(orders.output, STDERR_FILENO);
  dup2(orders.notes, kNotes);
  fcntl(kNotes, F_SETFD, FD_CLOEXEC);
  close_range(kNotes + 1, ~0U, 0);
}

}  // namespace

bool see_own_hosts(const char* hosts, const char* uid_map, const char* gid_map) {
  const auto write_text = [](const char* path, const char* text) {
    const int file = open(path, O_WRONLY | O_CLOEXEC);
    std::size_t size = 0;
    while (text[size] != '\0') ++size;
    const bool written = file >= 0 && write(file, text, size) == static_cast<ssize_t>(size);
    if (file >= 0) close(file);
    return written;
  };
  if (unshare(CLONE_NEWNS) != 0) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    write_text("/proc/self/setgroups", "deny");
    if (!write_text("/proc/self/uid_map", uid_map) || !write_text("/proc/self/gid_map", gid_map))
      return false;
  }
  return mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         mount(hosts, "/etc/hosts", nullptr, MS_BIND, nullptr) == 0;
}

void supervise(const SupervisorOrders& orders) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != orders.parent) _exit(kCannotRun);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  setsid();  // what a terminal sends to the rehearsal does not reach it
  usual_signals();
  sort_descriptors(orders);
  int go[2] = {-1, -1};
  if (pipe2(go, O_CLOEXEC) != 0) _exit(kCannotRun);
  const pid_t command = fork();
  if (command < 0) _exit(kCannotRun);
  if (command == 0) {
    close(go[1]);
    become_command(orders, go[0]);
  }
  close(STDOUT_FILENO);
  close(STDERR_FILENO);
  if (orders.trace && ptrace(PTRACE_SEIZE, command, nullptr, kTraceOptions) != 0)
    tell(SupervisorNote::not_traced, "", 0);
  close(go[0]);
  close(go[1]);
  for (;;) {
    int status = 0;
    const pid_t pid = waitpid(-1, &status, __WALL);
    if (pid < 0 && errno == EINTR) continue;
    if (pid < 0) _exit(0);
    if (WIFSTOPPED(status))
      let_go_on(pid, status);
    else if (pid == command)
      tell(SupervisorNote::ended, &status, sizeof status);
  }
}

}  // namespace certdrill::rehearsal
