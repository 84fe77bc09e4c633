#include "conformance/trial.h"

#include <algorithm>
#include <exception>
#include <sstream>
#include <thread>

#include <nlohmann/json.hpp>

#include "certs/verdict/bundle.h"
#include "conformance/interruption.h"
#include "conformance/settings.h"

namespace certdrill::conformance {
namespace {

using nlohmann::json;

// Between two looks at a port that does not yet present what it should.
constexpr std::chrono::milliseconds longest_pause{500};

std::string codes_text(const std::vector<int>& codes) {
  std::string text;
  for (const int code : codes) text += (text.empty() ? "" : " or ") + std::to_string(code);
  return text;
}

// What an error answer says, cut to what fits on a line.
std::string said_by(const HttpAnswer& answer) {
  constexpr std::size_t longest = 200;
  const json body = json::parse(answer.body, nullptr, false);
  std::string text;
  if (body.is_object() && body.contains("error_code") && body["error_code"].is_string()) {
    text = body["error_code"].get<std::string>();
    if (body.contains("description") && body["description"].is_string()) {
      text += ": " + body["description"].get<std::string>();
    }
  }
  if (text.size() > longest) text = text.substr(0, longest) + "...";
  return std::to_string(answer.status) + (text.empty() ? "" : " (" + text + ")");
}

// "update_cert" for PUT /v1/cluster/update_cert and so on; empty for calls without a table of
// codes.
std::string documented_call(const HttpRequest& request) {
  const std::string& path = request.path;
  if (request.method == "PUT" &&
      path == std::string(contract::endpoint_of(contract::UpdateCall::update_cert).path))
    return "update_cert";
  if (request.method == "PUT" &&
      path == std::string(contract::endpoint_of(contract::UpdateCall::certificates).path))
    return "certificates";
  if (request.method == "DELETE" && path.starts_with("/v1/cluster/certificates/")) return "delete";
  if (request.method == "POST" && path == "/v1/cluster/certificates/rotate") return "rotate";
  if (request.method == "GET" && path == "/v1/cluster/certificates") return "read";
  return {};
}

std::string joined(const std::vector<std::string>& clauses) {
  std::string text;
  for (const std::string& clause : clauses) text += (text.empty() ? "" : "; ") + clause;
  return text;
}

// A server presents its chain without the root as it pleases (RFC 8446 4.4.2), and nothing else may
// differ.
bool presents_chain(const std::vector<certs::Certificate>& presented,
                    const std::vector<certs::Certificate>& sent) {
  const bool root_left_out =
      presented.size() + 1 == sent.size() && sent.size() > 1 && sent.back().self_issued();
  if (presented.size() != sent.size() && !root_left_out) return false;
  return std::equal(presented.begin(), presented.end(), sent.begin(),
                    [](const auto& one, const auto& other) { return one.der() == other.der(); });
}

}  // namespace

Trial::Trial(Session& session, const Case& one) : session_(&session), case_(&one) {
  result_.id = one.id;
  result_.level = one.level;
  result_.checks = one.checks;
  result_.contract = one.contract;
  subject_ = session.subject_for(one.needs);
}

contract::UpdateCall Trial::call() const {
  return case_->call.value_or(usual_call(session_->edition));
}
contract::CertificateName Trial::name() const {
  return *subject_;
}

TestCertificate Trial::valid(std::uint64_t variant) {
  return valid_for(name(), variant);
}

TestCertificate Trial::valid_for(contract::CertificateName name, std::uint64_t variant) {
  return session_->test_certificates->valid(name, variant);
}

TestCertificate Trial::fixture(std::string_view id) {
  auto made = session_->test_certificates->fixture(id, name());
  if (!made) throw CaseStopped{Outcome::could_not_run, made.error()};
  return *made;
}

HttpAnswer Trial::send(const HttpRequest& request, const std::string& body_note,
                       const std::optional<Address>& node) {
  if (interrupted()) throw CaseStopped{Outcome::could_not_run, "interrupted by a signal"};
  const Address address = node.value_or(session_->cluster.target());
  last_ = Exchange{address, request, body_note, 0};
  const auto answer = session_->cluster.send_to(address, request);
  session_->unanswered = answer ? 0 : session_->unanswered + 1;
  if (!answer) {
    expect(false, "an answer to " + request.method + " " + request.path, answer.error());
    throw CaseStopped{};
  }
  last_->status = answer->status;
  if (const std::string call = documented_call(request); !call.empty()) {
    result_.answered.emplace(call, answer->status);
  }
  return *answer;
}

HttpRequest Trial::request(std::string method, std::string path, std::string body) const {
  HttpRequest made;
  made.method = std::move(method);
  made.path = std::move(path);
  made.body = std::move(body);
  return session_->cluster.as_user(std::move(made));
}

HttpAnswer Trial::get(const std::string& path) {
  return send(request("GET", path));
}

HttpAnswer Trial::put(const TestCertificate& certificate) {
  return put_body(certificate.body(call()), certificate.note());
}

HttpAnswer Trial::put_entry(const json& entry, const std::string& note) {
  return put_body(body_of(call(), entry), note);
}

HttpAnswer Trial::put_body(const std::string& body, const std::string& note,
                           const std::string& content_type) {
  HttpRequest made =
      request("PUT", std::string(std::string(contract::endpoint_of(call()).path)), body);
  made.content_type = content_type;
  return send(made, note);
}

HttpAnswer Trial::remove(std::string_view name) {
  return send(request("DELETE", "/v1/cluster/certificates/" + std::string(name)));
}

Snapshot Trial::snapshot() {
  auto taken = take_snapshot(session_->cluster, name());
  if (!taken) inconclusive("the state cannot be read: " + taken.error());
  return *taken;
}

Installed Trial::installed() {
  const HttpAnswer answer = get("/v1/cluster/certificates");
  auto parsed = parse_installed(answer.body);
  if (answer.status != 200 || !parsed) {
    expect(false, "GET /v1/cluster/certificates answers 200 and one flat object",
           answer.status != 200 ? said_by(answer) : parsed.error());
    throw CaseStopped{};
  }
  return *parsed;
}

void Trial::expect(bool holds, const std::string& expected, const std::string& actual) {
  if (holds) return;
  result_.findings.push_back(
      {session_->redactor.redact(expected), session_->redactor.redact(actual)});
  if (!last_) return;
  const std::string command = session_->redactor.redact(
      curl_command(*last_, tls_settings(session_->options), session_->options.viewer_username));
  if (std::ranges::find(result_.commands, command) == result_.commands.end()) {
    result_.commands.push_back(command);
  }
}

void Trial::expect_status(const HttpAnswer& answer, const std::vector<int>& accepted,
                          const std::string& what) {
  expect(std::ranges::find(accepted, answer.status) != accepted.end(),
         what + " is answered " + codes_text(accepted), said_by(answer));
}

void Trial::expect_unchanged(const Snapshot& before, const std::string& after_what) {
  const auto after = take_snapshot(session_->cluster, name());
  if (!after) {
    expect(false, "nothing has changed after " + after_what,
           "the state cannot be read: " + after.error());
    return;
  }
  const auto found = differences(before, *after);
  expect(found.empty(), "nothing has changed after " + after_what, joined(found));
  if (!found.empty()) return;
  session_->last_look = LastLook{name(), held_of(after->installed, name_text()), after->presented,
                                 session_->cluster.changes_sent()};
}

void Trial::expect_same(const Installed& before, const Installed& after,
                        const std::string& expected) {
  for (const std::string& clause : differences(before, after)) expect(false, expected, clause);
}

void Trial::expect_error_body(const HttpAnswer& answer) {
  const json body = json::parse(answer.body, nullptr, false);
  const bool right = body.is_object() && body.contains("error_code") &&
                     body["error_code"].is_string() && body.contains("description") &&
                     body["description"].is_string();
  expect(right, R"(an error body {"error_code": "...", "description": "..."})",
         body.is_discarded() ? "a body that is not JSON" : "JSON without these two strings");
}

json Trial::expect_json(const HttpAnswer& answer) {
  json body = json::parse(answer.body, nullptr, false);
  expect(!body.is_discarded(), "a JSON body",
         "a body of " + std::to_string(answer.body.size()) + " bytes that is not");
  if (body.is_discarded()) throw CaseStopped{};
  return body;
}

void Trial::expect_reads_back(const TestCertificate& sent) {
  const auto read = session_->cluster.read_installed();
  if (!read) {
    expect(false, sent.name() + " reads back", read.error());
    return;
  }
  const auto found = held_of(*read, sent.name());
  expect(found.has_value(), sent.name() + " reads back", "it is not listed");
  if (!found) return;
  if (sent.made.certificate) {
    const std::string& stored = found->certificate;
    expect(stored == *sent.made.certificate,
           sent.name() + "_cert reads back byte for byte as it was sent (" +
               std::to_string(sent.made.certificate->size()) + " bytes)",
           std::to_string(stored.size()) + " other bytes");
  }
  if (sent.made.key && contract::info(*contract::find_certificate(sent.name())).has_key) {
    expect(found->key == sent.made.key, sent.name() + "_key reads back as it was sent",
           found->key ? "another key" : "no key");
  }
}

std::string Trial::settle_presented(const Address& port,
                                    const std::vector<certs::Certificate>& wanted,
                                    int connections) {
  const auto deadline = std::chrono::steady_clock::now() + settle_time(session_->options);
  std::chrono::milliseconds pause{2};
  for (int in_a_row = 0;;) {
    const auto presented = session_->cluster.presented(port);
    if (presented && presents_chain(*presented, wanted)) {
      if (++in_a_row == connections) return {};
      continue;
    }
    in_a_row = 0;
    if (std::chrono::steady_clock::now() >= deadline) {
      if (!presented) return presented.error().what;
      if (presented->front().der() == wanted.front().der()) {
        return "the right leaf, but a chain of " + std::to_string(presented->size()) +
               " certificates instead of " + std::to_string(wanted.size());
      }
      return "another leaf: " + presented->front().subject() + ", SHA-256 " +
             presented->front().fingerprint().substr(0, 16) + "...";
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, longest_pause);
  }
}

void Trial::expect_presented_everywhere(const TestCertificate& certificate, int connections) {
  const auto known = contract::find_certificate(certificate.name());
  if (!known || !certificate.made.certificate) return;
  const auto chain = certs::parse_chain(*certificate.made.certificate);
  if (!chain) return;
  std::vector<const ClusterNode*> presenting;
  std::vector<Address> ports;
  for (const ClusterNode& node : nodes()) {
    const auto port = node.presents(*known);
    if (!port) continue;
    presenting.push_back(&node);
    ports.push_back(*port);
  }
  const auto first_look = session_->cluster.presented(ports);
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const bool settled = first_look[i] && presents_chain(*first_look[i], *chain);
    if (settled && connections == 1) continue;
    const std::string wrong = settle_presented(ports[i], *chain, connections);
    expect(wrong.empty(),
           "node " + std::to_string(presenting[i]->uid) + " presents the new " +
               certificate.name() + " chain on " + to_string(ports[i]) +
               (connections > 1 ? ", " + std::to_string(connections) + " times in a row" : ""),
           wrong);
  }
}

