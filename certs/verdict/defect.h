// What is wrong with a submitted certificate: a typed id with parameters, turned into words
// in one place.
//
// The table of defects (defect.cpp) holds, for each id, its stable text id, the class of answer
// that it leads to, and its sentence. Descriptions say what is wrong, where, and what would be
// right; they never repeat key material.
// Thread safety: pure functions over a constant table.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace certdrill::certs {

// Which of the documented answers a defect leads to. HTTP status codes are the REST API's business.
enum class Verdict {
  absent,   // there is no certificate to look at
  invalid,  // it is there and wrong
  expired,  // it was right once
};

enum class DefectId {
  // absent
  certificate_missing,         // the field is not there
  certificate_empty,           // empty or blank
  certificate_file_reference,  // "@proxy.pem": a reference that the client did not expand
  certificate_without_pem,     // text, but no PEM certificate block
  // invalid: decoding
  certificate_pem_damaged,
  certificate_undecodable,
  certificate_trailing_data,
  certificate_foreign_block,  // a block of another kind among the certificates
  certificate_bad_version,
  certificate_not_der,
  certificate_bad_extension,  // it stands twice, or its content does not decode
  certificate_bad_time,       // in a form that RFC 5280 forbids
  key_missing,
  key_without_pem,
  key_pem_damaged,
  key_several,
  key_encrypted,
  key_not_a_key,
  key_undecodable,
  key_unsupported,
  key_does_not_match,
  installed_key_missing,         // no key sent, and none is installed
  installed_key_does_not_match,  // no key sent, and the installed one is another's
  // invalid: the chain
  chain_too_long,
  chain_duplicate,
  chain_same_holder,  // two certificates of one CA: cross-signed, or renewed
  chain_root_first,
  chain_after_root,
  chain_out_of_order,
  chain_signature,
  chain_key_identifier,
  chain_incomplete,
  chain_issuer_not_ca,
  chain_path_length,
  chain_critical_extension,
  chain_name_constraints,
  chain_refused,  // by OpenSSL, for another reason
  not_yet_valid,
  // invalid: a stated requirement
  key_too_small,
  key_type_not_allowed,
  weak_signature,
  no_client_auth,
  no_server_auth,
  san_incomplete,
  common_name_not_fqdn,
  key_usage_incomplete,
  validity_too_long,
  // expired
  expired,
};

struct Defect {
  DefectId id = DefectId::certificate_missing;
  int position = -1;    // 0-based index in the chain (0 is the leaf); -1: of no one certificate
  std::string subject;  // RFC 2253 subject of that certificate, when there is one
  std::string detail;   // what was found, in words: "line 7: ...", "it has none", ...
  std::string right{};  // a sentence: what would be right, where the usual one is not the best
};

std::string_view text_id(DefectId id);  // stable, e.g. "key-does-not-match"
Verdict verdict_of(DefectId id);

// One or two sentences for people: what is wrong, where, and what would be right.
std::string describe(const Defect& defect);

}  // namespace certdrill::certs
