#include "conformance/address.h"

#include <gmock/gmock.h>

namespace certdrill::conformance {
namespace {

TEST(Address, ReadsUrls) {
  EXPECT_EQ(parse_address("https://a.test:9443/"), (Address{"https", "a.test", 9443}));
  EXPECT_EQ(parse_address("HTTPS://a.test"), (Address{"https", "a.test", 9443}));
  EXPECT_EQ(parse_address("http://a.test"), (Address{"http", "a.test", 8080}));
  EXPECT_EQ(parse_address("rediss://[::1]:12000"), (Address{"rediss", "::1", 12000}));
}

TEST(Address, WritesWhatItReads) {
  for (const char* url : {"https://a.test:9443", "rediss://[::1]:12000"}) {
    EXPECT_EQ(to_string(*parse_address(url)), url);
  }
}

TEST(Address, RefusesTheRest) {
  for (const char* url :
       {"", "a.test:9443", "ftp://a.test", "https://", "https://a:0", "https://a:65536",
        "https://a:9x", "https://a/v1", "https://[::1", "rediss://a"}) {
    EXPECT_FALSE(parse_address(url).has_value()) << url;
  }
}

TEST(Address, NeverRepeatsAPassword) {
  EXPECT_THAT(parse_address("https://user:hunter2@a.test").error(),
              ::testing::Not(::testing::HasSubstr("hunter2")));
}

}  // namespace
}  // namespace certdrill::conformance
