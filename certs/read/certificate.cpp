#include "certs/read/certificate.h"

#include <array>
#include <ctime>
#include <mutex>
#include <optional>

#include <fmt/format.h>
#include <openssl/pem.h>

#include "certs/read/openssl.h"
#include "certs/read/text.h"

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
void fill_lazy_fields(X509* x509) { X509_check_purpose(x509, -1, 0); }

// RFC 2253 with UTF-8 left as it is. OpenSSL decodes no name whose strings are not what their types
// say, so what is printed is UTF-8.
std::string name_text(const X509_NAME* name) {
  constexpr auto flags = XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  const OpensslErrorScope scope;
  const BioHandle bio(BIO_new(BIO_s_mem()));
  return X509_NAME_print_ex(bio.get(), name, 0, flags) < 0 ? "" : text_of(bio);
}

std::string sha256_hex(const X509* x509) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  X509_digest(x509, EVP_sha256(), digest.data(), &size);
  return lower_hex({digest.data(), size});
}

}  // namespace

// What few ask for is worked out at the first question, once.
struct Certificate::Parsed {
  X509Handle x509;
  std::once_flag fingerprint_once;
  std::string fingerprint;
  std::once_flag self_signed_once;
  bool self_signed = false;
};

tl::expected<Certificate, std::string> Certificate::from_der(std::string_view der) {
  const OpensslErrorScope scope;
  const auto* const begin = reinterpret_cast<const unsigned char*>(der.data());
  const auto* at = begin;
  auto parsed = std::make_shared<Parsed>();
  parsed->x509.reset(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  X509* const x509 = parsed->x509.get();
  if (x509 == nullptr)
    return tl::unexpected(fmt::format("it is no X.509 certificate ({})", newest_openssl_reason()));
  if (const std::size_t used = at - begin; used != der.size())
    return tl::unexpected(fmt::format("{} bytes follow the certificate", der.size() - used));
  if (!to_instant(X509_get0_notBefore(x509)) || !to_instant(X509_get0_notAfter(x509)))
    return tl::unexpected(std::string("its validity holds a date that is none"));
  if (X509_get0_pubkey(x509) == nullptr)
    return tl::unexpected(std::string("its public key cannot be read"));
  fill_lazy_fields(x509);
  return Certificate(std::move(parsed));
}

Certificate Certificate::from_x509(X509* x509) {
  const OpensslErrorScope scope;
  X509_up_ref(x509);
  // A certificate that was built rather than read encodes its parts at the first need: that is now.
  i2d_X509(x509, nullptr);
  fill_lazy_fields(x509);
  auto parsed = std::make_shared<Parsed>();
  parsed->x509.reset(x509);
  return Certificate(std::move(parsed));
}

X509* Certificate::x509() const { return parsed_->x509.get(); }

EVP_PKEY* Certificate::public_key() const { return X509_get0_pubkey(x509()); }

std::string Certificate::der() const {
  const int size = i2d_X509(x509(), nullptr);
  if (size <= 0) return "";
  std::string der(static_cast<std::size_t>(size), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_X509(x509(), &out);
  return der;
}

std::string Certificate::pem() const {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  require(PEM_write_bio_X509(bio.get(), x509()) == 1, "write a certificate");
  return text_of(bio);
}

Instant Certificate::not_before() const {
  return to_instant(X509_get0_notBefore(x509())).value_or(Instant{});
}

Instant Certificate::not_after() const {
  return to_instant(X509_get0_notAfter(x509())).value_or(Instant{});
}

std::string Certificate::subject() const { return name_text(X509_get_subject_name(x509())); }

std::string Certificate::issuer() const { return name_text(X509_get_issuer_name(x509())); }

std::string Certificate::common_name() const {
  const X509_NAME* name = X509_get_subject_name(x509());
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
  std::call_once(parsed_->fingerprint_once, [this] { parsed_->fingerprint = sha256_hex(x509()); });
  return parsed_->fingerprint;
}

bool Certificate::self_issued() const {
  return X509_NAME_cmp(X509_get_subject_name(x509()), X509_get_issuer_name(x509())) == 0;
}

bool Certificate::signed_by(const Certificate& issuer) const {
  const OpensslErrorScope scope;
  EVP_PKEY* key = issuer.public_key();
  return key != nullptr && X509_verify(x509(), key) == 1;
}

bool Certificate::self_signed() const {
  std::call_once(parsed_->self_signed_once,
                 [this] { parsed_->self_signed = self_issued() && signed_by(*this); });
  return parsed_->self_signed;
}

}  // namespace certdrill::certs
