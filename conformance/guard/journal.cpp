#include "conformance/guard/journal.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/client/cluster_access.h"

namespace certdrill::conformance {
namespace {

using nlohmann::json;

constexpr int kJournalFormat = 1;

std::string system_reason() { return std::strerror(errno); }

json to_json(const Backup& backup) {
  json held = json::object();
  for (const auto& [name, installed] : backup.held) {
    held[name]["certificate"] = installed.certificate;
    if (installed.key) held[name]["key"] = *installed.key;
  }
  return {{"format", kJournalFormat},
          {"cluster", backup.cluster},
          {"target", backup.target},
          {"edition", to_string(backup.edition)},
          {"nodes", nodes_to_json(backup.nodes)},
          {"names", backup.names},
          {"held", held},
          {"control_url", backup.control_url},
          {"heal_command", backup.heal_command}};
}

// REQUIRES: called under a catch of json::exception, which `at` and `get` throw.
tl::expected<Backup, std::string> backup_of(const json& object) {
  if (object.at("format").get<int>() != kJournalFormat)
    return tl::unexpected(std::string("its format is unknown"));
  Backup backup;
  object.at("cluster").get_to(backup.cluster);
  object.at("target").get_to(backup.target);
  object.at("names").get_to(backup.names);
  object.at("control_url").get_to(backup.control_url);
  object.at("heal_command").get_to(backup.heal_command);
  const auto edition = contract::find_edition(object.at("edition").get<std::string>());
  if (!edition) return tl::unexpected(std::string("its edition is unknown"));
  backup.edition = *edition;
  auto nodes = nodes_of_simulator(object);
  if (!nodes) return tl::unexpected(nodes.error());
  backup.nodes = std::move(*nodes);
  for (const auto& [name, entry] : object.at("held").items()) {
    InstalledCertificate& held = backup.held[name];
    entry.at("certificate").get_to(held.certificate);
    if (entry.contains("key")) held.key = entry.at("key").get<std::string>();
  }
  return backup;
}

tl::expected<void, std::string> sync_folder(const std::filesystem::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.number() < 0 || ::fsync(opened.number()) != 0) return tl::unexpected(system_reason());
  return {};
}

std::string holder_of(const Descriptor& lock) {
  std::array<char, 32> text{};
  const ssize_t size = ::pread(lock.number(), text.data(), text.size() - 1, 0);
  return size > 0 ? fmt::format("process {}", text.data()) : "another process";
}

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

tl::expected<GuardJournal, std::string> GuardJournal::create(const std::filesystem::path& file,
                                                             const Backup& backup) {
  // Beside its place first: a run that is killed here has changed nothing, and must leave nothing
  // that keeps the next one out.
  if (std::filesystem::exists(file)) {
    return tl::unexpected(
        fmt::format("the journal {} cannot be created: it is there already", file.string()));
  }
  auto fresh = file;
  fresh += ".new";
  ::unlink(fresh.c_str());
  Descriptor opened(
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600));
  if (opened.number() < 0) {
    return tl::unexpected(
        fmt::format("the journal {} cannot be created: {}", file.string(), system_reason()));
  }
  GuardJournal journal(file, std::move(opened));
  auto written = journal.append(dump(to_json(backup)));
  if (written && ::rename(fresh.c_str(), file.c_str()) != 0)
    written = tl::unexpected(system_reason());
  if (!written) {
    ::unlink(fresh.c_str());
    return tl::unexpected(
        fmt::format("the journal {} cannot be written: {}", file.string(), written.error()));
  }
  if (written = sync_folder(file.parent_path()); !written) {
    journal.remove();
    return tl::unexpected(
        fmt::format("the journal {} cannot be written: {}", file.string(), written.error()));
  }
  return journal;
}

tl::expected<JournalContents, std::string> GuardJournal::read(const std::filesystem::path& file) {
  const auto refuse = [&](const std::string& why) {
    return tl::unexpected(fmt::format("the journal {} cannot be used: {}", file.string(), why));
  };
  std::ifstream stream(file);
  if (!stream) return refuse("it cannot be read");
  JournalContents contents;
  std::string line;
  std::getline(stream, line);
  try {
    auto backup = backup_of(json::parse(line));
    if (!backup) return refuse(backup.error());
    contents.backup = std::move(*backup);
  } catch (const json::exception&) {  // its message could repeat a key
    return refuse("its first line is not a complete backup; nothing was changed under it");
  }
  while (std::getline(stream, line)) {
    const json event = json::parse(line, nullptr, false);
    if (!event.is_object()) continue;  // the last line of a killed run
    const json uid = event.value("uid", json());
    if (!uid.is_number_integer()) continue;
    if (event.value("event", json()) == "node_down") contents.nodes_down.insert(uid.get<int>());
    if (event.value("event", json()) == "node_up") contents.nodes_down.erase(uid.get<int>());
  }
  return contents;
}

tl::expected<void, std::string> GuardJournal::append(const std::string& line) {
  const std::string bytes = line + "\n";
  for (std::size_t written = 0; written < bytes.size();) {
    const ssize_t step =
        ::write(descriptor_.number(), bytes.data() + written, bytes.size() - written);
    if (step < 0 && errno == EINTR) continue;
    if (step < 0) return tl::unexpected(system_reason());
    written += static_cast<std::size_t>(step);
  }
  if (::fsync(descriptor_.number()) != 0) return tl::unexpected(system_reason());
  return {};
}

tl::expected<void, std::string> GuardJournal::note_node(int uid, bool up) {
  return append(dump(json{{"event", up ? "node_up" : "node_down"}, {"uid", uid}}));
}

void GuardJournal::remove() {
  std::error_code ignored;  // it may be gone already; there is nothing else to do about it
  std::filesystem::remove(file_, ignored);
}

tl::expected<RunLock, std::string> RunLock::take(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.parent_path();
  std::error_code failed;
  if (std::filesystem::create_directories(folder, failed))
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
  if (failed)
    return tl::unexpected(fmt::format("the folder {}: {}", folder.string(), failed.message()));

  Descriptor lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.number() >= 0 && ::flock(lock.number(), LOCK_EX | LOCK_NB) != 0) {
    return tl::unexpected(fmt::format("another run is busy with this cluster: {} holds {}",
                                      holder_of(lock), file.string()));
  }
  const std::string pid = std::to_string(::getpid());
  if (lock.number() < 0 || ::ftruncate(lock.number(), 0) != 0 ||
      ::pwrite(lock.number(), pid.data(), pid.size(), 0) < 0) {
    return tl::unexpected(fmt::format("the lock {}: {}", file.string(), system_reason()));
  }
  return RunLock(std::move(lock));
}

std::filesystem::path RunLock::file_for(const std::filesystem::path& journal) {
  std::filesystem::path lock = journal;
  return lock.replace_extension(".lock");
}

}  // namespace certdrill::conformance
