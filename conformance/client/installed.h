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

// Whether both are the same in substance: the same certificates in the same order, byte by byte of
// their DER, and the same key. A cluster may store other line ends, or drop what stands around the
// PEM blocks. Texts that do not decode are compared as they are.
bool equivalent(const InstalledCertificate& one, const InstalledCertificate& other);
bool equivalent(const std::optional<InstalledCertificate>& one,
                const std::optional<InstalledCertificate>& other);
bool same_chain(std::string_view one_pem, std::string_view other_pem);
bool same_key(std::string_view one_pem, std::string_view other_pem);

// What differs in substance, one clause each: "proxy_cert is not what it was", "ldap_client is
// new", ... Never values.
std::vector<std::string> differences(const Installed& before, const Installed& after);

// Whether it could be sent back later: whole, with its key, and nothing in it that the cluster is
// documented to refuse. `cluster_name` is the FQDN. The error is a clause that says why not.
tl::expected<certs::Bundle, std::string> restorable(std::string_view name,
                                                    const InstalledCertificate& installed,
                                                    std::string_view cluster_name,
                                                    certs::Instant now);

}  // namespace certdrill::conformance
