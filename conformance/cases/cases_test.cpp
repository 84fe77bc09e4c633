#include "conformance/cases/cases.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>

#include "conformance/run/selection.h"
#include "conformance/run/trial.h"
#include "contract/endpoints.h"

namespace certdrill::conformance {
namespace {

TEST(CaseRegistry, IdsAreUniqueAndReadable) {
  std::set<std::string> seen;
  for (const Case& one : all_cases()) {
    EXPECT_TRUE(seen.insert(one.id).second) << one.id << " is there twice";
    EXPECT_EQ(std::ranges::count(one.id, '/'), 2) << one.id;
    EXPECT_EQ(one.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_/"),
              std::string::npos)
        << one.id;
  }
  EXPECT_GE(seen.size(), 60U);
}

TEST(CaseRegistry, EveryCaseSaysWhatItChecksAndWhy) {
  for (const Case& one : all_cases()) {
    EXPECT_FALSE(one.checks.empty()) << one.id;
    EXPECT_FALSE(one.contract.empty()) << one.id;
    EXPECT_NE(one.editions.bits, 0) << one.id << " holds for no edition";
    EXPECT_NE(one.run, nullptr) << one.id;
  }
}

// Without --allow-changes only GETs may be sent, so a case that names a subject must say that it
// changes it.
TEST(CaseRegistry, WhatHasASubjectChangesIt) {
  for (const Case& one : all_cases()) {
    const bool touches = one.needs.subject != Subject::none || one.needs.injector;
    EXPECT_TRUE(one.needs.changes || !touches) << one.id;
  }
}

TEST(CaseRegistry, EveryDocumentedCodeButServerErrorsHasCases) {
  const std::vector<Case> cases = all_cases();
  for (const contract::Endpoint& endpoint : contract::endpoints()) {
    for (const contract::DocumentedCode& code : endpoint.codes) {
      if (code.status == 500) continue;
      const std::string prefix =
          std::string(endpoint.short_name) + "/" + std::to_string(code.status) + "/";
      EXPECT_TRUE(std::ranges::any_of(cases, [&](const Case& one) {
        return one.id.starts_with(prefix);
      })) << prefix;
    }
  }
}

TEST(CaseRegistry, FiltersByGlobAndLevel) {
  Options options;
  options.filters = {"update_cert/409/*", "read/*"};
  options.levels = {Level::must};
  const auto cases = select(all_cases(), options);
  EXPECT_FALSE(cases.empty());
  for (const Case& one : cases) {
    EXPECT_TRUE(one.id.starts_with("update_cert/409/") || one.id.starts_with("read/")) << one.id;
    EXPECT_EQ(one.level, Level::must);
  }
  options.filters = {"no-such-case"};
  EXPECT_TRUE(select(all_cases(), options).empty());
}

}  // namespace
}  // namespace certdrill::conformance
