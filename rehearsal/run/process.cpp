#include "rehearsal/run/process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rehearsal/run/environment.h"
#include "rehearsal/run/supervisor.h"
#include "simulator/cluster/data_dir.h"

namespace certdrill::rehearsal {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr Milliseconds kTick{25};
constexpr Milliseconds kGrace{500};  // for what a shell still waits for behind its own exit

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  int get() const { return number_; }
  bool open() const { return number_ >= 0; }
  void close() {
    if (open()) ::close(std::exchange(number_, -1));
  }

 private:
  int number_ = -1;
};

struct Pipe {
  Descriptor read;
  Descriptor write;
};

std::optional<Pipe> make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

std::vector<const char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<const char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(text.c_str());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> split_at_nul(std::string_view bytes) {
  std::vector<std::string> parts;
  while (!bytes.empty()) {
    const auto end = std::min(bytes.find('\0'), bytes.size());
    parts.emplace_back(bytes.substr(0, end));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  return parts;
}

// Empty where its process has ended meanwhile.
std::string read_whole(const std::filesystem::path& path) {
  return simulator::read_file(path).value_or("");
}

// Living processes below `ancestor`; a zombie lives no more.
std::set<pid_t> descendants_of(pid_t ancestor) {
  std::multimap<pid_t, pid_t> children;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    const pid_t pid = std::atoi(entry.path().filename().c_str());
    if (pid <= 0) continue;
    const std::string text = read_whole(entry.path() / "stat");
    const auto name_end = text.rfind(')');
    char state = 'Z';
    pid_t parent = 0;
    if (name_end == std::string::npos ||
        std::sscanf(text.c_str() + name_end + 1, " %c %d", &state, &parent) != 2 || state == 'Z' ||
        state == 'X') {
      continue;
    }
    children.emplace(parent, pid);
  }
  std::set<pid_t> found;
  std::vector<pid_t> open{ancestor};
  while (!open.empty()) {
    const auto [first, last] = children.equal_range(open.back());
    open.pop_back();
    for (auto child = first; child != last; ++child) {
      if (found.insert(child->second).second) open.push_back(child->second);
    }
  }
  return found;
}

// "sleep 1000".
std::string command_line_of(pid_t pid) {
  std::string line;
  for (const auto& part : split_at_nul(read_whole(fmt::format("/proc/{}/cmdline", pid))))
    line += (line.empty() ? "" : " ") + part;
  constexpr std::size_t kLongest = 120;
  if (line.size() > kLongest) line = line.substr(0, kLongest) + "...";
  return line.empty() ? fmt::format("process {}", pid) : line;
}

// The supervisor and what it tells, from the rehearsal's side.
class Tree {
 public:
  Tree(pid_t supervisor, Descriptor output, Descriptor notes, SteadyTime start, const Watch& watch)
      : supervisor_(supervisor),
        output_(std::move(output)),
        notes_(std::move(notes)),
        start_(start),
        watch_(watch) {}

  ~Tree() {
    notes_.close();
    while (waitpid(supervisor_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  bool alive() const { return notes_.open(); }
  bool command_ended() const { return ended_at_.has_value(); }
  Milliseconds since_end() const { return now() - *ended_at_; }
  Milliseconds now() const {
    return std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - start_);
  }

  // Takes what comes within a tick.
  void serve() {
    std::array<pollfd, 2> waiting{pollfd{notes_.get(), POLLIN, 0},
                                  pollfd{output_.get(), POLLIN, 0}};
    if (poll(waiting.data(), waiting.size(), static_cast<int>(kTick.count())) > 0) {
      if (waiting[1].revents != 0) take_output();
      if (waiting[0].revents != 0) take_notes();
    }
  }

  // What was written before the last process ended.
  void drain_output() {
    pollfd waiting{output_.get(), POLLIN, 0};
    while (output_.open() && poll(&waiting, 1, 0) > 0) take_output();
  }

  void note_left_behind() {
    for (const pid_t pid : descendants_of(supervisor_)) {
      auto line = command_line_of(pid);
      auto& left = ended_.run.left_behind;
      if (std::ranges::find(left, line) == left.end()) left.push_back(std::move(line));
    }
  }

  void kill_all() {
    for (const pid_t pid : descendants_of(supervisor_)) kill(pid, SIGKILL);
  }

  Ended& ended() { return ended_; }

 private:
  void take_output() {
    std::array<char, 16 * 1024> buffer;
    const ssize_t got = read(output_.get(), buffer.data(), buffer.size());
    if (got > 0)
      watch_.output({buffer.data(), static_cast<std::size_t>(got)});
    else if (got == 0 || errno != EINTR)
      output_.close();
  }

  void take_notes() {
    std::array<char, 64 * 1024> buffer;
    const ssize_t got = read(notes_.get(), buffer.data(), buffer.size());
    if (got <= 0) {
      if (got == 0 || errno != EINTR) notes_.close();
      return;
    }
    pending_.append(buffer.data(), static_cast<std::size_t>(got));
    SupervisorNote note;
    while (pending_.size() >= sizeof note) {
      std::memcpy(&note, pending_.data(), sizeof note);
      if (pending_.size() < sizeof note + note.size) return;
      take_note(note.kind, std::string_view(pending_).substr(sizeof note, note.size));
      pending_.erase(0, sizeof note + note.size);
    }
  }

  void take_note(SupervisorNote::Kind kind, std::string_view bytes) {
    switch (kind) {
      case SupervisorNote::not_traced: ended_.arguments_watched = false; return;
      case SupervisorNote::started_program: watch_.arguments(split_at_nul(bytes)); return;
      case SupervisorNote::ended: break;
    }
    int status = 0;
    std::memcpy(&status, bytes.data(), sizeof status);
    if (WIFEXITED(status)) ended_.run.exit_status = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) ended_.run.signal = WTERMSIG(status);
    ended_at_ = now();
    ended_.run.end = *ended_at_;
  }

  const pid_t supervisor_;
  Descriptor output_;
  Descriptor notes_;
  const SteadyTime start_;
  const Watch& watch_;
  std::string pending_;
  std::optional<Milliseconds> ended_at_;
  Ended ended_;
};

std::pair<std::string, std::string> maps_of_own_ids() {
  return {fmt::format("{0} {0} 1", getuid()), fmt::format("{0} {0} 1", getgid())};
}

}  // namespace

