#include "conformance/update_call.h"

#include <nlohmann/json.hpp>

namespace certdrill::conformance {

using nlohmann::json;

contract::UpdateCall usual_call(contract::Edition edition) {
  return contract::kWithUpdateCert.contains(edition) ? contract::UpdateCall::update_cert
                                                     : contract::UpdateCall::certificates;
}

json to_json(const CertificateEntry& entry) {
  json object{{"name", entry.name}};
  if (entry.key) object["key"] = *entry.key;
  if (entry.certificate) object["certificate"] = *entry.certificate;
  return object;
}

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string body_of(contract::UpdateCall call, const json& entry) {
  if (call == contract::UpdateCall::update_cert) return dump(entry);
  return dump(json{{"certificates", json::array({entry})}});
}

std::string body_of(contract::UpdateCall call, const CertificateEntry& entry) {
  return body_of(call, to_json(entry));
}

std::string list_body(const std::vector<CertificateEntry>& entries) {
  json list = json::array();
  for (const CertificateEntry& entry : entries) list.push_back(to_json(entry));
  return dump(json{{"certificates", list}});
}

}  // namespace certdrill::conformance
