#include "conformance/exchange.h"

#include <gmock/gmock.h>

namespace certdrill::conformance {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Exchange example() {
  Exchange exchange;
  exchange.address = {"https", "cluster.test", 9443};
  exchange.request.method = "PUT";
  exchange.request.path = "/v1/cluster/update_cert";
  exchange.request.credentials = Credentials{"admin", "hunter2"};
  exchange.request.body = R"({"name": "it's"})";
  return exchange;
}

TEST(Exchange, PasswordsAreVariables) {
  const std::string command = curl_command(example(), {}, "");
  EXPECT_THAT(command, HasSubstr("$CERTDRILL_USERNAME:$CERTDRILL_PASSWORD"));
  EXPECT_THAT(command, Not(HasSubstr("hunter2")));
  EXPECT_THAT(curl_command(example(), {}, "admin"), HasSubstr("$CERTDRILL_VIEWER_PASSWORD"));
}

TEST(Exchange, BodiesAreQuotedForTheShell) {
  EXPECT_THAT(curl_command(example(), {}, ""), HasSubstr(R"('{"name": "it'\''s"}')"));
}

TEST(Exchange, BodiesWithKeysAreNamedByTheirFixture) {
  Exchange exchange = example();
  exchange.request.body = "-----BEGIN PRIVATE KEY-----";
  exchange.body_note = "fixture expired/leaf for proxy";
  const std::string command = curl_command(exchange, {}, "");
  EXPECT_THAT(command, HasSubstr("expired/leaf"));
  EXPECT_THAT(command, Not(HasSubstr("PRIVATE KEY")));
}

}  // namespace
}  // namespace certdrill::conformance
