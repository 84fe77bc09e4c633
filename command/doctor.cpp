#include "command/doctor.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <unistd.h>

namespace certdrill::command {
namespace {

namespace fs = std::filesystem;

// What `certdrill sim` listens on without options.
constexpr int kNodes = 3;
constexpr std::array<std::uint16_t, 4> kNodePorts{9443, 8443, 8070, 12000};
constexpr std::uint16_t kControlPort = 9500;
// Sockets of eight clusters of a rehearsal, with their clients.
constexpr rlim_t kDescriptorsForRehearsal = 1024;
constexpr rlim_t kDescriptorsForAll = 10'240;  // --max-connections is 10,000 by default
constexpr std::uintmax_t kRoom = 100 << 20;

// 0, or errno of bind().
int try_to_bind(std::uint32_t address, std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(address);
  int failed = 0;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0 || ::listen(fd, 1) != 0)
    failed = errno;
  ::close(fd);
  return failed;
}

std::uint32_t address_of(int node) {
  return INADDR_LOOPBACK + static_cast<std::uint32_t>(node) - 1;
}

// The inode of a socket that listens on the port, at this address or at all, by proc(5)'s net/tcp.
std::optional<std::string> listening_inode(std::uint32_t address, std::uint16_t port) {
  constexpr auto kListening = "0A";
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream lines(table);
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
      std::istringstream fields(line);
      std::string slot, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
      fields >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid >>
          timeout >> inode;
      const auto colon = local.find(':');
      if (state != kListening || colon == std::string::npos) continue;
      if (local.substr(colon + 1) != fmt::format("{:04X}", port)) continue;
      const auto at = local.substr(0, colon);
      const bool everywhere = at.find_first_not_of('0') == std::string::npos;
      if (everywhere || at.ends_with(fmt::format("{:08X}", htonl(address)))) return inode;
    }
  }
  return std::nullopt;
}

// "nginx (process 812)"; nothing where /proc does not tell, as for a process of another user.
std::optional<std::string> owner_of(const std::string& inode) {
  const auto wanted = fmt::format("socket:[{}]", inode);
  std::error_code error;
  for (const auto& process : fs::directory_iterator("/proc", error)) {
    const auto pid = process.path().filename().string();
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    for (const auto& fd : fs::directory_iterator(process.path() / "fd", error)) {
      if (fs::read_symlink(fd.path(), error) != wanted) continue;
      std::string name;
      std::getline(std::ifstream(process.path() / "comm") >> std::ws, name);
      return fmt::format("{} (process {})", name, pid);
    }
  }
  return std::nullopt;
}

std::string text_of(std::uint32_t address) {
  in_addr binary{htonl(address)};
  char text[INET_ADDRSTRLEN] = "";
  ::inet_ntop(AF_INET, &binary, text, sizeof text);
  return text;
}

std::string who_has(std::uint32_t address, std::uint16_t port, int why) {
  const auto where = fmt::format("{}:{}", text_of(address), port);
  if (why != EADDRINUSE)
    return fmt::format("{} ({})", where, std::error_code(why, std::generic_category()).message());
  const auto inode = listening_inode(address, port);
  const auto owner = inode ? owner_of(*inode) : std::nullopt;
  return fmt::format("{} is taken by {}", where, owner.value_or("a process of another user"));
}

Finding loopback_addresses() {
  std::vector<std::string> missing;
  for (int node = 1; node <= kNodes; ++node)
    if (try_to_bind(address_of(node), 0) != 0) missing.push_back(text_of(address_of(node)));
  if (missing.empty())
    return {Health::fine, "addresses", "127.0.0.1 to 127.0.0.3 can be had, one for each node"};
  return {
      Health::in_the_way, "addresses",
      fmt::format("{} cannot be had: add them to the loopback interface (ip address add "
                  "127.0.0.2/8 dev lo), or start with --port 0, where all nodes are on 127.0.0.1",
                  fmt::join(missing, ", "))};
}

Finding ports() {
  std::vector<std::string> taken;
  const auto look_at = [&](std::uint32_t address, std::uint16_t port) {
    const int why = try_to_bind(address, port);
    if (why != 0 && why != EADDRNOTAVAIL) taken.push_back(who_has(address, port, why));
  };
  for (int node = 1; node <= kNodes; ++node)
    for (const auto port : kNodePorts) look_at(address_of(node), port);
  look_at(INADDR_LOOPBACK, kControlPort);
  if (taken.empty()) {
    return {Health::fine, "ports",
            fmt::format("{} of three nodes and {} (control) are free", fmt::join(kNodePorts, ", "),
                        kControlPort)};
  }
  return {Health::in_the_way, "ports",
          fmt::format("{}: stop what is there, or start with --port 0, which takes free ones",
                      fmt::join(taken, "; "))};
}

Finding descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= kDescriptorsForAll)
    return {Health::fine, "descriptors", fmt::format("{} may be open at once", limit.rlim_cur)};
  const bool enough = limit.rlim_cur >= kDescriptorsForRehearsal;
  return {
      enough ? Health::worth_knowing : Health::in_the_way, "descriptors",
      fmt::format("{} may be open at once, each connection is one{}: ulimit -n {}", limit.rlim_cur,
                  enough ? "; for thousands of clients, raise it first" : "; raise it first",
                  kDescriptorsForAll)};
}

Finding machine_clock() {
  using namespace std::chrono;
  const auto now = system_clock::now();
  const auto day = year_month_day(floor<days>(now));
  if (day.year() < year(2026)) {
    return {Health::in_the_way, "clock",
            fmt::format(
                "this machine believes that it is {}: certificates that were made elsewhere are "
                "not yet valid to it; set the clock",
                static_cast<int>(day.year()))};
  }
  timex state{};
  if (::adjtimex(&state) == TIME_ERROR || (state.status & STA_UNSYNC) != 0) {
    return {Health::worth_knowing, "clock",
            "nothing keeps this machine's clock in step (no NTP): certificates made here may be "
            "not yet valid elsewhere, and the other way round"};
  }
  return {Health::fine, "clock", "kept in step"};
}

Finding temporary_folder() {
  std::error_code error;
  const auto folder = fs::temp_directory_path(error);
  if (error || ::access(folder.c_str(), W_OK) != 0) {
    return {Health::in_the_way, "temporary files",
            "there is no folder for them that can be written; name one in TMPDIR"};
  }
  const auto space = fs::space(folder, error);
  if (!error && space.available < kRoom) {
    return {Health::in_the_way, "temporary files",
            fmt::format(
                "{} has {} MB left, and a rehearsal needs some 100; make room, or name another in "
                "TMPDIR",
                folder.string(), space.available >> 20)};
  }
  return {Health::fine, "temporary files", fmt::format("{} has room", folder.string())};
}

}  // namespace

std::vector<Finding> examine_machine() {
  return {loopback_addresses(), ports(), descriptors(), machine_clock(), temporary_folder()};
}

int report(const std::vector<Finding>& findings) {
  constexpr std::array<std::string_view, 3> kMarks{"ok", "note", "fix"};
  for (const auto& finding : findings) {
    fmt::print("{:<5}{}: {}\n", kMarks[static_cast<std::size_t>(finding.health)], finding.subject,
               finding.sentence);
  }
  return std::ranges::any_of(
             findings, [](const Finding& finding) { return finding.health == Health::in_the_way; })
             ? 1
             : 0;
}

}  // namespace certdrill::command
