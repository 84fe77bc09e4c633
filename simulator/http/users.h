// Who may do what: users with a role each, and what each documented role permits.
//
// Passwords are compared in constant time and never leave this file in any text.
// Thread safety: immutable after construction.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "contract/endpoints.h"

namespace certdrill::simulator {

enum class Role { admin, cluster_member, cluster_viewer, db_member, db_viewer, user_manager, none };

// Of secrets: only the length may be learnt from the time that this takes.
bool same_in_constant_time(std::string_view given, std::string_view expected);

std::optional<Role> find_role(std::string_view text);
std::string_view to_string(Role role);
bool permits(Role role, contract::Permission permission);

struct User {
  std::string username;
  std::string password;
  Role role = Role::none;
};

class Users {
 public:
  // REQUIRES: no two users share a username.
  explicit Users(std::vector<User> users) : users_(std::move(users)) {}

  // The user behind an HTTP Authorization header's value ("Basic ..."), or nullptr when the header
  // is malformed, the user unknown, or the password wrong.
  const User* authenticate(std::string_view authorization) const;

 private:
  std::vector<User> users_;
};

// Reads a JSON array of {"username", "password", "role"}. The error names the entry and what is
// wrong with it.
tl::expected<std::vector<User>, std::string> parse_users(std::string_view json_text);

}  // namespace certdrill::simulator
