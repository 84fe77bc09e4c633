#include "simulator/engine/snapshots.h"

#include <fmt/format.h>

#include "certs/read/text.h"
#include "simulator/cluster/installed_certificate.h"

namespace certdrill::simulator {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;

Json describe_certificate(const InstalledCertificate& installed, Keys keys) {
  const auto& leaf = installed.bundle->leaf();
  Json json{{"fingerprint", leaf.fingerprint()},
            {"not_after", certs::format_instant(leaf.not_after())}};
  json.update(Json::parse(to_json_text(installed)));
  if (keys == Keys::included) return json;
  json.erase("key");
  // The chain alone: what a sender wrote around it may be anything.
  json["certificate"] = certs::chain_pem(installed.bundle->chain);
  return json;
}

// What is wrong with a document, as a clause; thrown by all below.
struct Unreadable {
  std::string clause;
};

template <typename T>
T field(const nlohmann::json& object, const char* name, const std::string& where = "") {
  try {
    return object.at(name).get<T>();
  } catch (const nlohmann::json::exception&) {
    throw Unreadable{fmt::format("{}must have '{}', and of the right type", where, name)};
  }
}

using Known = std::map<std::string, InstalledPtr>;  // certificates, by their ids
using Object = nlohmann::json::object_t;

Known read_certificates(const nlohmann::json& json) {
  Known known;
  for (const auto& [id, value] : field<Object>(json, "certificates")) {
    auto installed = installed_from_json(value.dump());
    if (!installed)
      throw Unreadable{fmt::format("certificates.{} {}", certs::printable(id), installed.error())};
    known[id] = std::make_shared<const InstalledCertificate>(std::move(*installed));
  }
  return known;
}

CertificateSet read_set(const nlohmann::json& json, const char* name, const Known& known,
                        const std::string& where = "") {
  CertificateSet set;
  for (const auto& [text, id] : field<Object>(json, name, where)) {
    const auto certificate = contract::find_certificate(text);
    const auto found = id.is_string() ? known.find(id.get<std::string>()) : known.end();
    if (!certificate || found == known.end()) {
      throw Unreadable{
          fmt::format("{}{}.{} {}", where, name, certs::printable(text),
                      certificate ? "names no certificate above" : "is no certificate's name")};
    }
    set[*certificate] = found->second;
  }
  return set;
}

Snapshot read(const nlohmann::json& json, const std::string& cluster, std::size_t node_count) {
  const auto is = [&](const char* name, const nlohmann::json& value) {
    return json.is_object() && json.value(name, nlohmann::json()) == value;
  };
  if (!is("certdrill_snapshot", kFormat))
    throw Unreadable{fmt::format("is no snapshot: certdrill_snapshot must be {}", kFormat)};
  if (!is("cluster", cluster))
    throw Unreadable{fmt::format("is of another cluster; this one is '{}'", cluster)};
  if (!is("keys", true))
    throw Unreadable{"holds no keys; take it with ?include_keys=true, or restore a named one"};
  const auto now = certs::parse_instant(field<std::string>(json, "now"));
  if (!now) throw Unreadable{"now: " + now.error()};
  const Known known = read_certificates(json);
  Snapshot snapshot{*now,
                    field<bool>(json, "clock_frozen"),
                    {read_set(json, "store", known), field<std::uint64_t>(json, "generation"), {}}};
  for (const auto& node : field<nlohmann::json::array_t>(json, "nodes")) {
    const auto where = fmt::format("nodes[{}]: ", snapshot.cluster.nodes.size());
    snapshot.cluster.nodes.push_back({field<bool>(node, "up", where),
                                      read_set(node, "held", known, where),
                                      read_set(node, "presented", known, where)});
  }
  if (snapshot.cluster.nodes.size() != node_count)
    throw Unreadable{fmt::format("must have {} nodes, as this cluster has", node_count)};
  return snapshot;
}

}  // namespace

Json to_json(const Snapshot& snapshot, const std::string& cluster, Keys keys) {
  std::map<InstalledPtr, std::string> ids;
  Json certificates = Json::object();
  const auto references = [&](const CertificateSet& set) {
    Json json = Json::object();
    for (const auto& certificate : contract::cluster_certificates()) {
      const auto& installed = set[certificate.name];
      if (!installed) continue;
      const auto [known, fresh] = ids.emplace(installed, fmt::format("c{}", ids.size() + 1));
      if (fresh) certificates[known->second] = describe_certificate(*installed, keys);
      json[std::string(certificate.text)] = known->second;
    }
    return json;
  };
  Json store = references(snapshot.cluster.store);
  Json nodes = Json::array();
  for (const auto& node : snapshot.cluster.nodes) {
    nodes.push_back({{"uid", nodes.size() + 1},
                     {"up", node.up},
                     {"held", references(node.held)},
                     {"presented", references(node.presented)}});
  }
  return {{"certdrill_snapshot", kFormat},
          {"cluster", cluster},
          {"now", certs::format_instant(snapshot.now)},
          {"clock_frozen", snapshot.clock_frozen},
          {"generation", snapshot.cluster.generation},
          {"keys", keys == Keys::included},
          {"certificates", std::move(certificates)},
          {"store", std::move(store)},
          {"nodes", std::move(nodes)}};
}

tl::expected<Snapshot, std::string> snapshot_from_json(const nlohmann::json& json,
                                                       const std::string& cluster,
                                                       std::size_t node_count) {
  try {
    return read(json, cluster, node_count);
  } catch (const Unreadable& error) {
    return tl::unexpected(error.clause);
  }
}

}  // namespace certdrill::simulator
