#include "simulator/wrong/faults/request_facts.h"

#include <nlohmann/json.hpp>

namespace certdrill::simulator {
namespace {

using nlohmann::json;

std::string text_in(const json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

void add(RequestFacts& facts, const json& object) {
  if (!object.is_object()) return;
  const auto name = contract::find_certificate(text_in(object, "name"));
  if (name) facts.certificates.push_back({*name, text_in(object, "certificate")});
}

void add_all(RequestFacts& facts, const json& body) {
  const auto list = body.is_object() ? body.find("certificates") : body.end();
  if (list == body.end() || !list->is_array()) return;
  for (const auto& one : *list) add(facts, one);
}

void add_rotated(RequestFacts& facts, const json& body) {
  add(facts, body);
  if (!facts.certificates.empty()) return;
  for (const auto& one : contract::cluster_certificates()) {
    if (one.internode) facts.certificates.push_back({one.name, {}});
  }
}

}  // namespace

RequestFacts facts_of(const Call& call) {
  RequestFacts facts{contract::endpoint_of(call.method, call.path), call.node(), {}};
  if (facts.endpoint == nullptr) return facts;
  const auto id = facts.endpoint->id;
  if (id == "delete_certificate") {
    const auto name = contract::find_certificate(call.path.substr(call.path.rfind('/') + 1));
    if (name) facts.certificates.push_back({*name, {}});
    return facts;
  }
  if (id != "update_cert" && id != "put_certificates" && id != "rotate") return facts;
  const auto body = json::parse(call.body.text(), nullptr, /*allow_exceptions=*/false);
  if (id == "update_cert") add(facts, body);
  if (id == "put_certificates") add_all(facts, body);
  if (id == "rotate") add_rotated(facts, body);
  return facts;
}

}  // namespace certdrill::simulator
