#include "simulator/cluster/data_dir.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <type_traits>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>

namespace certdrill::simulator {
namespace {

namespace fs = std::filesystem;
using contract::CertificateName;

constexpr mode_t kPublic = 0644;
constexpr mode_t kSecret = 0600;
constexpr int kFormat = 1;
constexpr auto kRemoved = "removed\n";  // a pending file that says: take the pair away

// What a node's folder holds of a name.
constexpr auto kCertificate = "_cert.pem";
constexpr auto kKey = "_key.pem";
constexpr auto kPending = ".pending";

// What could not be done, as a sentence. Thrown within this file alone: see told().
struct Failed {
  std::string sentence;
};

void require(bool good, const char* what, const fs::path& path) {
  if (good) return;
  throw Failed{fmt::format("{} {}: {}", what, path.string(),
                           std::error_code(errno, std::generic_category()).message())};
}

// What the work returns, or why it failed.
template <typename Work, typename Value = std::invoke_result_t<Work>>
tl::expected<Value, std::string> told(Work work) {
  try {
    if constexpr (!std::is_void_v<Value>) return work();
    if constexpr (std::is_void_v<Value>) return work(), tl::expected<void, std::string>{};
  } catch (const Failed& failed) {
    return tl::unexpected(failed.sentence);
  }
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  operator int() const { return fd_; }  // NOLINT(google-explicit-constructor)

 private:
  int fd_;
};

// Opened before anything in it is changed: when no descriptor is left, nothing was.
class OpenFolder {
 public:
  explicit OpenFolder(fs::path path)
      : path_(path.empty() ? "." : std::move(path)),
        fd_(::open(path_.c_str(), O_DIRECTORY | O_CLOEXEC)) {
    require(fd_ >= 0, "could not open the folder", path_);
  }
  // `how`: fsync, for what the folder names, or syncfs, for all of its file system.
  void sync(int (*how)(int) = ::fsync) const {
    require(how(fd_) == 0, "could not sync the folder", path_);
  }

