// The sentences of the documentation that the cases rest on, in our words, each said once.
//
// Source: CONTRACT.
#pragma once

#include <string_view>

namespace certdrill::contract {

inline constexpr auto kReplaced = "200: the certificate is replaced across the entire cluster.";
inline constexpr auto kValidatedFirst =
    "The new certificate must pass validation before it can replace the old one.";
inline constexpr auto kInvalid = "400: failed, invalid certificate.";
inline constexpr auto kUnknown = "403: failed, unknown certificate.";
inline constexpr auto kNotFound =
    "404: failed, invalid certificate (reference page only; nothing says what triggers it).";
inline constexpr auto kExpired = "406: failed, expired certificate.";
inline constexpr auto kNotAllNodes = "409: failed, not all nodes have been updated.";
inline constexpr auto kRetry =
    "When the replacement did not succeed, the caller is told to retry, in case the failure was "
    "temporary.";
inline constexpr auto kBody =
    "The request body is a JSON object with name, key and certificate, all strings.";
inline constexpr auto kContentType = "Content-Type: application/json is required for PUT and POST.";
inline constexpr auto kReadBack =
    "GET /v1/cluster/certificates: one flat JSON object, <name>_cert and <name>_key for every "
    "installed certificate.";
inline constexpr auto kNextConnection =
    "Proxy and syncer certificates take effect at the next client connection.";
inline constexpr auto kAuthentication = "Basic authentication; 401 when it is missing or wrong.";
inline constexpr auto kPermission =
    "403 when the role lacks the permission; only admin has update_cluster.";
inline constexpr auto kViewing = "Every role but none has view_cluster_info.";
inline constexpr auto kErrorBody =
    "Errors are JSON: {\"error_code\": \"<semantic_code>\", \"description\": \"<for people>\"}; "
    "some pages call the text message.";
inline constexpr auto kAllOrNone =
    "The successor validates all of the certificates before it changes anything.";
inline constexpr auto kSuccessorBody =
    "The successor's body: {\"certificates\": [{name, certificate, key}, ...]}.";
inline constexpr auto kDeletion =
    "DELETE: 200, removed from the configuration store and from disk on all nodes; 404 unknown "
    "certificate; 403 required certificate.";
inline constexpr auto kRotation =
    "POST rotate regenerates the two internode certificates, or the one that is named; 403 "
    "unsupported internal certificate rotation.";
inline constexpr auto kKeyOptional =
    "The vendor's command line calls the same API, and its key file is optional.";
inline constexpr auto kTrustWithoutKey = "mtls_trusted_ca and sso_issuer have no key.";
inline constexpr auto kNodes =
    "GET /v1/nodes: an array of nodes with uid, addr, status, software_version, ...";
inline constexpr auto kUnknownUri = "404: unknown URI.";
inline constexpr auto kEditions =
    "update_cert is deprecated since 7.22.2 and will be removed; its successor is PUT "
    "/v1/cluster/certificates.";

}  // namespace certdrill::contract
