#include "simulator/wrong/faults/fault_rule.h"

#include <algorithm>
#include <limits>
#include <random>

#include "contract/nearest_name.h"
#include "simulator/http/strict_json.h"

namespace certdrill::simulator {
namespace {

using nlohmann::json;

constexpr std::int64_t kMostMatches = 1'000'000'000;
constexpr std::int64_t kLongestTtlMs = 30LL * 24 * 3600 * 1000;
constexpr std::size_t kLongestName = 100;

std::vector<std::string_view> certificate_names() {
  std::vector<std::string_view> names;
  for (const auto& one : contract::cluster_certificates()) names.push_back(one.text);
  return names;
}

// One string or a list of them, each looked up by `find`; the reader keeps what is wrong.
template <typename T, typename Find>
std::vector<T> read_names(SettingsReader& reader, const char* field, Find find,
                          const std::vector<std::string_view>& known) {
  std::vector<T> found;
  const json* value = reader.raw(field);
  if (value == nullptr) return found;
  const auto list = value->is_array() ? *value : json::array({*value});
  for (const auto& element : list) {
    if (!element.is_string()) {
      reader.refuse("'" + std::string(field) + "' must be a string or a list of strings, not " +
                    std::string(json_type(element)));
      return found;
    }
    const auto text = element.get<std::string>();
    if (text == "any" && list.size() == 1) return found;
    const auto one = find(text);
    if (!one) {
      std::string names = "any";
      for (const auto name : known) names += ", " + std::string(name);
      reader.refuse("'" + std::string(field) + "' does not know '" + text + "'" +
                    contract::did_you_mean(text, known) + "; known are " + names);
      return found;
    }
    found.push_back(T(one.value()));
  }
  if (list.empty()) reader.refuse("'" + std::string(field) + "' is an empty list");
  return found;
}

template <typename T>
std::optional<const T*> not_null(const T* pointer) {
  return pointer == nullptr ? std::nullopt : std::optional(pointer);
}

void refuse_matchers(SettingsReader& reader, const json& given, const FaultKind& kind) {
  const auto refuse = [&](const char* field, bool allowed) {
    if (allowed || !given.contains(field)) return;
    reader.refuse("a fault of the kind " + std::string(kind.name) + " cannot match by '" + field +
                  "'");
  };
  refuse("endpoint", kind.matchers.endpoint);
  refuse("certificate", kind.matchers.certificate);
  refuse("nodes", kind.matchers.nodes);
  refuse("submitted", kind.matchers.submitted);
}

NodeSelector read_nodes(SettingsReader& reader, const FaultKind& kind) {
  const json* value = reader.raw("nodes");
  if (value == nullptr) {
    if (kind.matchers.nodes_required) reader.refuse("'nodes' is missing in 'match': which nodes?");
    return {};
  }
  auto selector = NodeSelector::parse(*value);
  if (!selector) {
    reader.refuse(selector.error());
    return {};
  }
  if (kind.matchers.by_number_only && selector->who() != NodeSelector::Who::listed &&
      selector->who() != NodeSelector::Who::all) {
    reader.refuse("'nodes' must be all, a number or a list of numbers for a fault of the kind " +
                  std::string(kind.name));
  }
  return std::move(*selector);
}

FaultMatch read_match(const json& given, const FaultKind& kind, SettingsReader& reader) {
  FaultMatch match;
  refuse_matchers(reader, given, kind);
  match.endpoints = read_names<const contract::Endpoint*>(
      reader, "endpoint", [](const auto& text) { return not_null(contract::find_endpoint(text)); },
      contract::endpoint_ids());
  if (!given.contains("endpoint") && kind.updates_by_default) {
    match.endpoints = {contract::find_endpoint("update_cert"),
                       contract::find_endpoint("put_certificates")};
  }
  match.certificates = read_names<contract::CertificateName>(
      reader, "certificate", [](const auto& text) { return contract::find_certificate(text); },
      certificate_names());
  match.submitted = read_names<const Trait*>(
      reader, "submitted", [](const auto& text) { return not_null(find_trait(text)); },
      trait_ids());
  match.nodes = read_nodes(reader, kind);
  return match;
}

// 53 bits, so that every JSON reader keeps the number as it is.
constexpr std::int64_t kLargestSeed = (1LL << 53) - 1;

Schedule read_schedule(SettingsReader& reader, const FaultKind& kind, SeedSource seeds) {
  Schedule schedule;
  schedule.after = reader.integer("after", {0, kMostMatches}, 0);
  schedule.times = reader.integer("times", {0, kMostMatches}, 0);
  if (kind.by_chance) {
    schedule.every = reader.integer("every", {1, kMostMatches}, 1);
    schedule.probability = reader.number("probability", {0.0, 1.0}, 1.0);
    constexpr std::int64_t kNone = -1;
    const auto seed = reader.integer("seed", {0, kLargestSeed}, kNone);
    schedule.seed = seed == kNone ? seeds() & static_cast<std::uint64_t>(kLargestSeed)
                                  : static_cast<std::uint64_t>(seed);
  }
  schedule.ttl_ms = reader.integer("ttl_ms", {0, kLongestTtlMs}, 0);
  return schedule;
}

std::string read_name(SettingsReader& reader) {
  auto name = reader.text("name", "");
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:";
  if (name.size() > kLongestName || name.find_first_not_of(kAllowed) != name.npos) {
    reader.refuse("'name' must be up to 100 letters, digits and any of - _ . :");
  }
  return name;
}

std::string kind_missing() {
  std::string what = "'kind' is missing; known are";
  for (const auto name : kind_names())
    what += (what.ends_with("are") ? " " : ", ") + std::string(name);
  return what;
}

const FaultKind* read_kind(SettingsReader& reader) {
  const auto names = kind_names();
  const auto index = reader.choice("kind", names);
  return reader.failed() ? nullptr : fault_kinds()[index];
}

// A field of "match" that stands beside it.
std::optional<std::string> misplaced(const json& given) {
  for (const char* field : {"endpoint", "certificate", "nodes", "submitted"}) {
    if (given.contains(field)) {
      return "'" + std::string(field) + "' belongs into 'match': {\"match\": {\"" + field +
             "\": ...}}";
    }
  }
  return std::nullopt;
}

template <typename T, typename Text>
json names_json(const std::vector<T>& values, Text text) {
  auto list = json::array();
  for (const auto& value : values) list.push_back(std::string(text(value)));
  return list;
}

nlohmann::ordered_json match_json(const FaultRule& rule) {
  const auto& match = rule.match;
  const auto& matchers = rule.kind->matchers;
  nlohmann::ordered_json result = nlohmann::ordered_json::object();
  if (matchers.endpoint) {
    result["endpoint"] = match.endpoints.empty()
                             ? json("any")
                             : names_json(match.endpoints, [](auto* one) { return one->id; });
  }
  if (!match.certificates.empty()) {
    result["certificate"] =
        names_json(match.certificates, [](auto name) { return contract::to_string(name); });
  }
  if (matchers.nodes) result["nodes"] = match.nodes.to_json();
  if (!match.submitted.empty()) {
    result["submitted"] = names_json(match.submitted, [](auto* trait) { return trait->id; });
  }
  return result;
}

}  // namespace

std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

tl::expected<FaultRule, std::string> parse_fault(const json& given, SeedSource seeds) {
  if (!given.is_object()) {
    return tl::unexpected(
        "a fault must be an object such as {\"kind\": \"answer\", \"status\": "
        "406}, not " +
        std::string(json_type(given)));
  }
  if (!given.contains("kind")) return tl::unexpected(kind_missing());
  SettingsReader reader(given);
  FaultRule rule;
  rule.kind = read_kind(reader);
  if (rule.kind == nullptr) return tl::unexpected(*reader.finish());
  if (auto wrong = misplaced(given)) return tl::unexpected(std::move(*wrong));
  rule.name = read_name(reader);
  const auto effect = rule.kind->make(reader);
  rule.schedule = read_schedule(reader, *rule.kind, seeds);

  const json* match = reader.raw("match");
  const json match_given = match == nullptr ? json::object() : *match;
  if (!match_given.is_object()) {
    return tl::unexpected("'match' must be an object, not " + std::string(json_type(match_given)));
  }
  if (auto wrong = reader.finish()) return tl::unexpected(std::move(*wrong));
  SettingsReader match_reader(match_given);
  rule.match = read_match(match_given, *rule.kind, match_reader);
  if (auto wrong = match_reader.finish()) return tl::unexpected("match: " + *wrong);
  rule.settings = effect->settings();
  return rule;
}

nlohmann::ordered_json to_json(const FaultRule& rule) {
  nlohmann::ordered_json result{{"name", rule.name}, {"kind", std::string(rule.kind->name)}};
  for (const auto& [field, value] : rule.settings.items()) result[field] = value;
  if (auto match = match_json(rule); !match.empty()) result["match"] = std::move(match);
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

}  // namespace certdrill::simulator
