#include "simulator/wrong/faults/fault_rule.h"

#include <algorithm>
#include <random>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "certs/read/text.h"
#include "simulator/http/strict_json.h"

namespace certdrill::simulator {
namespace {

using nlohmann::json;

constexpr double kMostMatches = 1'000'000'000;
constexpr double kLongestTtlMs = 30.0 * 24 * 3600 * 1000;
// 53 bits, so that every JSON reader keeps the number as it is.
constexpr std::int64_t kLargestSeed = (1LL << 53) - 1;

constexpr std::array kScheduleSettings{
    Setting::integer("after", 0, kMostMatches, "so many matches are let through first").or_else(0),
    Setting::integer("times", 0, kMostMatches, "then so many are struck; 0: no end").or_else(0),
    Setting::integer("ttl_ms", 0, kLongestTtlMs, "ends so long after it was armed; 0: no end")
        .or_else(0),
};

constexpr std::array kChanceSettings{
    Setting::integer("every", 1, kMostMatches,
                     "of those, each so-many-th, beginning with the first")
        .or_else(1),
    Setting::number("probability", 0, 1, "of those, so many by chance").or_else(1.0),
    Setting::integer("seed", 0, kLargestSeed,
                     "of the chance and of random delays; drawn, and shown, where none is given")
        .or_else(Setting::Derived{}),
};

Schedule read_schedule(SettingsReader& reader, const FaultKind& kind, SeedSource seeds) {
  json values = json::object();
  reader.read(kScheduleSettings, values);
  if (kind.by_chance) reader.read(kChanceSettings, values);
  if (reader.failed()) return {};
  const Settings given(values);
  Schedule schedule{.after = given.integer("after"),
                    .times = given.integer("times"),
                    .ttl_ms = given.integer("ttl_ms")};
  if (!kind.by_chance) return schedule;
  schedule.every = given.integer("every");
  schedule.probability = given.number("probability");
  schedule.seed = given.has("seed") ? static_cast<std::uint64_t>(given.integer("seed"))
                                    : seeds() & static_cast<std::uint64_t>(kLargestSeed);
  return schedule;
}

std::string read_name(SettingsReader& reader) {
  constexpr std::size_t kLongest = 100;
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:";
  constexpr std::array kName{Setting::text("name", "").or_else("")};
  json values = json::object();
  reader.read(kName, values);
  if (!values.contains("name")) return {};
  auto name = values["name"].get<std::string>();
  if (name.size() > kLongest || name.find_first_not_of(kAllowed) != name.npos)
    reader.refuse("'name' must be up to 100 letters, digits and any of - _ . :");
  else if (certs::may_hold_key(name))  // it is in every answer and every event
    reader.refuse("'name' looks like a private key; it must be a word such as answer-1");
  return name;
}

// nullptr: the reader says why.
const FaultKind* read_kind(SettingsReader& reader) {
  const auto names = kind_names();
  const std::array kind{Setting::choice("kind", names, "")};
  json values = json::object();
  reader.read(kind, values);
  return reader.failed() ? nullptr : find_kind(values["kind"].get<std::string>());
}

json read_settings(SettingsReader& reader, const FaultKind& kind) {
  json values = json::object();
  reader.read(kind.settings, values);
  if (kind.complete == nullptr || reader.failed()) return values;
  if (auto wrong = kind.complete(values)) reader.refuse(std::move(*wrong));
  return values;
}

// A field of "match" that stands beside it.
std::optional<std::string> misplaced(const json& given) {
  for (const auto field : matcher_names()) {
    if (!given.contains(field)) continue;
    return fmt::format(R"('{0}' belongs into 'match': {{"match": {{"{0}": ...}}}})", field);
  }
  return std::nullopt;
}

// Where the value that begins at `begin` ends; a quoted one includes its quotes.
std::size_t end_of_value(std::string_view text, std::size_t begin) {
  if (begin >= text.size() || text[begin] != '"')
    return std::min(text.find(',', begin), text.size());
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      return i + 1;
  }
  return text.npos;
}

// Fields whose value is text even where it looks like a number.
bool is_text(std::string_view field) {
  if (field == "name" || field == "kind") return true;
  return std::ranges::any_of(fault_kinds(), [&](const FaultKind* kind) {
    return std::ranges::any_of(kind->settings, [&](const Setting& setting) {
      return setting.name == field && setting.type == Setting::Type::text;
    });
  });
}

json scalar(std::string_view field, const std::string& text) {
  if (is_text(field)) return text;
  auto parsed = json::parse(text, nullptr, /*allow_exceptions=*/false);
  return parsed.is_number() || parsed.is_boolean() ? parsed : json(text);
}

json list_of(std::string_view field, const std::string& text) {
  auto values = json::array();
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find('+', begin), text.size());
    values.push_back(scalar(field, text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return values.size() == 1 ? values.front() : values;
}

tl::expected<std::string, std::string> unquote(std::string_view field, std::string_view text) {
  if (!text.starts_with('"')) return std::string(text);
  const auto parsed = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_string())
    return tl::unexpected(
        fmt::format("the value of '{}' is not a quoted string", certs::printable(field)));
  return parsed.get<std::string>();
}

std::string listed(const Setting& setting) {
  std::string text = fmt::format("    {}: {}", setting.name, setting.sentence);
  if (!setting.choices.empty()) text += fmt::format(" ({})", fmt::join(setting.choices, ", "));
  const auto fallback = fallback_json(setting);
  const auto shown = fallback.is_string() ? fallback.get<std::string>()
                     : fallback.is_null() ? ""
                                          : fallback.dump();
  if (!shown.empty()) text += fmt::format("; default {}", shown);
  return text + "\n";
}

}  // namespace

