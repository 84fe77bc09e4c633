#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <random>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "conformance/run/session.h"

namespace certdrill::conformance {
namespace {

using contract::CertificateName;
using nlohmann::json;
using PreflightProblem = std::optional<PreflightError>;

constexpr std::chrono::minutes kClocksApart{1};  // nearer than that they are the same

PreflightError could_not_run(std::string what) { return {kExitCouldNotRun, std::move(what)}; }

struct Start {
  Address target;
  std::vector<ClusterNode> nodes;  // empty: to be asked for
  certs::Instant now;
};

tl::expected<Start, std::string> where_to_start(const Options& options) {
  Start start;
  start.now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (!options.sim_control.empty()) {
    auto simulated = ask_simulator(options.sim_control);
    if (!simulated) return tl::unexpected(simulated.error());
    start.nodes = std::move(simulated->nodes);
    start.now = simulated->now;
  }
  if (options.now) start.now = *options.now;
  if (options.nodes != "auto") {
    auto named = nodes_of_option(options.nodes);
    if (!named) return tl::unexpected(named.error());
    start.nodes = std::move(*named);
  }
  if (options.target.empty()) {
    start.target = start.nodes.front().rest;
  } else {
    start.target = *parse_address(options.target);  // checked with the options
  }
  return start;
}

// GET as the user; nullopt when it is not answered with JSON of 200.
std::optional<json> get_json(Session& session, const std::string& path) {
  const auto answer = session.cluster.send(session.cluster.request("GET", path));
  if (!answer || answer->status != 200) return std::nullopt;
  json body = json::parse(answer->body, nullptr, false);
  if (body.is_discarded()) return std::nullopt;
  return body;
}

// What expires is judged by the cluster's clock, which its answers tell; the fixtures follow it.
void adopt_clock(Session& session, const std::string& date) {
  std::tm parts{};
  if (session.options.now || !session.options.sim_control.empty()) return;
  if (strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) return;
  const certs::Instant told{std::chrono::seconds(timegm(&parts))};
  const auto apart = told - session.now;
  if (std::chrono::abs(apart) < kClocksApart) return;
  session.say("clock: the cluster's is {} s {} this machine's; the cases go by the cluster's",
              std::chrono::abs(apart).count(), apart.count() > 0 ? "ahead of" : "behind");
  session.now = told;
}

// The first request: whether anybody is there who speaks HTTPS and knows the user.
PreflightProblem greet(Session& session) {
  const auto presented = session.cluster.presented(session.cluster.target());
  if (!presented) return could_not_run(presented.error().what);
  session.say("reachable: {}, presents {}, valid until {}", to_string(session.cluster.target()),
              presented->front().subject(), certs::format_instant(presented->front().not_after()));
  const auto answer = session.cluster.send(session.cluster.request("GET", path_of("cluster")));
  if (!answer) return could_not_run(answer.error());
  if (answer->status == 401)
    return could_not_run("GET /v1/cluster answered 401: the credentials of --username are refused");
  session.cluster_name = session.cluster.target().host;
  const json body = json::parse(answer->body, nullptr, false);
  if (answer->status == 200 && body.is_object() && body.value("name", json()).is_string()) {
    session.cluster_name = body["name"].get<std::string>();
    session.say("cluster: {}", session.cluster_name);
  } else {
    session.say("cluster: GET /v1/cluster answered {} without a name; its host name stands in",
                answer->status);
  }
  adopt_clock(session, answer->date);
  session.say("TLS: {}", session.options.insecure
                             ? "the server's certificate is NOT verified (--insecure)"
                             : "the server's certificate is verified");
  return std::nullopt;
}

void find_nodes(Session& session, const std::optional<json>& listing) {
  if (!session.cluster.nodes().empty()) return;
  if (listing) {
    auto nodes = nodes_of_listing(*listing, session.cluster.target());
    if (nodes) {
      session.cluster.set_nodes(std::move(*nodes));
      return;
    }
    session.say("nodes: {}", nodes.error());
  }
  session.cluster.set_nodes({node_at(1, session.cluster.target())});
}

// Whether OPTIONS says that PUT is there; nullopt: it says nothing. It may be turned off, and then
// a path that exists nowhere gets the same answer.
std::optional<bool> options_has_put(Session& session, const std::string& path) {
  const auto ask = [&](const std::string& one) {
    return session.cluster.send(session.cluster.request("OPTIONS", one));
  };
  const auto nowhere = ask("/v1/certdrill-no-such-uri");
  const auto answer = ask(path);
  if (!nowhere || nowhere->status != 404 || !answer) return std::nullopt;
  if (answer->status == 404) return false;
  if (answer->allow.empty()) return std::nullopt;
  return answer->allow.find("PUT") != std::string::npos;
}

std::optional<contract::Edition> edition_by_options(Session& session) {
  const auto first = options_has_put(session, path_of(contract::UpdateCall::update_cert));
  const auto second = options_has_put(session, path_of(contract::UpdateCall::certificates));
  if (!first || !second || (!*first && !*second)) return std::nullopt;
  if (!*first) return contract::Edition::next;
  return *second ? contract::Edition::v7_22 : contract::Edition::v7_8;
}

// Where OPTIONS says nothing: what GET is told of calls that do not take it. 404 means that update_cert
// is gone only where a call that every edition has is told apart from it by 405.
std::optional<contract::Edition> edition_by_calls(Session& session) {
  const auto status = [&](const std::string& path) {
    const auto answer = session.cluster.send(session.cluster.request("GET", path));
    return answer ? answer->status : 0;
  };
  const bool gone =
      status(path_of("rotate")) == 405 && status(path_of(contract::UpdateCall::update_cert)) == 404;
  return gone ? std::optional(contract::Edition::next) : std::nullopt;
}

std::optional<contract::Edition> edition_by_version(const std::optional<json>& listing,
                                                    std::string& version) {
  if (!listing || !listing->is_array() || listing->empty()) return std::nullopt;
  const json& node = listing->front();
  const json found = node.is_object() ? node.value("software_version", json()) : json();
  if (!found.is_string()) return std::nullopt;
  version = found.get<std::string>();
  return contract::edition_of_version(version);
}

// Whether both have the same calls, which is all that OPTIONS can tell.
bool same_calls(contract::Edition one, contract::Edition other) {
  return std::ranges::all_of(contract::kAllUpdateCalls, [&](contract::UpdateCall call) {
    const auto editions = contract::endpoint_of(call).editions;
    return editions.contains(one) == editions.contains(other);
  });
}

contract::Edition nearest_with_calls_of(contract::Edition wanted, contract::Edition to) {
  const auto distance = [&](contract::Edition one) {
    return std::abs(static_cast<int>(one) - static_cast<int>(to));
  };
  contract::Edition nearest = wanted;
  for (const contract::Edition one : contract::kAllEditions) {
    if (same_calls(one, wanted) && distance(one) < distance(nearest)) nearest = one;
  }
  return nearest;
}

// --edition, else software_version, else OPTIONS, else what GET is told. Nothing is concluded from the
// answer to a request that lacks everything: 404 and 400 are right for it where the call is there.
void determine_edition(Session& session, const std::optional<json>& listing) {
  std::string version;
  const auto by_version = edition_by_version(listing, version);
  const auto by_options = edition_by_options(session);
  const auto by_calls = by_options ? by_options : edition_by_calls(session);
  std::string source = "assumed; neither software_version nor its calls tell it (--edition)";
  if (session.options.edition) {
    session.edition = *session.options.edition;
    source = "--edition";
  } else if (by_version) {
    session.edition = *by_version;
    source = "software_version " + version;
  } else if (by_calls) {
    session.edition = *by_calls;
    source = by_options ? "OPTIONS" : "its calls";
  }
  if (by_calls && !session.options.edition && !same_calls(*by_calls, session.edition)) {
    const auto nearest = nearest_with_calls_of(*by_calls, session.edition);
    session.say("edition: {} says {}, and {} that the calls are those of {}", source,
                to_string(session.edition), by_options ? "OPTIONS says" : "answers to GET say",
                to_string(nearest));
    session.edition = nearest;
    source = "the nearest that has these calls";
  }
  session.say("edition: {} ({})", to_string(session.edition), source);
}

// By the user's own record, where it can be read; otherwise the first valid update will show it.
void determine_permission(Session& session) {
  const auto users = get_json(session, "/v1/users");
  if (!users || !users->is_array()) return;
  for (const json& user : *users) {
    if (!user.is_object() || !user.value("role", json()).is_string()) continue;
    const json& own = session.options.username;
    if (user.value("email", json()) != own && user.value("name", json()) != own) continue;
    session.update_permission = user["role"] == "admin" ? Permission::held : Permission::refused;
  }
}

void tell_user(Session& session) {
  const Options& options = session.options;
  const std::string who = options.username.empty() ? "client certificate " + options.client_cert
                                                   : "user " + options.username;
  const char* permission = !options.allow_changes ? "update_cluster not asked for"
                           : session.update_permission == Permission::held ? "holds update_cluster"
                           : session.update_permission == Permission::refused
                               ? "does NOT hold update_cluster"
                               : "update_cluster unproven until the first valid update";
  session.say("{}: {}", who, permission);
}

bool needs_force(CertificateName name) {
  return name == CertificateName::api || name == CertificateName::cm ||
         contract::info(name).internode;
}

// --cert, else everything on a simulator, else an optional one that is not installed, else
// metrics_exporter.
tl::expected<std::vector<CertificateName>, std::string> choose_certificates(
    const Options& options, const Installed& installed) {
  for (const CertificateName name : options.certificates) {
    if (needs_force(name) && !options.force_certificates) {
      return tl::unexpected(
          fmt::format("--cert {} can lock everybody out of the cluster; it needs --force-cert",
                      contract::to_string(name)));
    }
  }
  if (!options.certificates.empty()) return options.certificates;
  if (!options.sim_control.empty()) {
    std::vector<CertificateName> all{CertificateName::metrics_exporter};
    for (const auto& certificate : contract::cluster_certificates()) {
      if (certificate.name != CertificateName::metrics_exporter) all.push_back(certificate.name);
    }
    return all;
  }
  for (const CertificateName name : {CertificateName::ldap_client, CertificateName::sso_service}) {
    if (!installed.contains(contract::to_string(name))) return std::vector{name};
  }
  return std::vector{CertificateName::metrics_exporter};
}

// Of what the suite chose itself; what the caller named must be restorable, or nothing is changed.
void leave_out_unrestorable(Session& session, const Installed& installed) {
  std::erase_if(session.allowed, [&](CertificateName name) {
    const std::string problem =
        unrestorable(session.cluster, installed, session.cluster_name, name, session.now);
    if (!problem.empty()) session.say("left out, it could not be put back: {}", problem);
    return !problem.empty();
  });
}

// The guard, or why there is none. Only a contradiction in the options ends the run.
PreflightProblem set_up_guard(Session& session,
                              const tl::expected<Installed, std::string>& installed) {
  if (!session.options.allow_changes) {
    session.why_no_changes = "it changes the cluster: --allow-changes";
    return std::nullopt;
  }
  if (session.update_permission == Permission::refused) {
    session.why_no_changes = fmt::format("{} (role admin)", kNoPermission);
    return std::nullopt;
  }
  auto names = choose_certificates(session.options, installed.value_or(Installed()));
  if (!names) return could_not_run(names.error());
  session.allowed = std::move(*names);
  if (session.options.certificates.empty() && installed)
    leave_out_unrestorable(session, *installed);

  Backup backup;
  backup.cluster = session.cluster_name;
  backup.target = to_string(session.cluster.target());
  backup.edition = session.edition;
  backup.nodes = session.cluster.nodes();
  for (const CertificateName name : session.allowed)
    backup.names.emplace_back(contract::to_string(name));
  backup.control_url = session.options.sim_control;
  backup.heal_command = session.options.heal_command;
  auto guard = Guard::set_up(session.cluster, std::move(backup), session.injector,
                             session.options.state_folder, session.options.patience(), session.now);
  if (guard) {
    session.guard.emplace(std::move(*guard));
    session.say("may change: {}; backup and journal: {}",
                fmt::join(session.guard->backup().names, ", "), session.guard->journal().string());
    return std::nullopt;
  }
  if (guard.error().kind == GuardRefusal::Kind::busy) return could_not_run(guard.error().what);
  if (guard.error().kind == GuardRefusal::Kind::left_behind) {
    return PreflightError{kExitNotRestored, guard.error().what};
  }
  session.why_no_changes = "the guard changes nothing: " + guard.error().what;
  session.say("{}", session.why_no_changes);
  return std::nullopt;
}

// Keys made from a known seed are known to everybody: right for a simulator, where they cost
// nothing, and wrong for a cluster that presents them, even for a moment.
std::uint64_t key_seed(const Options& options) {
  if (!options.sim_control.empty()) return 0;
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) | device();
}

}  // namespace

