#include "simulator/rest_api/rest_api.h"

#include <algorithm>
#include <cctype>

namespace certdrill::simulator {
namespace {

struct Found {
  const Route* route = nullptr;  // null: no such method on this path
  std::string_view parameter;
  bool path_known = false;
  std::string allowed;  // methods of the path, for a 405
};

Found find_route(const Call& call, const contract::EditionRules& edition) {
  Found found;
  for (const Route& route : routes()) {
    if (!route.endpoint->editions.contains(edition.edition)) continue;
    const auto parameter = contract::match_path(route.endpoint->path, call.path);
    if (!parameter) continue;
    found.path_known = true;
    if (route.endpoint->method == call.method) {
      found.route = &route;
      found.parameter = *parameter;
      return found;
    }
    found.allowed += (found.allowed.empty() ? "" : ", ") + std::string(route.endpoint->method);
  }
  return found;
}

// RFC 9110 8.3.1: type and subtype are case-insensitive; parameters such as charset may follow.
bool is_json(std::string_view content_type) {
  const auto type = content_type.substr(0, content_type.find_first_of("; "));
  constexpr std::string_view kJson = "application/json";
  return std::ranges::equal(type, kJson,
                            [](unsigned char a, char b) { return std::tolower(a) == b; });
}

Answer unknown_uri(const Call& call, const contract::EditionRules& edition) {
  std::string description =
      "There is no " + std::string(call.path) + " in edition " + std::string(edition.name) + ".";
  for (const Route& route : routes()) {
    if (route.endpoint->editions.contains(edition.edition) ||
        !contract::match_path(route.endpoint->path, call.path))
      continue;
    description +=
        call.path.ends_with("update_cert")
            ? " It was removed; use PUT /v1/cluster/certificates with {\"certificates\": [...]}."
            : "";
    break;
  }
  return error_answer(404, "unknown_uri", description);
}

Answer wrong_method(const Call& call, const Found& found) {
  auto answer = error_answer(405, "method_not_allowed",
                             std::string(call.path) + " takes " + found.allowed + ", not " +
                                 std::string(call.method) + ".");
  answer.headers.emplace_back("Allow", found.allowed);
  return answer;
}

Answer not_authenticated(const Call& call) {
  auto answer = error_answer(
      401, "unauthorized",
      call.header("Authorization")
          ? "The credentials are wrong: send Basic authentication with a known user and its "
            "password."
          : "No credentials: send Basic authentication (curl -u USERNAME:PASSWORD).");
  answer.headers.emplace_back("WWW-Authenticate", "Basic realm=\"cluster\"");
  return answer;
}

Answer dispatch(const Scene& scene, const Call& call, const Found& found, const User& user) {
  if (!found.path_known) return unknown_uri(call, scene.edition);
  if (found.route == nullptr) return wrong_method(call, found);
  if (!permits(user.role, found.route->endpoint->permission)) {
    return error_answer(
        403, "insufficient_permissions",
        "The user '" + user.username + "' has the role " + std::string(to_string(user.role)) +
            ", which does not hold the permission " +
            std::string(to_string(found.route->endpoint->permission)) + " that this call needs.");
  }
  const bool takes_body = call.method == "PUT" || (call.method == "POST" && !call.body.empty());
  const auto content_type = call.header("Content-Type");
  if (takes_body && !(content_type && is_json(*content_type))) {
    return error_answer(
        400, "invalid_content_type",
        content_type ? "The Content-Type is '" + std::string(*content_type) +
                           "'; it must be application/json."
                     : "There is no Content-Type header; send Content-Type: application/json.");
  }
  return found.route->handler(scene, call, found.parameter);
}

}  // namespace

Answer RestApi::answer(const Scene& scene, const Call& call) const {
  const auto authorization = call.header("Authorization");
  const User* user = authorization ? users_.authenticate(std::string(*authorization)) : nullptr;
  const Found found = find_route(call, scene.edition);
  Answer answer = user == nullptr ? not_authenticated(call) : dispatch(scene, call, found, *user);
  if (found.route != nullptr) answer.notes.endpoint = found.route->endpoint->path;
  if (user != nullptr) answer.notes.user = user->username;
  return answer;
}

}  // namespace certdrill::simulator
