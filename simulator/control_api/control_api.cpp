#include "simulator/control_api/control_api.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "contract/endpoints.h"
#include "contract/nearest_name.h"
#include "simulator/http/strict_json.h"

namespace certdrill::simulator {
namespace {

struct Found {
  const ControlRoute* route = nullptr;  // null: no such method on this path
  std::string_view parameter;
  std::string allowed;  // methods of the path, for a 405; empty: the path is unknown
};

Found find_route(const Call& request) {
  Found found;
  for (const auto group : control_routes()) {
    for (const ControlRoute& route : group) {
      const auto parameter = contract::match_path(route.path, request.path);
      if (!parameter) continue;
      if (route.method == request.method) return {&route, *parameter, {}};
      if (found.allowed.find(route.method) != std::string::npos) continue;
      found.allowed += (found.allowed.empty() ? "" : ", ") + std::string(route.method);
    }
  }
  return found;
}

ControlAnswer unknown_path(std::string_view path) {
  std::vector<std::string_view> paths;
  for (const auto group : control_routes()) {
    for (const ControlRoute& route : group) paths.push_back(route.path);
  }
  return control_error(404, "unknown_uri",
                       "There is no " + std::string(path) + " on the control port" +
                           contract::did_you_mean(path, paths) +
                           "; GET /sim/v1/openapi.json lists what there is.");
}

ControlAnswer wrong_method(const Call& request, const std::string& allowed) {
  auto answer = control_error(405, "method_not_allowed",
                              std::string(request.path) + " takes " + allowed + ", not " +
                                  std::string(request.method) + ".");
  answer.headers.emplace_back("Allow", allowed);
  return answer;
}

std::optional<ControlAnswer> refuse_query(const ControlRoute& route, const Call& request) {
  for (const auto& [name, value] : request.query) {
    if (std::ranges::find(route.query, name, &Parameter::name) != route.query.end()) {
      if (request.query.count(name) == 1) continue;
      return invalid_request("The query parameter '" + name + "' is there twice; send it once.");
    }
    std::vector<std::string_view> known;
    for (const auto& parameter : route.query) known.push_back(parameter.name);
    return invalid_request(fmt::format(
        "Unknown query parameter '{}'{}; {}.", name, contract::did_you_mean(name, known),
        known.empty() ? "this call takes none"
                      : fmt::format("it takes {}", fmt::join(known, ", "))));
  }
  return std::nullopt;
}

// RFC 9110 8.3.1: type and subtype are case-insensitive; parameters such as charset may follow.
bool is_json(std::string_view content_type) {
  const auto type = content_type.substr(0, content_type.find_first_of("; "));
  constexpr std::string_view kJson = "application/json";
  return std::ranges::equal(type, kJson,
                            [](unsigned char a, char b) { return std::tolower(a) == b; });
}

tl::expected<nlohmann::json, ControlAnswer> read_body(const ControlRoute& route,
                                                      const Call& request) {
  if (request.body.empty() && route.body != BodyRule::required) return nlohmann::json();
  if (route.body == BodyRule::none) {
    return tl::unexpected(invalid_request(std::string(request.method) + " " +
                                          std::string(request.path) + " takes no body."));
  }
  // Also what a web page's form could never send.
  if (!is_json(request.header("Content-Type").value_or(""))) {
    return tl::unexpected(control_error(
        400, "invalid_content_type",
        "The body must be JSON and say so: send the header Content-Type: application/json."));
  }
  auto body = parse_json_object(request.body);
  if (!body) return tl::unexpected(invalid_request("The request body " + body.error() + "."));
  return std::move(*body);
}

}  // namespace

Answer ControlApi::answer(const Call& request) const {
  if (auto refused = refuse_access(access_, request)) return std::move(*refused);
  const Found found = find_route(request);
  if (found.route == nullptr) {
    return found.allowed.empty() ? unknown_path(request.path)
                                 : wrong_method(request, found.allowed);
  }
  if (auto refused = refuse_query(*found.route, request)) return std::move(*refused);
  auto body = read_body(*found.route, request);
  if (!body) return std::move(body.error());
  return found.route->handler(engine_, {request, found.parameter, std::move(*body)});
}

Answer ControlApi::operator()(const Call& call) const {
  auto told = answer(call);
  told.headers.emplace_back("Cache-Control", "no-store");
  return told;
}

}  // namespace certdrill::simulator