 private:
  const fs::path path_;
  const Descriptor fd_;
};

fs::path fresh_of(const fs::path& path) {
  return path.parent_path() / fmt::format(".{}.new", path.filename().string());
}

// Writes the content beside the path, so that a rename can put it there. Leaves nothing behind if it
// fails.
void stage(const fs::path& path, std::string_view content, mode_t mode,
           Durability durability = Durability::synced) {
  const auto fresh = fresh_of(path);
  ::unlink(fresh.c_str());  // left behind by a process that was killed here
  const Descriptor fd(
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  require(fd >= 0, "could not create", fresh);
  try {
    while (!content.empty()) {
      const ssize_t written = ::write(fd, content.data(), content.size());
      require(written >= 0 || errno == EINTR, "could not write", fresh);
      content.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    require(durability != Durability::synced || ::fsync(fd) == 0, "could not sync", fresh);
  } catch (const Failed&) {
    ::unlink(fresh.c_str());
    throw;
  }
}

void put_in_place(const fs::path& path) {
  const auto fresh = fresh_of(path);
  if (::rename(fresh.c_str(), path.c_str()) == 0) return;
  const int reason = errno;
  ::unlink(fresh.c_str());
  errno = reason;
  require(false, "could not replace", path);
}

void write(const fs::path& path, std::string_view content, mode_t mode,
           Durability durability = Durability::synced) {
  const OpenFolder folder(path.parent_path());
  stage(path, content, mode, durability);
  put_in_place(path);
  if (durability == Durability::synced) folder.sync();
}

// Not there is no error.
void take_away(const fs::path& path) {
  const OpenFolder folder(path.parent_path());
  require(::unlink(path.c_str()) == 0 || errno == ENOENT, "could not remove", path);
  folder.sync();
}

std::string read(const fs::path& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  require(fd >= 0, "could not open", path);
  std::string content;
  char buffer[16384];
  while (true) {
    const ssize_t size = ::read(fd, buffer, sizeof buffer);
    require(size >= 0 || errno == EINTR, "could not read", path);
    if (size == 0) return content;
    if (size > 0) content.append(buffer, static_cast<std::size_t>(size));
  }
}

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directory(path, error);
  errno = error.value();
  require(!error, "could not create the folder", path);
  fs::permissions(path, fs::perms::owner_all, error);
}

fs::path file_of(const fs::path& folder, CertificateName name, std::string_view ending) {
  return folder / fmt::format("{}{}", to_string(name), ending);
}

std::optional<std::string> text_field(const nlohmann::json& json, const char* name) {
  if (!json.is_object() || !json.contains(name) || !json[name].is_string()) return std::nullopt;
  return json[name].get<std::string>();
}

InstalledPtr shared(tl::expected<InstalledCertificate, std::string> installed,
                    const fs::path& path) {
  if (!installed) throw Failed{fmt::format("{} {}", path.string(), installed.error())};
  return std::make_shared<const InstalledCertificate>(std::move(*installed));
}

// Null removes.
void put_pair(const fs::path& folder, CertificateName name, const InstalledPtr& certificate,
              Durability durability = Durability::synced) {
  const auto certificate_path = file_of(folder, name, kCertificate);
  const auto key_path = file_of(folder, name, kKey);
  if (!certificate) {
    take_away(certificate_path);
    take_away(key_path);
    return;
  }
  write(certificate_path, certificate->certificate_text, kPublic, durability);
  if (!certificate->key_text.empty()) write(key_path, certificate->key_text, kSecret, durability);
}

// All that takes room on the disk is written before the record, so that a full disk leaves the pair
// that was there, now and after the next start; after the record there are only renames.
void replace_pair(const fs::path& folder, CertificateName name,
                  const InstalledCertificate& certificate) {
  const auto certificate_path = file_of(folder, name, kCertificate);
  const auto key_path = file_of(folder, name, kKey);
  const auto pending = file_of(folder, name, kPending);
  const bool with_key = !certificate.key_text.empty();
  const OpenFolder opened(folder);
  try {
    stage(certificate_path, certificate.certificate_text, kPublic);
    if (with_key) stage(key_path, certificate.key_text, kSecret);
    write(pending, to_json_text(certificate), kSecret);
  } catch (const Failed&) {
    for (const auto& path : {fresh_of(certificate_path), fresh_of(key_path), pending})
      ::unlink(path.c_str());
    throw;
  }
  put_in_place(certificate_path);
  if (with_key) put_in_place(key_path);
  opened.sync();
}

// Takes nothing that is not a cluster's own: a folder with anything else in it stays, and is named.
void take_away_node(const fs::path& folder) {
  for (const auto& one : contract::cluster_certificates()) {
    for (const auto* ending : {kCertificate, kKey, kPending}) {
      const auto path = file_of(folder, one.name, ending);
      ::unlink(path.c_str());
      ::unlink(fresh_of(path).c_str());
    }
  }
  require(::rmdir(folder.c_str()) == 0 || errno == ENOENT, "could not remove the folder", folder);
}

// Beside the place of the node's folder, which a rename then makes a node: it is whole or not there.
void stage_node(const fs::path& folder, const CertificateSet& certificates) {
  const auto fresh = fresh_of(folder);
  take_away_node(fresh);
  make_folder(fresh);
  for (const auto& one : contract::cluster_certificates()) {
    if (const auto& installed = certificates[one.name])
      put_pair(fresh, one.name, installed, Durability::deferred);
  }
}

// What a process that was killed here had not put in place: it counts for nothing, and may be a key.
void take_leftovers(const fs::path& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with('.') || !name.ends_with(".new")) continue;
    if (::unlink(entry.path().c_str()) != 0)  // a node's folder
      static_cast<void>(told([&] { take_away_node(entry.path()); }));
  }
}

void finish_pending(const fs::path& folder) {
  for (const auto& certificate : contract::cluster_certificates()) {
    const auto pending = file_of(folder, certificate.name, kPending);
    if (!fs::exists(pending)) continue;
    const auto record = read(pending);
    put_pair(folder, certificate.name,
             record == kRemoved ? nullptr : shared(installed_from_json(record), pending));
    take_away(pending);
  }
}

CertificateSet load_node(const fs::path& folder, const CertificateSet& store) {
  finish_pending(folder);
  take_leftovers(folder);
  CertificateSet set;
  for (const auto& certificate : contract::cluster_certificates()) {
    const auto path = file_of(folder, certificate.name, kCertificate);
    if (!fs::exists(path)) continue;
    auto text = read(path);
    auto key = certificate.has_key ? read(file_of(folder, certificate.name, kKey)) : "";
    const auto& stored = store[certificate.name];
    const bool same = stored && stored->certificate_text == text && stored->key_text == key;
    set[certificate.name] =
        same ? stored : shared(installed_from_texts(std::move(text), std::move(key)), path);
  }
  return set;
}

InternodeCa load_internode_ca(const fs::path& path) {
  const auto json = nlohmann::json::parse(read(path), nullptr, /*allow_exceptions=*/false);
  const auto chain = certs::parse_chain(text_field(json, "certificate").value_or(""));
  const auto key = certs::parse_key(text_field(json, "key").value_or(""));
  if (!chain || !key)
    throw Failed{fmt::format("{} does not hold a certificate and its key", path.string())};
  return {chain->front(), *key};
}

}  // namespace

tl::expected<void, std::string> write_file(const fs::path& path, std::string_view content,
                                           mode_t mode, Durability durability) {
  return told([&] { write(path, content, mode, durability); });
}

tl::expected<std::string, std::string> read_file(const fs::path& path) {
  return told([&] { return read(path); });
}

