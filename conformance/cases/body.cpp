// The request around the certificate: what is not the documented JSON is 400, and changes nothing.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "conformance/cases/cases.h"
#include "conformance/run/trial.h"
#include "contract/sentences.h"

namespace certdrill::conformance {
namespace body_cases {

using nlohmann::json;

// The sibling's successor: a certificate that would be taken, so that a server that applies it
// shows it.
json entry_of(Trial& trial) { return to_json(trial.valid(1).entry()); }

void rejects_entry(Trial& trial, const json& entry, const std::string& note) {
  trial.rejects_body(body_of(trial.call(), entry), note, {400});
}

void an_array(Trial& trial) {
  trial.rejects_body("[" + dump(entry_of(trial)) + "]", "an array at the top", {400});
}

void a_string(Trial& trial) { trial.rejects_body("\"proxy\"", "a string at the top", {400}); }

void no_body(Trial& trial) { trial.rejects_body("", "no body at all", {400}); }

void key_not_a_string(Trial& trial) {
  json entry = entry_of(trial);
  entry["key"] = json{{"pem", entry["key"]}};
  rejects_entry(trial, entry, "a key that is an object");
}

void wrong_content_type(Trial& trial) {
  const TestCertificate next = trial.valid(1);
  trial.rejects_body(next.body(trial.call()), next.note() + " as text/plain", {400, 415},
                     "text/plain");
}

void content_type_of_a_form(Trial& trial) {
  const TestCertificate next = trial.valid(1);
  trial.rejects_body(next.body(trial.call()), next.note() + " as a form", {400, 415},
                     "application/x-www-form-urlencoded");
}

void content_type_with_charset(Trial& trial) {
  trial.install_sibling();
  const TestCertificate next = trial.valid(1);
  const HttpAnswer answer = trial.put_body(next.body(trial.call()), next.note() + " with a charset",
                                           "application/json; charset=utf-8");
  trial.expect_status(answer, {200}, "Content-Type: application/json; charset=utf-8");
}

void unknown_property(Trial& trial) {
  json entry = entry_of(trial);
  entry["passphrase"] = "none";
  if (contract::rules_of(trial.edition()).refuses_unknown_properties) {
    rejects_entry(trial, entry, "an entry with an unknown property");
    return;
  }
  trial.install_sibling();
  const HttpAnswer answer = trial.put_entry(entry, "an entry with an unknown property");
  trial.expect_status(answer, {200, 400}, "an unknown property");
  trial.observe(fmt::format("an unknown property is answered {}", answer.status));
}

void enormous_body(Trial& trial) {
  constexpr std::size_t size = 17 << 20;
  trial.rejects_body(fmt::format(R"({{"name":"{}"}})", std::string(size, 'x')), "a body of 17 MiB",
                     {400, 403, 413});
}

void errors_have_the_documented_form(Trial& trial) {
  trial.expect_error_body(trial.put_body("{", "a body that is not JSON"));
}

void errors_never_repeat_the_key(Trial& trial) {
  const TestCertificate certificate = trial.valid(1).with_certificate("not a certificate");
  const HttpAnswer answer = trial.put(certificate);
  const std::string key = certificate.made.key->substr(30, 60);
  const bool silent = answer.body.find("PRIVATE KEY") == std::string::npos &&
                      answer.body.find(key.substr(0, key.find('\n'))) == std::string::npos;
  trial.expect(silent, "an error that does not repeat the private key", "it repeats it");
}

}  // namespace body_cases

void add_body_cases(std::vector<Case>& into) {
  using namespace body_cases;
  const Needs needs = changes_of(Subject::any);
  add_for_both_calls(
      {{"400/body-is-an-array", "An array instead of the object.", contract::kBody, an_array},
       {"400/body-is-a-string", "A string instead of the object.", contract::kBody, a_string},
       {"400/body-is-missing", "No body.", contract::kBody, no_body},
       {"400/key-is-not-a-string", "A key inside an object.", contract::kBody, key_not_a_string},
       {"400/content-type-is-wrong", "A valid body as text/plain.", contract::kContentType,
        wrong_content_type, Level::should},
       {"400/content-type-of-a-form", "A valid body under the type that curl sends by default.",
        contract::kContentType, content_type_of_a_form, Level::should},
       {"200/content-type-with-charset", "A charset beside application/json does no harm.",
        contract::kContentType, content_type_with_charset, Level::should},
       {"observed/unknown-property",
        "A property that is not documented: the OpenAPI file forbids it, earlier editions say "
        "nothing.",
        "In the OpenAPI file both request objects forbid additional properties.", unknown_property,
        Level::info},
       {"400/body-is-enormous", "A body of 17 MiB is refused.", contract::kInvalid, enormous_body,
        Level::should},
       {"400/errors-have-the-documented-form", "An error is JSON with error_code and description.",
        contract::kErrorBody, errors_have_the_documented_form},
       {"400/errors-never-repeat-the-key",
        "An error does not repeat the private key that was sent.", contract::kErrorBody,
        errors_never_repeat_the_key}},
      into, needs);
}

}  // namespace certdrill::conformance
