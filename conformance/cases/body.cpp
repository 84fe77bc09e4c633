// The request around the certificate: what is not the documented JSON is 400, and changes nothing.
#include <nlohmann/json.hpp>

#include "conformance/cases/cases.h"
#include "conformance/cases/contract.h"
#include "conformance/trial.h"

namespace certdrill::conformance {
namespace {

using nlohmann::json;

// The sibling's successor: a certificate that would be taken, so that a server that applies it
// shows it.
json entry_of(Trial& trial) {
  return to_json(trial.valid(1).entry());
}

void rejects_entry(Trial& trial, const json& entry, const std::string& note) {
  trial.rejects_body(body_of(trial.call(), entry), note, {400});
}

void not_json(Trial& trial) {
  trial.rejects_body("name=proxy&key=x", "a form instead of JSON", {400});
}

// The reference page's own example ends like this.
void trailing_comma(Trial& trial) {
  std::string body = trial.valid(1).body(trial.call());
  body.insert(body.rfind('}'), ",");
  trial.rejects_body(body, "a body with a trailing comma", {400});
}

void cut_off(Trial& trial) {
  const std::string body = trial.valid(1).body(trial.call());
  trial.rejects_body(body.substr(0, body.size() - 3), "a body that ends too early", {400});
}

void an_array(Trial& trial) {
  trial.rejects_body("[" + dump(entry_of(trial)) + "]", "an array at the top", {400});
}

void a_string(Trial& trial) {
  trial.rejects_body("\"proxy\"", "a string at the top", {400});
}

void no_body(Trial& trial) {
  trial.rejects_body("", "no body at all", {400});
}

void name_missing(Trial& trial) {
  json entry = entry_of(trial);
  entry.erase("name");
  rejects_entry(trial, entry, "an entry without a name");
}

void name_not_a_string(Trial& trial) {
  json entry = entry_of(trial);
  entry["name"] = 7;
  rejects_entry(trial, entry, "a name that is a number");
}

void certificate_not_a_string(Trial& trial) {
  json entry = entry_of(trial);
  entry["certificate"] = json::array({entry["certificate"]});
  rejects_entry(trial, entry, "a certificate that is an array");
}

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

void content_type_with_charset(Trial& trial) {
  trial.with_valid_sibling();
  const TestCertificate next = trial.valid(1);
  const HttpAnswer answer = trial.put_body(next.body(trial.call()), next.note() + " with a charset",
                                           "application/json; charset=utf-8");
  trial.expect_status(answer, {200}, "Content-Type: application/json; charset=utf-8");
}

void unknown_property(Trial& trial) {
  json entry = entry_of(trial);
  entry["passphrase"] = "none";
  if (trial.edition() == Edition::v8_0 || trial.edition() == Edition::next) {
    rejects_entry(trial, entry, "an entry with an unknown property");
    return;
  }
  trial.with_valid_sibling();
  const HttpAnswer answer = trial.put_entry(entry, "an entry with an unknown property");
  trial.expect_status(answer, {200, 400}, "an unknown property");
  trial.observe("an unknown property is answered " + std::to_string(answer.status));
}

void enormous_body(Trial& trial) {
  constexpr std::size_t size = 17 << 20;
  trial.rejects_body("{\"name\":\"" + std::string(size, 'x') + "\"}", "a body of 17 MiB",
                     {400, 413});
}

void errors_have_the_documented_form(Trial& trial) {
  trial.expect_error_body(trial.put_body("{", "a body that is not JSON"));
}

void errors_never_repeat_the_key(Trial& trial) {
  TestCertificate certificate = trial.valid(1);
  certificate.made.certificate = "not a certificate";
  certificate.made.entry.reset();
  const HttpAnswer answer = trial.put(certificate);
  const std::string key = certificate.made.key->substr(30, 60);
  const bool silent = answer.body.find("PRIVATE KEY") == std::string::npos &&
                      answer.body.find(key.substr(0, key.find('\n'))) == std::string::npos;
  trial.expect(silent, "an error that does not repeat the private key", "it repeats it");
}

}  // namespace

void add_body_cases(std::vector<Case>& into) {
  const Needs needs = changes_of(Subject::any);
  add_for_both_calls(
      {{"400/body-is-not-json", Level::must, "A form instead of JSON.", contract::body, needs,
        not_json},
       {"400/body-has-a-trailing-comma", Level::must,
        "JSON with a trailing comma, as on the reference page.", contract::body, needs,
        trailing_comma},
       {"400/body-is-cut-off", Level::must, "JSON that ends too early.", contract::body, needs,
        cut_off},
       {"400/body-is-an-array", Level::must, "An array instead of the object.", contract::body,
        needs, an_array},
       {"400/body-is-a-string", Level::must, "A string instead of the object.", contract::body,
        needs, a_string},
       {"400/body-is-missing", Level::must, "No body.", contract::body, needs, no_body},
       {"400/name-is-missing", Level::must, "A valid certificate for no name.", contract::body,
        needs, name_missing},
       {"400/name-is-not-a-string", Level::must, "A name that is a number.", contract::body, needs,
        name_not_a_string},
       {"400/certificate-is-not-a-string", Level::must, "A certificate inside an array.",
        contract::body, needs, certificate_not_a_string},
       {"400/key-is-not-a-string", Level::must, "A key inside an object.", contract::body, needs,
        key_not_a_string},
       {"400/content-type-is-wrong", Level::should, "A valid body as text/plain.",
        contract::content_type, needs, wrong_content_type},
       {"200/content-type-with-charset", Level::should,
        "A charset beside application/json does no harm.", contract::content_type, needs,
        content_type_with_charset},
       {"observed/unknown-property", Level::info,
        "A property that is not documented: the OpenAPI file forbids it, earlier editions say "
        "nothing.",
        "In the OpenAPI file both request objects forbid additional properties.", needs,
        unknown_property},
       {"400/body-is-enormous", Level::should, "A body of 17 MiB is refused.", contract::invalid,
        needs, enormous_body},
       {"400/errors-have-the-documented-form", Level::must,
        "An error is JSON with error_code and description.", contract::error_body, needs,
        errors_have_the_documented_form},
       {"400/errors-never-repeat-the-key", Level::must,
        "An error does not repeat the private key that was sent.", contract::error_body, needs,
        errors_never_repeat_the_key}},
      into);
}

}  // namespace certdrill::conformance
