#include "conformance/guard_journal.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "conformance/update_call.h"

namespace certdrill::conformance {
namespace {

using nlohmann::json;

constexpr int format = 1;

std::string system_reason() {
  return std::strerror(errno);
}

json to_json(const ClusterNode& node) {
  json object{{"uid", node.uid}, {"rest", to_string(node.rest)}};
  if (node.cm) object["cm"] = to_string(*node.cm);
  if (node.metrics) object["metrics"] = to_string(*node.metrics);
  if (node.database) object["database"] = to_string(*node.database);
  return object;
}

json to_json(const Backup& backup) {
  json nodes = json::array();
  for (const ClusterNode& node : backup.nodes) nodes.push_back(to_json(node));
  json held = json::object();
  for (const auto& [name, installed] : backup.held) {
    held[name]["certificate"] = installed.certificate;
    if (installed.key) held[name]["key"] = *installed.key;
  }
  return {{"format", format},
          {"cluster", backup.cluster},
          {"target", backup.target},
          {"edition", to_string(backup.edition)},
          {"nodes", nodes},
          {"names", backup.names},
          {"held", held},
          {"control_url", backup.control_url},
          {"heal_command", backup.heal_command}};
}

// REQUIRES: called under a catch of json::exception, which `at` and `get` throw.
tl::expected<Backup, std::string> backup_of(const json& object) {
  if (object.at("format").get<int>() != format)
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
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return tl::unexpected(system_reason());
  const bool synced = ::fsync(descriptor) == 0;
  const std::string reason = synced ? "" : system_reason();
  ::close(descriptor);
  if (!synced) return tl::unexpected(reason);
  return {};
}

}  // namespace

tl::expected<GuardJournal, std::string> GuardJournal::create(const std::filesystem::path& file,
                                                             const Backup& backup) {
  const int descriptor =
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return tl::unexpected("the journal " + file.string() +
                          " cannot be created: " + system_reason());
  }
  GuardJournal journal(file, descriptor);
  auto written = journal.append(dump(to_json(backup)));
  if (written) written = sync_folder(file.parent_path());
  if (!written) {
    journal.remove();
    return tl::unexpected("the journal " + file.string() +
                          " cannot be written: " + written.error());
  }
  return journal;
}

tl::expected<JournalContents, std::string> GuardJournal::read(const std::filesystem::path& file) {
  const auto refuse = [&](const std::string& why) {
    return tl::unexpected("the journal " + file.string() + " cannot be used: " + why);
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
    if (!event.is_object() || !event.contains("uid")) continue;  // the last line of a killed run
    const int uid = event["uid"].get<int>();
    if (event.value("event", "") == "node_down") contents.nodes_down.insert(uid);
    if (event.value("event", "") == "node_up") contents.nodes_down.erase(uid);
  }
  return contents;
}

GuardJournal::GuardJournal(GuardJournal&& other) noexcept
    : file_(std::move(other.file_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

GuardJournal::~GuardJournal() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

tl::expected<void, std::string> GuardJournal::append(const std::string& line) {
  const std::string bytes = line + "\n";
  for (std::size_t written = 0; written < bytes.size();) {
    const ssize_t step = ::write(descriptor_, bytes.data() + written, bytes.size() - written);
    if (step < 0 && errno == EINTR) continue;
    if (step < 0) return tl::unexpected(system_reason());
    written += static_cast<std::size_t>(step);
  }
  if (::fsync(descriptor_) != 0) return tl::unexpected(system_reason());
  return {};
}

tl::expected<void, std::string> GuardJournal::note_node(int uid, bool up) {
  return append(dump(json{{"event", up ? "node_up" : "node_down"}, {"uid", uid}}));
}

void GuardJournal::remove() {
  std::error_code ignored;  // it may be gone already; there is nothing else to do about it
  std::filesystem::remove(file_, ignored);
}

}  // namespace certdrill::conformance