void Trial::accepts(const TestCertificate& certificate) {
  expect_status(put(certificate), {200}, certificate.note());
  expect_reads_back(certificate);
  expect_presented_everywhere(certificate);
}

Snapshot Trial::with_valid_sibling() {
  return with_valid_sibling(valid());
}

Snapshot Trial::with_valid_sibling(const TestCertificate& sibling) {
  const std::uint64_t changes = session_->cluster.changes_sent();
  const HttpAnswer answer = put(sibling);
  if (answer.status != 200) {
    inconclusive("its valid sibling (" + sibling.note() + ") must get 200 first, and got " +
                 said_by(answer));
  }
  auto now = session_->cluster.read_installed();
  if (!now) inconclusive("the state cannot be read: " + now.error());
  const auto held = held_of(*now, sibling.name());
  if (!held || held->certificate != *sibling.made.certificate) {
    inconclusive("its valid sibling (" + sibling.note() + ") got 200 and does not read back");
  }
  auto presented = looked_before(*now, changes);
  if (!presented) presented = presented_by_nodes(session_->cluster, name());
  return {std::move(*now), std::move(*presented)};
}

void Trial::install_beside(const TestCertificate& other) {
  const auto answer = session_->cluster.update(call(), other.entry());
  if (answer && answer->status == 200) return;
  inconclusive("a valid sibling for " + other.name() + " must get 200 first");
}

