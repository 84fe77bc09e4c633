// GET and DELETE /sim/v1/requests, GET /sim/v1/requests/count, POST /sim/v1/requests/verify.
#include <array>

#include "certs/read/text.h"
#include "contract/nearest_name.h"
#include "simulator/control_api/endpoint.h"
#include "simulator/control_api/fields.h"
#include "simulator/engine/engine.h"
#include "simulator/http/strict_json.h"
#include "simulator/record/verify.h"

namespace certdrill::simulator {
namespace {

using Json = nlohmann::ordered_json;
using Matches = tl::expected<std::vector<JournalMatch>, ControlAnswer>;

constexpr std::size_t kShown = 1000;  // entries, unless another limit is asked for
constexpr Range kLimits{1, 1'000'000};
constexpr Range kCounts{0, 1'000'000'000};

Json certificates_json(const JournalEntry& entry) {
  Json array = Json::array();
  for (const auto& certificate : entry.certificates) {
    Json json{{"name", certificate.name}};
    if (certificate.facts) {
      json["subject"] = certificate.facts->subject;
      json["fingerprint"] = certificate.facts->fingerprint;
      json["not_after"] = certs::format_instant(certificate.facts->not_after);
    }
    array.push_back(std::move(json));
  }
  return array;
}

Json entry_json(const JournalEntry& entry) {
  return {{"seq", entry.seq},
          {"time", certs::format_instant(entry.time)},
          {"node", entry.node},
          {"method", entry.method},
          {"path", entry.path},
          {"user", entry.user},
          {"status", entry.status},
          {"error_code", entry.error_code},
          {"certificates", certificates_json(entry)},
          {"body_sha256", certs::lower_hex(entry.body_sha256)},
          {"body_bytes", entry.body_bytes},
          {"unreached", entry.unreached},
          {"duration_us", entry.duration.count()},
          {"answered_by", entry.answered_by}};
}

Matches matches_of_query(const ControlCall& call) {
  std::vector<JournalMatch> matches;
  for (const auto& [name, value] : call.call.query) {
    if (const auto* field = find_journal_field(name)) matches.push_back({field, value});
  }
  return matches;
}

Matches matches_of_json(const nlohmann::json& object) {
  if (auto refused = refuse_unknown_fields(object, journal_field_names())) {
    return tl::unexpected(std::move(*refused));
  }
  std::vector<JournalMatch> matches;
  for (const auto& [name, value] : object.items()) {
    if (!value.is_string() && !value.is_number_integer()) {
      return tl::unexpected(invalid_request("match: '" + name +
                                            "' must be a string or a whole number, not " +
                                            std::string(json_type(value)) + "."));
    }
    matches.push_back(
        {find_journal_field(name), value.is_string() ? value.get<std::string>() : value.dump()});
  }
  return matches;
}

ControlAnswer get_requests(Engine& engine, const ControlCall& call) {
  const auto matches = matches_of_query(call);
  const auto& params = call.call.query;
  std::size_t limit = kShown;
  if (const auto asked = params.find("limit"); asked != params.end()) {
    const auto number = number_of("limit", asked->second, kLimits);
    if (!number) return number.error();
    limit = static_cast<std::size_t>(*number);
  }
  const auto found = engine.journal().find(*matches, limit);
  Json json{{"count", found.count},
            {"shown", found.entries.size()},
            {"dropped", found.dropped},
            {"limit", engine.journal().limit()},
            {"requests", Json::array()}};
  for (const auto& entry : found.entries) json["requests"].push_back(entry_json(entry));
  return control_answer(json);
}

ControlAnswer get_count(Engine& engine, const ControlCall& call) {
  const auto found = engine.journal().find(*matches_of_query(call), 0);
  return control_answer({{"count", found.count}, {"dropped", found.dropped}});
}

ControlAnswer delete_requests(Engine& engine, const ControlCall& /*call*/) {
  engine.journal().clear();
  return control_answer({{"count", 0}, {"dropped", 0}});
}

Field<std::size_t> count_field(const nlohmann::json& body, const char* name) {
  const auto number = number_field(body, name, kCounts);
  if (!number) return tl::unexpected(number.error());
  if (!*number) return std::nullopt;
  return static_cast<std::size_t>(**number);
}

tl::expected<ExpectedCount, ControlAnswer> expected_count(const nlohmann::json& body) {
  ExpectedCount expected;
  struct Bound {
    const char* name;
    std::optional<std::size_t> ExpectedCount::*place;
  };
  for (const Bound& bound :
       {Bound{"expected", &ExpectedCount::exactly}, Bound{"at_least", &ExpectedCount::at_least},
        Bound{"at_most", &ExpectedCount::at_most}}) {
    const auto number = count_field(body, bound.name);
    if (!number) return tl::unexpected(number.error());
    expected.*bound.place = *number;
  }
  const bool ranged = expected.at_least || expected.at_most;
  if (expected.exactly.has_value() == ranged) {
    return tl::unexpected(invalid_request(
        "Say how many: either 'expected' (exactly so many), or 'at_least' and/or 'at_most'."));
  }
  return expected;
}

Json nearest_json(const Verification& result) {
  Json nearest = Json::array();
  for (const auto& miss : result.nearest) {
    Json differs = Json::array();
    for (const auto& difference : miss.differences) {
      differs.push_back(
          {{"field", difference.field}, {"wanted", difference.wanted}, {"was", difference.was}});
    }
    nearest.push_back({{"request", entry_json(miss.entry)}, {"differs", std::move(differs)}});
  }
  return nearest;
}

ControlAnswer post_verify(Engine& engine, const ControlCall& call) {
  constexpr std::array<std::string_view, 4> kFields{"match", "expected", "at_least", "at_most"};
  if (auto refused = refuse_unknown_fields(call.body, kFields)) return std::move(*refused);
  const auto match = call.body.find("match");
  if (match == call.body.end() || !match->is_object()) {
    return invalid_request(
        R"('match' must be an object such as {"path": "/v1/cluster/update_cert", "status": 200}; {} matches all.)");
  }
  const auto matches = matches_of_json(*match);
  if (!matches) return matches.error();
  const auto expected = expected_count(call.body);
  if (!expected) return expected.error();
  const auto result = verify(engine.journal(), *matches, *expected);
  Json json{{"pass", result.pass}, {"count", result.count}, {"dropped", result.dropped}};
  if (result.pass) return control_answer(json);
  json["error_code"] = "verification_failed";
  json["description"] = result.why;
  json["nearest"] = nearest_json(result);
  return control_answer(json, 409);
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

std::span<const Parameter> field_query() {
  return list_query().first(journal_fields().size());
}

}  // namespace

std::span<const ControlRoute> request_routes() {
  static const std::array<ControlRoute, 4> routes{{
      {"GET", "/sim/v1/requests", BodyRule::none, get_requests,
       doc("The journal: requests that have all the given values, oldest first",
           answers(200, "The newest of those that match", "Requests")),
       list_query()},
      {"DELETE", "/sim/v1/requests", BodyRule::none, delete_requests,
       doc("Clears the journal", answers(200, "It is empty", "Count"))},
      {"GET", "/sim/v1/requests/count", BodyRule::none, get_count,
       doc("How many requests have all the given values", answers(200, "So many", "Count")),
       field_query()},
      {"POST", "/sim/v1/requests/verify", BodyRule::required, post_verify,
       doc("Did requests come as expected", takes("Verify"), answers(200, "They did", "Verified"),
           answers(409,
                   "They did not, or the journal dropped entries and cannot tell; with the nearest "
                   "misses",
                   "NotVerified"))},
  }};
  return routes;
}

}  // namespace certdrill::simulator
