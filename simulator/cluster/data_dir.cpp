#include "simulator/cluster/data_dir.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>

#include "simulator/cluster/installed_json.h"

namespace certdrill::simulator {
namespace {

namespace fs = std::filesystem;
using contract::CertificateName;

constexpr mode_t kPublic = 0644;
constexpr mode_t kSecret = 0600;
constexpr int kFormat = 1;
constexpr auto kRemoved = "removed\n";  // a pending file that says: take the pair away

tl::expected<void, std::string> make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directory(path, error);
  if (error)
    return tl::unexpected("could not create the folder " + path.string() + ": " + error.message());
  fs::permissions(path, fs::perms::owner_all, error);
  return {};
}

fs::path cert_file(const fs::path& node, CertificateName name) {
  return node / (std::string(to_string(name)) + "_cert.pem");
}
fs::path key_file(const fs::path& node, CertificateName name) {
  return node / (std::string(to_string(name)) + "_key.pem");
}
fs::path pending_file(const fs::path& node, CertificateName name) {
  return node / (std::string(to_string(name)) + ".pending");
}

std::optional<std::string> text_field(const nlohmann::json& json, const char* name) {
  if (!json.is_object() || !json.contains(name) || !json[name].is_string()) return std::nullopt;
  return json[name].get<std::string>();
}

bool holds_same(const InstalledPtr& stored, const std::string& certificate,
                const std::string& key) {
  return stored && stored->certificate_text == certificate && stored->key_text == key;
}

}  // namespace

tl::expected<std::unique_ptr<DataDir>, std::string> DataDir::open(fs::path folder) {
  if (auto made = make_folder(folder); !made) return tl::unexpected(made.error());
  const fs::path lock = folder / "lock";
  const int fd = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kSecret);
  if (fd < 0) {
    return tl::unexpected("could not open " + lock.string() + ": " +
                          std::error_code(errno, std::generic_category()).message());
  }
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd);
    return tl::unexpected(
        "the data folder " + folder.string() +
        " is in use by another simulator; stop that one or give this one a folder of its own");
  }
  return std::unique_ptr<DataDir>(new DataDir(std::move(folder), fd));
}

DataDir::~DataDir() {
  ::close(lock_fd_);
}

fs::path DataDir::node_folder(int uid) const {
  return folder_ / ("node-" + std::to_string(uid));
}

DataDir::Result DataDir::create(const Contents& contents) {
  if (auto made = make_folder(folder_ / "store"); !made) return made;
  for (const auto& certificate : contract::cluster_certificates()) {
    const auto& installed = contents.store[certificate.name];
    if (!installed) continue;
    const auto path = folder_ / "store" / (std::string(certificate.text) + ".json");
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
  const auto path = folder_ / "store" / (std::string(to_string(name)) + ".json");
  return certificate ? write_file(path, to_json_text(*certificate), kSecret) : remove_file(path);
}

DataDir::Result DataDir::write_node(int uid, CertificateName name,
                                    const InstalledPtr& certificate) {
  const auto folder = node_folder(uid);
  // A name without a key is one file: its rename is atomic by itself.
  if (!contract::info(name).has_key)
    return put_pair(uid, name, certificate.get(), Durability::synced);
  const auto pending = pending_file(folder, name);
  const std::string record = certificate ? to_json_text(*certificate) : kRemoved;
  if (auto written = write_file(pending, record, kSecret); !written) return written;
  if (auto put = put_pair(uid, name, certificate.get(), Durability::synced); !put) return put;
  return remove_file(pending);
}

DataDir::Result DataDir::put_pair(int uid, CertificateName name,
                                  const InstalledCertificate* certificate, Durability durability) {
  const auto folder = node_folder(uid);
  if (certificate == nullptr) {
    if (auto removed = remove_file(cert_file(folder, name), durability); !removed) return removed;
    return remove_file(key_file(folder, name), durability);
  }
  if (auto written =
          write_file(cert_file(folder, name), certificate->certificate_text, kPublic, durability);
      !written) {
    return written;
  }
  if (certificate->key_text.empty()) return {};
  return write_file(key_file(folder, name), certificate->key_text, kSecret, durability);
}

DataDir::Result DataDir::finish_pending(int uid) {
  const auto folder = node_folder(uid);
  for (const auto& certificate : contract::cluster_certificates()) {
    const auto pending = pending_file(folder, certificate.name);
    if (!fs::exists(pending)) continue;
    const auto record = read_file(pending);
    if (!record) return tl::unexpected(record.error());
    Result put;
    if (*record == kRemoved) {
      put = put_pair(uid, certificate.name, nullptr, Durability::synced);
    } else {
      const auto installed = installed_from_json(*record);
      if (!installed) return tl::unexpected(pending.string() + " " + installed.error());
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
    const auto cert_path = cert_file(folder, certificate.name);
    if (!fs::exists(cert_path)) continue;
    auto cert_text = read_file(cert_path);
    if (!cert_text) return tl::unexpected(cert_text.error());
    auto key_text =
        certificate.has_key ? read_file(key_file(folder, certificate.name)) : std::string{};
    if (!key_text) return tl::unexpected(key_text.error());
    if (holds_same(store[certificate.name], *cert_text, *key_text)) {
      set[certificate.name] = store[certificate.name];
      continue;
    }
    auto installed = installed_from_texts(std::move(*cert_text), std::move(*key_text));
    if (!installed) return tl::unexpected(cert_path.string() + ": " + installed.error());
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
    return tl::unexpected(cluster_path.string() + " is not of this version's format (format " +
                          std::to_string(kFormat) + "); use another --data-dir");
  }
  const auto created = certs::parse_instant(*text_field(json, "created"));
  if (!created) return tl::unexpected(cluster_path.string() + ": " + created.error());

  const auto ca_path = folder_ / "store" / "internode_ca.json";
  const auto ca_text = read_file(ca_path);
  if (!ca_text) return tl::unexpected(ca_text.error());
  const auto ca_json = nlohmann::json::parse(*ca_text, nullptr, /*allow_exceptions=*/false);
  const auto ca_chain = certs::parse_chain(text_field(ca_json, "certificate").value_or(""));
  const auto ca_key = certs::parse_key(text_field(ca_json, "key").value_or(""));
  if (!ca_chain || !ca_key)
    return tl::unexpected(ca_path.string() + " does not hold a certificate and its key");

  Contents contents{
      *text_field(json, "name"), *created, InternodeCa{ca_chain->front(), *ca_key}, {}, 0, {}};
  for (const auto& certificate : contract::cluster_certificates()) {
    const auto path = folder_ / "store" / (std::string(certificate.text) + ".json");
    if (!fs::exists(path)) continue;
    const auto stored = read_file(path);
    if (!stored) return tl::unexpected(stored.error());
    auto installed = installed_from_json(*stored);
    if (!installed) return tl::unexpected(path.string() + " " + installed.error());
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
