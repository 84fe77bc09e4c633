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

// What the documented strictness demands in the edition that has both calls: it names the case for
// good.
int usual_status(const Fixture& fixture, contract::UpdateCall call, certs::Strictness strictness) {
  return fixtures::expected(fixture, fixture.name, contract::Edition::v7_22, call, strictness)
      .status;
}

// Refused at every strictness, or at none: the status table. Refused from `documented` on: prose.
// Refused by `strict` alone: stated as a requirement, and nowhere as a reason to refuse, so only
// observed.
Level level_of(const Fixture& fixture, contract::UpdateCall call) {
  const int documented = usual_status(fixture, call, certs::Strictness::documented);
  if (documented != usual_status(fixture, call, certs::Strictness::lenient)) return Level::should;
  return documented == usual_status(fixture, call, certs::Strictness::strict) ? Level::must
                                                                              : Level::info;
}

std::string_view contract_of(int status) {
  switch (status) {
    case 400:
      return contract::kInvalid;
    case 403:
      return contract::kUnknown;
    case 404:
      return contract::kNotFound;
    case 406:
      return contract::kExpired;
    default:
      return contract::kReplaced;
  }
}

// 404 and 400 are one documented meaning, so either will do where 404 is expected.
std::vector<int> accepted_codes(int status) {
  return status == 404 ? std::vector{404, 400} : std::vector{status};
}

void install_sibling(Trial& trial, const Fixture& fixture) {
  trial.with_valid_sibling(trial.fixture(fixtures::sibling_of(fixture).id));
}

void must_be_accepted(Trial& trial, const Fixture& fixture) {
  if (fixture.needs_sibling_installed) install_sibling(trial, fixture);
  trial.accepts(trial.fixture(fixture.id));
}

void must_be_rejected(Trial& trial, const Fixture& fixture, int status) {
  const Snapshot before = trial.with_valid_sibling(trial.fixture(fixtures::sibling_of(fixture).id));
  const TestCertificate certificate = trial.fixture(fixture.id);
  const HttpAnswer answer = trial.put(certificate);
  trial.expect_status(answer, accepted_codes(status), certificate.note());
  trial.expect_unchanged(before, "the rejected request");
  if (answer.status >= 400) trial.expect_error_body(answer);
  if (status == 404) trial.observe(fmt::format("answered {}", answer.status));
}

// Either answer is right, and each must have its effect.
void may_be_rejected(Trial& trial, const Fixture& fixture) {
  const Snapshot before = trial.with_valid_sibling(trial.fixture(fixtures::sibling_of(fixture).id));
  const TestCertificate certificate = trial.fixture(fixture.id);
  const HttpAnswer answer = trial.put(certificate);
  trial.expect_status(answer, {200, 400}, certificate.note());
  trial.observe(fmt::format("{}: answered {}", fixture.sentence, answer.status));
  if (answer.status == 200) {
    trial.expect_reads_back(certificate);
  } else {
    trial.expect_unchanged(before, "the rejected request");
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
  Needs needs = changes_of(Subject::any);
  if (fixture.only_for_name) {
    needs.subject = Subject::named;
    needs.name = fixture.name;
  }
  return needs;
}

Case case_of(const Fixture& fixture, contract::UpdateCall call) {
  const int status = usual_status(fixture, call, certs::Strictness::documented);
  const Level level = level_of(fixture, call);
  const std::string topic = level == Level::info ? "observed" : std::to_string(status);
  return {fmt::format("{}/{}/{}", to_string(call), topic, claim_for(fixture)),
          level,
          fmt::format("{} {}", fixture.sentence, fixture.why),
          std::string(contract_of(status)),
          contract::endpoint_of(call).editions,
          needs_of(fixture),
          call,
          [&fixture](Trial& trial) { run_fixture(trial, fixture); }};
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
