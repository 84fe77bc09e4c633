#include "conformance/cases/cases.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>

#include "conformance/run/trial.h"
#include "contract/endpoints.h"
#include "tests/support/temporary_folder.h"

namespace certdrill::conformance {
namespace {

using ::testing::HasSubstr;

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

TEST(ExpectedFailures, ReadsGlobsWithReasons) {
  const support::TemporaryFolder folder;
  const auto list = read_expected_failures(
      folder.write("known", "# ours\n\nupdate_cert/406/*: ticket 7: until the upgrade\n"));
  ASSERT_TRUE(list.has_value()) << list.error();
  const ExpectedFailure* found = find_expected(*list, "update_cert/406/expired-leaf");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->reason, "ticket 7: until the upgrade");
  EXPECT_EQ(find_expected(*list, "update_cert/409/retry-converges"), nullptr);
}

TEST(ExpectedFailures, AReasonIsRequired) {
  const support::TemporaryFolder folder;
  EXPECT_THAT(read_expected_failures(folder.write("known", "\nread/*\n")).error(),
              HasSubstr("known:2:"));
  EXPECT_FALSE(read_expected_failures(folder.write("known", "read/*:  \n")).has_value());
  EXPECT_FALSE(read_expected_failures(folder.path().string()).has_value()) << "a folder";
  EXPECT_FALSE(read_expected_failures("/no/such/file").has_value());
}

TEST(Glob, Matches) {
  EXPECT_TRUE(glob_matches("*", ""));
  EXPECT_TRUE(glob_matches("update_cert/409/*", "update_cert/409/retry-converges"));
  EXPECT_TRUE(glob_matches("*/409/*", "update_cert/409/retry-converges"));
  EXPECT_TRUE(glob_matches("a*b*c", "a-b-b-c"));
  EXPECT_TRUE(glob_matches("a?c", "abc"));
}

TEST(Glob, DoesNotMatch) {
  EXPECT_FALSE(glob_matches("", "a"));
  EXPECT_FALSE(glob_matches("update_cert/40?/*", "update_cert/200/x"));
  EXPECT_FALSE(glob_matches("a*b", "a-b-c"));
  EXPECT_FALSE(glob_matches("a?", "a"));
}

}  // namespace
}  // namespace certdrill::conformance