std::span<const Setting> schedule_settings() { return kScheduleSettings; }

std::span<const Setting> chance_settings() { return kChanceSettings; }

std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

tl::expected<FaultRule, std::string> parse_fault(const json& given, SeedSource seeds) {
  if (!given.is_object()) {
    return tl::unexpected(fmt::format(
        R"(a fault must be an object such as {{"kind": "answer", "status": 406}}, not {})",
        json_type(given)));
  }
  if (!given.contains("kind")) {
    return tl::unexpected(
        fmt::format("'kind' is missing; known are {}", fmt::join(kind_names(), ", ")));
  }
  SettingsReader reader(given);
  FaultRule rule;
  rule.kind = read_kind(reader);
  if (rule.kind == nullptr) return tl::unexpected(*reader.finish());
  if (auto wrong = misplaced(given)) return tl::unexpected(std::move(*wrong));
  rule.name = read_name(reader);
  rule.settings = read_settings(reader, *rule.kind);
  rule.schedule = read_schedule(reader, *rule.kind, seeds);

  const json* match = reader.raw("match");
  const json match_given = match == nullptr ? json::object() : *match;
  if (!match_given.is_object())
    return tl::unexpected(fmt::format("'match' must be an object, not {}", json_type(match_given)));
  if (auto wrong = reader.finish()) return tl::unexpected(std::move(*wrong));
  SettingsReader match_reader(match_given);
  rule.match = read_match(match_reader, match_given, rule.kind->matchers, rule.kind->name);
  if (auto wrong = match_reader.finish()) return tl::unexpected("match: " + *wrong);
  return rule;
}

tl::expected<FaultRule, std::string> parse_fault_text(std::string_view text, SeedSource seeds) {
  return fault_json_from_text(text).and_then(
      [&](const json& given) { return parse_fault(given, seeds); });
}

std::vector<FaultRule> rules_from(const FaultTexts& texts, SeedSource seeds) {
  std::vector<FaultRule> rules;
  for (const auto text : texts)
    if (!text.empty()) rules.push_back(*parse_fault_text(text, seeds));
  return rules;
}

tl::expected<json, std::string> fault_json_from_text(std::string_view text) {
  if (text.starts_with('{')) {
    auto parsed = parse_json_object(text);
    if (!parsed) return tl::unexpected("the fault " + parsed.error());
    return *parsed;
  }
  if (const auto end = end_of_utf8(text); end < text.size())
    return tl::unexpected(fmt::format("its text must be UTF-8, and byte {} is not", end + 1));
  json result = json::object();
  for (std::size_t begin = 0; begin < text.size();) {
    const auto equals = text.find('=', begin);
    const auto comma = text.find(',', begin);
    if (equals == text.npos || comma < equals) {
      return tl::unexpected(
          fmt::format("'{}' is not NAME=VALUE; write kind=answer,status=406,times=2",
                      certs::printable(text.substr(begin, comma - begin))));
    }
    const std::string field(text.substr(begin, equals - begin));
    if (field == "match")
      return tl::unexpected(std::string(
          "'match' is written by its fields, such as nodes=2,endpoint=update_cert, or in JSON"));
    const auto end = end_of_value(text, equals + 1);
    if (end == text.npos || (end < text.size() && text[end] != ','))
      return tl::unexpected(fmt::format("the quotes around the value of '{}' are not closed",
                                        certs::printable(field)));
    const auto value = unquote(field, text.substr(equals + 1, end - equals - 1));
    if (!value) return tl::unexpected(value.error());
    const bool matcher = std::ranges::find(matcher_names(), field) != matcher_names().end();
    json& target = matcher ? result["match"] : result;
    if (target.contains(field))
      return tl::unexpected(fmt::format("'{}' is there twice", certs::printable(field)));
    target[field] = matcher ? list_of(field, *value) : scalar(field, *value);
    begin = end + 1;
  }
  return result;
}

nlohmann::ordered_json to_json(const FaultRule& rule) {
  nlohmann::ordered_json result{{"name", rule.name}, {"kind", rule.kind->name}};
  for (const auto& [field, value] : rule.settings.items()) result[field] = value;
  if (auto match = match_json(rule.match, rule.kind->matchers); !match.empty())
    result["match"] = std::move(match);
  result["after"] = rule.schedule.after;
  result["times"] = rule.schedule.times;
  if (rule.kind->by_chance) {
    result["every"] = rule.schedule.every;
    result["probability"] = rule.schedule.probability;
    result["seed"] = rule.schedule.seed;
  }
  result["ttl_ms"] = rule.schedule.ttl_ms;
  if (!rule.drill.empty()) result["drill"] = rule.drill;
  return result;
}

std::string list_of_kinds() {
  std::string text;
  for (const auto* kind : fault_kinds()) {
    text += fmt::format("{}: {}\n", kind->name, kind->sentence);
    for (const auto& setting : kind->settings) text += listed(setting);
    if (!kind->counts.empty()) text += fmt::format("    after and times count {}\n", kind->counts);
  }
  text += "every kind:\n";
  for (const auto& setting : kScheduleSettings) text += listed(setting);
  for (const auto& setting : kChanceSettings) text += listed(setting);
  return text;
}

}  // namespace certdrill::simulator
