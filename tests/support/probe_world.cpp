#include "tests/support/probe_world.h"

#include <algorithm>
#include <utility>

namespace certdrill::support {

using namespace simulator;  // NOLINT: the whole of it is asked
namespace {

const certs::Instant kNow = *certs::parse_instant("2026-06-01T12:00:00Z");

certs::PrivateKey key_of(const std::string& label, certs::KeyType type = certs::KeyType::p256) {
  return certs::derive_key(type, 7, label);
}

certs::CertificateSpec issuer_spec(const std::string& name, int ends_in_days) {
  certs::CertificateSpec spec;
  spec.subject = {{"O", "certdrill"}, {"CN", name}};
  spec.not_before = kNow - std::chrono::days(400);
  spec.not_after = kNow + std::chrono::days(ends_in_days);
  spec.basic_constraints = certs::BasicConstraints{.ca = true, .path_length = std::nullopt};
  spec.key_usage = {"keyCertSign", "cRLSign"};
  return spec;
}

certs::CertificateSpec leaf_spec(const Wish& wish, int serial) {
  certs::CertificateSpec spec;
  spec.subject = {{"CN", "cluster.local"}};
  spec.serial = static_cast<std::uint64_t>(wish.serial == 0 ? serial : wish.serial);
  spec.not_before = kNow + std::chrono::days(std::min(wish.begins_in_days, wish.ends_in_days - 1));
  spec.not_after =
      kNow + std::chrono::days(wish.ends_in_days) + std::chrono::hours(wish.ends_in_hours);
  spec.dns_names = {"cluster.local", "*.cluster.local"};
  spec.key_usage = {"digitalSignature", "keyEncipherment"};
  spec.extended_key_usage = {"serverAuth"};
  if (wish.client_auth) spec.extended_key_usage.emplace_back("clientAuth");
  if (wish.unknown_extension)
    spec.extensions.push_back({"1.3.6.1.4.1.55555.1", false, std::string("\x05\x00", 2)});
  return spec;
}

}  // namespace

ProbeWorld::ProbeWorld(const Bug* bug)
    : users_{{"a", "admin", Role::admin}, {"v", "viewer", Role::cluster_viewer}},
      cluster_({.name = "cluster.local", .node_addresses = {"127.0.0.1", "127.0.0.2", "127.0.0.3"}},
               kNow),
      api_(Users(users_)) {
  if (bug != nullptr) bug_ = std::make_unique<PlantedBug>(*bug, cluster_, users_);
}

Pair ProbeWorld::pair(const Wish& wish) {
  const auto root_key = key_of("root");
  const auto root = certs::issue_self_signed(issuer_spec("root", 400), root_key);
  auto spec = issuer_spec("issuer", wish.issuer_ends_in_days);
  if (!wish.issuer_has_common_name) spec.subject.pop_back();
  const auto issuer_key = key_of("issuer");
  const bool has_root = wish.levels == 3 || !wish.in_order;
  const auto issuer = has_root ? certs::issue(spec, issuer_key, {root, root_key})
                               : certs::issue_self_signed(spec, issuer_key);
  const auto key = key_of("leaf " + std::to_string(++made_), wish.key_type);
  const auto signer = wish.signed_by_issuer ? issuer_key : key_of("somebody else");
  const auto leaf = certs::issue(leaf_spec(wish, made_), key, {issuer, signer});
  std::vector chain{leaf, issuer};
  if (has_root) chain.push_back(root);
  if (!wish.in_order) chain = {leaf, root, issuer};
  return {certs::chain_pem(chain), key.pem()};
}

std::string ProbeWorld::issuer_pem() {
  return certs::issue_self_signed(issuer_spec("issuer", 400), key_of("issuer")).pem();
}

std::string ProbeWorld::issuer_key() { return key_of("issuer").pem(); }

Answer ProbeWorld::ask(std::string_view method, std::string_view path, const std::string& body) {
  Mishaps none;
  SentChanges none_yet;
  const Scene scene{cluster_, none, contract::rules_of(edition), kNow, "", none_yet};
  Call call{.method = method,
            .path = path,
            .body = body,
            .connection = {.tag = static_cast<std::uint32_t>(node)}};
  if (authorization) call.headers.add("Authorization", *authorization);
  if (content_type) call.headers.add("Content-Type", *content_type);
  for (const auto& [name, value] : more_headers) call.headers.add(name, value);
  const auto healthy = [this](const Scene& seen, const Call& asked) {
    return api_.answer(seen, asked);
  };
  const auto sleep = [this](std::chrono::milliseconds) { during_sleep(); };
  return bug_ ? bug_->serve({scene, call, healthy, sleep}) : healthy(scene, call);
}

Answer ProbeWorld::put_list(const std::vector<nlohmann::json>& entries) {
  return ask("PUT", "/v1/cluster/certificates", nlohmann::json{{"certificates", entries}}.dump());
}

Answer ProbeWorld::update(const Pair& pair, const std::string& name) {
  return put(
      nlohmann::json{{"name", name}, {"certificate", pair.certificate}, {"key", pair.key}}.dump());
}

std::string ProbeWorld::reads(const std::string& field) {
  const auto json = nlohmann::json::parse(get().body, nullptr, /*allow_exceptions=*/false);
  return json.is_object() ? json.value(field, "") : "";
}

std::string ProbeWorld::held(int uid, contract::CertificateName name) const {
  const auto installed = cluster_.node(uid).held(name);
  return installed ? installed->certificate_text : "";
}

std::string ProbeWorld::presented(int uid, contract::CertificateName name) {
  const Node& presenting = cluster_.node(uid);
  const auto installed = presenting.presented(name);
  std::shared_ptr<const certs::Bundle> bundle = installed ? installed->bundle : nullptr;
  if (bug_) {
    bundle = bug_->present({.node = presenting,
                            .port = name,
                            .cluster_name = cluster_.settings().name,
                            .roles = roles_in(cluster_),
                            .cluster_now = kNow,
                            .now = handshake_time},
                           std::move(bundle));
  }
  return bundle ? certs::chain_pem(bundle->chain) : "";
}

void ProbeWorld::take_down(int uid) { cluster_.set_node_up(uid, false, kNow); }
void ProbeWorld::bring_up(int uid) { cluster_.set_node_up(uid, true, kNow); }

}  // namespace certdrill::support
