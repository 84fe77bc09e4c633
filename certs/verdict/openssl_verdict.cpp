#include <algorithm>
#include <array>
#include <memory>
#include <span>

#include <fmt/format.h>
#include <openssl/x509_vfy.h>

#include "certs/read/openssl.h"
#include "certs/read/text.h"
#include "certs/verdict/chain_order.h"

namespace certdrill::certs {
namespace {

using Chain = std::vector<Sent>;
using StoreContextHandle = std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX_free>>;

struct FreeBorrowedStack {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }  // not what is in it
};
using BorrowedStack = std::unique_ptr<STACK_OF(X509), FreeBorrowedStack>;

// An error of OpenSSL: the certificate that it is about, those above it as they were sent, and the
// one that OpenSSL took for its issuer, which is another where two have one name.
struct Culprit {
  const Sent& sent;
  std::span<const Sent> above;
  const Sent* issuer;  // null: it has none
  int error;

  X509* x509() const { return sent.certificate.x509(); }
};

// ---- what in the certificate led to the error

std::string in_openssls_words(const Culprit& culprit) {
  return fmt::format("{} (OpenSSL's error {})", X509_verify_cert_error_string(culprit.error),
                     culprit.error);
}

std::string name_of_extension(X509_EXTENSION* extension) {
  std::array<char, 128> text{};
  OBJ_obj2txt(text.data(), static_cast<int>(text.size()), X509_EXTENSION_get_object(extension), 0);
  return text.data();
}

std::string bad_extension(const Culprit& culprit) {
  std::string found = what_is_wrong_with_extensions(culprit.sent.certificate);
  return found.empty() ? "one of them has a value that RFC 5280 4.2 forbids" : found;
}

std::string unknown_critical_extension(const Culprit& culprit) {
  for (int i = 0; i < X509_get_ext_count(culprit.x509()); ++i) {
    X509_EXTENSION* extension = X509_get_ext(culprit.x509(), i);
    if (X509_EXTENSION_get_critical(extension) != 0 && X509_supported_extension(extension) == 0)
      return name_of_extension(extension);
  }
  return "";
}

std::string why_not_a_ca(const Culprit& culprit) {
  const std::uint32_t flags = X509_get_extension_flags(culprit.x509());
  if ((flags & EXFLAG_BCONS) != 0 && (flags & EXFLAG_CA) == 0)
    return "its basicConstraints say CA:FALSE";
  if ((flags & EXFLAG_KUSAGE) != 0 && (X509_get_key_usage(culprit.x509()) & KU_KEY_CERT_SIGN) == 0)
    return "its keyUsage lacks keyCertSign";
  return "it has no basicConstraints";
}

// The algorithm stands in a certificate twice; only one of the two is signed.
bool signature_algorithms_agree(const X509* x509) {
  const X509_ALGOR* unsigned_one = nullptr;
  X509_get0_signature(nullptr, &unsigned_one, x509);
  return X509_ALGOR_cmp(unsigned_one, X509_get0_tbs_sigalg(x509)) == 0;
}

bool can_check_signature(const X509* x509) {
  int digest = NID_undef;
  return OBJ_find_sigid_algs(X509_get_signature_nid(x509), &digest, nullptr) == 1 &&
         (digest == NID_undef || EVP_get_digestbynid(digest) != nullptr);
}

std::string bad_signature(const Culprit& culprit) {
  if (!signature_algorithms_agree(culprit.x509()))
    return "its two signatureAlgorithm fields differ (RFC 5280 4.1.1.2)";
  if (!can_check_signature(culprit.x509()))
    return fmt::format("OpenSSL does not know how to check '{}'",
                       OBJ_nid2ln(X509_get_signature_nid(culprit.x509())));
  if (culprit.issuer == nullptr)
    return "it names itself as its issuer, but its own key did not sign it";
  return fmt::format("not with the key of certificate {}, {}", culprit.issuer->index + 1,
                     culprit.issuer->certificate.subject());
}

std::string issuer_has_another_kind_of_key(const Culprit& culprit) {
  return fmt::format("it was signed with {}, and the key of certificate {} is of another kind",
                     OBJ_nid2ln(X509_get_signature_nid(culprit.x509())),
                     culprit.above.empty() ? 0 : culprit.above.front().index + 1);
}

std::string other_key_identifier(const Culprit& culprit) {
  if (culprit.above.empty()) return in_openssls_words(culprit);
  return fmt::format("it names another key or serial number than those of certificate {}, {}",
                     culprit.above.front().index + 1, culprit.above.front().certificate.subject());
}

// "Permitted: DNS:example.org"
std::string printed(X509* x509, int nid) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  const int at = X509_get_ext_by_NID(x509, nid, -1);
  if (at < 0 || X509V3_EXT_print(bio.get(), X509_get_ext(x509, at), 0, 0) != 1) return "";
  std::string text;
  for (const char c : text_of(bio)) {
    const bool blank = c == ' ' || c == '\n';
    if (!blank || (!text.empty() && text.back() != ' ')) text += blank ? ' ' : c;
  }
  return std::string(trimmed(text));
}

