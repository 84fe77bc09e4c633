// Two defects at once: which code wins is documented nowhere, so it is observed and not judged.
// That nothing changes is judged.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "conformance/cases/cases.h"
#include "conformance/run/trial.h"
#include "contract/sentences.h"

namespace certdrill::conformance {
namespace precedence_cases {

void observe(Trial& trial, const std::string& body, const std::string& what,
             const std::vector<int>& possible) {
  const Snapshot before = trial.with_valid_sibling();
  const HttpAnswer answer = trial.put_body(body, what);
  trial.expect_status(answer, possible, what);
  trial.expect_unchanged(before, what);
  trial.observe(fmt::format("{}: {}", what, answer.status));
}

void expired_and_key_mismatch(Trial& trial) {
  const TestCertificate certificate =
      trial.fixture("expired/leaf").with_key(trial.fixture("valid/p256").made.key);
  observe(trial, certificate.body(trial.call()), "expired, with another's key", {400, 406});
}

void expired_and_unknown_name(Trial& trial) {
  const TestCertificate certificate =
      trial.fixture("expired/leaf").with_name("certdrill_no_such_name");
  observe(trial, certificate.body(trial.call()), "expired, for an unknown name", {403, 406});
}

void absent_and_unknown_name(Trial& trial) {
  const nlohmann::json entry{{"name", "certdrill_no_such_name"}, {"key", "x"}};
  observe(trial, body_of(trial.call(), entry), "no certificate, for an unknown name",
          {400, 403, 404});
}

void not_json_and_no_credentials(Trial& trial) {
  trial.password_user();
  const Snapshot before = trial.with_valid_sibling();
  HttpRequest request = trial.request("PUT", path_of(trial.call()), "{");
  request.credentials.reset();
  const HttpAnswer answer = trial.send(request);
  trial.expect_status(answer, {400, 401}, "broken JSON without credentials");
  trial.expect_unchanged(before, "broken JSON without credentials");
  trial.observe(fmt::format("broken JSON without credentials: {}", answer.status));
}

void expired_by_a_viewer(Trial& trial) {
  const Snapshot before = trial.with_valid_sibling();
  const TestCertificate certificate = trial.fixture("expired/leaf");
  HttpRequest request = trial.request("PUT", path_of(trial.call()), certificate.body(trial.call()));
  request.credentials = trial.session().options.viewer();
  const HttpAnswer answer = trial.send(request, certificate.note());
  trial.expect_status(answer, {403, 406}, "expired, by a user who may only look");
  trial.expect_unchanged(before, "expired, by a user who may only look");
  trial.observe(fmt::format("expired, by a user who may only look: {}", answer.status));
}

}  // namespace precedence_cases

void add_precedence_cases(std::vector<Case>& into) {
  using namespace precedence_cases;
  constexpr auto sentence = "Nothing documents which code wins when two apply.";
  const Needs needs = changes_of(Subject::any);
  Needs viewer = needs;
  viewer.viewer = true;
  add_for_both_calls({{"observed/expired-and-key-mismatch", "406 or 400.", sentence,
                       expired_and_key_mismatch, Level::info},
                      {"observed/expired-and-unknown-name", "406 or 403.", sentence,
                       expired_and_unknown_name, Level::info},
                      {"observed/absent-and-unknown-name", "404, 403 or 400.", sentence,
                       absent_and_unknown_name, Level::info},
                      {"observed/not-json-and-no-credentials", "401 or 400.", sentence,
                       not_json_and_no_credentials, Level::info},
                      {"observed/expired-by-a-viewer", "403 or 406.", sentence, expired_by_a_viewer,
                       Level::info, viewer}},
                     into, needs);
}

}  // namespace certdrill::conformance
