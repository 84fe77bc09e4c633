// The OpenAPI documents against the route tables, and against what the simulator really answers.
#include <algorithm>
#include <cctype>
#include <regex>
#include <set>

#include <gmock/gmock.h>

#include "simulator/control_api/control_api.h"
#include "simulator/rest_api/rest_api.h"
#include "simulator/wrong/drills.h"
#include "tests/support/running_simulator.h"

namespace certdrill::simulator {
namespace {

using nlohmann::json;
using support::ControlSeen;
using support::RunningSimulator;

using Operations = std::set<std::string>;  // "GET /sim/v1/nodes/*"

std::string as_pattern(const std::string& path) {
  return std::regex_replace(path, std::regex(R"(\{[^}]*\})"), "*");
}

Operations operations_of(const json& document) {
  Operations all;
  for (const auto& [path, methods] : document["paths"].items()) {
    for (auto [method, operation] : methods.items()) {
      std::string upper = method;
      std::ranges::transform(upper, upper.begin(),
                             [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      all.insert(upper + " " + as_pattern(path));
    }
  }
  return all;
}

// What is wrong with an answer by the document's own words; empty: nothing.
class Checker {
 public:
  explicit Checker(std::string_view text) : document_(json::parse(text)) {}
  const json& document() const { return document_; }

  std::string check(const std::string& method, const std::string& documented_path, int status,
                    const std::string& body) const {
    const auto& operation = document_["paths"][documented_path][method];
    const auto code = std::to_string(status);
    if (!operation["responses"].contains(code)) return "status " + code + " is not documented";
    const auto& response = operation["responses"][code];
    if (!response.contains("content")) return "";
    const auto& content = response["content"];
    if (!content.contains("application/json")) return "";
    const auto value = json::parse(body, nullptr, false);
    if (value.is_discarded()) return "the body is no JSON";
    return check(content["application/json"]["schema"], value, "body");
  }

 private:
  std::string check(const json& schema, const json& value, const std::string& where) const {
    if (schema.contains("$ref")) return check(resolve(schema["$ref"]), value, where);
    if (value.is_null() && schema.value("nullable", false)) return "";
    if (schema.contains("discriminator")) return check_one_of_kinds(schema, value, where);
    if (schema.contains("oneOf") && !schema.contains("type")) {
      const auto fits = std::ranges::count_if(
          schema["oneOf"], [&](const json& part) { return check(part, value, where).empty(); });
      return fits == 1 ? "" : where + " fits " + std::to_string(fits) + " of the alternatives";
    }
    if (schema.contains("allOf")) {
      for (const auto& part : schema["allOf"]) {
        if (auto wrong = check(part, value, where); !wrong.empty()) return wrong;
      }
      return "";
    }
    if (schema.contains("pattern") && value.is_string() &&
        !std::regex_match(value.get<std::string>(),
                          std::regex(schema["pattern"].get<std::string>()))) {
      return where + " does not look as documented: " + value.dump();
    }
    if (value.is_number() &&
        (value < schema.value("minimum", value) || value > schema.value("maximum", value))) {
      return where + " is outside of the documented bounds: " + value.dump();
    }
    const auto type = schema.value("type", "");
    if (!is(type, value)) return where + " is not of the type " + type + ": " + value.dump();
    if (schema.contains("enum") &&
        std::ranges::find(schema["enum"], value) == schema["enum"].end()) {
      return where + " has an undocumented value: " + value.dump();
    }
    if (type == "array") return check_items(schema, value, where);
    return type == "object" ? check_fields(schema, value, where) : "";
  }

  // By the schema that the discriminator's value points to.
  std::string check_one_of_kinds(const json& schema, const json& value,
                                 const std::string& where) const {
    const auto& discriminator = schema["discriminator"];
    const auto kind = value.value(discriminator["propertyName"].get<std::string>(), "");
    if (!discriminator["mapping"].contains(kind)) return where + " is of no kind: " + kind;
    return check(resolve(discriminator["mapping"][kind]), value, where);
  }

  std::string check_items(const json& schema, const json& value, const std::string& where) const {
    for (const auto& item : value) {
      if (auto wrong = check(schema["items"], item, where + "[]"); !wrong.empty()) return wrong;
    }
    return "";
  }

  std::string check_fields(const json& schema, const json& value, const std::string& where) const {
    for (const auto& name : schema.value("required", json::array())) {
      if (!value.contains(name.get<std::string>())) return where + " lacks " + name.dump();
    }
    const auto properties = schema.value("properties", json::object());
    for (const auto& [name, field] : value.items()) {
      const json* described = properties.contains(name) ? &properties[name]
                              : schema.contains("additionalProperties")
                                  ? &schema["additionalProperties"]
                                  : nullptr;
      const bool refused = described != nullptr && *described == false;
      if (refused || (described == nullptr && !properties.empty())) {
        return where + "." + name + " is not documented";
      }
      if (described == nullptr || !described->is_object()) continue;
      if (auto wrong = check(*described, field, where + "." + name); !wrong.empty()) return wrong;
    }
    return "";
  }

  static bool is(const std::string& type, const json& value) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "boolean") return value.is_boolean();
    return true;
  }

  const json& resolve(const std::string& reference) const {
    return document_.at(json::json_pointer(reference.substr(1)));
  }

  json document_;
};

TEST(OpenApi, HoldsEveryRouteOfTheControlApiAndNoOther) {
  Operations routes;
  for (const auto& route : control_routes()) {
    routes.insert(std::string(route.method) + " " + std::string(route.path));
  }
  EXPECT_EQ(operations_of(Checker(control_openapi()).document()), routes);
}

TEST(OpenApi, HoldsEveryRouteOfTheRestApiAndNoOther) {
  for (const auto edition : contract::kAllEditions) {
    Operations all;
    for (const auto& route : routes()) {
      if (!route.endpoint->editions.contains(edition)) continue;
      all.insert(std::string(route.endpoint->method) + " " + std::string(route.endpoint->path));
    }
    EXPECT_EQ(operations_of(Checker(rest_openapi(edition)).document()), all) << to_string(edition);
  }
}

TEST(OpenApi, TheRestDocumentIsAsStrictAsItsEdition) {
  const auto closed = [](contract::Edition edition) {
    return json::parse(rest_openapi(
               edition))["components"]["schemas"]["Certificate"]["additionalProperties"] == false;
  };
  const auto codes = [](contract::Edition edition) {
    return json::parse(
        rest_openapi(edition))["paths"]["/v1/cluster/update_cert"]["put"]["responses"];
  };
  EXPECT_FALSE(closed(contract::Edition::v7_22)) << "it passes over what it does not know";
  EXPECT_TRUE(closed(contract::Edition::v8_0));
  EXPECT_TRUE(codes(contract::Edition::v7_22).contains("404"));
  EXPECT_FALSE(codes(contract::Edition::v8_0).contains("404"));
}

TEST(OpenApi, NoObjectIsOpenByAccident) {
  for (const auto& text : {control_openapi(), rest_openapi(contract::Edition::v8_0)}) {
    const auto document = json::parse(text);
    for (const auto& [name, schema] : document["components"]["schemas"].items()) {
      if (!schema.contains("properties")) continue;
      EXPECT_TRUE(schema.contains("additionalProperties")) << name;
    }
  }
}

TEST(OpenApi, EveryReferenceLeadsToASchema) {
  for (const auto* text : {&control_openapi(), &rest_openapi(contract::kDefaultEdition)}) {
    const auto document = json::parse(*text);
    const auto values = document.flatten();
    for (const auto& [place, value] : values.items()) {
      if (!place.ends_with("/$ref") && place.find("/mapping/") == std::string::npos) continue;
      const json::json_pointer target(value.get<std::string>().substr(1));
      EXPECT_TRUE(document.contains(target)) << place << " " << value;
    }
  }
}

TEST(OpenApi, HoldsEveryQueryParameterOfTheControlApi) {
  const Checker checker(control_openapi());
  const auto& paths = checker.document()["paths"];
  for (const auto& route : control_routes()) {
    std::set<std::string> wanted;
    for (const auto& parameter : route.query) wanted.emplace(parameter.name);
    std::set<std::string> documented;
    std::string method(route.method);
    std::ranges::transform(method, method.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (const auto& [path, methods] : paths.items()) {
      if (as_pattern(path) != route.path || !methods.contains(method)) continue;
      for (const auto& parameter : methods[method].value("parameters", json::array())) {
        if (parameter["in"] == "query") documented.insert(parameter["name"]);
      }
    }
    EXPECT_EQ(documented, wanted) << route.method << " " << route.path;
  }
}

class OpenApiTest : public RunningSimulator {
 protected:
  void expect_documented(const std::string& method, const std::string& path,
                         const ControlSeen& seen, int status) {
    EXPECT_EQ(seen.status, status) << method << " " << path << " " << seen.body;
    EXPECT_EQ(control_.check(method, path, seen.status, seen.body), "") << method << " " << path;
  }
  void expect_documented_rest(const std::string& method, const std::string& path,
                              const support::Seen& seen, int status) {
    EXPECT_EQ(seen.status, status) << method << " " << path << " " << seen.body;
    EXPECT_EQ(rest_.check(method, path, seen.status, seen.body), "") << method << " " << path;
  }

  const Checker control_{control_openapi()};
  const Checker rest_{rest_openapi(contract::kDefaultEdition)};
};

TEST_F(OpenApiTest, TheControlApiAnswersAsDocumented) {
  start();
  ASSERT_EQ(node().update("proxy", made()).status, 200);
  auto& api = control();
  for (const char* path :
       {"/sim/v1/health", "/sim/v1/cluster", "/sim/v1/convergence", "/sim/v1/requests",
        "/sim/v1/requests/count", "/sim/v1/snapshot", "/sim/v1/snapshots", "/metrics",
        "/sim/v1/openapi.json", "/sim/v1/rest-openapi.json"}) {
    expect_documented("get", path, api.get(path), 200);
    expect_documented("get", path, api.get(path, {{"Origin", "null"}}), 403);
    expect_documented("get", path, api.get(std::string(path) + "?no-such=1"), 400);
  }
  const json any{{"match", json::object()}, {"at_least", 1}};
  const json none{{"match", json::object()}, {"expected", 0}};
  expect_documented("post", "/sim/v1/requests/verify", api.post("/sim/v1/requests/verify", any),
                    200);
  expect_documented("post", "/sim/v1/requests/verify", api.post("/sim/v1/requests/verify", none),
                    409);
  expect_documented("put", "/sim/v1/nodes/{uid}",
                    api.put("/sim/v1/nodes/1", {{"state", "restart"}}), 200);
  expect_documented("put", "/sim/v1/nodes/{uid}", api.put("/sim/v1/nodes/9", {{"state", "up"}}),
                    404);
  expect_documented("post", "/sim/v1/snapshot", api.post("/sim/v1/snapshot", {{"name", "a"}}), 201);
  expect_documented("get", "/sim/v1/snapshots/{name}",
                    api.get("/sim/v1/snapshots/a?include_keys=true"), 200);
  expect_documented("get", "/sim/v1/snapshots/{name}", api.get("/sim/v1/snapshots/b"), 404);
  expect_documented("post", "/sim/v1/restore", api.post("/sim/v1/restore", {{"name", "a"}}), 200);
  expect_documented("delete", "/sim/v1/snapshots/{name}", api.remove("/sim/v1/snapshots/a"), 200);
  expect_documented("delete", "/sim/v1/requests", api.remove("/sim/v1/requests"), 200);
  expect_documented("post", "/sim/v1/reset", api.post("/sim/v1/reset"), 200);
}

// All kinds of faults stand in some drill.
TEST_F(OpenApiTest, ArmedFaultsLookAsDocumented) {
  start();
  for (const auto& drill : drills()) {
    const auto path = "/sim/v1/drills/" + std::string(drill.name);
    expect_documented("put", "/sim/v1/drills/{name}", control().put(path), 200);
    expect_documented("get", "/sim/v1/faults", control().get("/sim/v1/faults"), 200);
    expect_documented("delete", "/sim/v1/drills/{name}", control().remove(path), 200);
  }
  expect_documented("get", "/sim/v1/drills", control().get("/sim/v1/drills"), 200);
}

TEST_F(OpenApiTest, TheRestApiAnswersAsDocumented) {
  start();
  auto client = node();
  support::RestClient stranger(ready().nodes[0].rest, "nobody", "wrong");
  const auto update = "/v1/cluster/update_cert";
  expect_documented_rest("put", update, client.update("proxy", made()), 200);
  expect_documented_rest("put", update, client.put(update, "{}"), 400);
  expect_documented_rest("put", update, client.update("proxi", made()), 403);
  expect_documented_rest("put", update, client.put(update, R"({"name":"proxy"})"), 404);
  expect_documented_rest("put", update, stranger.put(update, "{}"), 401);
  const auto expired =
      support::make_certificate({.now = support::kTestNow, .lifetime = -std::chrono::days(1)});
  expect_documented_rest("put", update, client.update("proxy", expired), 406);
  const auto certificates = "/v1/cluster/certificates";
  expect_documented_rest("get", certificates, client.get(certificates), 200);
  expect_documented_rest("put", certificates, client.put(certificates, "{}"), 400);
  expect_documented_rest("post", "/v1/cluster/certificates/rotate",
                         client.post("/v1/cluster/certificates/rotate", "{}"), 200);
  expect_documented_rest("delete", "/v1/cluster/certificates/{name}",
                         client.remove("/v1/cluster/certificates/proxy"), 403);
  for (const char* path : {"/v1/nodes", "/v1/nodes/status", "/v1/cluster", "/v1/logs"}) {
    expect_documented_rest("get", path, client.get(path), 200);
  }
  expect_documented_rest("get", "/v1/nodes/{uid}", client.get("/v1/nodes/1"), 200);
  expect_documented_rest("get", "/v1/nodes/{uid}", client.get("/v1/nodes/9"), 404);
  expect_documented_rest("get", "/v1/nodes/{uid}/status", client.get("/v1/nodes/1/status"), 200);
  expect_documented_rest("get", "/v1/logs", client.get("/v1/logs?x=1"), 400);
  ASSERT_EQ(control().put("/sim/v1/nodes/2", {{"state", "down"}}).status, 200);
  expect_documented_rest("put", update, client.update("proxy", made()), 409);
}

}  // namespace
}  // namespace certdrill::simulator
