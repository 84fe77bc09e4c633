// The bodies that the two calls which replace a certificate take.
//
// Source: CONTRACT, "The endpoint that the project exists for".
// Thread safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "contract/endpoints.h"

namespace certdrill::conformance {

// One certificate as it is sent. nullopt: the field is left out.
struct CertificateEntry {
  std::string name;
  std::optional<std::string> certificate;
  std::optional<std::string> key;
};

// The call to use for work that is not itself a test, such as putting things back.
contract::UpdateCall usual_call(contract::Edition edition);

nlohmann::json to_json(const CertificateEntry& entry);
std::string body_of(contract::UpdateCall call, const nlohmann::json& entry);
std::string body_of(contract::UpdateCall call, const CertificateEntry& entry);
std::string list_body(const std::vector<CertificateEntry>& entries);  // of the successor

// JSON text; bytes that are not UTF-8 are replaced instead of throwing.
std::string dump(const nlohmann::json& value);

}  // namespace certdrill::conformance
