#include "simulator/http/users.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "certs/read/text.h"
#include "contract/nearest_name.h"
#include "simulator/http/strict_json.h"

namespace certdrill::simulator {
namespace {

constexpr std::array<std::string_view, 7> kRoleNames{
    "admin", "cluster_member", "cluster_viewer", "db_member", "db_viewer", "user_manager", "none"};
constexpr std::array<std::string_view, 3> kUserFields{"username", "password", "role"};

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  std::string out(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  out.resize(static_cast<std::size_t>(size) - padding);
  return out;
}

tl::expected<User, std::string> parse_user(const nlohmann::json& entry, std::size_t index) {
  const auto where = fmt::format("user {}: ", index + 1);
  if (!entry.is_object())
    return tl::unexpected(where + "must be an object with username, password and role");
  for (const auto& [key, value] : entry.items()) {
    if (std::ranges::find(kUserFields, key) == kUserFields.end()) {
      return tl::unexpected(fmt::format("{}unknown key '{}'{}", where, certs::printable(key),
                                        contract::did_you_mean(key, kUserFields)));
    }
    if (!value.is_string())
      return tl::unexpected(fmt::format("{}'{}' must be a string", where, certs::printable(key)));
  }
  for (const std::string_view field : kUserFields) {
    if (!entry.contains(field))
      return tl::unexpected(fmt::format("{}'{}' is missing", where, field));
  }
  User user{entry["username"].get<std::string>(), entry["password"].get<std::string>(), Role::none};
  const auto role_text = entry["role"].get<std::string>();
  if (user.username.empty() || user.username.find(':') != std::string::npos) {
    return tl::unexpected(where + "the username must not be empty and not contain ':' (RFC 7617)");
  }
  const auto role = find_role(role_text);
  if (!role) {
    return tl::unexpected(
        fmt::format("{}unknown role '{}'{}; roles are {}", where, certs::printable(role_text),
                    contract::did_you_mean(role_text, kRoleNames), fmt::join(kRoleNames, ", ")));
  }
  user.role = *role;
  return user;
}

}  // namespace

bool same_in_constant_time(std::string_view given, std::string_view expected) {
  return given.size() == expected.size() &&
         CRYPTO_memcmp(given.data(), expected.data(), given.size()) == 0;
}

std::optional<Role> find_role(std::string_view text) {
  const auto* found = std::ranges::find(kRoleNames, text);
  if (found == kRoleNames.end()) return std::nullopt;
  return static_cast<Role>(found - kRoleNames.begin());
}

std::string_view to_string(Role role) { return kRoleNames[static_cast<std::size_t>(role)]; }

bool permits(Role role, contract::Permission permission) {
  if (role == Role::admin) return true;
  if (role == Role::none) return false;
  return permission != contract::Permission::update_cluster;
}

const User* Users::authenticate(std::string_view authorization) const {
  constexpr std::string_view kScheme = "basic ";
  if (authorization.size() <= kScheme.size()) return nullptr;
  const bool basic =
      std::equal(kScheme.begin(), kScheme.end(), authorization.begin(),
                 [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b); });
  if (!basic) return nullptr;
  // RFC 9110 11.4: one blank or more.
  const auto begin = authorization.find_first_not_of(' ', kScheme.size());
  if (begin == std::string_view::npos) return nullptr;
  const auto decoded = decode_base64(authorization.substr(begin));
  if (!decoded) return nullptr;
  const auto colon = decoded->find(':');
  if (colon == std::string::npos) return nullptr;
  const std::string_view username = std::string_view(*decoded).substr(0, colon);
  const std::string_view password = std::string_view(*decoded).substr(colon + 1);
  const auto user = std::ranges::find(users_, username, &User::username);
  if (user == users_.end() || !same_in_constant_time(password, user->password)) return nullptr;
  return &*user;
}

tl::expected<std::vector<User>, std::string> parse_users(std::string_view json_text) {
  const auto parsed = parse_json(json_text);
  if (!parsed) return tl::unexpected(parsed.error());
  const auto& json = *parsed;
  if (!json.is_array()) {
    return tl::unexpected(std::string("must be a JSON array of {username, password, role}"));
  }
  std::vector<User> users;
  std::set<std::string> names;
  for (std::size_t i = 0; i < json.size(); ++i) {
    auto user = parse_user(json[i], i);
    if (!user) return tl::unexpected(user.error());
    if (!names.insert(user->username).second) {
      return tl::unexpected(
          fmt::format("user {}: the username '{}' is used twice", i + 1, user->username));
    }
    users.push_back(std::move(*user));
  }
  return users;
}

}  // namespace certdrill::simulator
