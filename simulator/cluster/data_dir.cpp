#include "simulator/cluster/data_dir.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>

namespace certdrill::simulator {
namespace {

namespace fs = std::filesystem;
using contract::CertificateName;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

tl::unexpected<std::string> failed(const char* what, const std::filesystem::path& path) {
  return tl::unexpected(fmt::format("{} {}: {}", what, path.string(),
                                    std::error_code(errno, std::generic_category()).message()));
}

tl::expected<void, std::string> sync_folder(const std::filesystem::path& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) return failed("could not sync the folder", folder);
  return {};
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

constexpr mode_t kPublic = 0644;
constexpr mode_t kSecret = 0600;
constexpr int kFormat = 1;
constexpr auto kRemoved = "removed\n";  // a pending file that says: take the pair away

tl::expected<void, std::string> make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directory(path, error);
  if (error)
    return tl::unexpected(
        fmt::format("could not create the folder {}: {}", path.string(), error.message()));
  fs::permissions(path, fs::perms::owner_all, error);
  return {};
}

// What a node's folder holds of a name.
constexpr auto kCertificate = "_cert.pem";
constexpr auto kKey = "_key.pem";
constexpr auto kPending = ".pending";

fs::path file_of(const fs::path& folder, CertificateName name, std::string_view ending) {
  return folder / fmt::format("{}{}", to_string(name), ending);
}

std::optional<std::string> text_field(const nlohmann::json& json, const char* name) {
  if (!json.is_object() || !json.contains(name) || !json[name].is_string()) return std::nullopt;
  return json[name].get<std::string>();
}

fs::path fresh_of(const fs::path& path) {
  return path.parent_path() / fmt::format(".{}.new", path.filename().string());
}

// Writes the content beside the path, so that a rename can put it there. Leaves nothing behind if it fails.
tl::expected<void, std::string> stage(const fs::path& path, std::string_view content, mode_t mode,
                                      Durability durability) {
  const auto fresh = fresh_of(path);
  ::unlink(fresh.c_str());  // left behind by a process that was killed here
  const Descriptor fd(
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (fd.get() < 0) return failed("could not create", fresh);
  tl::expected<void, std::string> done;
  if (!write_all(fd.get(), content)) {
    done = failed("could not write", fresh);
  } else if (durability == Durability::synced && ::fsync(fd.get()) != 0) {
    done = failed("could not sync", fresh);
  }
  if (!done) ::unlink(fresh.c_str());
  return done;
}

tl::expected<void, std::string> put_in_place(const fs::path& path) {
  const auto fresh = fresh_of(path);
  if (::rename(fresh.c_str(), path.c_str()) == 0) return {};
  auto why = failed("could not replace", path);
  ::unlink(fresh.c_str());
  return why;
}

bool holds_same(const InstalledPtr& stored, const std::string& certificate,
                const std::string& key) {
  return stored && stored->certificate_text == certificate && stored->key_text == key;
}

// All that takes room on the disk is written before the record, so that a full disk leaves the pair
// that was there, now and after the next start; after the record there are only renames.
DataDir::Result replace_pair(const fs::path& folder, CertificateName name,
                             const InstalledCertificate& certificate) {
  const auto certificate_file = file_of(folder, name, kCertificate);
  const auto key_file = file_of(folder, name, kKey);
  auto staged = stage(certificate_file, certificate.certificate_text, kPublic, Durability::synced);
  const bool with_key = !certificate.key_text.empty();
  if (staged && with_key)
    staged = stage(key_file, certificate.key_text, kSecret, Durability::synced);
  if (staged)
    staged = write_file(file_of(folder, name, kPending), to_json_text(certificate), kSecret);
  if (!staged) {
    ::unlink(fresh_of(certificate_file).c_str());
    ::unlink(fresh_of(key_file).c_str());
    return staged;
  }
  if (auto put = put_in_place(certificate_file); !put) return put;
  if (with_key) {
    if (auto put = put_in_place(key_file); !put) return put;
  }
  return sync_folder(folder);
}

}  // namespace

tl::expected<void, std::string> write_file(const std::filesystem::path& path,
                                           std::string_view content, mode_t mode,
                                           Durability durability) {
  if (auto staged = stage(path, content, mode, durability); !staged) return staged;
  if (auto put = put_in_place(path); !put) return put;
  return durability == Durability::synced ? sync_folder(path.parent_path())
                                          : tl::expected<void, std::string>{};
}

tl::expected<std::string, std::string> read_file(const std::filesystem::path& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return failed("could not open", path);
  std::string content;
  char buffer[16384];
  while (true) {
    const ssize_t size = ::read(fd.get(), buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return failed("could not read", path);
    if (size == 0) return content;
    content.append(buffer, static_cast<std::size_t>(size));
  }
}

tl::expected<void, std::string> remove_file(const std::filesystem::path& path,
                                            Durability durability) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed("could not remove", path);
  return durability == Durability::synced ? sync_folder(path.parent_path())
                                          : tl::expected<void, std::string>{};
}

tl::expected<void, std::string> sync_filesystem(const std::filesystem::path& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::syncfs(fd.get()) != 0) return failed("could not sync", folder);
  return {};
}

