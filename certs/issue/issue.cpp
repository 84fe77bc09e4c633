#include "certs/issue/issue.h"

#include <algorithm>
#include <array>

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "certs/issue/repeatable_random.h"
#include "certs/read/facts.h"
#include "certs/read/openssl.h"

namespace certdrill::certs {
namespace {

using ObjectHandle = std::unique_ptr<ASN1_OBJECT, Freer<ASN1_OBJECT_free>>;
using OctetsHandle = std::unique_ptr<ASN1_OCTET_STRING, Freer<ASN1_OCTET_STRING_free>>;
using BitsHandle = std::unique_ptr<ASN1_BIT_STRING, Freer<ASN1_BIT_STRING_free>>;
using NamesHandle = std::unique_ptr<GENERAL_NAMES, Freer<GENERAL_NAMES_free>>;
using UsagesHandle = std::unique_ptr<EXTENDED_KEY_USAGE, Freer<EXTENDED_KEY_USAGE_free>>;
using BasicHandle = std::unique_ptr<BASIC_CONSTRAINTS, Freer<BASIC_CONSTRAINTS_free>>;
using AuthorityHandle = std::unique_ptr<AUTHORITY_KEYID, Freer<AUTHORITY_KEYID_free>>;
using ExtensionHandle = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

const EVP_MD* digest_of(Digest digest) {
  switch (digest) {
    case Digest::md5: return EVP_md5();
    case Digest::sha1: return EVP_sha1();
    case Digest::sha256: return EVP_sha256();
    case Digest::sha384: return EVP_sha384();
    case Digest::sha512: return EVP_sha512();
  }
  return nullptr;
}

// Given an explicit string type OpenSSL applies no length limit, so that any name can be written.
X509NameHandle name_of(const NameEntries& entries) {
  X509NameHandle name(X509_NAME_new());
  for (const auto& [type, text] : entries) {
    const int string_type = type == "C" ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING;
    require(X509_NAME_add_entry_by_txt(name.get(), type.c_str(), string_type, bytes_of(text),
                                       static_cast<int>(text.size()), -1, 0) == 1,
            "write a subject or issuer name");
  }
  return name;
}

// RFC 5280 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050.
TimeHandle time_of(Instant instant) {
  TimeHandle time(ASN1_TIME_set(nullptr, instant.time_since_epoch().count()));
  require(time != nullptr, "write a time");
  return time;
}

TimeHandle time_of(const WrittenTime& written) {
  TimeHandle time(
      ASN1_STRING_type_new(written.generalized ? V_ASN1_GENERALIZEDTIME : V_ASN1_UTCTIME));
  require(time && ASN1_STRING_set(time.get(), written.text.data(),
                                  static_cast<int>(written.text.size())) == 1,
          "write a time as it is given");
  return time;
}

void add(X509* x509, int nid, void* value, bool critical) {
  require(X509_add1_ext_i2d(x509, nid, value, critical ? 1 : 0, X509V3_ADD_APPEND) == 1,
          "add an extension");
}

void add_basic_constraints(X509* x509, const BasicConstraints& constraints) {
  const BasicHandle basic(BASIC_CONSTRAINTS_new());
  basic->ca = constraints.ca ? 0xff : 0;
  if (constraints.path_length) {
    basic->pathlen = ASN1_INTEGER_new();
    require(ASN1_INTEGER_set_int64(basic->pathlen, *constraints.path_length) == 1,
            "write a path length");
  }
  add(x509, NID_basic_constraints, basic.get(), true);
}

void add_key_usage(X509* x509, const std::vector<std::string>& usages) {
  const BitsHandle bits(ASN1_BIT_STRING_new());
  for (const std::string& usage : usages) {
    const auto bit = std::ranges::find(kKeyUsageNames, usage) - kKeyUsageNames.begin();
    require(bit < static_cast<int>(kKeyUsageNames.size()), "find a key usage by its name");
    require(ASN1_BIT_STRING_set_bit(bits.get(), static_cast<int>(bit), 1) == 1,
            "write a key usage");
  }
  add(x509, NID_key_usage, bits.get(), true);
}

void add_extended_key_usage(X509* x509, const std::vector<std::string>& usages) {
  const UsagesHandle list(sk_ASN1_OBJECT_new_null());
  for (const std::string& usage : usages) {
    ASN1_OBJECT* object = OBJ_txt2obj(usage.c_str(), 0);
    require(object != nullptr && sk_ASN1_OBJECT_push(list.get(), object) > 0,
            "write an extended key usage");
  }
  add(x509, NID_ext_key_usage, list.get(), false);
}

void push_name(GENERAL_NAMES* names, int type, ASN1_STRING* value) {
  GENERAL_NAME* name = GENERAL_NAME_new();
  require(name != nullptr && value != nullptr, "write a subject alternative name");
  GENERAL_NAME_set0_value(name, type, value);
  require(sk_GENERAL_NAME_push(names, name) > 0, "collect subject alternative names");
}

void add_subject_alternative_names(X509* x509, const CertificateSpec& spec) {
  const NamesHandle names(sk_GENERAL_NAME_new_null());
  for (const std::string& dns : spec.dns_names) {
    ASN1_IA5STRING* value = ASN1_IA5STRING_new();
    require(ASN1_STRING_set(value, dns.data(), static_cast<int>(dns.size())) == 1,
            "write a DNS name");
    push_name(names.get(), GEN_DNS, value);
  }
  for (const std::string& address : spec.ip_addresses)
    push_name(names.get(), GEN_IPADD, a2i_IPADDRESS(address.c_str()));
  add(x509, NID_subject_alt_name, names.get(), false);
}

// RFC 5280 4.2.1.2, method (1): SHA-1 over the subject's public key bits.
OctetsHandle key_identifier(const X509* x509) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned int size = 0;
  OctetsHandle identifier(ASN1_OCTET_STRING_new());
  require(X509_pubkey_digest(x509, EVP_sha1(), hash.data(), &size) == 1 &&
              ASN1_OCTET_STRING_set(identifier.get(), hash.data(), static_cast<int>(size)) == 1,
          "hash a public key");
  return identifier;
}

void add_authority_key_identifier(X509* x509, X509* issuer) {
  const AuthorityHandle authority(AUTHORITY_KEYID_new());
  const ASN1_OCTET_STRING* stated = issuer == x509 ? nullptr : X509_get0_subject_key_id(issuer);
  authority->keyid =
      stated != nullptr ? ASN1_OCTET_STRING_dup(stated) : key_identifier(issuer).release();
  add(x509, NID_authority_key_identifier, authority.get(), false);
}

void add_other(X509* x509, const Extension& extension) {
  const ObjectHandle oid(OBJ_txt2obj(extension.oid.c_str(), 1));
  const OctetsHandle content(ASN1_OCTET_STRING_new());
  require(oid && ASN1_OCTET_STRING_set(content.get(), bytes_of(extension.der),
                                       static_cast<int>(extension.der.size())) == 1,
          "write an extension");
  const ExtensionHandle object(
      X509_EXTENSION_create_by_OBJ(nullptr, oid.get(), extension.critical ? 1 : 0, content.get()));
  require(object && X509_add_ext(x509, object.get(), -1) == 1, "add an extension");
}

void add_extensions(X509* x509, const CertificateSpec& spec, X509* issuer) {
  if (spec.basic_constraints) add_basic_constraints(x509, *spec.basic_constraints);
  if (!spec.key_usage.empty()) add_key_usage(x509, spec.key_usage);
  if (!spec.extended_key_usage.empty()) add_extended_key_usage(x509, spec.extended_key_usage);
  if (!spec.dns_names.empty() || !spec.ip_addresses.empty())
    add_subject_alternative_names(x509, spec);
  if (spec.subject_key_identifier)
    add(x509, NID_subject_key_identifier, key_identifier(x509).get(), false);
  if (spec.authority_key_identifier) add_authority_key_identifier(x509, issuer);
  for (const Extension& extension : spec.extensions) add_other(x509, extension);
}

// ECDSA draws a nonce for each signature. OpenSSL mixes the private key and the message into it, so
// that no two messages get the same one, and nobody can guess it, although all that it draws here
// is known beforehand.
void sign(X509* x509, const PrivateKey& key, Digest digest) {
  const RepeatableRandom scope(0, "signature");
  const KeyAlgorithm algorithm = key.algorithm();
  const bool own_digest = algorithm == KeyAlgorithm::ed25519 || algorithm == KeyAlgorithm::ed448;
  require(X509_sign(x509, key.evp(), own_digest ? nullptr : digest_of(digest)) > 0,
          "sign a certificate");
}

// `issuer` is nullptr for a self-signed certificate.
Certificate make(const CertificateSpec& spec, const PrivateKey& subject_key, X509* issuer,
                 const PrivateKey& signing_key) {
  const X509Handle x509(X509_new());
  require(x509 != nullptr, "make a certificate");
  const X509NameHandle subject = name_of(spec.subject);
  const X509NameHandle stated_issuer = spec.issuer ? name_of(*spec.issuer) : nullptr;
  const X509_NAME* issuer_name = issuer != nullptr ? X509_get_subject_name(issuer) : subject.get();
  if (stated_issuer) issuer_name = stated_issuer.get();
  const TimeHandle not_after =
      spec.not_after_as ? time_of(*spec.not_after_as) : time_of(spec.not_after);
  require(X509_set_version(x509.get(), spec.version - 1) == 1 &&
              ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509.get()), spec.serial) == 1 &&
              X509_set_subject_name(x509.get(), subject.get()) == 1 &&
              X509_set_issuer_name(x509.get(), issuer_name) == 1 &&
              X509_set1_notBefore(x509.get(), time_of(spec.not_before).get()) == 1 &&
              X509_set1_notAfter(x509.get(), not_after.get()) == 1,
          "fill in a certificate");
  require(X509_set_pubkey(x509.get(), subject_key.evp()) == 1, "write a public key");
  add_extensions(x509.get(), spec, issuer != nullptr ? issuer : x509.get());
  sign(x509.get(), signing_key, spec.digest);
  return Certificate::from_x509(x509.get());
}

}  // namespace

Certificate issue_self_signed(const CertificateSpec& spec, const PrivateKey& key) {
  return make(spec, key, nullptr, key);
}

Certificate issue(const CertificateSpec& spec, const PrivateKey& subject_key,
                  const Issuer& issuer) {
  return make(spec, subject_key, issuer.certificate.x509(), issuer.key);
}

}  // namespace certdrill::certs
