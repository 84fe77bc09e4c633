// GET /sim/v1/openapi.json and /sim/v1/rest-openapi.json.
#include <array>
#include <cctype>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "simulator/control_api/control_api.h"
#include "simulator/engine/engine.h"
#include "simulator/record/feed.h"
#include "simulator/record/journal.h"
#include "simulator/rest_api/rest_api.h"
#include "simulator/wrong/drills.h"

namespace certdrill::simulator {

// The files of this name: the documents without their paths.
std::string_view control_schemas();
std::string_view rest_schemas();

namespace {

using Json = nlohmann::ordered_json;
using Names = std::vector<std::string_view>;

constexpr std::array kSharedByControl{
    answers(400, "Wrong query, Content-Type, JSON or field"),
    answers(401, "Token missing or wrong"),
    answers(403, "Origin or Host header of a web page"),
};
constexpr std::string_view kLacksPermission = "the role lacks the permission";
constexpr std::array kSharedByRest{
    answers(401, "No or wrong credentials"),
    answers(403, "The role lacks the permission"),
};

// "NodeDownFault"
std::string fault_schema_name(std::string_view kind) {
  std::string name;
  bool begins = true;
  for (const char c : kind) {
    if (c != '_') name += begins ? static_cast<char>(std::toupper(c)) : c;
    begins = c == '_';
  }
  return name + "Fault";
}

// The part of "match" that the kind understands.
void keep_matchers(Json& rule, const Matchers& matchers) {
  Json& match = rule["properties"]["match"];
  const auto keep = [&](const char* field, bool understood) {
    if (!understood) match["properties"].erase(field);
  };
  keep("endpoint", matchers.endpoint);
  keep("certificate", matchers.certificate);
  keep("nodes", matchers.nodes);
  keep("submitted", matchers.submitted);
  if (matchers.by_number_only) match["properties"]["nodes"] = type_schema("NumberedNodes");
  if (!matchers.nodes_required) return;
  match["required"] = {"nodes"};
  rule["required"].push_back("match");
}

Json setting_schema(const Setting& setting) {
  using Type = Setting::Type;
  Json schema;
  switch (setting.type) {
    case Type::integer:
      schema = {{"type", "integer"},
                {"minimum", static_cast<std::int64_t>(setting.low)},
                {"maximum", static_cast<std::int64_t>(setting.high)}};
      break;
    case Type::number:
      schema = {{"type", "number"}, {"minimum", setting.low}, {"maximum", setting.high}};
      break;
    case Type::text: schema = type_schema("string"); break;
    case Type::flag: schema = type_schema("boolean"); break;
    case Type::choice: schema = names_schema(setting.choices); break;
  }
  schema["description"] = setting.sentence;
  if (auto fallback = fallback_json(setting); !fallback.is_null()) schema["default"] = fallback;
  return schema;
}

// A name can have several rows, each for another value of the setting that it depends on.
void add_settings(Json& rule, std::span<const Setting> settings) {
  for (const auto& setting : settings) {
    Json& schema = rule["properties"][std::string(setting.name)];
    const bool first = schema.is_null();
    if (first) schema = setting_schema(setting);
    if (!first) schema.erase("default");  // each row has its own
    if (!setting.condition.empty()) {
      schema["x-only-with"].push_back(
          fmt::format("{}={}", setting.condition, setting.condition_value));
    } else if (std::holds_alternative<Setting::Required>(setting.fallback)) {
      rule["required"].push_back(setting.name);
    }
  }
}

// A fault of one kind: what all have, and its own settings.
Json fault_schema(Json rule, const FaultKind& kind) {
  rule["description"] = kind.sentence;
  if (!kind.counts.empty())
    rule["description"] = fmt::format("{} after and times count {}.", kind.sentence, kind.counts);
  rule["properties"]["kind"] = names_schema(Names{kind.name});
  keep_matchers(rule, kind.matchers);
  add_settings(rule, kind.settings);
  add_settings(rule, schedule_settings());
  if (kind.by_chance) add_settings(rule, chance_settings());
  return rule;
}

// "Rule" is what all faults have; the schemas of the kinds take its place.
void add_faults(Json& schemas) {
  Json fault{{"oneOf", Json::array()}, {"discriminator", {{"propertyName", "kind"}}}};
  for (const auto* kind : fault_kinds()) {
    const auto name = fault_schema_name(kind->name);
    schemas[name] = fault_schema(schemas["Rule"], *kind);
    fault["oneOf"].push_back(type_schema(name));
    fault["discriminator"]["mapping"][std::string(kind->name)] = type_schema(name)["$ref"];
  }
  schemas["Fault"] = std::move(fault);
  schemas.erase("Rule");
}

Names certificate_names(bool internode_only) {
  Names names;
  for (const auto& one : contract::cluster_certificates()) {
    if (one.internode || !internode_only) names.push_back(one.text);
  }
  return names;
}

// "any", one name, or a list of them.
Json choice_of(Names names) {
  Json list{{"type", "array"}, {"items", names_schema(names)}, {"minItems", 1}};
  names.push_back("any");
  return {{"oneOf", {names_schema(names), std::move(list)}}};
}

Json journal_match() {
  Json schema{{"type", "object"}, {"description", "The values that fields must have"}};
  for (const auto& field : journal_fields()) {
    schema["properties"][std::string(field.name)] = {
        {"oneOf", {type_schema("string"), type_schema("integer")}},
        {"description", field.sentence}};
  }
  schema["additionalProperties"] = false;
  return schema;
}

// A request as the journal shows it, and what is known of each certificate that it names.
void add_requests(Json& schemas) {
  Json request{{"type", "object"}, {"required", {"certificates"}}};
  Json certificate{{"type", "object"}, {"required", {"name"}}};
  request["properties"]["certificates"] = type_schema("[NamedCertificate]");
  for (const auto& field : journal_fields()) {
    Json& shown_in = field.value != nullptr ? request : certificate;
    Json schema = type_schema(field.type);
    if (schema.contains("type")) schema["description"] = field.sentence;
    shown_in["properties"][std::string(field.key())] = std::move(schema);
    if (field.value != nullptr) request["required"].push_back(field.name);
  }
  schemas["Request"] = std::move(request);
  schemas["NamedCertificate"] = std::move(certificate);
}

Json control_document() {
  Json head = Json::parse(control_schemas());
  Json& schemas = head["components"]["schemas"];
  schemas["CertificateName"] = names_schema(certificate_names(false));
  schemas["Certificates"] = choice_of(certificate_names(false));
  schemas["Endpoints"] = choice_of(contract::endpoint_ids());
  schemas["Traits"] = choice_of(trait_ids());
  schemas["DrillName"] = names_schema(drill_names());
  schemas["EventKind"] = names_schema(feed_kind_names());
  schemas["JournalMatch"] = journal_match();
  add_faults(schemas);
  add_requests(schemas);
  std::vector<Operation> operations;
  for (const auto& route : control_routes()) {
    operations.push_back({.method = route.method,
                          .path = route.path,
                          .doc = &route.doc,
                          .query = route.query,
                          .body_required = route.body == BodyRule::required});
  }
  return openapi_document(std::move(head), operations, kSharedByControl);
}

std::string list_of(contract::Editions editions) {
  std::vector<std::string_view> names;
  for (const auto edition : contract::kAllEditions) {
    if (editions.contains(edition)) names.push_back(to_string(edition));
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

// The contract's words for a code, and what else the code is for.
std::string meaning_of(const contract::DocumentedCode& code) {
  std::string text(code.meaning);
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  if (code.status == 403) text += fmt::format(", or {}", kLacksPermission);
  return text;
}

// Bodies of requests may hold what nobody knows where the edition passes it over.
void open_bodies(Json& schemas, const contract::EditionRules& rules) {
  for (const char* body : {"Certificate", "Certificates", "Rotate"})
    schemas[body]["additionalProperties"] = !rules.refuses_unknown_properties;
}

Json rest_document(const contract::EditionRules& rules) {
  Json head = Json::parse(rest_schemas());
  head["info"]["version"] = fmt::format("v1, edition {}", rules.name);
  Json& schemas = head["components"]["schemas"];
  schemas["CertificateName"] = names_schema(certificate_names(false));
  schemas["InternodeName"] = names_schema(certificate_names(true));
  open_bodies(schemas, rules);
  std::vector<Operation> operations;
  for (const auto& route : routes()) {
    const contract::Endpoint& endpoint = *route.endpoint;
    if (!endpoint.editions.contains(rules.edition)) continue;
    Operation operation{.method = endpoint.method,
                        .path = endpoint.path,
                        .doc = &route.doc,
                        .query = route.query,
                        .body_required = route.body == BodyRule::unread,
                        .id = endpoint.id,
                        .deprecated = endpoint.id == "update_cert" && rules.update_cert_deprecated};
    operation.description = fmt::format("Permission {}; editions {}.",
                                        to_string(endpoint.permission), list_of(endpoint.editions));
    for (const auto& code : endpoint.codes) {
      if (code.editions.contains(rules.edition))
        operation.documented.emplace(code.status, meaning_of(code));
    }
    operations.push_back(std::move(operation));
  }
  return openapi_document(std::move(head), operations, kSharedByRest);
}

Answer get_control(Engine& /*engine*/, const Call& /*call*/, std::string_view /*parameter*/) {
  return json_answer(control_openapi());
}

Answer get_rest(Engine& engine, const Call& /*call*/, std::string_view /*parameter*/) {
  return json_answer(rest_openapi(engine.settings().edition));
}

constexpr std::array kOpenapiRoutes{
    ControlRoute{"GET", "/sim/v1/openapi.json", BodyRule::none, get_control,
                 doc("This document", answers(200, "OpenAPI 3", "object"))},
    ControlRoute{
        "GET", "/sim/v1/rest-openapi.json", BodyRule::none, get_rest,
        doc("The description of the nodes' REST API", answers(200, "OpenAPI 3", "object"))},
};

}  // namespace

const std::string& control_openapi() {
  static const std::string text = control_document().dump(2) + "\n";
  return text;
}

const std::string& rest_openapi(contract::Edition edition) {
  static const auto texts = [] {
    std::array<std::string, contract::kAllEditions.size()> all;
    for (const auto one : contract::kAllEditions)
      all[static_cast<std::size_t>(one)] = rest_document(contract::rules_of(one)).dump(2) + "\n";
    return all;
  }();
  return texts[static_cast<std::size_t>(edition)];
}

std::span<const ControlRoute> openapi_routes() { return kOpenapiRoutes; }

}  // namespace certdrill::simulator
