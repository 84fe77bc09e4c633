#include "simulator/http/users.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace certdrill::simulator {
namespace {

using ::testing::HasSubstr;

const Users kUsers({{"admin", "se:cret", Role::admin}, {"viewer", "", Role::cluster_viewer}});

TEST(UsersTest, TheRightPasswordOpens) {
  const User* user = kUsers.authenticate("Basic YWRtaW46c2U6Y3JldA==");  // admin:se:cret
  ASSERT_NE(user, nullptr);
  EXPECT_EQ(user->role, Role::admin);
  EXPECT_NE(kUsers.authenticate("basic dmlld2VyOg=="), nullptr)
      << "the scheme is case-insensitive (RFC 7235)";
}

TEST(UsersTest, BlanksAfterTheSchemeDoNotMatter) {
  EXPECT_NE(kUsers.authenticate("Basic   YWRtaW46c2U6Y3JldA=="), nullptr) << "RFC 9110 11.4";
  EXPECT_EQ(kUsers.authenticate("Basic   "), nullptr);
}

TEST(UsersTest, AnythingElseDoesNot) {
  for (const char* header : {"", "Basic", "Basic ", "Bearer YWRtaW46c2U6Y3JldA==", "Basic YWRtaW4=",
                             "Basic !!!!", "Basic YWRtaW46c2U6Y3Jl", "Basic bm9ib2R5Ong=",
                             "Basic YWRtaW46c2U6Y3JldA=="
                             "AAAA"}) {
    EXPECT_EQ(kUsers.authenticate(header), nullptr) << header;
  }
}

TEST(UsersTest, OnlyTheAdministratorMayUpdateTheCluster) {
  for (const auto role : {Role::cluster_member, Role::cluster_viewer, Role::db_member,
                          Role::db_viewer, Role::user_manager}) {
    EXPECT_TRUE(permits(role, contract::Permission::view_cluster_info)) << to_string(role);
    EXPECT_FALSE(permits(role, contract::Permission::update_cluster)) << to_string(role);
  }
  EXPECT_TRUE(permits(Role::admin, contract::Permission::update_cluster));
  EXPECT_FALSE(permits(Role::none, contract::Permission::view_nodes));
}

TEST(UsersTest, AFileWithAMistakeIsRefusedWithItsPlace) {
  EXPECT_THAT(parse_users("{}").error(), HasSubstr("JSON array"));
  EXPECT_THAT(parse_users(std::string("[]\0junk", 7)).error(), HasSubstr("NUL"));
  EXPECT_THAT(parse_users(R"([{"username": "a", "password": "b"}])").error(),
              HasSubstr("'role' is missing"));
  EXPECT_THAT(parse_users(R"([{"user": "a"}])").error(), HasSubstr("did you mean 'username'"));
  EXPECT_THAT(parse_users(R"([{"username": "a:b", "password": "b", "role": "admin"}])").error(),
              HasSubstr("':'"));
  EXPECT_THAT(parse_users(R"([{"username":"a","password":"b","role":"admin"},
                              {"username":"a","password":"c","role":"none"}])")
                  .error(),
              HasSubstr("user 2: the username 'a' is used twice"));
}

}  // namespace
}  // namespace certdrill::simulator
