#include "conformance/run/trial.h"

#include <algorithm>
#include <exception>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "certs/verdict/bundle.h"

namespace certdrill::conformance {

Trial::Trial(Session& session, const Case& one)
    : Judge(session, one), case_(&one), subject_(session.subject_for(one.needs)) {}

contract::UpdateCall Trial::call() const { return case_->call.value_or(usual_call(edition())); }

TestCertificate Trial::valid(std::uint64_t variant) { return valid_for(name(), variant); }

TestCertificate Trial::valid_for(contract::CertificateName name, std::uint64_t variant) {
  return session().test_certificates->valid(name, variant);
}

TestCertificate Trial::fixture(std::string_view id) {
  auto made = session().test_certificates->fixture(id, name());
  if (!made) could_not_run(made.error());
  return *made;
}

HttpAnswer Trial::put(const TestCertificate& certificate) {
  return put_body(certificate.body(call()), certificate.note());
}

HttpAnswer Trial::put_entry(const nlohmann::json& entry, const std::string& note) {
  return put_body(body_of(call(), entry), note);
}

HttpAnswer Trial::put_body(const std::string& body, const std::string& note,
                           const std::string& content_type) {
  HttpRequest made = request("PUT", path_of(call()), body);
  made.content_type = content_type;
  return send(made, note);
}

HttpAnswer Trial::remove(std::string_view name) {
  return send(request("DELETE", path_of("delete_certificate", name)));
}

// A valid update, which also shows whether the user may change anything at all.
HttpAnswer Trial::put_valid(const TestCertificate& certificate) {
  HttpAnswer answer = put(certificate);
  Permission& permission = session().update_permission;
  if (answer.status == 200) permission = Permission::held;
  if (answer.status == 403 && permission == Permission::unproven) {
    permission = Permission::refused;
    could_not_run(
        fmt::format("{}: a valid update was answered {}", kNoPermission, said_by(answer)));
  }
  return answer;
}

Snapshot Trial::snapshot() {
  auto installed = cluster().read_installed();
  if (!installed) inconclusive("the state cannot be read: " + installed.error());
  Snapshot taken{std::move(*installed), {}};
  for (const PortLook& one : look(name(), [](int, const Chain&) { return true; }))
    taken.presented[one.uid] = one.fingerprints();
  return taken;
}

void Trial::expect_unchanged(const Snapshot& before, const std::string& after_what) {
  const std::string expected = fmt::format("nothing has changed after {}", after_what);
  const auto installed = cluster().read_installed();
  if (!installed) return expect(false, expected, "the state cannot be read: " + installed.error());
  const auto changed = differences(before.installed, *installed);
  constexpr auto kHadAnEffect = "a refused request has an effect";
  expect(changed.empty(), expected, fmt::format("{}", fmt::join(changed, "; ")), kHadAnEffect);
  const auto as_before = [&](int uid, const Chain& chain) {
    const auto was = before.presented.find(uid);
    return was != before.presented.end() && PortLook{.chain = chain}.fingerprints() == was->second;
  };
  bool same = changed.empty();
  for (const PortLook& one : look(name(), as_before)) {
    same = same && one.right;
    expect(one.right, expected,
           fmt::format("node {} presents another chain than before: {}", one.uid, one.what),
           kHadAnEffect);
  }
  if (same)
    session().last_look = LastLook{name(), held_of(*installed, name_text()), before.presented,
                                   cluster().changes_sent()};
}

void Trial::accepts(const TestCertificate& certificate) {
  expect_status(put_valid(certificate), {200}, certificate.note());
  expect_reads_back(certificate);
  expect_presented_everywhere(certificate);
}

Snapshot Trial::with_valid_sibling() { return with_valid_sibling(valid()); }

Installed Trial::install_sibling() { return install_sibling(valid()); }

Installed Trial::install_sibling(const TestCertificate& sibling) {
  const HttpAnswer answer = put_valid(sibling);
  if (answer.status != 200) {
    inconclusive(fmt::format("its valid sibling ({}) must get 200 first, and got {}",
                             sibling.note(), said_by(answer)),
                 "a valid sibling is not taken: " + said_by(answer));
  }
  auto now = cluster().read_installed();
  if (!now) inconclusive("the state cannot be read: " + now.error());
  const auto held = held_of(*now, sibling.name());
  if (!held || !same_chain(held->certificate, *sibling.made.certificate)) {
    inconclusive(
        fmt::format("its valid sibling ({}) got 200 and does not read back", sibling.note()),
        "a valid sibling got 200 and does not read back");
  }
  return std::move(*now);
}

Snapshot Trial::with_valid_sibling(const TestCertificate& sibling) {
  const std::uint64_t changes = cluster().changes_sent();
  Installed now = install_sibling(sibling);
  if (auto presented = looked_before(now, changes)) return {std::move(now), *presented};
  // A port that takes its time must not seem to change after the request that follows. Whether it
  // presents the sibling in the end is for other cases to say.
  const auto sent = certs::parse_chain(*sibling.made.certificate);
  const auto right = [&](int, const Chain& chain) {
    return !sent || session().ports_are_late || chain.front().der() == sent->front().der();
  };
  Snapshot taken{std::move(now), {}};
  for (const PortLook& one : look(name(), right)) {
    if (!one.right) session().ports_are_late = true;
    taken.presented[one.uid] = one.fingerprints();
  }
  return taken;
}

// A repetition changes nothing; if it does, the look at the end of the case sees it.
std::optional<PresentedByNode> Trial::looked_before(const Installed& now,
                                                    std::uint64_t changes) const {
  const auto& look = session().last_look;
  if (!look || look->name != name() || look->changes_sent != changes) return std::nullopt;
  if (!look->installed || look->installed != held_of(now, name_text())) return std::nullopt;
  return look->presented;
}

void Trial::install_beside(const TestCertificate& other) {
  const auto answer = cluster().update(call(), other.entry());
  if (answer && answer->status == 200) return;
  inconclusive(fmt::format("a valid sibling for {} must get 200 first", other.name()));
}

void Trial::rejects(const TestCertificate& certificate, const std::vector<int>& codes) {
  rejected_after(with_valid_sibling(), certificate.body(call()), certificate.note(), codes);
}

void Trial::rejects_body(const std::string& body, const std::string& note,
                         const std::vector<int>& codes, const std::string& content_type) {
  rejected_after(with_valid_sibling(), body, note, codes, content_type);
}

HttpAnswer Trial::rejected_after(const Snapshot& before, const std::string& body,
                                 const std::string& note, const std::vector<int>& codes,
                                 const std::string& content_type) {
  HttpAnswer answer = put_body(body, note, content_type);
  expect_status(answer, codes, note);
  expect_unchanged(before, "the rejected request");
  return answer;
}

void Trial::take_down(const ClusterNode& node) {
  session().last_look.reset();
  down_.insert(node.uid);
  if (auto done = session().guard->take_down(node); !done) inconclusive(done.error());
}

void Trial::bring_up(const ClusterNode& node) {
  if (auto done = session().guard->bring_up(node); !done) inconclusive(done.error());
  down_.erase(node.uid);
}

void Trial::bring_all_up() {
  for (const ClusterNode& node : nodes()) {
    if (down_.erase(node.uid) == 0) continue;
    const auto up = session().guard->bring_up(node);
    if (!up) expect(false, fmt::format("node {} can be brought up again", node.uid), up.error());
  }
}

const ClusterNode& Trial::other_node() const {
  const auto other = std::ranges::find_if(
      nodes().rbegin(), nodes().rend(),
      [&](const ClusterNode& node) { return node.rest != session().cluster.target(); });
  if (other != nodes().rend()) return *other;
  throw CaseStopped{Outcome::could_not_run,
                    "every known node is the one that the requests go through"};
}

Credentials Trial::password_user() {
  if (!cluster().credentials() || !session().options.client_cert.empty())
    could_not_run("the client certificate authenticates every request; --username");
  return *cluster().credentials();
}

CaseResult run_case(Session& session, const Case& one) {
  const auto start = std::chrono::steady_clock::now();
  Trial trial(session, one);
  CaseResult& result = trial.result();
  const auto end_as = [&](Outcome outcome, const std::string& reason,
                          const std::string& cause = "") {
    result.outcome = outcome;
    result.cause = session.redactor.redact(cause);
    result.reason = session.redactor.redact(reason);
  };
  try {
    if (interrupted()) trial.could_not_run("interrupted by a signal");
    if (const auto why = obstacle(session, one)) trial.could_not_run(*why);
    one.run(trial);
  } catch (const CaseStopped& stopped) {
    end_as(stopped.outcome, stopped.reason, stopped.cause);
  } catch (const std::exception& error) {
    end_as(Outcome::inconclusive, fmt::format("the suite itself failed: {}", error.what()));
  }
  trial.bring_all_up();
  if (trial.failed()) end_as(Outcome::failed, "");
  result.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - start);
  return result;
}

}  // namespace certdrill::conformance
