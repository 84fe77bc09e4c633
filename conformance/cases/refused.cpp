// What must be refused, beyond the fixtures: pairs that do not belong together (400), unknown names
// (403), no certificate to look at (404), expired ones (406), and calls that an edition does not
// have.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "conformance/cases/cases.h"
#include "conformance/run/trial.h"
#include "contract/sentences.h"

namespace certdrill::conformance {
namespace refused_cases {

// The new certificate with the installed one's key: a mix-up that a server must see.
void key_of_the_former(Trial& trial) {
  const TestCertificate former = trial.fixture("valid/p256");
  const TestCertificate next = trial.valid(1).with_key(former.made.key);
  const Snapshot before = trial.with_valid_sibling(former);
  trial.rejected_after(before, next.body(trial.call()), next.note() + " with the former key",
                       {400});
}

void certificate_of_the_former(Trial& trial) {
  const TestCertificate former = trial.fixture("valid/p256");
  const TestCertificate next = trial.valid(1).with_certificate(former.made.certificate);
  const Snapshot before = trial.with_valid_sibling(former);
  trial.rejected_after(before, next.body(trial.call()), "the former certificate with a new key",
                       {400});
}

// Without a key the installed one must match.
void no_key_and_the_installed_one_is_another(Trial& trial) {
  const Snapshot before = trial.with_valid_sibling(trial.fixture("valid/p256"));
  const TestCertificate next = trial.valid(1).with_key(std::nullopt);
  trial.rejected_after(before, next.body(trial.call()), next.note() + " without its key", {400});
}

// Only the command line documents that the key may be left out, so 400 is right as well.
void no_key_and_the_installed_one_fits(Trial& trial) {
  const TestCertificate certificate = trial.valid();
  trial.install_sibling(certificate);
  const HttpAnswer answer = trial.put(certificate.with_key(std::nullopt));
  trial.expect_status(answer, {200, 400}, certificate.note() + " without a key");
  trial.observe(fmt::format("an update without a key is answered {}", answer.status));
  const auto held = held_of(trial.installed(), trial.name_text());
  trial.expect(held && equivalent(*held, certificate.installed()), "the installed pair stays",
               "it is gone or another one");
}

void still_works_after_rejections(Trial& trial) {
  for (int i = 0; i < 3; ++i) trial.rejects(trial.fixture("key/does-not-match"), {400});
  trial.accepts(trial.valid(1));
}

void rejects_name(Trial& trial, const std::string& name) {
  trial.rejects_body(trial.valid(1).with_name(name).body(trial.call()),
                     fmt::format("a valid certificate for the name '{}'", name), {403});
}

void with_blanks(Trial& trial) { rejects_name(trial, " " + trial.name_text() + " "); }

// Full width, which NFKC makes plain, and a Cyrillic letter, which only the eye takes for another.
void with_look_alikes(Trial& trial) {
  const std::string plain = trial.name_text();
  const std::string wide{'\xef', '\xbd', static_cast<char>('\x81' + (plain.front() - 'a'))};
  const auto rejects = [&](const std::string& name, const std::string& what) {
    trial.rejects_body(trial.valid(1).with_name(name).body(trial.call()),
                       "a valid certificate for a name with " + what, {403});
  };
  if (plain.front() <= 'o') rejects(wide + plain.substr(1), "a letter of full width");
  const auto at = plain.find_first_of("eo");
  if (at == std::string::npos) return;
  rejects(plain.substr(0, at) + (plain[at] == 'e' ? "\xd0\xb5" : "\xd0\xbe") + plain.substr(at + 1),
          "a Cyrillic letter");
}

// 400 is as good: some readers of JSON refuse the character.
void with_nul(Trial& trial) {
  trial.rejects_body(trial.valid(1).with_name(trial.name_text() + '\0' + "x").body(trial.call()),
                     "a valid certificate for a name with a NUL and more", {403, 400});
}

void a_path(Trial& trial) { rejects_name(trial, "../" + trial.name_text()); }

// Proves that 403 is not about the user: the same user's valid request got 200 a moment before.
void nothing_is_created(Trial& trial) {
  rejects_name(trial, "certdrill_no_such_name");
  trial.expect(!trial.installed().contains("certdrill_no_such_name"),
               "no certificate of the unknown name", "it is listed");
}

// 400 and 404 carry the same documented text, so either is right: which one came is recorded.
void only_a_key(Trial& trial) {
  const std::string what = "a private key in place of the certificate";
  const TestCertificate next = trial.valid(1);
  const Snapshot before = trial.with_valid_sibling();
  const HttpAnswer answer =
      trial.put_entry(to_json(next.with_certificate(next.made.key).entry()), what);
  trial.expect_status(answer, {404, 400}, what);
  trial.expect_unchanged(before, what);
  trial.observe(fmt::format("{} is answered {}", what, answer.status));
}

void stays_refused(Trial& trial) {
  trial.rejects(trial.fixture("expired/leaf"), {406});
  const HttpAnswer again = trial.put(trial.fixture("expired/leaf"));
  trial.expect_status(again, {406}, "the same expired certificate again");
}

void renewal_is_taken(Trial& trial) {
  trial.rejects(trial.fixture("expired/leaf"), {406});
  trial.accepts(trial.valid(1));
}

void says_that_it_expired(Trial& trial) {
  const HttpAnswer answer = trial.put(trial.fixture("expired/leaf"));
  trial.expect_status(answer, {406}, "an expired certificate");
  trial.expect_error_body(answer);
}

// With a certificate that would be taken, so that a server that still has the call shows it.
void is_not_there(Trial& trial, contract::UpdateCall call) {
  const auto known = trial.cluster().update(usual_call(trial.edition()), trial.valid().entry());
  if (!known || known->status != 200)
    trial.inconclusive("the edition's own call must answer 200 first");
  const Snapshot before = trial.snapshot();
  const TestCertificate other = trial.valid(1);
  const HttpAnswer answer =
      trial.send(trial.request("PUT", path_of(call), other.body(call)), other.note());
  trial.expect_status(answer, {404, 405}, "PUT " + path_of(call));
  trial.expect_unchanged(before, "a call that is not there");
}

}  // namespace refused_cases

void add_refused_cases(std::vector<Case>& into) {
  using namespace refused_cases;
  const Needs needs = changes_of(Subject::any);
  add_for_both_calls(
      {{"400/key-of-the-former-certificate", "A new certificate with the installed one's key.",
        contract::kInvalid, key_of_the_former},
       {"400/former-certificate-with-a-new-key", "The installed certificate with another key.",
        contract::kInvalid, certificate_of_the_former},
       {"400/no-key-and-the-installed-one-is-another",
        "Without a key, and the installed key is not the certificate's.", contract::kKeyOptional,
        no_key_and_the_installed_one_is_another, Level::should},
       {"200/no-key-and-the-installed-one-fits",
        "Without a key, and the installed key is the certificate's: 200 (or 400), and the key "
        "stays.",
        contract::kKeyOptional, no_key_and_the_installed_one_fits, Level::info},
       {"200/after-rejections", "Three rejected requests do not keep a valid one from being taken.",
        contract::kValidatedFirst, still_works_after_rejections, Level::must,
        changes_of(Subject::presented)}},
      into, needs);
  add_for_both_calls(
      {{"403/name-with-blanks", "The name with blanks around it.", contract::kUnknown, with_blanks},
       {"403/name-with-look-alikes", "The name with a letter that only looks right.",
        contract::kUnknown, with_look_alikes},
       {"403/name-with-nul", "The name, a NUL, and more behind it.", contract::kUnknown, with_nul},
       {"403/name-is-a-path", "A path that leads out of the store.", contract::kUnknown, a_path},
       {"403/nothing-is-created", "An unknown name does not appear in the read-back.",
        contract::kUnknown, nothing_is_created}},
      into, needs);
  add_for_both_calls({{"404/certificate-is-a-key", "The key in place of the certificate.",
                       contract::kNotFound, only_a_key}},
                     into, needs);
  add_for_both_calls(
      {{"406/stays-refused", "An expired certificate is refused a second time too.",
        contract::kExpired, stays_refused},
       {"200/renewal-after-expired", "After an expired one, its renewal is taken.",
        contract::kExpired, renewal_is_taken, Level::must, changes_of(Subject::presented)},
       {"406/has-the-documented-form", "406 comes with error_code and description.",
        contract::kErrorBody, says_that_it_expired}},
      into, needs);
  into.push_back(
      {.id = "editions/404/update-cert-is-gone",
       .checks = "Where update_cert was removed, it changes nothing.",
       .contract = std::string(contract::kEditions),
       .editions = contract::editions_of({contract::Edition::next}),
       .needs = changes_of(Subject::any),
       .run = [](Trial& trial) { is_not_there(trial, contract::UpdateCall::update_cert); }});
  into.push_back(
      {.id = "editions/404/successor-is-not-there-yet",
       .checks = "Before 7.22 the successor is unknown, and changes nothing.",
       .contract = std::string(contract::kEditions),
       .editions = contract::editions_of({contract::Edition::v7_8}),
       .needs = changes_of(Subject::any),
       .run = [](Trial& trial) { is_not_there(trial, contract::UpdateCall::certificates); }});
}

}  // namespace certdrill::conformance
