#include "simulator/http/call.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "certs/read/text.h"
#include "simulator/http/strict_json.h"

namespace certdrill::simulator {
namespace {

bool same_field(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other, [](unsigned char a, unsigned char b) {
    return a == b || std::tolower(a) == std::tolower(b);
  });
}

}  // namespace

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const auto& [field, value] : fields_) {
    if (same_field(field, name)) return value;
  }
  return std::nullopt;
}

void Headers::set(std::string_view name, std::string_view value) {
  std::erase_if(fields_, [&](const auto& field) { return same_field(field.first, name); });
  add(name, value);
}

struct Body::Parsed {
  Json json;
  std::optional<Json> not_an_object;  // the clause; nullopt: json is what object() gives
};

const Body::Parsed& Body::parsed() const {
  if (!parsed_) {
    auto json = parse_json(text_);
    std::optional<Json> refused;
    if (json && !json->is_object()) refused = tl::unexpected(no_object(*json));
    parsed_ = std::make_shared<const Parsed>(Parsed{std::move(json), std::move(refused)});
  }
  return *parsed_;
}

const Body::Json& Body::json() const { return parsed().json; }

const Body::Json& Body::object() const {
  const Parsed& all = parsed();
  return all.not_an_object ? *all.not_an_object : all.json;
}

const nlohmann::json& Body::fields() const { return *object(); }

Answer error_answer(int status, std::string_view error_code, std::string_view description) {
  // What is quoted has gone through printable(); this is the fence behind it.
  auto answer = answer_of(
      {{"error_code", error_code}, {"description", certs::without_keys(description)}}, status);
  answer.error_code = error_code;
  return answer;
}

Answer invalid_request(std::string_view description) {
  return error_answer(400, "invalid_request", description);
}

std::optional<Answer> refuse_all_but_get(const Call& call) {
  if (call.method == "GET" || call.method == "HEAD") return std::nullopt;
  const bool asks = call.method == "OPTIONS";
  return Answer{.status = asks ? 200 : 405,
                .body = asks ? "" : "GET only.\n",
                .headers = {{"Allow", "GET, HEAD, OPTIONS"}},
                .content_type = "text/plain"};
}

Answer body_error(const std::string& why) {
  return invalid_request(fmt::format("The request body {}.", why));
}

Answer json_answer(std::string body) { return {200, std::move(body), {}, {}}; }

Answer answer_of(const nlohmann::ordered_json& json, int status) {
  using Json = nlohmann::ordered_json;
  return {status, json.dump(-1, ' ', false, Json::error_handler_t::replace), {}, {}};
}

const contract::Endpoint* Call::endpoint() const {
  if (!matched.known)
    matched = {true, contract::endpoint_of(method == "HEAD" ? "GET" : method, path)};
  return matched.endpoint;
}

}  // namespace certdrill::simulator
