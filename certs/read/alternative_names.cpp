#include "certs/read/alternative_names.h"

#include <array>
#include <cstdio>
#include <memory>
#include <string_view>

#include <arpa/inet.h>

#include "certs/read/openssl_errors.h"
#include "certs/read/openssl_handles.h"

namespace certdrill::certs {
namespace {

std::string_view bytes(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

// An IA5String may hold any byte in practice; what leaves here is plain ASCII.
std::string escaped(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  for (const char c : text) {
    if (c > ' ' && c <= '~') {
      shown += c;
      continue;
    }
    std::array<char, 5> hex{};
    std::snprintf(hex.data(), hex.size(), "\\x%02X", static_cast<unsigned char>(c));
    shown += hex.data();
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

}  // namespace

AlternativeNames alternative_names(const Certificate& certificate) {
  const OpensslErrorScope scope;
  const std::unique_ptr<GENERAL_NAMES, Freer<GENERAL_NAMES_free>> extension(
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(certificate.fields(), NID_subject_alt_name, nullptr, nullptr)));
  AlternativeNames names;
  for (int i = 0; i < sk_GENERAL_NAME_num(extension.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(extension.get(), i);
    if (name->type == GEN_DNS) names.dns.push_back(escaped(bytes(name->d.dNSName)));
    if (name->type == GEN_IPADD) names.ip.push_back(ip_text(bytes(name->d.iPAddress)));
  }
  return names;
}

}  // namespace certdrill::certs