tl::expected<std::unique_ptr<Session>, PreflightError> preflight(const Options& options) {
  auto start = where_to_start(options);
  if (!start) return tl::unexpected(could_not_run(start.error()));
  auto session = std::make_unique<Session>(
      options, ClusterAccess(start->target, std::move(start->nodes), options.tls(), options.user(),
                             options.timeout));
  session->now = start->now;
  session->began = std::chrono::steady_clock::now();
  session->redactor.add(options.password);
  session->redactor.add(options.viewer_password);
  if (!options.sim_control.empty()) {
    session->injector = Injector::of_simulator(options.sim_control);
  } else if (!options.inject_command.empty()) {
    session->injector = Injector::of_commands(
        options.inject_command, options.heal_command,
        options.report_folder.empty() ? "" : options.report_folder / "commands.log");
  }

  if (session->redactor.has_short_secret())
    session->say(
        "warning: a password of fewer than {} characters cannot be "
        "kept out of every text",
        Redactor::kShort);
  if (const PreflightProblem problem = greet(*session)) return tl::unexpected(*problem);
  const auto listing = get_json(*session, path_of("nodes"));
  find_nodes(*session, listing);
  session->say("nodes: {}", session->cluster.nodes().size());
  determine_edition(*session, listing);
  if (options.allow_changes) determine_permission(*session);
  tell_user(*session);

  const auto installed = session->cluster.read_installed();
  session->say("certificates installed: {}",
               installed ? std::to_string(installed->size()) : "unknown; " + installed.error());
  if (const PreflightProblem problem = set_up_guard(*session, installed))
    return tl::unexpected(*problem);
  session->test_certificates.emplace(session->cluster_name, session->now, key_seed(options));
  return session;
}

}  // namespace certdrill::conformance
