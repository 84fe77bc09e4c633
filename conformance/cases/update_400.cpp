// Pairs that do not belong together: what the fixtures, each one certificate, cannot show alone.
#include "conformance/cases/cases.h"
#include "conformance/trial.h"
#include "contract/sentences.h"

namespace certdrill::conformance {
namespace {

// The new certificate with the installed one's key: a mix-up that a server must see.
void key_of_the_former(Trial& trial) {
  const TestCertificate former = trial.fixture("valid/p256");
  TestCertificate next = trial.valid(1);
  const Snapshot before = trial.with_valid_sibling(former);
  next.made.key = former.made.key;
  next.made.entry.reset();
  trial.rejected_after(before, next.body(trial.call()), next.note() + " with the former key",
                       {400});
}

void certificate_of_the_former(Trial& trial) {
  const TestCertificate former = trial.fixture("valid/p256");
  TestCertificate next = trial.valid(1);
  const Snapshot before = trial.with_valid_sibling(former);
  next.made.certificate = former.made.certificate;
  next.made.entry.reset();
  trial.rejected_after(before, next.body(trial.call()), "the former certificate with a new key",
                       {400});
}

// Without a key the installed one must match.
void no_key_and_the_installed_one_is_another(Trial& trial) {
  const Snapshot before = trial.with_valid_sibling(trial.fixture("valid/p256"));
  TestCertificate next = trial.valid(1);
  next.made.key.reset();
  next.made.entry.reset();
  trial.rejected_after(before, next.body(trial.call()), next.note() + " without its key", {400});
}

void no_key_and_the_installed_one_fits(Trial& trial) {
  TestCertificate certificate = trial.valid();
  trial.with_valid_sibling(certificate);
  certificate.made.key.reset();
  certificate.made.entry.reset();
  const HttpAnswer answer = trial.put(certificate);
  trial.expect_status(answer, {200}, certificate.note() + " without a key");
  const auto held = held_of(trial.installed(), trial.name_text());
  trial.expect(held && held->key == trial.valid().made.key, "the installed key stays",
               "it is gone or another one");
}

void still_works_after_rejections(Trial& trial) {
  for (int i = 0; i < 3; ++i) trial.rejects(trial.fixture("key/does-not-match"), {400});
  trial.accepts(trial.valid(1));
}

}  // namespace

void add_update_400_cases(std::vector<Case>& into) {
  const Needs needs = changes_of(Subject::any);
  add_for_both_calls(
      {{"400/key-of-the-former-certificate", Level::must,
        "A new certificate with the installed one's key.", contract::kInvalid, needs,
        key_of_the_former},
       {"400/former-certificate-with-a-new-key", Level::must,
        "The installed certificate with another key.", contract::kInvalid, needs,
        certificate_of_the_former},
       {"400/no-key-and-the-installed-one-is-another", Level::must,
        "Without a key, and the installed key is not the certificate's.", contract::kKeyOptional,
        needs, no_key_and_the_installed_one_is_another},
       {"200/no-key-and-the-installed-one-fits", Level::should,
        "Without a key, and the installed key is the certificate's: 200, and the key stays.",
        contract::kKeyOptional, needs, no_key_and_the_installed_one_fits},
       {"200/after-rejections", Level::must,
        "Three rejected requests do not keep a valid one from being taken.",
        contract::kValidatedFirst, changes_of(Subject::presented), still_works_after_rejections}},
      into);
}

}  // namespace certdrill::conformance
