// Editions of the product as data: which calls and answers each one has.
//
// Adding an edition: one row in edition.cpp.
// Source: the vendor's reference pages, its OpenAPI file and its deprecation notice (7.22.2).
// Thread safety: constant data.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace certdrill::simulator {

struct Edition {
  std::string_view name;              // "7.22", as --emulate takes it
  std::string_view software_version;  // as GET /v1/nodes reports it
  bool update_cert;                   // has PUT /v1/cluster/update_cert
  bool update_cert_deprecated;        // answers it with a Deprecation header
  bool put_certificates;              // has PUT /v1/cluster/certificates
  bool answers_404;  // 404 for an absent certificate; otherwise 400 (OpenAPI has no 404)
  bool refuses_unknown_properties;  // request objects forbid additional properties
};

std::span<const Edition> editions();
const Edition& default_edition();
const Edition* find_edition(std::string_view name);  // nullptr when unknown

}  // namespace certdrill::simulator