std::string forbidding_ca(const Culprit& culprit) {
  for (const Sent& ca : culprit.above) {
    const std::unique_ptr<NAME_CONSTRAINTS, Freer<NAME_CONSTRAINTS_free>> constraints(
        static_cast<NAME_CONSTRAINTS*>(
            X509_get_ext_d2i(ca.certificate.x509(), NID_name_constraints, nullptr, nullptr)));
    if (!constraints) continue;
    if (NAME_CONSTRAINTS_check(culprit.x509(), constraints.get()) == X509_V_OK &&
        NAME_CONSTRAINTS_check_CN(culprit.x509(), constraints.get()) == X509_V_OK)
      continue;
    return fmt::format("certificate {}, {}, says {}", ca.index + 1, ca.certificate.subject(),
                       printed(ca.certificate.x509(), NID_name_constraints));
  }
  return in_openssls_words(culprit);
}

// ---- errors

struct ErrorRow {
  int error;
  DefectId id;
  std::string (*detail)(const Culprit& culprit);
};

constexpr auto kErrors = std::to_array<ErrorRow>({
    {X509_V_ERR_INVALID_EXTENSION, DefectId::certificate_bad_extension, bad_extension},
    {X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, DefectId::chain_critical_extension,
     unknown_critical_extension},
    {X509_V_ERR_INVALID_CA, DefectId::chain_issuer_not_ca, why_not_a_ca},
    {X509_V_ERR_KEYUSAGE_NO_CERTSIGN, DefectId::chain_issuer_not_ca, why_not_a_ca},
    {X509_V_ERR_PATH_LENGTH_EXCEEDED, DefectId::chain_path_length, in_openssls_words},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE, DefectId::chain_signature, bad_signature},
    {X509_V_ERR_UNSUPPORTED_SIGNATURE_ALGORITHM, DefectId::chain_signature, bad_signature},
    {X509_V_ERR_SIGNATURE_ALGORITHM_INCONSISTENCY, DefectId::chain_signature, bad_signature},
    {X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH, DefectId::chain_signature,
     issuer_has_another_kind_of_key},
    {X509_V_ERR_AKID_SKID_MISMATCH, DefectId::chain_key_identifier, other_key_identifier},
    {X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH, DefectId::chain_key_identifier, other_key_identifier},
    {X509_V_ERR_PERMITTED_VIOLATION, DefectId::chain_name_constraints, forbidding_ca},
    {X509_V_ERR_EXCLUDED_VIOLATION, DefectId::chain_name_constraints, forbidding_ca},
    {X509_V_ERR_SUBTREE_MINMAX, DefectId::chain_name_constraints, in_openssls_words},
    {X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE, DefectId::chain_name_constraints, in_openssls_words},
    {X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX, DefectId::chain_name_constraints, in_openssls_words},
    {X509_V_ERR_UNSUPPORTED_NAME_SYNTAX, DefectId::chain_name_constraints, in_openssls_words},
});

Defect in_words(const Culprit& culprit) {
  const auto* const row = std::ranges::find(kErrors, culprit.error, &ErrorRow::error);
  if (row == kErrors.end())
    return about(DefectId::chain_refused, culprit.sent, in_openssls_words(culprit));
  return about(row->id, culprit.sent, row->detail(culprit));
}

bool has_bad_extension(const Sent& sent) {
  return (X509_get_extension_flags(sent.certificate.x509()) & EXFLAG_INVALID) != 0;
}

// OpenSSL passes over an issuer of the right name that cannot be the right one, and then misses it.
Culprit why_no_issuer(Culprit missing) {
  if (missing.above.empty()) return missing;
  const Sent& next = missing.above.front();
  const int reason = X509_check_issued(next.certificate.x509(), missing.x509());
  if (reason == X509_V_ERR_UNSPECIFIED && has_bad_extension(next))
    return {next, missing.above.subspan(1), nullptr, X509_V_ERR_INVALID_EXTENSION};
  if (reason == X509_V_ERR_UNSPECIFIED && has_bad_extension(missing.sent))
    return {missing.sent, missing.above, nullptr, X509_V_ERR_INVALID_EXTENSION};
  if (reason == X509_V_ERR_KEYUSAGE_NO_CERTSIGN)
    return {next, missing.above.subspan(1), nullptr, reason};
  const bool other_identifier =
      reason == X509_V_ERR_AKID_SKID_MISMATCH || reason == X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH;
  if (other_identifier && !missing.sent.certificate.signed_by(next.certificate))
    return {missing.sent, missing.above, &next, X509_V_ERR_CERT_SIGNATURE_FAILURE};
  if (reason != X509_V_OK) missing.error = reason;
  return missing;
}

