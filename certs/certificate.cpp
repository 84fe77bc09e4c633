#include "certs/certificate.h"

#include <array>
#include <cstdint>
#include <ctime>
#include <optional>

#include "certs/openssl_errors.h"
#include "certs/openssl_handles.h"
#include "certs/pem.h"

namespace certdrill::certs {
namespace {

std::optional<Instant> to_instant(const ASN1_TIME* time) {
  std::tm tm{};
  if (ASN1_TIME_to_tm(time, &tm) != 1) return std::nullopt;
  using namespace std::chrono;
  const sys_days midnight = year{tm.tm_year + 1900} / (tm.tm_mon + 1) / tm.tm_mday;
  return Instant{midnight} + hours{tm.tm_hour} + minutes{tm.tm_min} + seconds{tm.tm_sec};
}

// OpenSSL works out digests and extension flags at the first question. Asked here, before anyone
// else holds the certificate, every later use of it is a pure read.
void fill_lazy_fields(X509* x509) {
  X509_check_purpose(x509, -1, 0);
}

std::shared_ptr<X509> share(X509Handle x509) {
  return {std::move(x509)};
}

// RFC 2253 with UTF-8 left as it is. OpenSSL decodes no name whose strings are not what their types
// say, so what is printed is UTF-8.
std::string name_text(const X509_NAME* name) {
  constexpr auto flags = XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  const OpensslErrorScope scope;
  const BioHandle bio(BIO_new(BIO_s_mem()));
  if (X509_NAME_print_ex(bio.get(), name, 0, flags) < 0) return "";
  const char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

tl::expected<Certificate, std::string> Certificate::from_der(std::string_view der) {
  const OpensslErrorScope scope;
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  X509Handle x509(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!x509)
    return tl::make_unexpected("it is no X.509 certificate (" + newest_openssl_reason() + ")");
  const auto used =
      static_cast<std::size_t>(at - reinterpret_cast<const unsigned char*>(der.data()));
  if (used != der.size())
    return tl::make_unexpected(std::to_string(der.size() - used) + " bytes follow the certificate");
  if (!to_instant(X509_get0_notBefore(x509.get())) || !to_instant(X509_get0_notAfter(x509.get())))
    return tl::make_unexpected("its validity holds a date that is none");
  if (X509_get0_pubkey(x509.get()) == nullptr)
    return tl::make_unexpected("its public key cannot be read");
  fill_lazy_fields(x509.get());
  return Certificate(share(std::move(x509)));
}

Certificate Certificate::from_x509(X509* x509) {
  const OpensslErrorScope scope;
  X509_up_ref(x509);
  // A certificate that was built rather than read encodes its parts at the first need: that is now.
  i2d_X509(x509, nullptr);
  fill_lazy_fields(x509);
  return Certificate(share(X509Handle(x509)));
}

std::string Certificate::der() const {
  const int size = i2d_X509(x509_.get(), nullptr);
  if (size <= 0) return "";
  std::string der(static_cast<std::size_t>(size), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_X509(x509_.get(), &out);
  return der;
}

std::string Certificate::pem() const {
  return to_pem("CERTIFICATE", der());
}

Instant Certificate::not_before() const {
  return to_instant(X509_get0_notBefore(x509_.get())).value_or(Instant{});
}

Instant Certificate::not_after() const {
  return to_instant(X509_get0_notAfter(x509_.get())).value_or(Instant{});
}

std::string Certificate::subject() const {
  return name_text(X509_get_subject_name(x509_.get()));
}

std::string Certificate::issuer() const {
  return name_text(X509_get_issuer_name(x509_.get()));
}

std::string Certificate::common_name() const {
  const X509_NAME* name = X509_get_subject_name(x509_.get());
  int last = -1;  // the last of several is the most specific
  for (int at = -1; (at = X509_NAME_get_index_by_NID(name, NID_commonName, at)) >= 0;) last = at;
  if (last < 0) return "";
  const OpensslErrorScope scope;
  unsigned char* utf8 = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)));
  if (size < 0) return "";
  std::string text(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  return text;
}

std::string Certificate::fingerprint() const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  X509_digest(x509_.get(), EVP_sha256(), digest.data(), &size);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2UL * size);
  for (unsigned int i = 0; i < size; ++i) {
    hex += digits[digest[i] >> 4];
    hex += digits[digest[i] & 15];
  }
  return hex;
}

bool Certificate::self_issued() const {
  return X509_NAME_cmp(X509_get_subject_name(x509_.get()), X509_get_issuer_name(x509_.get())) == 0;
}

}  // namespace certdrill::certs