tl::expected<std::unique_ptr<DataDir>, std::string> DataDir::open(fs::path folder) {
  if (auto made = make_folder(folder); !made) return tl::unexpected(made.error());
  const fs::path lock = folder / "lock";
  const int fd = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kSecret);
  if (fd < 0) {
    return failed("could not open", lock);
  }
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd);
    return tl::unexpected(
        fmt::format("the data folder {} is in use by another simulator; stop that "
                    "one or give this one a folder of its own",
                    folder.string()));
  }
  return std::unique_ptr<DataDir>(new DataDir(std::move(folder), fd));
}

DataDir::~DataDir() { ::close(lock_fd_); }

fs::path DataDir::node_folder(int uid) const { return folder_ / fmt::format("node-{}", uid); }

DataDir::Result DataDir::create(const Contents& contents) {
  if (auto made = make_folder(folder_ / "store"); !made) return made;
  for (const auto& certificate : contract::cluster_certificates()) {
    const auto& installed = contents.store[certificate.name];
    if (!installed) continue;
    const auto path = file_of(folder_ / "store", certificate.name, ".json");
    if (auto written = write_file(path, to_json_text(*installed), kSecret, Durability::deferred);
        !written) {
      return written;
    }
  }
  const nlohmann::json ca{{"certificate", contents.internode_ca.certificate.pem()},
                          {"key", contents.internode_ca.key.pem()}};
  if (auto written = write_file(folder_ / "store" / "internode_ca.json", ca.dump(2) + "\n", kSecret,
                                Durability::deferred);
      !written) {
    return written;
  }
  for (std::size_t i = 0; i < contents.nodes.size(); ++i) {
    if (auto added = add_node(static_cast<int>(i) + 1, contents.nodes[i]); !added) return added;
  }
  if (auto synced = sync_filesystem(folder_); !synced) return synced;
  const nlohmann::json cluster{{"format", kFormat},
                               {"name", contents.cluster_name},
                               {"created", certs::format_instant(contents.created)}};
  return write_file(folder_ / "cluster.json", cluster.dump(2) + "\n", kPublic);
}

DataDir::Result DataDir::add_node(int uid, const CertificateSet& certificates) {
  if (auto made = make_folder(node_folder(uid)); !made) return made;
  for (const auto& certificate : contract::cluster_certificates()) {
    const auto& installed = certificates[certificate.name];
    if (!installed) continue;
    if (auto put = put_pair(uid, certificate.name, installed.get(), Durability::deferred); !put)
      return put;
  }
  return {};
}

DataDir::Result DataDir::write_store(CertificateName name, const InstalledPtr& certificate) {
  const auto path = file_of(folder_ / "store", name, ".json");
  return certificate ? write_file(path, to_json_text(*certificate), kSecret) : remove_file(path);
}

DataDir::Result DataDir::write_node(int uid, CertificateName name,
                                    const InstalledPtr& certificate) {
  const auto folder = node_folder(uid);
  // A name without a key is one file: its rename is atomic by itself.
  if (!contract::info(name).has_key)
    return put_pair(uid, name, certificate.get(), Durability::synced);
  const auto pending = file_of(folder, name, kPending);
  if (!certificate) {
    if (auto written = write_file(pending, kRemoved, kSecret); !written) return written;
    if (auto removed = put_pair(uid, name, nullptr, Durability::synced); !removed) return removed;
  } else if (auto replaced = replace_pair(folder, name, *certificate); !replaced) {
    return replaced;
  }
  // The pair is in place. A record that stays says the same once more at the next start.
  (void)remove_file(pending);
  return {};
}

DataDir::Result DataDir::put_pair(int uid, CertificateName name,
                                  const InstalledCertificate* certificate, Durability durability) {
  const auto folder = node_folder(uid);
  if (certificate == nullptr) {
    if (auto removed = remove_file(file_of(folder, name, kCertificate), durability); !removed)
      return removed;
    return remove_file(file_of(folder, name, kKey), durability);
  }
  if (auto written = write_file(file_of(folder, name, kCertificate), certificate->certificate_text,
                                kPublic, durability);
      !written) {
    return written;
  }
  if (certificate->key_text.empty()) return {};
  return write_file(file_of(folder, name, kKey), certificate->key_text, kSecret, durability);
}

