#include "conformance/run/judge.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "certs/verdict/bundle.h"

namespace certdrill::conformance {
namespace {

using nlohmann::json;

// Between two looks at a port that does not yet present what it should.
constexpr std::chrono::milliseconds kLongestPause{500};

// "update_cert" for PUT /v1/cluster/update_cert and so on; empty for calls without a table of
// codes.
std::string_view documented_call(const HttpRequest& request) {
  const contract::Endpoint* endpoint = contract::endpoint_of(request.method, request.path);
  if (endpoint == nullptr) return "";
  return endpoint->id == "get_certificates" ? "read" : endpoint->short_name;
}

// A server presents its chain without the root as it pleases (RFC 8446 4.4.2), and nothing else may
// differ.
bool presents_chain(const Chain& presented, const Chain& sent) {
  const bool root_left_out =
      presented.size() + 1 == sent.size() && sent.size() > 1 && sent.back().self_issued();
  if (presented.size() != sent.size() && !root_left_out) return false;
  return std::equal(presented.begin(), presented.end(), sent.begin(),
                    [](const auto& one, const auto& other) { return one.der() == other.der(); });
}

}  // namespace

std::vector<std::string> PortLook::fingerprints() const {
  if (chain.empty()) return {what};
  std::vector<std::string> all;
  for (const auto& certificate : chain) all.push_back(certificate.fingerprint());
  return all;
}

Judge::Judge(Session& session, const Case& one) : session_(&session) {
  result_.id = one.id;
  result_.level = one.level;
  result_.checks = one.checks;
  result_.contract = one.contract;
}

HttpAnswer Judge::send(const HttpRequest& request, const std::string& body_note,
                       const std::optional<Address>& node) {
  if (interrupted()) could_not_run("interrupted by a signal");
  const Address address = node.value_or(cluster().target());
  last_ = Exchange{address, request, body_note, 0};
  const auto answer = cluster().send_to(address, request);
  session_->unanswered = answer ? 0 : session_->unanswered + 1;
  if (!answer) {
    expect(false, fmt::format("an answer to {} {}", request.method, request.path), answer.error(),
           "no answer to " + request.method);
    throw CaseStopped{};
  }
  last_->status = answer->status;
  if (!answer->followed_to.empty())
    observe(fmt::format("{} redirects to {}", to_string(address), answer->followed_to));
  if (const auto call = documented_call(request); !call.empty())
    result_.answered.emplace(call, answer->status);
  return *answer;
}

HttpAnswer Judge::get(const std::string& path) { return send(request("GET", path)); }

HttpRequest Judge::request(std::string method, std::string path, std::string body) const {
  return session_->cluster.request(std::move(method), std::move(path), std::move(body));
}

Installed Judge::installed() {
  const HttpAnswer answer = get(path_of("get_certificates"));
  auto parsed = parse_installed(answer.body);
  if (answer.status != 200 || !parsed) {
    expect(false, "GET /v1/cluster/certificates answers 200 and one flat object",
           answer.status != 200 ? said_by(answer) : parsed.error());
    throw CaseStopped{};
  }
  return *parsed;
}

// The body is written where the report is: nothing but test keys are in it.
std::string Judge::repetition() {
  const Options& options = session_->options;
  Repetition with{options.tls(), options.user(), options.viewer(), ""};
  if (!options.insecure) with.tls.verify_as = cluster().target().host;
  if (!options.report_folder.empty() && !fits_in_command(*last_)) {
    const auto folder = options.report_folder / "bodies";
    std::string name = fmt::format("{}-{}.json", result_.id, result_.commands.size() + 1);
    std::ranges::replace(name, '/', '-');
    std::filesystem::create_directories(folder);
    std::ofstream(folder / name, std::ios::binary) << last_->request.body;
    with.body_file = (folder / name).string();
  }
  return session_->redactor.redact(curl_command(*last_, with));
}

void Judge::expect(bool holds, const std::string& expected, const std::string& actual,
                   const std::string& cause) {
  if (holds) return;
  const Redactor& redactor = session_->redactor;
  result_.findings.push_back(
      {redactor.redact(expected), redactor.redact(actual),
       redactor.redact(cause.empty() ? fmt::format("{}: {}", expected, actual) : cause)});
  if (!last_) return;
  const std::string command = repetition();
  if (std::ranges::find(result_.commands, command) == result_.commands.end())
    result_.commands.push_back(command);
}

void Judge::expect_status(const HttpAnswer& answer, const std::vector<int>& accepted,
                          const std::string& what) {
  const bool right = std::ranges::find(accepted, answer.status) != accepted.end();
  result_.wrong_status = result_.wrong_status || !right;
  expect(right, fmt::format("{} is answered {}", what, fmt::join(accepted, " or ")),
         said_by(answer),
         fmt::format("{} answered {} in place of {}", last_ ? last_->request.method : "",
                     answer.status, fmt::join(accepted, " or ")));
}

void Judge::expect_error_body(const HttpAnswer& answer) {
  const ErrorText error = error_text(answer);
  expect(!error.code.empty(), R"(an error body {"error_code": "...", "description": "..."})",
         error.is_object ? "JSON without the string error_code" : "a body that is no JSON object");
  if (!error.code.empty() && error.text.empty())
    observe("the error has no text for people, neither description nor message");
}

json Judge::expect_json(const HttpAnswer& answer) {
  json body = json::parse(answer.body, nullptr, false);
  expect(!body.is_discarded(), "a JSON body",
         fmt::format("a body of {} bytes that is not", answer.body.size()));
  if (body.is_discarded()) throw CaseStopped{};
  return body;
}

void Judge::expect_same(const Installed& before, const Installed& after,
                        const std::string& expected) {
  for (const std::string& clause : differences(before, after))
    expect(false, expected, clause, "what must stay as it was changes: " + clause);
}

void Judge::expect_reads_back(const TestCertificate& sent) {
  const auto read = cluster().read_installed();
  if (!read) return expect(false, sent.name() + " reads back", read.error());
  const auto found = held_of(*read, sent.name());
  if (!found) return expect(false, sent.name() + " reads back", "it is not listed");
  const bool keyed = contract::info(*contract::find_certificate(sent.name())).has_key;
  const auto compare = [&](const char* what, const auto& stored, const auto& was, auto same) {
    if (!was) return;
    expect(
        stored && same(*stored, *was),
        fmt::format("{}_{} reads back as it was sent ({} bytes)", sent.name(), what, was->size()),
        stored ? fmt::format("another one ({} bytes)", stored->size()) : "none",
        fmt::format("{} is answered 200 and does not read back", what));
    if (stored && stored != was && same(*stored, *was))
      observe(fmt::format("{}_{} reads back with {}", sent.name(), what, kOtherText));
  };
  compare("cert", std::optional(found->certificate), sent.made.certificate, same_chain);
  if (keyed) compare("key", found->key, sent.made.key, same_key);
}

Presented Judge::settle(const Address& port, const std::function<bool(const Chain&)>& right,
                        int connections, std::chrono::steady_clock::time_point deadline) {
  std::chrono::milliseconds pause{2};
  for (int in_a_row = 0;;) {
    auto presented = cluster().presented(port);
    if (presented && right(*presented)) {
      if (++in_a_row == connections) return presented;
      continue;
    }
    in_a_row = 0;
    if (std::chrono::steady_clock::now() >= deadline) {
      if (!presented && presented.error().kind == ProbeError::Kind::unreachable)
        inconclusive(fmt::format(
            "unreachable: {}; where the ports are not the product's own, --nodes FILE says which",
            presented.error().what));
      return presented;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
}

std::vector<PortLook> Judge::look(contract::CertificateName name,
                                  const std::function<bool(int uid, const Chain&)>& right,
                                  int connections) {
  auto ports = ports_of(nodes(), name);
  std::erase_if(ports, [&](const NodePort& one) { return down_.contains(one.uid); });
  auto presented = cluster().presented(ports);
  // One for all ports: the cluster settles as a whole.
  const auto deadline = std::chrono::steady_clock::now() + session_->options.patience().settle;
  std::vector<PortLook> looks;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    PortLook& one = looks.emplace_back(PortLook{ports[i].uid, ports[i].address, false, {}, {}});
    const auto right_here = [&](const Chain& chain) { return right(one.uid, chain); };
    if (connections > 1 || !presented[i] || !right_here(*presented[i]))
      presented[i] = settle(one.port, right_here, connections, deadline);
    if (!presented[i]) {
      one.what = presented[i].error().what;
      continue;
    }
    one.chain = std::move(*presented[i]);
    one.right = right_here(one.chain);
    one.what = fmt::format("another leaf: {}, SHA-256 {}...", one.chain.front().subject(),
                           one.chain.front().fingerprint().substr(0, 16));
  }
  return looks;
}

void Judge::expect_presented_everywhere(const TestCertificate& certificate, int connections) {
  const auto known = contract::find_certificate(certificate.name());
  if (!known || !certificate.made.certificate) return;
  const auto sent = certs::parse_chain(*certificate.made.certificate);
  if (!sent) return;
  const auto right = [&](int, const Chain& chain) { return presents_chain(chain, *sent); };
  for (const PortLook& one : look(*known, right, connections)) {
    const bool same_leaf = !one.chain.empty() && one.chain.front().der() == sent->front().der();
    expect(one.right,
           fmt::format("node {} presents the new {} chain on {}{}", one.uid, certificate.name(),
                       to_string(one.port),
                       connections > 1 ? fmt::format(", {} times in a row", connections) : ""),
           same_leaf ? fmt::format("the right leaf, but a chain of {} certificates instead of {}",
                                   one.chain.size(), sent->size())
                     : one.what,
           same_leaf ? "ports present the new leaf with another chain"
                     : "ports do not present what was answered 200");
  }
}

void Judge::expect_presents_what_reads_back() {
  for (const auto& [name, held] : installed()) {
    const auto known = contract::find_certificate(name);
    const auto chain = certs::parse_chain(held.certificate);
    if (!known || !chain || chain->empty()) continue;
    const auto same = [&](int, const Chain& presented) {
      return presented.front().der() == chain->front().der();
    };
    for (const PortLook& one : look(*known, same)) {
      expect(one.right,
             fmt::format("node {} presents {} on {}", one.uid, name, to_string(one.port)),
             one.what);
    }
  }
}

void Judge::observe(const std::string& text) {
  std::string clean = session_->redactor.redact(text);
  auto& seen = result_.observations;
  if (std::ranges::find(seen, clean) == seen.end()) seen.push_back(std::move(clean));
}

void Judge::inconclusive(const std::string& why, const std::string& cause) {
  throw CaseStopped{Outcome::inconclusive, why, cause};
}

void Judge::could_not_run(const std::string& why) {
  throw CaseStopped{Outcome::could_not_run, why};
}

}  // namespace certdrill::conformance
