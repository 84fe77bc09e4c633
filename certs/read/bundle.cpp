#include "certs/read/bundle.h"

#include <algorithm>
#include <utility>

#include "certs/read/openssl_errors.h"
#include "certs/read/text_hints.h"

namespace certdrill::certs {
namespace {

// The most that a set of trust anchors may hold; a chain is held to less (chain_order.h). Counted
// before anything is decoded, so that a huge body costs little.
constexpr std::size_t most_certificates = 100;

tl::unexpected<Defect> defect(DefectId id, std::string detail, int position = -1,
                              std::string subject = "") {
  return tl::make_unexpected(Defect{
      .id = id, .position = position, .subject = std::move(subject), .detail = std::move(detail)});
}

tl::unexpected<Defect> damaged(DefectId id, const PemError& error) {
  return defect(id, "line " + std::to_string(error.line) + ": " + error.what);
}

std::string line_of_first_nul(std::string_view text) {
  const auto nul = std::ranges::find(text, '\0');
  return "line " + std::to_string(std::count(text.begin(), nul, '\n') + 1) + ": a NUL byte";
}

bool is_certificate(const PemBlock& block) {
  return block.label == "CERTIFICATE" || block.label == "X509 CERTIFICATE";
}

// A BEGIN line of a certificate, whole or damaged; not one of "BEGIN CERTIFICATE REQUEST".
bool mentions_certificate_block(std::string_view text) {
  for (const std::string_view begin : {"-----BEGIN CERTIFICATE", "-----BEGIN X509 CERTIFICATE"}) {
    for (std::size_t at = text.find(begin); at != std::string_view::npos;
         at = text.find(begin, at + 1))
      if (!text.substr(at + begin.size()).starts_with(' ')) return true;
  }
  return false;
}

std::string what_is_there_instead(std::string_view text) {
  if (text.find("-----BEGIN ") == std::string_view::npos) return describe_non_pem(text);
  const auto blocks = parse_pem(text);
  if (!blocks)
    return "a damaged '" + blocks.error().label + "' block on line " +
           std::to_string(blocks.error().line);
  return blocks->empty() ? describe_non_pem(text) : describe_block(blocks->front());
}

// Is the first DER element shorter than the bytes around it?
bool has_trailing_bytes(std::string_view der) {
  const OpensslErrorScope scope;
  const auto* const begin = reinterpret_cast<const unsigned char*>(der.data());
  const unsigned char* content = begin;
  long length = 0;
  int tag = 0;
  int tag_class = 0;
  const auto size = static_cast<long>(der.size());
  if ((ASN1_get_object(&content, &length, &tag, &tag_class, size) & 0x80) != 0) return false;
  return (content - begin) + length < size;
}

tl::expected<Certificate, Defect> decode(const PemBlock& block, std::size_t index) {
  const int position = static_cast<int>(index);
  const std::string where = "the block on line " + std::to_string(block.line) + ": ";
  auto certificate = Certificate::from_der(block.der);
  if (!certificate) {
    return defect(has_trailing_bytes(block.der) ? DefectId::certificate_trailing_data
                                                : DefectId::certificate_undecodable,
                  where + certificate.error(), position);
  }
  const long version = X509_get_version(certificate->fields());
  if (version < X509_VERSION_1 || version > X509_VERSION_3)
    return defect(DefectId::certificate_bad_version,
                  "its version field says v" + std::to_string(version + 1), position,
                  certificate->subject());
  return *std::move(certificate);
}

tl::expected<Certificate, Defect> decode_issuer(const PemBlock& block, std::size_t index,
                                                IssuerMemo& issuers) {
  auto found = issuers.find_or_make(block.der, [&] { return decode(block, index); });
  if (!found) return tl::make_unexpected(std::move(found.error()));
  return **found;
}

// ---- keys
// ---------------------------------------------------------------------------------------------

constexpr std::string_view parameters_label = "EC PARAMETERS";

bool is_private_key(const PemBlock& block) {
  return block.label.ends_with("PRIVATE KEY");
}

DefectId defect_of(KeyError error) {
  switch (error) {
    case KeyError::encrypted:
      return DefectId::key_encrypted;
    case KeyError::not_a_key:
      return DefectId::key_not_a_key;
    case KeyError::undecodable:
      return DefectId::key_undecodable;
    case KeyError::unsupported:
      break;
  }
  return DefectId::key_unsupported;
}

std::string key_detail(KeyError error, const PemBlock& block) {
  if (error == KeyError::not_a_key) return describe_block(block);
  std::string detail =
      "the '" + printable(block.label) + "' block on line " + std::to_string(block.line);
  if (block.label == "OPENSSH PRIVATE KEY")
    detail += " is in OpenSSH's own format; convert it with: ssh-keygen -p -m PKCS8";
  return detail;
}

}  // namespace

tl::expected<std::vector<Certificate>, Defect> parse_chain(std::string_view text,
                                                           IssuerMemo* issuers) {
  if (is_blank(text)) return defect(DefectId::certificate_empty, "");
  if (is_file_reference(text))
    return defect(DefectId::certificate_file_reference, "'" + printable(trimmed(text), 100) + "'");
  if (!mentions_certificate_block(text))
    return defect(DefectId::certificate_without_pem, what_is_there_instead(text));
  if (text.find('\0') != std::string_view::npos)
    return defect(DefectId::certificate_pem_damaged, line_of_first_nul(text));

  const auto blocks = parse_pem(text);
  if (!blocks) return damaged(DefectId::certificate_pem_damaged, blocks.error());
  const auto foreign = std::ranges::find_if_not(*blocks, is_certificate);
  if (foreign != blocks->end())
    return defect(DefectId::certificate_foreign_block, describe_block(*foreign));
  if (blocks->size() > most_certificates)
    return defect(DefectId::chain_too_long,
                  std::to_string(blocks->size()) +
                      " certificates, more than certdrill's own limit of " +
                      std::to_string(most_certificates));

  std::vector<Certificate> chain;
  chain.reserve(blocks->size());
  for (std::size_t i = 0; i < blocks->size(); ++i) {
    auto certificate = i > 0 && issuers != nullptr ? decode_issuer((*blocks)[i], i, *issuers)
                                                   : decode((*blocks)[i], i);
    if (!certificate) return tl::make_unexpected(std::move(certificate.error()));
    chain.push_back(*std::move(certificate));
  }
  return chain;
}

tl::expected<PrivateKey, Defect> parse_key(std::string_view text) {
  if (is_blank(text)) return defect(DefectId::key_missing, "");
  if (text.find("-----BEGIN ") == std::string_view::npos)
    return defect(DefectId::key_without_pem, describe_non_pem(text));
  if (text.find('\0') != std::string_view::npos)
    return defect(DefectId::key_pem_damaged, line_of_first_nul(text));
  auto blocks = parse_pem(text);
  if (!blocks) return damaged(DefectId::key_pem_damaged, blocks.error());
  if (blocks->empty()) return defect(DefectId::key_without_pem, describe_non_pem(text));

  if (blocks->size() == 2 && blocks->front().label == parameters_label)
    blocks->erase(blocks->begin());
  const auto keys = std::ranges::count_if(*blocks, is_private_key);
  if (keys > 1) return defect(DefectId::key_several, std::to_string(keys) + " private keys");
  const auto foreign = std::ranges::find_if_not(*blocks, is_private_key);
  if (foreign != blocks->end()) return defect(DefectId::key_not_a_key, describe_block(*foreign));

  auto key = PrivateKey::from_block(blocks->front());
  if (!key) return defect(defect_of(key.error()), key_detail(key.error(), blocks->front()));
  return *std::move(key);
}

std::string chain_pem(const std::vector<Certificate>& chain) {
  std::string text;
  for (const Certificate& certificate : chain) text += certificate.pem();
  return text;
}

}  // namespace certdrill::certs