tl::expected<void, std::string> own_hosts_possible(const std::filesystem::path& hosts) {
  const auto [uid_map, gid_map] = maps_of_own_ids();
  const pid_t child = fork();
  if (child == 0) _exit(see_own_hosts(hosts.c_str(), uid_map.c_str(), gid_map.c_str()) ? 0 : 1);
  int status = -1;
  if (child > 0) waitpid(child, &status, 0);
  if (status == 0) return {};
  return tl::unexpected(std::string(
      "--resolve: this system gives an ordinary user no mount namespace of his own; run it as root "
      "(in a container: with the capability SYS_ADMIN), or leave it out and write the cluster's "
      "name with 127.0.0.1 into /etc/hosts"));
}

tl::expected<Ended, std::string> run_command(const Command& command, const Watch& watch,
                                             SteadyTime start) {
  const auto program = find_program(command.arguments.front(), command.environment);
  if (!program) return tl::unexpected(program.error());
  auto output = make_pipe();
  auto notes = make_pipe();
  const auto failed = [](std::string_view what) {
    return tl::unexpected(fmt::format("{}: {}", what, std::generic_category().message(errno)));
  };
  if (!output || !notes) return failed("no pipe for the command");
  const auto arguments = pointers_to(command.arguments);
  std::vector<std::string> by_shell{"sh", program->string()};
  by_shell.insert(by_shell.end(), command.arguments.begin() + 1, command.arguments.end());
  const auto shell_arguments = pointers_to(by_shell);
  const auto environment = pointers_to(command.environment);
  const auto [uid_map, gid_map] = maps_of_own_ids();
  const SupervisorOrders orders{
      arguments.data(),       shell_arguments.data(),
      environment.data(),     program->c_str(),
      command.folder.c_str(), command.hosts.empty() ? nullptr : command.hosts.c_str(),
      uid_map.c_str(),        gid_map.c_str(),
      output->write.get(),    notes->write.get(),
      command.trace,          getpid()};
  const pid_t supervisor = fork();
  if (supervisor < 0) return failed("no process for the command");
  if (supervisor == 0) supervise(orders);
  output->write.close();
  notes->write.close();
  Tree tree(supervisor, std::move(output->read), std::move(notes->read), start, watch);
  const Milliseconds begin = tree.now();
  tree.ended().run.begin = begin;
  tree.ended().arguments_watched = command.trace;
  bool noted = false;
  while (tree.alive()) {
    tree.serve();
    watch.tick();
    if (!tree.command_ended() && (tree.now() - begin > command.timeout || watch.stop())) {
      tree.ended().run.timed_out = true;
      tree.kill_all();
    } else if (tree.command_ended() && tree.since_end() > kGrace) {
      if (!noted && !tree.ended().run.timed_out) tree.note_left_behind();
      noted = true;
      tree.kill_all();
    }
  }
  tree.drain_output();
  if (tree.ended().run.end < begin) tree.ended().run.end = tree.now();
  return std::move(tree.ended());
}

}  // namespace certdrill::rehearsal
