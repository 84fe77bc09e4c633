// The sentences of the documentation that the cases rest on, in our words, each said once.
//
// Source: CONTRACT.
#pragma once

#include <string_view>

namespace certdrill::contract {

inline constexpr auto replaced = "200: the certificate is replaced across the entire cluster.";
inline constexpr auto validated_first =
    "The new certificate must pass validation before it can replace the old one.";
inline constexpr auto invalid = "400: failed, invalid certificate.";
inline constexpr auto unknown = "403: failed, unknown certificate.";
inline constexpr auto not_found =
    "404: failed, invalid certificate (reference page only; nothing says what triggers it).";
inline constexpr auto expired = "406: failed, expired certificate.";
inline constexpr auto not_all_nodes = "409: failed, not all nodes have been updated.";
inline constexpr auto retry =
    "When the replacement did not succeed, the caller is told to retry, in case the failure was "
    "temporary.";
inline constexpr auto body =
    "The request body is a JSON object with name, key and certificate, all strings.";
inline constexpr auto content_type = "Content-Type: application/json is required for PUT and POST.";
inline constexpr auto read_back =
    "GET /v1/cluster/certificates: one flat JSON object, <name>_cert and <name>_key for every "
    "installed "
    "certificate.";
inline constexpr auto next_connection =
    "Proxy and syncer certificates take effect at the next client connection.";
inline constexpr auto authentication = "Basic authentication; 401 when it is missing or wrong.";
inline constexpr auto permission =
    "403 when the role lacks the permission; only admin has update_cluster.";
inline constexpr auto viewing = "Every role but none has view_cluster_info.";
inline constexpr auto error_body =
    "Errors are JSON: {\"error_code\": \"<semantic_code>\", \"description\": \"<for people>\"}.";
inline constexpr auto all_or_none =
    "The successor validates all of the certificates before it changes anything.";
inline constexpr auto successor_body =
    "The successor's body: {\"certificates\": [{name, certificate, key}, ...]}.";
inline constexpr auto deletion =
    "DELETE: 200, removed from the configuration store and from disk on all nodes; 404 unknown "
    "certificate; "
    "403 required certificate.";
inline constexpr auto rotation =
    "POST rotate regenerates the two internode certificates, or the one that is named; 403 "
    "unsupported "
    "internal certificate rotation.";
inline constexpr auto key_optional =
    "The vendor's command line calls the same API, and its key file is optional.";
inline constexpr auto trust_without_key = "mtls_trusted_ca and sso_issuer have no key.";
inline constexpr auto nodes =
    "GET /v1/nodes: an array of nodes with uid, addr, status, software_version, ...";
inline constexpr auto unknown_uri = "404: unknown URI.";
inline constexpr auto internode =
    "Internode certificates: RSA only, clientAuth enforced at upload.";
inline constexpr auto editions =
    "update_cert is deprecated since 7.22.2 and will be removed; its successor is PUT "
    "/v1/cluster/certificates.";

}  // namespace certdrill::contract