tl::expected<std::unique_ptr<DataDir>, std::string> DataDir::open(fs::path folder) {
  return told([&] {
    make_folder(folder);
    const fs::path lock = folder / "lock";
    const int fd = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kSecret);
    require(fd >= 0, "could not open", lock);
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0)
      return std::unique_ptr<DataDir>(new DataDir(std::move(folder), fd));
    ::close(fd);
    throw Failed{
        fmt::format("the data folder {} is in use by another simulator; stop that one or give this "
                    "one a folder of its own",
                    folder.string())};
  });
}

DataDir::~DataDir() { ::close(lock_fd_); }

fs::path DataDir::node_folder(int uid) const { return folder_ / fmt::format("node-{}", uid); }

DataDir::Result DataDir::create(const Contents& contents) {
  return told([&] {
    const auto store = folder_ / "store";
    make_folder(store);
    for (const auto& one : contract::cluster_certificates()) {
      if (const auto& installed = contents.store[one.name])
        write(file_of(store, one.name, ".json"), to_json_text(*installed), kSecret,
              Durability::deferred);
    }
    const nlohmann::json ca{{"certificate", contents.internode_ca.certificate.pem()},
                            {"key", contents.internode_ca.key.pem()}};
    write(store / "internode_ca.json", ca.dump(2) + "\n", kSecret, Durability::deferred);
    // Of a start that was killed before it was complete, perhaps with more nodes.
    for (int uid = 1; fs::exists(node_folder(uid)); ++uid) take_away_node(node_folder(uid));
    for (std::size_t i = 0; i < contents.nodes.size(); ++i) {
      stage_node(node_folder(static_cast<int>(i) + 1), contents.nodes[i]);
      put_in_place(node_folder(static_cast<int>(i) + 1));
    }
    OpenFolder(folder_).sync(::syncfs);
    const nlohmann::json cluster{{"format", kFormat},
                                 {"name", contents.cluster_name},
                                 {"created", certs::format_instant(contents.created)}};
    write(folder_ / "cluster.json", cluster.dump(2) + "\n", kPublic);
  });
}

DataDir::Result DataDir::add_node(int uid, const CertificateSet& certificates) {
  return told([&] {
    const OpenFolder opened(folder_);
    stage_node(node_folder(uid), certificates);
    opened.sync(::syncfs);
    put_in_place(node_folder(uid));
    opened.sync();
  });
}

DataDir::Result DataDir::write_store(CertificateName name, const InstalledPtr& certificate) {
  const auto path = file_of(folder_ / "store", name, ".json");
  return told(
      [&] { certificate ? write(path, to_json_text(*certificate), kSecret) : take_away(path); });
}

DataDir::Result DataDir::write_node(int uid, CertificateName name,
                                    const InstalledPtr& certificate) {
  return told([&] {
    const auto folder = node_folder(uid);
    // A name without a key is one file: its rename is atomic by itself.
    if (!contract::info(name).has_key) return put_pair(folder, name, certificate);
    const auto pending = file_of(folder, name, kPending);
    if (certificate) {
      replace_pair(folder, name, *certificate);
    } else {
      write(pending, kRemoved, kSecret);
      put_pair(folder, name, nullptr);
    }
    // The pair is in place. A record that stays says the same once more at the next start.
    static_cast<void>(told([&] { take_away(pending); }));
  });
}

tl::expected<std::optional<DataDir::Contents>, std::string> DataDir::load() {
  return told([&]() -> std::optional<Contents> {
    const auto path = folder_ / "cluster.json";
    if (!fs::exists(path)) return std::nullopt;
    const auto json = nlohmann::json::parse(read(path), nullptr, /*allow_exceptions=*/false);
    const auto name = text_field(json, "name");
    const auto created = certs::parse_instant(text_field(json, "created").value_or(""));
    if (!name || !created || json.value("format", nlohmann::json()) != kFormat) {
      throw Failed{
          fmt::format("{} is not of this version's format (format {}); use another --data-dir",
                      path.string(), kFormat)};
    }
    Contents contents{*name, *created, load_internode_ca(folder_ / "store" / "internode_ca.json"),
                      {},    0,        {}};
    for (const auto& certificate : contract::cluster_certificates()) {
      const auto stored = file_of(folder_ / "store", certificate.name, ".json");
      if (!fs::exists(stored)) continue;
      auto installed = shared(installed_from_json(read(stored)), stored);
      contents.generation = std::max(contents.generation, installed->generation);
      contents.store[certificate.name] = std::move(installed);
    }
    for (int uid = 1; fs::exists(node_folder(uid)); ++uid)
      contents.nodes.push_back(load_node(node_folder(uid), contents.store));
    take_leftovers(folder_);
    take_leftovers(folder_ / "store");
    return contents;
  });
}

}  // namespace certdrill::simulator
