// The page as it is served; what it does in a browser is tested in tests/room/.
#include <regex>

#include <gmock/gmock.h>

#include "tests/support/running_simulator.h"

namespace certdrill::simulator {
namespace {

using support::RunningSimulator;
using ::testing::HasSubstr;
using ::testing::Not;

class PageTest : public RunningSimulator {
 protected:
  httplib::Result page(const httplib::Headers& headers = {}) {
    return control().http().Get("/", headers);
  }
};

TEST_F(PageTest, IsOnePageThatAllowsNothingForeign) {
  start();
  const auto result = page();
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->get_header_value("Content-Type"), "text/html; charset=utf-8");
  const auto policy = result->get_header_value("Content-Security-Policy");
  EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_TRUE(std::regex_search(
      policy, std::regex("script-src 'sha256-[A-Za-z0-9+/]{43}='; style-src 'sha256-")))
      << policy;
}

// The policy's digests are of the first ones alone.
TEST_F(PageTest, HasOneScriptAndOneStyleAndLoadsNothing) {
  start();
  const auto body = page()->body;
  const auto count = [&](const std::string& pattern) {
    const std::regex regex(pattern, std::regex::icase);
    return std::distance(std::sregex_iterator(body.begin(), body.end(), regex), {});
  };
  EXPECT_EQ(count("<script"), 1);
  EXPECT_EQ(count("<style"), 1);
  EXPECT_EQ(count("https?://(?!www\\.w3\\.org/2000/svg)"), 0) << "nothing comes from elsewhere";
  EXPECT_EQ(count("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|DOMParser"), 0)
      << "what the cluster says goes into the page as text";
}

TEST_F(PageTest, NeedsNoTokenButAllThatItAsksForDoes) {
  start({.control = {"127.0.0.1", "s3cret-token"}});
  EXPECT_EQ(page()->status, 200);
  EXPECT_THAT(page()->body, Not(HasSubstr("s3cret")));
  EXPECT_EQ(control().http().Post("/")->status, 401) << "nothing but the page is open";
  EXPECT_EQ(control().http().Get("/sim/v1/cluster")->status, 401);
}

TEST_F(PageTest, IsRefusedToAForeignPageAndBehindAForeignName) {
  start();
  EXPECT_EQ(page({{"Origin", "http://evil.example"}})->status, 403);
  EXPECT_EQ(page({{"Host", "evil.example"}})->status, 403);
}

}  // namespace
}  // namespace certdrill::simulator