DataDir::Result DataDir::finish_pending(int uid) {
  const auto folder = node_folder(uid);
  for (const auto& certificate : contract::cluster_certificates()) {
    const auto pending = file_of(folder, certificate.name, kPending);
    if (!fs::exists(pending)) continue;
    const auto record = read_file(pending);
    if (!record) return tl::unexpected(record.error());
    Result put;
    if (*record == kRemoved) {
      put = put_pair(uid, certificate.name, nullptr, Durability::synced);
    } else {
      const auto installed = installed_from_json(*record);
      if (!installed)
        return tl::unexpected(fmt::format("{} {}", pending.string(), installed.error()));
      put = put_pair(uid, certificate.name, &*installed, Durability::synced);
    }
    if (!put) return put;
    if (auto removed = remove_file(pending); !removed) return removed;
  }
  return {};
}

tl::expected<CertificateSet, std::string> DataDir::load_node(int uid, const CertificateSet& store) {
  if (auto finished = finish_pending(uid); !finished) return tl::unexpected(finished.error());
  const auto folder = node_folder(uid);
  CertificateSet set;
  for (const auto& certificate : contract::cluster_certificates()) {
    const auto cert_path = file_of(folder, certificate.name, kCertificate);
    if (!fs::exists(cert_path)) continue;
    auto cert_text = read_file(cert_path);
    if (!cert_text) return tl::unexpected(cert_text.error());
    auto key_text =
        certificate.has_key ? read_file(file_of(folder, certificate.name, kKey)) : std::string{};
    if (!key_text) return tl::unexpected(key_text.error());
    if (holds_same(store[certificate.name], *cert_text, *key_text)) {
      set[certificate.name] = store[certificate.name];
      continue;
    }
    auto installed = installed_from_texts(std::move(*cert_text), std::move(*key_text));
    if (!installed)
      return tl::unexpected(fmt::format("{}: {}", cert_path.string(), installed.error()));
    set[certificate.name] = std::make_shared<const InstalledCertificate>(std::move(*installed));
  }
  return set;
}

tl::expected<std::optional<DataDir::Contents>, std::string> DataDir::load() {
  const auto cluster_path = folder_ / "cluster.json";
  if (!fs::exists(cluster_path)) return std::nullopt;
  const auto text = read_file(cluster_path);
  if (!text) return tl::unexpected(text.error());
  const auto json = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  const bool readable = json.is_object() && json.contains("format") && json["format"] == kFormat &&
                        text_field(json, "name") && text_field(json, "created");
  if (!readable) {
    return tl::unexpected(
        fmt::format("{} is not of this version's format (format {}); use another --data-dir",
                    cluster_path.string(), kFormat));
  }
  const auto created = certs::parse_instant(*text_field(json, "created"));
  if (!created)
    return tl::unexpected(fmt::format("{}: {}", cluster_path.string(), created.error()));

  const auto ca_path = folder_ / "store" / "internode_ca.json";
  const auto ca_text = read_file(ca_path);
  if (!ca_text) return tl::unexpected(ca_text.error());
  const auto ca_json = nlohmann::json::parse(*ca_text, nullptr, /*allow_exceptions=*/false);
  const auto ca_chain = certs::parse_chain(text_field(ca_json, "certificate").value_or(""));
  const auto ca_key = certs::parse_key(text_field(ca_json, "key").value_or(""));
  if (!ca_chain || !ca_key)
    return tl::unexpected(
        fmt::format("{} does not hold a certificate and its key", ca_path.string()));

  Contents contents{
      *text_field(json, "name"), *created, InternodeCa{ca_chain->front(), *ca_key}, {}, 0, {}};
  for (const auto& certificate : contract::cluster_certificates()) {
    const auto path = file_of(folder_ / "store", certificate.name, ".json");
    if (!fs::exists(path)) continue;
    const auto stored = read_file(path);
    if (!stored) return tl::unexpected(stored.error());
    auto installed = installed_from_json(*stored);
    if (!installed) return tl::unexpected(fmt::format("{} {}", path.string(), installed.error()));
    contents.generation = std::max(contents.generation, installed->generation);
    contents.store[certificate.name] =
        std::make_shared<const InstalledCertificate>(std::move(*installed));
  }
  for (int uid = 1; fs::exists(node_folder(uid)); ++uid) {
    auto node = load_node(uid, contents.store);
    if (!node) return tl::unexpected(node.error());
    contents.nodes.push_back(std::move(*node));
  }
  return contents;
}

}  // namespace certdrill::simulator
