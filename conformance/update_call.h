// The two calls that replace a certificate, as one concept: their paths and the bodies that they
// take.
//
// Source: CONTRACT, "The endpoint that the project exists for".
// Thread safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "conformance/edition.h"

namespace certdrill::conformance {

enum class UpdateCall {
  update_cert,   // PUT /v1/cluster/update_cert, one certificate
  certificates,  // PUT /v1/cluster/certificates, a list; the successor
};

// One certificate as it is sent. nullopt: the field is left out.
struct CertificateEntry {
  std::string name;
  std::optional<std::string> certificate;
  std::optional<std::string> key;
};

std::string_view to_string(
    UpdateCall call);  // "update_cert", "certificates": first part of case ids
std::string_view path_of(UpdateCall call);
Editions editions_of(UpdateCall call);

// The call to use for work that is not itself a test, such as putting things back.
UpdateCall usual_call(Edition edition);

nlohmann::json to_json(const CertificateEntry& entry);
std::string body_of(UpdateCall call, const nlohmann::json& entry);
std::string body_of(UpdateCall call, const CertificateEntry& entry);
std::string list_body(const std::vector<CertificateEntry>& entries);  // of the successor

// JSON text; bytes that are not UTF-8 are replaced instead of throwing.
std::string dump(const nlohmann::json& value);

}  // namespace certdrill::conformance