// A repetition changes nothing; if it does, the look at the end of the case sees it.
std::optional<PresentedByNode> Trial::looked_before(const Installed& now,
                                                    std::uint64_t changes) const {
  const auto& look = session_->last_look;
  if (!look || look->name != name() || look->changes_sent != changes) return std::nullopt;
  if (!look->installed || look->installed != held_of(now, name_text())) return std::nullopt;
  return look->presented;
}

void Trial::rejects(const TestCertificate& certificate, const std::vector<int>& codes) {
  rejected_after(with_valid_sibling(), certificate.body(call()), certificate.note(), codes);
}

void Trial::rejects_body(const std::string& body, const std::string& note,
                         const std::vector<int>& codes, const std::string& content_type) {
  rejected_after(with_valid_sibling(), body, note, codes, content_type);
}

void Trial::rejected_after(const Snapshot& before, const std::string& body, const std::string& note,
                           const std::vector<int>& codes, const std::string& content_type) {
  const HttpAnswer answer = put_body(body, note, content_type);
  expect_status(answer, codes, note);
  expect_unchanged(before, "the rejected request");
}

void Trial::take_down(const ClusterNode& node) {
  session_->last_look.reset();
  down_.push_back(node);
  if (auto done = session_->guard->take_down(node); !done) inconclusive(done.error());
}

