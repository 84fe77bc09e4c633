// Every fixture of the catalogue, through both calls: the codes in all the ways that the fixtures
// offer.
#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "conformance/cases/cases.h"
#include "conformance/run/trial.h"
#include "contract/sentences.h"
#include "fixtures/catalogue/catalogue.h"

namespace certdrill::conformance {
namespace fixtures_cases {

using fixtures::Fixture;

// Not for a cluster whose clock goes on: true for one second only. And one that a case of its own
// judges.
constexpr std::array kLeftOut{"valid/first-second", "valid/last-second", "expired/one-second-ago",
                              "not-yet-valid/one-second-ahead", "request/unknown-property"};

// Not for --quick: another fixture of the group differs in nothing that a cluster is likely to tell apart.
constexpr auto kAlike = std::to_array<std::string_view>({
    "valid/four-levels",
    "valid/rsa3072",
    "valid/p384",
    "valid/sha384",
    "valid/sha512",
    "valid/pkcs8-key",
    "valid/ip-names",
    "valid/fifty-names",
    "valid/blank-lines",
    "expired/root",
    "expired/far-past",
    "expired/end-before-start",
    "not-yet-valid/far-future",
    "key/other-type",
    "key/encrypted-traditional",
    "key/not-base64",
    "key/certificate-instead",
    "key/rsa512",
    "key/bare-base64",
    "key/file-reference",
    "key/parameters-only",
    "chain/root-in-the-middle",
    "chain/root-first",
    "chain/unrelated-between",
    "chain/duplicate-leaf",
    "chain/no-basic-constraints",
    "chain/hundred-levels",
    "usages/no-internal-names",
    "usages/other-common-name",
    "usages/no-key-encipherment",
    "usages/no-key-usage",
    "usages/md5",
    "damaged/blank",
    "damaged/bare-base64",
    "damaged/base64-of-pem",
    "damaged/utf-16",
    "damaged/request-instead",
    "damaged/crl-instead",
    "damaged/pkcs7-instead",
    "damaged/header-only",
    "damaged/truncated-root",
    "damaged/not-base64",
    "damaged/wrong-label",
    "damaged/megabyte",
    "damaged/garbage-key-usage",
    "damaged/garbage-extended-key-usage",
    "damaged/garbage-basic-constraints",
    "damaged/garbage-subject-key-identifier",
    "damaged/garbage-authority-key-identifier",
    "damaged/garbage-crl-distribution-points",
    "damaged/garbage-certificate-policies",
    "damaged/time-with-offset",
    "damaged/time-with-fraction",
    "chain/duplicate-self-signed",
    "chain/ca-rsa-pss1024",
    "chain/ca-p192",
    "chain/ca-dsa1024",
    "request/truncated",
    "request/name-empty",
});

// Long chains show whether the ports present them whole.
constexpr std::array kSeenOnPorts{"valid/leaf-intermediate-root", "valid/p256"};

// Where the verdict is certdrill's reading and no sentence of the vendor's: observed, and shown what
// this cluster does. The ids keep the code that certdrill's own simulator answers, if only when strict.
struct Reading {
  std::string_view fixture;
  std::string_view silence;  // what no source says
};

constexpr auto kReadings = std::to_array<Reading>({
    {"chain/duplicate", "that a certificate may not stand twice in a chain"},
    {"chain/duplicate-leaf", "that a certificate may not stand twice in a chain"},
    {"chain/trusted-ca-twice", "that a trust anchor may not be given twice"},
    {"chain/duplicate-root", "that a certificate may not stand twice in a chain"},
    {"chain/duplicate-self-signed", "that a certificate may not stand twice in a chain"},
    {"chain/loop", "what becomes of a chain whose end leads back into it"},
    {"chain/hundred-levels", "how long a chain may be"},
    {"chain/no-cert-sign", "that the issuers' key usage is looked at"},
    {"damaged/key-among-certificates", "that a key may not stand among the certificates"},
    {"damaged/wrong-version", "that a certificate's version is looked at"},
    {"key/altered", "that a private key is checked beyond its public part"},
    {"key/two-keys", "that a second key may not stand beside the first"},
    {"key/dsa", "which kinds of keys are refused"},
    {"key/rsa512", "that short keys are refused; 2048 bits are a requirement, not a check"},
    {"key/rsa1024", "that short keys are refused; 2048 bits are a requirement, not a check"},
    {"key/internode-p256",
     "that other keys than RSA are refused; they might prevent it from working"},
    {"request/duplicate-key", "what becomes of a JSON object that has a key twice"},
    {"usages/critical-extension", "that unknown critical extensions are refused"},
    {"usages/md5", "that MD5 is refused; SHA-256 or SHA-512 is a requirement, not a check"},
    {"usages/sha1", "that SHA-1 is refused; it may be blocked"},
    {"expired/cross-signed-root", "what becomes of a certificate that no client needs"},
    {"valid/p521", "which elliptic curves are accepted"},
    {"valid/ed448", "which kinds of keys are accepted"},
    {"valid/rsa-pss", "which kinds of keys are accepted"},
    {"valid/rsa-three-primes", "which kinds of keys are accepted"},
    {"valid/root-version-1", "what a root must be made like"},
    {"valid/root-without-basic-constraints", "what a root must be made like"},
    {"valid/name-constraints", "that name constraints are accepted"},
    {"valid/cross-signed-root", "that a chain may end with a cross-signed root"},
    {"valid/renewed-without-key", "that the API's key is optional; only the command line's is"},
});

// The same, for all that are refused for one reason.
struct ReadingOfDefect {
  certs::DefectId defect;
  std::string_view silence;
};

constexpr auto kReadingsOfDefects = std::to_array<ReadingOfDefect>({
    {certs::DefectId::certificate_not_der, "that BER is refused"},
    {certs::DefectId::certificate_bad_extension, "that broken extensions are refused"},
    {certs::DefectId::certificate_bad_time, "that odd forms of times are refused"},
    {certs::DefectId::chain_same_holder, "that a chain may not hold a cross-signed root, too"},
    {certs::DefectId::chain_key_identifier, "that key identifiers are looked at"},
    {certs::DefectId::chain_name_constraints, "that name constraints are looked at"},
    {certs::DefectId::chain_refused, "that OpenSSL's verifier has the last word"},
    {certs::DefectId::key_too_small, "that short keys of CAs are refused"},
    {certs::DefectId::key_unsupported, "which kinds of keys are refused"},
});

// What no source says of this fixture; empty where one does.
std::string_view silence_about(const Fixture& fixture) {
  const auto found = std::ranges::find(kReadings, fixture.id, &Reading::fixture);
  if (found != kReadings.end()) return found->silence;
  if (fixture.rejections.empty()) return "";
  const auto reason = std::ranges::find(kReadingsOfDefects, fixture.rejections.front().defect,
                                        &ReadingOfDefect::defect);
  return reason == kReadingsOfDefects.end() ? "" : reason->silence;
}

// What the documented strictness demands in the edition that has both calls: it names the case for
// good.
int usual_status(const Fixture& fixture, contract::UpdateCall call, certs::Strictness strictness) {
  return fixtures::expected(fixture, fixture.name, contract::Edition::v7_22, call, strictness)
      .status;
}

// Chains that OpenSSL refuses, and no sentence of the vendor's.
bool rests_on_rfc_5280(const Fixture& fixture) {
  constexpr std::array defects{certs::DefectId::chain_issuer_not_ca,
                               certs::DefectId::chain_path_length};
  return !fixture.rejections.empty() &&
         std::ranges::find(defects, fixture.rejections.front().defect) != defects.end();
}

// Refused at every strictness, or at none: the status table. Refused from `documented` on: prose.
// Refused by `strict` alone: stated as a requirement, and nowhere as a reason to refuse, so only
// observed.
Level level_of(const Fixture& fixture, contract::UpdateCall call) {
  const int documented = usual_status(fixture, call, certs::Strictness::documented);
  if (documented != usual_status(fixture, call, certs::Strictness::lenient)) return Level::should;
  if (documented == 400 && rests_on_rfc_5280(fixture)) return Level::should;
  return documented == usual_status(fixture, call, certs::Strictness::strict) ? Level::must
                                                                              : Level::info;
}

std::string_view contract_of(int status) {
  switch (status) {
    case 400: return contract::kInvalid;
    case 403: return contract::kUnknown;
    case 404: return contract::kNotFound;
    case 406: return contract::kExpired;
    default: return contract::kReplaced;
  }
}

// 404 and 400 have one documented meaning, "invalid certificate", and nothing says which of them
// comes when. Of the successor 404 is documented nowhere; where there is no certificate to look at
// it is taken all the same, and told.
std::vector<int> accepted_codes(const Trial& trial, const Fixture& fixture, int status) {
  const bool either = (trial.call() == contract::UpdateCall::update_cert &&
                       contract::rules_of(trial.edition()).answers_404) ||
                      fixture.id.starts_with("damaged/");
  return (status == 404 || status == 400) && either ? std::vector{400, 404} : std::vector{status};
}

void install_sibling(Trial& trial, const Fixture& fixture) {
  trial.install_sibling(trial.fixture(fixtures::sibling_of(fixture).id));
}

void must_be_accepted(Trial& trial, const Fixture& fixture) {
  if (fixture.needs_sibling_installed) install_sibling(trial, fixture);
  trial.accepts(trial.fixture(fixture.id));
}

void must_be_rejected(Trial& trial, const Fixture& fixture, int status) {
  const Snapshot before = trial.with_valid_sibling(trial.fixture(fixtures::sibling_of(fixture).id));
  const TestCertificate certificate = trial.fixture(fixture.id);
  const HttpAnswer answer = trial.put(certificate);
  trial.expect_status(answer, accepted_codes(trial, fixture, status), certificate.note());
  trial.expect_unchanged(before, "the rejected request");
  if (answer.status >= 400) trial.expect_error_body(answer);
  if (answer.status == 404 || status == 404)
    trial.observe(fmt::format("answered {}", answer.status));
}

// Either answer is right, and each must have its effect.
void may_be_rejected(Trial& trial, const Fixture& fixture) {
  const Snapshot before = trial.with_valid_sibling(trial.fixture(fixtures::sibling_of(fixture).id));
  const TestCertificate certificate = trial.fixture(fixture.id);
  const HttpAnswer answer = trial.put(certificate);
  const int refused =
      usual_status(fixture, trial.call(), certs::Strictness::documented) == 406 ? 406 : 400;
  trial.expect_status(answer, {200, refused}, certificate.note());
  trial.observe(fmt::format("{}: answered {}", fixture.sentence, answer.status));
  const bool holds_one_twice = !fixture.rejections.empty() && fixture.rejections.front().defect ==
                                                                  certs::DefectId::chain_duplicate;
  if (answer.status != 200) {
    trial.expect_unchanged(before, "the rejected request");
  } else if (!holds_one_twice) {  // of those a cluster may keep one
    trial.expect_reads_back(certificate);
  }
}

void run_fixture(Trial& trial, const Fixture& fixture) {
  const fixtures::Expectation expected = fixtures::expected(
      fixture, trial.name(), trial.edition(), trial.call(), trial.session().options.strictness);
  if (trial.result().level == Level::info) {
    may_be_rejected(trial, fixture);
  } else if (expected.status == 200) {
    must_be_accepted(trial, fixture);
  } else {
    must_be_rejected(trial, fixture, expected.status);
  }
}

std::string claim_for(const Fixture& fixture) {
  std::string claim(fixture.id);
  std::ranges::replace(claim, '/', '-');
  return claim;
}

Needs needs_of(const Fixture& fixture) {
  const bool seen = std::ranges::find(kSeenOnPorts, fixture.id) != kSeenOnPorts.end();
  Needs needs = changes_of(seen ? Subject::seen : Subject::any);
  if (fixture.only_for_name) {
    needs.subject = Subject::named;
    needs.name = fixture.name;
  }
  return needs;
}

Case case_of(const Fixture& fixture, contract::UpdateCall call) {
  const int status = usual_status(fixture, call, certs::Strictness::documented);
  const Level level = level_of(fixture, call);
  const std::string_view silence = silence_about(fixture);
  const int refused =
      status == 200 ? usual_status(fixture, call, certs::Strictness::strict) : status;
  // An id stays when a reading becomes milder: it names the code of those who refuse.
  const bool refused_by_some = !silence.empty() && !fixture.valid();
  const std::string topic = refused_by_some        ? std::to_string(refused)
                            : level == Level::info ? "observed"
                                                   : std::to_string(status);
  return {fmt::format("{}/{}/{}", to_string(call), topic, claim_for(fixture)),
          silence.empty() ? level : Level::info,
          fmt::format("{} {}", fixture.sentence, fixture.why),
          silence.empty() ? std::string(contract_of(status))
                          : fmt::format("No source says {}.", silence),
          contract::endpoint_of(call).editions,
          needs_of(fixture),
          call,
          [&fixture](Trial& trial) { run_fixture(trial, fixture); },
          std::ranges::find(kAlike, fixture.id) != kAlike.end()};
}

}  // namespace fixtures_cases

void add_fixture_cases(std::vector<Case>& into) {
  using namespace fixtures_cases;
  for (const contract::UpdateCall call :
       {contract::UpdateCall::update_cert, contract::UpdateCall::certificates}) {
    for (const Fixture& fixture : fixtures::catalogue()) {
      if (std::ranges::find(kLeftOut, fixture.id) == kLeftOut.end())
        into.push_back(case_of(fixture, call));
    }
  }
}

}  // namespace certdrill::conformance
