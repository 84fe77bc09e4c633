#include "rehearsal/run/world.h"

#include <algorithm>
#include <ctime>
#include <map>
#include <thread>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "certs/read/openssl.h"
#include "certs/read/text.h"
#include "simulator/engine/engine.h"

namespace certdrill::rehearsal {
namespace {

using contract::CertificateName;
using simulator::InstalledPtr;

constexpr Milliseconds kLongestUndo{5000};

// Drills that leave things to chance do so alike in every rehearsal.
std::uint64_t same_seed() { return 11; }  // by half a chance: fails, succeeds, fails

// What the rehearsal itself installs is judged by nobody.
class Lenient final : public simulator::Mishaps {
 public:
  std::optional<certs::Strictness> strictness_for(CertificateName /*name*/) override {
    return certs::Strictness::lenient;
  }
};

std::string port_of(const simulator::ReadyNode& node, CertificateName name) {
  switch (name) {
    case CertificateName::api: return address_of(node.rest);
    case CertificateName::cm: return address_of(node.cm);
    case CertificateName::proxy: return address_of(node.database);
    case CertificateName::metrics_exporter: return address_of(node.metrics);
    default: return "";
  }
}

bool same(const std::vector<certs::Certificate>& left,
          const std::vector<certs::Certificate>& right) {
  return std::ranges::equal(left, right, {}, &certs::Certificate::fingerprint,
                            &certs::Certificate::fingerprint);
}

bool is_pair(const InstalledPtr& held, const certs::Bundle& wanted) {
  if (!held || !held->bundle || !same(held->bundle->chain, wanted.chain)) return false;
  return !wanted.key || (held->bundle->key && held->bundle->key->matches(held->bundle->leaf()));
}

// What the drill's faults do to an answer, as a client sees it.
struct Tampering {
  bool loses = false;
  std::optional<Milliseconds> retry_after;
};

Tampering tampering_of(const simulator::Drill* drill) {
  Tampering found;
  if (drill == nullptr) return found;
  for (const auto& rule : simulator::rules_of(*drill, same_seed)) {
    const auto& settings = rule.settings;
    if (rule.kind->name == "connection" && settings.value("mode", "") != "slow_drip")
      found.loses = true;
    if (const auto seconds = settings.value("retry_after", 0); seconds > 0)
      found.retry_after = std::chrono::seconds(seconds);
  }
  return found;
}

std::string digest_text(const simulator::Sha256& digest) {
  return certs::lower_hex(std::span(digest).first(8));
}

}  // namespace

bool shows_a_stranger(const simulator::Drill* drill) {
  if (drill == nullptr) return false;
  const auto rules = simulator::rules_of(*drill, same_seed);
  return std::ranges::any_of(rules, [](const simulator::FaultRule& rule) {
    return rule.kind->name == "tls" && rule.settings.value("mode", "") == "stranger";
  });
}

struct World::Before {
  simulator::CertificateSet store;
};

World::World(const WorldSettings& settings, const Pairs& pairs, const simulator::Drill* drill)
    : settings_(settings), pairs_(pairs), drill_(drill) {}

tl::expected<std::unique_ptr<World>, std::string> World::open(const WorldSettings& settings,
                                                              const Pairs& pairs,
                                                              const simulator::Drill* drill) {
  std::unique_ptr<World> world(new World(settings, pairs, drill));
  simulator::SimulatorSettings wanted;
  wanted.nodes = settings.nodes;
  wanted.cluster_name = settings.cluster;
  wanted.username = kUsername;
  wanted.password = kPassword;
  wanted.edition = settings.edition;
  wanted.strictness = settings.strictness;
  wanted.ports = simulator::PortPlan::free_ports;
  wanted.control_port = 0;
  if (!settings.network.empty()) {
    wanted.ports = simulator::PortPlan::product;
    wanted.network = settings.network;
  }
  auto started = simulator::Simulator::start(std::move(wanted));
  if (!started) return tl::unexpected(started.error());
  world->simulator_ = std::move(*started);
  if (auto installed = world->install_rest_pair(); !installed)
    return tl::unexpected(installed.error());
  for (const auto& node : world->ready().nodes) {
    if (auto port = port_of(node, settings.name); !port.empty()) world->ports_.push_back(port);
  }
  auto& engine = world->simulator_->engine();
  const auto store = engine.cluster().store();
  if (const auto& former = (*store)[settings.name]; former && former->bundle)
    world->former_ = former->bundle->leaf().fingerprint();
  world->before_ = std::make_shared<const Before>(Before{*store});
  if (drill == nullptr) return world;
  const auto armed =
      engine.arm(simulator::rules_of(*drill, same_seed), simulator::FaultPlan::Existing::replace);
  if (!armed) return tl::unexpected(fmt::format("{}: {}", drill->name, armed.error().why));
  return world;
}

tl::expected<void, std::string> World::install_rest_pair() {
  const simulator::Change change{CertificateName::api, pairs_.rest.chain, pairs_.rest.key};
  Lenient lenient;
  const auto outcome =
      simulator_->engine().cluster().update(std::span(&change, 1), simulator_->now(), lenient);
  if (outcome) return {};
  return tl::unexpected(std::string("the REST ports' certificate could not be installed"));
}

std::size_t World::answered() const { return simulator_->engine().journal().find({}, 1).count; }

void World::settle() const {
  auto& engine = simulator_->engine();
  { const simulator::RequestGate::Closed closed(engine.gate()); }
  const auto end = std::chrono::steady_clock::now() + kLongestUndo;
  while (engine.undo_is_due() && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(Milliseconds{10});
}

Shown World::shown_by(const std::vector<certs::Certificate>& presented) const {
  const auto& wanted = pairs_.requested.bundle.chain;
  if (presented.empty()) return Shown::nothing;
  if (same(presented, wanted)) return Shown::requested;
  const auto leaf = presented.front().fingerprint();
  if (leaf == wanted.front().fingerprint()) return Shown::without_chain;
  return leaf == former_ ? Shown::former : Shown::other;
}

NodeState World::look_at(int uid) {
  const auto& node = simulator_->engine().cluster().node(uid);
  const Shown first = look_once(uid);
  const Shown second = look_once(uid);
  return {uid, node.up(), is_pair(node.held(settings_.name), pairs_.requested.bundle),
          first == Shown::requested ? second : first, first != second};
}

bool World::met() const {
  if (drill_ == nullptr) return true;
  const auto& faults = simulator_->engine().faults();
  return !faults.nodes_down().empty() || std::ranges::any_of(faults.list(), [](const auto& fault) {
    return fault.counters.fired > 0;
  });
}

Shown World::look_once(int uid) {
  if (ports_.empty()) return Shown::no_port;
  own_looks_.emplace_back(uid, std::chrono::steady_clock::now());
  return shown_by(presented_at(ports_[static_cast<std::size_t>(uid) - 1], settings_.cluster));
}

Moment World::look(Milliseconds at) {
  Moment moment{at, {}};
  for (int uid = 1; uid <= settings_.nodes; ++uid) {
    NodeState state = look_at(uid);
    // Where no port presents it, the API is all that there is to ask.
    const auto& rest = ready().nodes[static_cast<std::size_t>(uid) - 1].rest;
    if (ports_.empty() && presented_at(address_of(rest), settings_.cluster).empty())
      state.shown = Shown::nothing;
    moment.nodes.push_back(state);
  }
  return moment;
}

std::vector<RequestSeen> World::requests(std::chrono::steady_clock::time_point start) const {
  const auto tampering = tampering_of(drill_);
  std::vector<RequestSeen> all;
  const auto& journal = simulator_->engine().journal();
  for (auto& entry : journal.find({}, journal.limit()).entries) {
    RequestSeen seen;
    seen.begin = std::chrono::duration_cast<Milliseconds>(entry.came_in - start);
    seen.end = seen.begin + std::chrono::duration_cast<Milliseconds>(entry.duration);
    seen.node = entry.node;
    seen.method = std::move(entry.method);
    seen.path = std::move(entry.path);
    seen.user = std::move(entry.user);
    seen.status = entry.status;
    seen.error_code = std::move(entry.error_code);
    seen.answered_by = std::move(entry.answered_by);
    const bool by_drill = seen.answered_by != "organic";
    seen.lost = by_drill && tampering.loses;
    if (by_drill && seen.status == 429) seen.retry_after = tampering.retry_after;
    for (auto& certificate : entry.certificates)
      seen.certificates.push_back(std::move(certificate.name));
    seen.digest = digest_text(entry.body_sha256);
    all.push_back(std::move(seen));
  }
  return all;
}

std::set<int> World::looked_at(std::chrono::steady_clock::time_point from,
                               std::chrono::steady_clock::time_point to) const {
  std::map<int, int> looks;
  for (const auto& seen : simulator_->engine().handshakes().all())
    if (seen.port == settings_.name && seen.at >= from && seen.at <= to) ++looks[seen.node];
  for (const auto& [uid, at] : own_looks_)
    if (at >= from && at <= to) --looks[uid];
  std::set<int> nodes;
  for (const auto& [uid, count] : looks)
    if (count > 0) nodes.insert(uid);
  const auto& journal = simulator_->engine().journal();
  for (const auto& entry : journal.find({}, journal.limit()).entries)
    if (entry.method == "GET" && entry.came_in >= from && entry.came_in <= to)
      nodes.insert(entry.node);
  return nodes;
}

std::vector<std::string> World::touched(const std::vector<RequestSeen>& requests) const {
  std::vector<std::string> clauses;
  const auto store = simulator_->engine().cluster().store();
  for (const auto& certificate : contract::cluster_certificates()) {
    const auto& now = (*store)[certificate.name];
    if (certificate.name == settings_.name || now == before_->store[certificate.name]) continue;
    const auto asked = std::ranges::find_if(requests, [&](const RequestSeen& one) {
      return one.is_change() &&
             (std::ranges::find(one.certificates, certificate.text) != one.certificates.end() ||
              one.path.ends_with(fmt::format("/{}", certificate.text)) ||
              (certificate.internode && one.path.ends_with("/rotate")));
    });
    if (asked == requests.end()) continue;  // the cluster rotates its internode ones by itself
    clauses.push_back(fmt::format("{} was {} by {} {} at {:.1f} s", certificate.text,
                                  now ? "changed" : "removed", asked->method, asked->path,
                                  static_cast<double>(asked->begin.count()) / 1000));
  }
  return clauses;
}

namespace {

constexpr std::time_t kSeconds = 2;

certs::SslContextHandle make_look_context() {
  certs::SslContextHandle context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  return context;
}

// Not BIO_do_connect_retry: that one tries a refused connection again until its time is over.
bool proceed(BIO* bio) {
  constexpr unsigned kNap = 20;  // milliseconds, where the descriptor cannot be waited for
  const std::time_t deadline = std::time(nullptr) + kSeconds;
  while (BIO_do_connect(bio) <= 0) {
    if (BIO_should_retry(bio) == 0 || BIO_wait(bio, deadline, kNap) != 1) return false;
  }
  return true;
}

}  // namespace

std::vector<certs::Certificate> presented_at(const std::string& address,
                                             const std::string& server_name) {
  static const certs::SslContextHandle context = make_look_context();
  const certs::OpensslErrorScope errors;
  certs::BioHandle bio(BIO_new_connect(address.c_str()));
  BIO_set_nbio(bio.get(), 1);
  if (!proceed(bio.get())) return {};
  SSL* tls = SSL_new(context.get());
  SSL_set_tlsext_host_name(tls, server_name.c_str());
  SSL_set_connect_state(tls);
  BIO* const filter = BIO_new(BIO_f_ssl());
  BIO_set_ssl(filter, tls, BIO_CLOSE);
  bio.reset(BIO_push(filter, bio.release()));
  if (!proceed(bio.get())) return {};
  std::vector<certs::Certificate> chain;
  const STACK_OF(X509)* presented = SSL_get_peer_cert_chain(tls);
  chain.reserve(presented == nullptr ? 0 : static_cast<std::size_t>(sk_X509_num(presented)));
  for (int i = 0; i < sk_X509_num(presented); ++i)
    chain.push_back(certs::Certificate::from_x509(sk_X509_value(presented, i)));
  BIO_ssl_shutdown(bio.get());
  return chain;
}

std::string address_of(const std::string& url) {
  const auto scheme = url.find("://");
  return scheme == std::string::npos ? url : url.substr(scheme + 3);
}

}  // namespace certdrill::rehearsal
