#include "certs/read/facts.h"

#include <algorithm>
#include <cctype>
#include <memory>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "certs/read/openssl.h"

namespace certdrill::certs {
namespace {

template <auto Free, typename T>
std::unique_ptr<T, Freer<Free>> extension(const Certificate& certificate, int nid) {
  return std::unique_ptr<T, Freer<Free>>(
      static_cast<T*>(X509_get_ext_d2i(certificate.x509(), nid, nullptr, nullptr)));
}

std::string_view bytes(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

// An IA5String may hold any byte in practice; what leaves here is plain ASCII.
std::string escaped(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  for (const char c : text) {
    if (c > ' ' && c <= '~')
      shown += c;
    else
      shown += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
  }
  return shown;
}

std::string ip_text(std::string_view address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = address.size() == 4 ? AF_INET : AF_INET6;
  if (address.size() != 4 && address.size() != 16) return escaped(address);
  inet_ntop(family, address.data(), text.data(), text.size());
  return text.data();
}

std::string serial_of(const Certificate& certificate) {
  const BignumHandle number(
      ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate.x509()), nullptr));
  if (!number || BN_is_zero(number.get())) return "0";
  char* hex = BN_bn2hex(number.get());
  std::string text(hex);
  OPENSSL_free(hex);
  const bool negative = text.starts_with('-');
  text.erase(0, text.find_first_not_of("-0"));
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return negative ? "-" + text : text;
}

std::vector<std::string> key_usage_of(const Certificate& certificate) {
  const auto bits = extension<ASN1_BIT_STRING_free, ASN1_BIT_STRING>(certificate, NID_key_usage);
  std::vector<std::string> names;
  for (std::size_t i = 0; bits && i < kKeyUsageNames.size(); ++i)
    if (ASN1_BIT_STRING_get_bit(bits.get(), static_cast<int>(i)) != 0)
      names.emplace_back(kKeyUsageNames[i]);
  return names;
}

std::string usage_name(const ASN1_OBJECT* usage) {
  constexpr std::array known{NID_server_auth,        NID_client_auth, NID_code_sign,
                             NID_email_protect,      NID_time_stamp,  NID_OCSP_sign,
                             NID_anyExtendedKeyUsage};
  const int nid = OBJ_obj2nid(usage);
  if (std::ranges::find(known, nid) != known.end()) return OBJ_nid2sn(nid);
  std::array<char, 128> dotted{};
  OBJ_obj2txt(dotted.data(), static_cast<int>(dotted.size()), usage, 1);
  return dotted.data();
}

std::vector<std::string> extended_key_usage_of(const Certificate& certificate) {
  const auto usages =
      extension<EXTENDED_KEY_USAGE_free, EXTENDED_KEY_USAGE>(certificate, NID_ext_key_usage);
  const int count = std::max(0, sk_ASN1_OBJECT_num(usages.get()));  // -1 without the extension
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i)
    names.push_back(usage_name(sk_ASN1_OBJECT_value(usages.get(), i)));
  return names;
}

void add_basic_constraints(const Certificate& certificate, Facts& facts) {
  const auto constraints =
      extension<BASIC_CONSTRAINTS_free, BASIC_CONSTRAINTS>(certificate, NID_basic_constraints);
  if (!constraints) return;
  facts.is_ca = constraints->ca != 0;
  if (constraints->pathlen != nullptr) facts.path_length = ASN1_INTEGER_get(constraints->pathlen);
}

std::string signature_algorithm_of(const Certificate& certificate) {
  const X509_ALGOR* algorithm = X509_get0_tbs_sigalg(certificate.x509());
  const ASN1_OBJECT* object = nullptr;
  X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
  std::array<char, 128> text{};
  OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 0);
  return text.data();
}

}  // namespace

AlternativeNames alternative_names(const Certificate& certificate) {
  const OpensslErrorScope scope;
  const auto sequence =
      extension<GENERAL_NAMES_free, GENERAL_NAMES>(certificate, NID_subject_alt_name);
  AlternativeNames names;
  for (int i = 0; i < sk_GENERAL_NAME_num(sequence.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(sequence.get(), i);
    if (name->type == GEN_DNS) names.dns.push_back(escaped(bytes(name->d.dNSName)));
    if (name->type == GEN_IPADD) names.ip.push_back(ip_text(bytes(name->d.iPAddress)));
  }
  return names;
}

Facts facts_of(const Certificate& certificate) {
  const OpensslErrorScope scope;
  AlternativeNames names = alternative_names(certificate);
  Facts facts{.subject = certificate.subject(),
              .issuer = certificate.issuer(),
              .serial = serial_of(certificate),
              .dns_names = std::move(names.dns),
              .ip_addresses = std::move(names.ip),
              .key_usage = key_usage_of(certificate),
              .extended_key_usage = extended_key_usage_of(certificate),
              .is_ca = std::nullopt,
              .path_length = std::nullopt,
              .not_before = certificate.not_before(),
              .not_after = certificate.not_after(),
              .signature_algorithm = signature_algorithm_of(certificate),
              .fingerprint = certificate.fingerprint(),
              .version = static_cast<int>(X509_get_version(certificate.x509())) + 1};
  add_basic_constraints(certificate, facts);
  if (const EVP_PKEY* key = certificate.public_key(); key != nullptr) {
    facts.key_algorithm = algorithm_of(key);
    facts.key_bits = EVP_PKEY_get_bits(key);
  }
  return facts;
}

}  // namespace certdrill::certs
