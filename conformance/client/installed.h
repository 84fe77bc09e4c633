// What GET /v1/cluster/certificates says is installed: for each name, the certificate and key texts
// exactly as read. Values hold private keys: they go into the guard's journal and into comparisons,
// nowhere else.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "certs/read/instant.h"
#include "certs/verdict/bundle.h"

namespace certdrill::conformance {

struct InstalledCertificate {
  std::string certificate;         // PEM chain
  std::optional<std::string> key;  // PEM; mtls_trusted_ca and sso_issuer have none

  bool operator==(const InstalledCertificate&) const = default;
};

using Installed = std::map<std::string, InstalledCertificate, std::less<>>;  // by name: "proxy"

// nullopt: nothing of this name is installed.
std::optional<InstalledCertificate> held_of(const Installed& installed, std::string_view name);

// From the answer's body: one flat object of `<name>_cert` and `<name>_key` strings. The error is a
// clause that says what is wrong and never repeats a value.
tl::expected<Installed, std::string> parse_installed(std::string_view body);

// What differs, one clause each: "proxy_cert is not what it was", "ldap_client is new", ... Never
// values.
std::vector<std::string> differences(const Installed& before, const Installed& after);

// Whether it could be sent back later: whole, with its key, and nothing in it that the cluster is
// documented to refuse. `cluster_name` is the FQDN. The error is a clause that says why not.
tl::expected<certs::Bundle, std::string> restorable(std::string_view name,
                                                    const InstalledCertificate& installed,
                                                    std::string_view cluster_name,
                                                    certs::Instant now);

}  // namespace certdrill::conformance
