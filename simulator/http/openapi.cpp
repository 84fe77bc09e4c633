#include "simulator/http/openapi.h"

#include <cctype>

#include <fmt/format.h>

namespace certdrill::simulator {
namespace {

using Json = nlohmann::ordered_json;

bool is_schema_name(std::string_view name) {
  return !name.empty() && std::isupper(static_cast<unsigned char>(name.front())) != 0;
}

Json content(std::string_view type, Json schema) {
  return {{std::string(type), {{"schema", std::move(schema)}}}};
}

Json parameter_json(const Parameter& parameter, const char* place) {
  Json json{{"name", parameter.name}, {"in", place}};
  if (place == std::string_view("path")) json["required"] = true;
  json["description"] = parameter.sentence;
  json["schema"] = type_schema(parameter.type);
  if (parameter.lowest) json["schema"]["minimum"] = *parameter.lowest;
  if (parameter.highest) json["schema"]["maximum"] = *parameter.highest;
  return json;
}

Json answer_json(const AnswerDoc& answer) {
  Json json{{"description", answer.meaning}};
  const bool plain = answer.content_type != "application/json";
  const auto name = answer.schema.empty() && answer.status >= 400 ? "Error" : answer.schema;
  if (plain) json["content"] = content(answer.content_type, {{"type", "string"}});
  if (!plain && !name.empty()) json["content"] = content(answer.content_type, type_schema(name));
  return json;
}

// By status; the first to name one has it.
std::map<int, AnswerDoc> answers_of(const Operation& operation, std::span<const AnswerDoc> shared) {
  std::map<int, AnswerDoc> answers;
  for (const auto& answer : std::span(operation.doc->answers).first(operation.doc->answer_count)) {
    answers.emplace(answer.status, answer);
  }
  for (const auto& [status, meaning] : operation.documented) {
    answers.emplace(status, AnswerDoc{status, meaning});
  }
  for (const auto& answer : shared) answers.emplace(answer.status, answer);
  return answers;
}

Json operation_json(const Operation& operation, std::span<const AnswerDoc> shared) {
  const RouteDoc& doc = *operation.doc;
  Json json{{"summary", doc.summary}};
  if (!operation.description.empty()) json["description"] = operation.description;
  if (!operation.id.empty()) json["operationId"] = operation.id;
  if (operation.deprecated) json["deprecated"] = true;
  Json parameters = Json::array();
  if (doc.parameter) parameters.push_back(parameter_json(*doc.parameter, "path"));
  for (const auto& parameter : operation.query) {
    parameters.push_back(parameter_json(parameter, "query"));
  }
  if (!parameters.empty()) json["parameters"] = std::move(parameters);
  if (!doc.body.empty()) {
    json["requestBody"] = {{"required", operation.body_required},
                           {"content", content("application/json", type_schema(doc.body))}};
  }
  for (const auto& [status, answer] : answers_of(operation, shared)) {
    json["responses"][std::to_string(status)] = answer_json(answer);
  }
  return json;
}

// "/v1/nodes/*" as "/v1/nodes/{uid}".
std::string templated(const Operation& operation) {
  std::string path(operation.path);
  if (const auto star = path.find('*'); star != path.npos) {
    path.replace(star, 1, fmt::format("{{{}}}", operation.doc->parameter.value().name));
  }
  return path;
}

std::string lower(std::string_view method) {
  std::string text(method);
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// An object whose fields are told holds no others, unless it says so.
void close_objects(Json& schema) {
  if (!schema.is_structured()) return;
  if (schema.is_object() && schema.contains("properties") && schema.value("type", "") == "object" &&
      !schema.contains("additionalProperties")) {
    schema["additionalProperties"] = false;
  }
  for (auto& part : schema) close_objects(part);
}

}  // namespace

Json openapi_document(Json head, std::span<const Operation> operations,
                      std::span<const AnswerDoc> shared) {
  Json paths = Json::object();
  for (const auto& operation : operations) {
    paths[templated(operation)][lower(operation.method)] = operation_json(operation, shared);
  }
  Json components = std::move(head["components"]);
  head.erase("components");
  for (auto& schema : components["schemas"]) close_objects(schema);
  head["paths"] = std::move(paths);
  head["components"] = std::move(components);
  return head;
}

Json names_schema(std::span<const std::string_view> names) {
  return {{"type", "string"}, {"enum", names}};
}

Json type_schema(std::string_view name) {
  if (name.starts_with('['))
    return {{"type", "array"}, {"items", type_schema(name.substr(1, name.size() - 2))}};
  if (is_schema_name(name)) return {{"$ref", fmt::format("#/components/schemas/{}", name)}};
  return {{"type", name}};
}

}  // namespace certdrill::simulator