const Sent* find(const Chain& chain, const X509* x509) {
  const auto found =
      std::ranges::find(chain, x509, [](const Sent& sent) { return sent.certificate.x509(); });
  return found == chain.end() ? nullptr : &*found;
}

Defect first_error(X509_STORE_CTX* context, const Chain& chain) {
  const int depth = X509_STORE_CTX_get_error_depth(context);
  const Sent* sent = find(chain, X509_STORE_CTX_get_current_cert(context));
  if (sent == nullptr) sent = &chain.front();
  const STACK_OF(X509)* path = X509_STORE_CTX_get0_chain(context);
  const Sent* issuer =
      depth + 1 < sk_X509_num(path) ? find(chain, sk_X509_value(path, depth + 1)) : nullptr;
  const Culprit culprit{*sent, std::span(chain).subspan(sent - chain.data() + 1), issuer,
                        X509_STORE_CTX_get_error(context)};
  const bool misses_issuer = culprit.error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
                             culprit.error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT;
  return in_words(misses_issuer ? why_no_issuer(culprit) : culprit);
}

// RFC 5280 6.1: an anchor is no part of the path, so nothing is demanded of how it was made. OpenSSL's
// usual checks spare it; its strict ones do not.
int spare_the_anchor(int ok, X509_STORE_CTX* context) {
  const int depth = X509_STORE_CTX_get_error_depth(context);
  const bool anchor = depth > 0 && depth + 1 == sk_X509_num(X509_STORE_CTX_get0_chain(context));
  return ok == 1 || anchor ? 1 : 0;
}

}  // namespace

std::optional<Defect> openssl_verdict(const Chain& chain, unsigned long flags) {
  const OpensslErrorScope scope;
  const BorrowedStack sent(sk_X509_new_reserve(nullptr, static_cast<int>(chain.size())));
  const BorrowedStack trusted(sk_X509_new_reserve(nullptr, 1));
  for (const Sent& one : chain) sk_X509_push(sent.get(), one.certificate.x509());
  sk_X509_push(trusted.get(), chain.back().certificate.x509());
  const StoreContextHandle context(X509_STORE_CTX_new());
  require(X509_STORE_CTX_init(context.get(), nullptr, chain.front().certificate.x509(),
                              sent.get()) == 1,
          "set up a verification");
  X509_STORE_CTX_set0_trusted_stack(context.get(), trusted.get());
  X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(context.get()),
                              X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME | flags);
  if ((flags & X509_V_FLAG_X509_STRICT) != 0)
    X509_STORE_CTX_set_verify_cb(context.get(), spare_the_anchor);
  if (X509_verify_cert(context.get()) == 1) return std::nullopt;
  return first_error(context.get(), chain);
}

std::optional<Defect> check_self_signature(const Sent& sent) {
  if (!sent.certificate.self_issued() || sent.certificate.self_signed()) return std::nullopt;
  return in_words({sent, {}, nullptr, X509_V_ERR_CERT_SIGNATURE_FAILURE});
}

std::string what_is_wrong_with_extensions(const Certificate& certificate) {
  const OpensslErrorScope scope;
  X509* x509 = certificate.x509();
  for (int i = 0; i < X509_get_ext_count(x509); ++i) {
    X509_EXTENSION* extension = X509_get_ext(x509, i);
    if (X509_get_ext_by_OBJ(x509, X509_EXTENSION_get_object(extension), i) >= 0)
      return fmt::format("'{}' stands there twice", name_of_extension(extension));
    const X509V3_EXT_METHOD* method = X509V3_EXT_get(extension);
    if (method == nullptr) continue;
    void* value = X509V3_EXT_d2i(extension);
    if (value == nullptr) return fmt::format("'{}' does not decode", name_of_extension(extension));
    if (method->it != nullptr)
      ASN1_item_free(static_cast<ASN1_VALUE*>(value), ASN1_ITEM_ptr(method->it));
    else
      method->ext_free(value);
  }
  return "";
}

}  // namespace certdrill::certs