void Trial::bring_up(const ClusterNode& node) {
  if (auto done = session_->guard->bring_up(node); !done) inconclusive(done.error());
  std::erase_if(down_, [&](const ClusterNode& one) { return one.uid == node.uid; });
}

const ClusterNode& Trial::other_node() const {
  const auto other = std::ranges::find_if(
      nodes().rbegin(), nodes().rend(),
      [&](const ClusterNode& node) { return node.rest != session_->cluster.target(); });
  if (other == nodes().rend()) {
    throw CaseStopped{Outcome::could_not_run,
                      "every known node is the one that the requests go through"};
  }
  return *other;
}

void Trial::observe(const std::string& text) {
  result_.observations.push_back(session_->redactor.redact(text));
}

void Trial::inconclusive(const std::string& why) {
  throw CaseStopped{Outcome::inconclusive, why};
}

void Trial::heal_all() {
  while (!down_.empty()) {
    const ClusterNode node = down_.back();
    down_.pop_back();
    if (auto up = session_->guard->bring_up(node); !up) {
      expect(false, "node " + std::to_string(node.uid) + " can be brought up again", up.error());
    }
  }
}

CaseResult run_case(Session& session, const Case& one) {
  const auto start = std::chrono::steady_clock::now();
  Trial trial(session, one);
  CaseResult& result = trial.result();
  const auto end_as = [&](Outcome outcome, const std::string& reason) {
    result.outcome = outcome;
    result.reason = session.redactor.redact(reason);
  };
  try {
    if (interrupted()) throw CaseStopped{Outcome::could_not_run, "interrupted by a signal"};
    if (const auto why = obstacle(session, one)) throw CaseStopped{Outcome::could_not_run, *why};
    one.run(trial);
  } catch (const CaseStopped& stopped) {
    end_as(stopped.outcome, stopped.reason);
  } catch (const std::exception& error) {
    end_as(Outcome::inconclusive, std::string("the suite itself failed: ") + error.what());
  }
  trial.heal_all();
  if (trial.failed()) end_as(Outcome::failed, "");
  result.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - start);
  return result;
}

}  // namespace certdrill::conformance
