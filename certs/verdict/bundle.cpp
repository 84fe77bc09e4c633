#include "certs/verdict/bundle.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "certs/read/openssl.h"
#include "certs/read/pem.h"
#include "certs/read/text.h"
#include "certs/verdict/exact_memo.h"

namespace certdrill::certs {
namespace {

// The most that a set of trust anchors may hold; a chain is held to less (chain_order.h). Counted
// before anything is decoded, so that a huge body costs little.
constexpr std::size_t kMostCertificates = 100;

tl::unexpected<Defect> found_defect(DefectId id, std::string detail, int position = -1,
                                    std::string subject = "") {
  return tl::unexpected(Defect{
      .id = id, .position = position, .subject = std::move(subject), .detail = std::move(detail)});
}

tl::unexpected<Defect> damaged_text(DefectId id, const PemError& error) {
  return found_defect(id, fmt::format("line {}: {}", error.line, error.what));
}

std::string line_of_first_nul(std::string_view text) {
  const auto nul = std::ranges::find(text, '\0');
  return fmt::format("line {}: a NUL byte", std::count(text.begin(), nul, '\n') + 1);
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
    return fmt::format("a damaged '{}' block on line {}", blocks.error().label,
                       blocks.error().line);
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

tl::expected<Certificate, Defect> decode_certificate(const PemBlock& block, std::size_t index) {
  const int position = static_cast<int>(index);
  auto certificate = Certificate::from_der(block.der);
  if (!certificate) {
    return found_defect(has_trailing_bytes(block.der) ? DefectId::certificate_trailing_data
                                                      : DefectId::certificate_undecodable,
                        fmt::format("the block on line {}: {}", block.line, certificate.error()),
                        position);
  }
  const long version = X509_get_version(certificate->x509());
  if (version < X509_VERSION_1 || version > X509_VERSION_3)
    return found_defect(DefectId::certificate_bad_version,
                        fmt::format("its version field says v{}", version + 1), position,
                        certificate->subject());
  if (certificate->der() != block.der)
    return found_defect(DefectId::certificate_not_der,
                        fmt::format("the block on line {}", block.line), position,
                        certificate->subject());
  return *std::move(certificate);
}

tl::expected<Certificate, Defect> decode_issuer(const PemBlock& block, std::size_t index,
                                                IssuerMemo& issuers) {
  auto found = issuers.find_or_make(block.der, [&] { return decode_certificate(block, index); });
  if (!found) return tl::unexpected(std::move(found.error()));
  return **found;
}

// ---- keys

constexpr std::string_view kParametersLabel = "EC PARAMETERS";

bool is_private_key(const PemBlock& block) { return block.label.ends_with("PRIVATE KEY"); }

DefectId defect_of(KeyError error) {
  switch (error) {
    case KeyError::encrypted: return DefectId::key_encrypted;
    case KeyError::not_a_key: return DefectId::key_not_a_key;
    case KeyError::undecodable: return DefectId::key_undecodable;
    case KeyError::unsupported: break;
  }
  return DefectId::key_unsupported;
}

std::string key_detail(KeyError error, const PemBlock& block) {
  if (error == KeyError::not_a_key) return describe_block(block);
  std::string detail = fmt::format("the '{}' block on line {}", printable(block.label), block.line);
  if (block.label == "OPENSSH PRIVATE KEY")
    detail += " is in OpenSSH's own format; convert it with: ssh-keygen -p -m PKCS8";
  return detail;
}

}  // namespace

tl::expected<std::vector<Certificate>, Defect> parse_chain(std::string_view text,
                                                           IssuerMemo* issuers) {
  if (is_blank(text)) return found_defect(DefectId::certificate_empty, "");
  if (is_file_reference(text))
    return found_defect(DefectId::certificate_file_reference,
                        fmt::format("'{}'", printable(trimmed(text), 100)));
  if (!mentions_certificate_block(text))
    return found_defect(DefectId::certificate_without_pem, what_is_there_instead(text));
  if (text.find('\0') != std::string_view::npos)
    return found_defect(DefectId::certificate_pem_damaged, line_of_first_nul(text));

  const auto blocks = parse_pem(text);
  if (!blocks) return damaged_text(DefectId::certificate_pem_damaged, blocks.error());
  const auto foreign = std::ranges::find_if_not(*blocks, is_certificate);
  if (foreign != blocks->end())
    return found_defect(DefectId::certificate_foreign_block, describe_block(*foreign));
  if (blocks->size() > kMostCertificates)
    return found_defect(DefectId::chain_too_long,
                        fmt::format("{} certificates, more than certdrill's own limit of {}",
                                    blocks->size(), kMostCertificates));

  std::vector<Certificate> chain;
  chain.reserve(blocks->size());
  for (std::size_t i = 0; i < blocks->size(); ++i) {
    auto certificate = i > 0 && issuers != nullptr ? decode_issuer((*blocks)[i], i, *issuers)
                                                   : decode_certificate((*blocks)[i], i);
    if (!certificate) return tl::unexpected(std::move(certificate.error()));
    chain.push_back(*std::move(certificate));
  }
  return chain;
}

tl::expected<PrivateKey, Defect> parse_key(std::string_view text) {
  if (is_blank(text)) return found_defect(DefectId::key_missing, "");
  if (text.find("-----BEGIN ") == std::string_view::npos)
    return found_defect(DefectId::key_without_pem, describe_non_pem(text));
  if (text.find('\0') != std::string_view::npos)
    return found_defect(DefectId::key_pem_damaged, line_of_first_nul(text));
  auto blocks = parse_pem(text);
  if (!blocks) return damaged_text(DefectId::key_pem_damaged, blocks.error());
  if (blocks->empty()) return found_defect(DefectId::key_without_pem, describe_non_pem(text));

  if (blocks->size() == 2 && blocks->front().label == kParametersLabel)
    blocks->erase(blocks->begin());
  const auto keys = std::ranges::count_if(*blocks, is_private_key);
  if (keys > 1) return found_defect(DefectId::key_several, fmt::format("{} private keys", keys));
  const auto foreign = std::ranges::find_if_not(*blocks, is_private_key);
  if (foreign != blocks->end())
    return found_defect(DefectId::key_not_a_key, describe_block(*foreign));

  auto key = PrivateKey::from_block(blocks->front());
  if (!key) return found_defect(defect_of(key.error()), key_detail(key.error(), blocks->front()));
  return *std::move(key);
}

std::string chain_pem(const std::vector<Certificate>& chain) {
  std::string text;
  for (const Certificate& certificate : chain) text += certificate.pem();
  return text;
}

}  // namespace certdrill::certs
