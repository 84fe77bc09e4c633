// What was asked: GET and DELETE /sim/v1/requests, GET /sim/v1/requests/count, POST
// /sim/v1/requests/verify, and GET /metrics, what the simulator counts of itself.
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "simulator/control_api/control_api.h"
#include "simulator/engine/engine.h"
#include "simulator/http/strict_json.h"
#include "simulator/record/verify.h"

namespace certdrill::simulator {
namespace {

using Json = nlohmann::ordered_json;
using Matches = std::vector<JournalMatch>;

constexpr std::size_t kShown = 1000;  // entries, unless another limit is asked for
constexpr IntegerBounds kLimits{1, 1'000'000};
constexpr double kMostCounted = 1'000'000'000;
constexpr std::array kVerifyFields{
    Setting::integer("expected", 0, kMostCounted, "").or_else(Setting::Derived{}),
    Setting::integer("at_least", 0, kMostCounted, "").or_else(Setting::Derived{}),
    Setting::integer("at_most", 0, kMostCounted, "").or_else(Setting::Derived{})};

Matches matches_of_query(const Call& call) {
  Matches matches;
  for (const auto& [name, value] : call.query) {
    if (const auto* field = find_journal_field(name)) matches.push_back({field, value});
  }
  return matches;
}

// The error is a sentence.
tl::expected<Matches, std::string> matches_of_json(const nlohmann::json& object) {
  SettingsReader reader(object);
  for (const auto name : journal_field_names()) reader.raw(name);
  if (const auto wrong = reader.finish()) return tl::unexpected(fmt::format("match: {}.", *wrong));
  Matches matches;
  for (const auto& [name, value] : object.items()) {
    if (!value.is_string() && !value.is_number_integer()) {
      return tl::unexpected(fmt::format("match: '{}' must be a string or a whole number, not {}.",
                                        name, json_type(value)));
    }
    matches.push_back(
        {find_journal_field(name), value.is_string() ? value.get<std::string>() : value.dump()});
  }
  return matches;
}

Answer get_requests(Engine& engine, const Call& call, std::string_view /*parameter*/) {
  std::size_t limit = kShown;
  if (const auto asked = call.query.find("limit"); asked != call.query.end()) {
    const auto number = integer_of("limit", asked->second, kLimits);
    if (!number) return invalid_request(number.error());
    limit = static_cast<std::size_t>(*number);
  }
  const auto found = engine.journal().find(matches_of_query(call), limit);
  Json json{{"count", found.count},
            {"shown", found.entries.size()},
            {"dropped", found.dropped},
            {"limit", engine.journal().limit()},
            {"requests", Json::array()}};
  for (const auto& entry : found.entries) json["requests"].push_back(to_json(entry));
  return answer_of(json);
}

Answer get_count(Engine& engine, const Call& call, std::string_view /*parameter*/) {
  const auto found = engine.journal().find(matches_of_query(call), 0);
  return answer_of({{"count", found.count}, {"dropped", found.dropped}});
}

Answer delete_requests(Engine& engine, const Call& /*call*/, std::string_view /*parameter*/) {
  engine.journal().clear();
  return answer_of({{"count", 0}, {"dropped", 0}});
}

Json nearest_json(const Verification& result) {
  Json nearest = Json::array();
  for (const auto& miss : result.nearest) {
    Json differs = Json::array();
    for (const auto& difference : miss.differences) {
      differs.push_back(
          {{"field", difference.field}, {"wanted", difference.wanted}, {"was", difference.was}});
    }
    nearest.push_back({{"request", to_json(miss.entry)}, {"differs", std::move(differs)}});
  }
  return nearest;
}

Answer post_verify(Engine& engine, const Call& call, std::string_view /*parameter*/) {
  const auto& body = call.body.fields();
  const auto fields = fields_of(body, kVerifyFields, "match");
  if (!fields) return fields.error();
  const auto match = body.find("match");
  if (match == body.end() || !match->is_object()) {
    return invalid_request(
        "'match' must be an object such as {\"path\": "
        "\"/v1/cluster/update_cert\", \"status\": 200}; {} matches all.");
  }
  const auto matches = matches_of_json(*match);
  if (!matches) return invalid_request(matches.error());
  const auto count = [&](std::string_view name) -> std::optional<std::size_t> {
    if (!fields->contains(name)) return std::nullopt;
    return static_cast<std::size_t>(Settings(*fields).integer(name));
  };
  const ExpectedCount expected{
      .exactly = count("expected"), .at_least = count("at_least"), .at_most = count("at_most")};
  if (expected.exactly.has_value() == (expected.at_least || expected.at_most)) {
    return invalid_request(
        "Say how many: either 'expected' (exactly so many), or 'at_least' and/or 'at_most'.");
  }
  const auto result = verify(engine.journal(), *matches, expected);
  Json json{{"pass", result.pass}, {"count", result.count}, {"dropped", result.dropped}};
  if (result.pass) return answer_of(json);
  json["error_code"] = "verification_failed";
  json["description"] = result.why;
  json["nearest"] = nearest_json(result);
  return answer_of(json, 409);
}

Answer get_metrics(Engine& engine, const Call& /*call*/, std::string_view /*parameter*/) {
  return {.body = engine.metrics().text(),
          .content_type = "text/plain; version=0.0.4; charset=utf-8"};
}

// The journal's fields, and "limit".
std::span<const Parameter> list_query() {
  static const std::vector<Parameter> parameters = [] {
    std::vector<Parameter> all;
    for (const auto& field : journal_fields()) all.push_back({field.name, field.sentence});
    all.push_back({"limit", "At most so many, the newest; default 1000", "integer", kLimits.lowest,
                   kLimits.highest});
    return all;
  }();
  return parameters;
}

std::span<const Parameter> field_query() { return list_query().first(journal_fields().size()); }

}  // namespace

std::span<const ControlRoute> request_routes() {
  static const std::array routes{
      ControlRoute{"GET", "/sim/v1/requests", BodyRule::none, get_requests,
                   doc("The journal: requests that have all the given values, oldest first",
                       answers(200, "The newest of those that match", "Requests")),
                   list_query()},
      ControlRoute{"DELETE", "/sim/v1/requests", BodyRule::none, delete_requests,
                   doc("Clears the journal", answers(200, "It is empty", "Count"))},
      ControlRoute{
          "GET", "/sim/v1/requests/count", BodyRule::none, get_count,
          doc("How many requests have all the given values", answers(200, "So many", "Count")),
          field_query()},
      ControlRoute{
          "POST", "/sim/v1/requests/verify", BodyRule::required, post_verify,
          doc("Did requests come as expected", takes("Verify"),
              answers(200, "They did", "Verified"),
              answers(
                  409,
                  "They did not, or the journal dropped entries and cannot tell; with the nearest "
                  "misses",
                  "NotVerified"))},
      ControlRoute{"GET", "/metrics", BodyRule::none, get_metrics,
                   doc("What the simulator counts, for Prometheus",
                       answers(200, "Prometheus text format 0.0.4", "", "text/plain"))},
  };
  return routes;
}

}  // namespace certdrill::simulator
