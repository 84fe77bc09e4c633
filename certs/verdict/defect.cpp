#include "certs/verdict/defect.h"

#include <array>
#include <cctype>

#include <fmt/format.h>

namespace certdrill::certs {
namespace {

struct DefectRow {
  DefectId id;
  std::string_view text_id;
  std::string_view wrong;  // a clause: what is wrong; the detail follows it
  std::string_view right;  // a sentence: what would be right
};

using enum DefectId;

// In the order of the enumeration; every id has exactly one row.
constexpr auto kDefects = std::to_array<DefectRow>({
    {certificate_missing, "certificate-missing", "the request carries no certificate",
     "Send the PEM chain, leaf first, in the field 'certificate'."},
    {certificate_empty, "certificate-empty", "the certificate is empty",
     "Send the PEM chain, leaf first, in the field 'certificate'."},
    {certificate_file_reference, "certificate-file-reference",
     "the certificate is a file reference that the client did not expand",
     "Send the file's content; curl, for one, expands '@file' only as the whole of --data."},
    {certificate_without_pem, "certificate-without-pem", "the text holds no PEM CERTIFICATE block",
     "A certificate begins with a line '-----BEGIN CERTIFICATE-----' and ends with a line "
     "'-----END CERTIFICATE-----'."},
    {certificate_pem_damaged, "certificate-pem-damaged",
     "the PEM text of the certificate is damaged",
     "Send the file byte for byte as it was issued, with its line breaks."},
    {certificate_undecodable, "certificate-undecodable",
     "the bytes of the certificate cannot be decoded",
     "Send the file byte for byte as it was issued; if it is so already, have it issued anew."},
    {certificate_trailing_data, "certificate-trailing-data",
     "there are more bytes than the certificate needs",
     "Each block must hold exactly one DER certificate."},
    {certificate_foreign_block, "certificate-foreign-block",
     "there is a block of another kind among the certificates",
     "The field 'certificate' takes CERTIFICATE blocks alone; the private key goes into 'key'."},
    {certificate_bad_version, "certificate-bad-version",
     "the certificate has a version that does not exist", "X.509 knows v1, v2 and v3."},
    {certificate_not_der, "certificate-not-der",
     "the bytes of the certificate are BER, and not the DER that RFC 5280 4.1 demands",
     "Have it issued anew; what a node would present may differ from what was sent."},
    {certificate_bad_extension, "certificate-bad-extension",
     "the extensions of the certificate are broken",
     "Have it issued anew, each extension once and well formed (RFC 5280 4.2)."},
    {certificate_bad_time, "certificate-bad-time",
     "the validity of the certificate is written in a forbidden form",
     "RFC 5280 4.1.2.5 has YYMMDDHHMMSSZ as UTCTime through 2049, and YYYYMMDDHHMMSSZ as "
     "GeneralizedTime from 2050."},
    {key_missing, "key-missing", "the private key is empty",
     "Send the PEM private key of the leaf."},
    {key_without_pem, "key-without-pem", "the key holds no PEM block",
     "A key begins with a line such as '-----BEGIN PRIVATE KEY-----'."},
    {key_pem_damaged, "key-pem-damaged", "the PEM text of the key is damaged",
     "Send the file byte for byte as it was made, with its line breaks."},
    {key_several, "key-several", "there is more than one private key",
     "Send the one private key of the leaf."},
    {key_encrypted, "key-encrypted", "the private key is encrypted with a passphrase",
     "Send it in clear; decrypt it with: openssl pkey -in key.pem -out clear.pem."},
    {key_not_a_key, "key-not-a-key",
     "there is something else than a private key in the field 'key'",
     "The field 'key' takes one PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY block alone."},
    {key_undecodable, "key-undecodable", "the bytes of the private key cannot be decoded",
     "Send the file byte for byte as it was made, one key to a block."},
    {key_unsupported, "key-unsupported",
     "the private key is of a kind that a TLS server cannot use",
     "Use RSA with 2048 bits or more, EC on P-256, P-384 or P-521, Ed25519 or Ed448."},
    {key_does_not_match, "key-does-not-match",
     "the private key does not belong to this certificate",
     "Send the key from which this certificate (the first of the chain) was requested."},
    {installed_key_missing, "installed-key-missing",
     "no private key was sent, and none is installed", "Send the private key of the leaf."},
    {installed_key_does_not_match, "installed-key-does-not-match",
     "no private key was sent, and the installed one does not belong to this certificate",
     "Send the key along with the certificate, or a certificate for the installed key."},
    {chain_too_long, "chain-too-long", "there are too many certificates",
     "Send the leaf, its intermediates and the root, and nothing else."},
    {chain_duplicate, "chain-duplicate", "the certificate appears twice in the chain",
     "Send each certificate of the chain once."},
    {chain_same_holder, "chain-same-holder", "the chain holds two certificates of one holder",
     "A chain goes from the leaf to one root."},
    {chain_root_first, "chain-root-first", "the chain begins with its root",
     "Reverse it: leaf first, then each issuer in turn, the root last."},
    {chain_after_root, "chain-after-root", "the certificate comes after the root",
     "The self-signed root is the last certificate of a chain."},
    {chain_out_of_order, "chain-out-of-order",
     "the certificate was not issued by the next one in the chain",
     "The order is: leaf first, then each issuer in turn, the root last."},
    {chain_signature, "chain-signature", "the signature of the certificate does not verify",
     "The issuer has the right name but another key, or the certificate was altered; send the "
     "issuer that really signed it."},
    {chain_key_identifier, "chain-key-identifier",
     "the authority key identifier of the certificate does not fit the next one",
     "Send the issuer that it names, or have it issued anew (RFC 5280 4.2.1.1)."},
    {chain_incomplete, "chain-incomplete", "the chain does not end with a root",
     "Append the missing issuers up to the self-signed root."},
    {chain_issuer_not_ca, "chain-issuer-not-ca",
     "the certificate is no CA, but others were issued by it or are to be",
     "An issuer needs basicConstraints CA:TRUE, and keyCertSign where it has a keyUsage."},
    {chain_path_length, "chain-path-length",
     "the path length of the certificate forbids this many intermediates below it",
     "Use a shorter chain or a CA with a larger pathLenConstraint (RFC 5280 4.2.1.9)."},
    {chain_critical_extension, "chain-critical-extension",
     "the certificate has a critical extension that is not understood",
     "Leave the extension out or mark it as not critical (RFC 5280 4.2)."},
    {chain_name_constraints, "chain-name-constraints",
     "the certificate has a name that a CA above it does not allow",
     "Have it issued for other names, or by a CA whose name constraints allow these "
     "(RFC 5280 4.2.1.10)."},
    {chain_refused, "chain-refused", "OpenSSL's verifier refuses the certificate",
     "Have it issued as RFC 5280 section 4 demands."},
    {not_yet_valid, "not-yet-valid", "the certificate is not yet valid",
     "Wait for its notBefore, or check the clock of the one who issued it."},
    {key_too_small, "key-too-small", "the key is too small",
     "RSA keys need 2048 bits at least, 4096 are recommended; those of other kinds need the same "
     "strength, such as EC on P-256."},
    {key_type_not_allowed, "key-type-not-allowed", "the key is of a type that is not allowed here",
     "Internode certificates need an RSA key."},
    {weak_signature, "weak-signature",
     "the certificate is signed with a digest that is no longer safe",
     "Have it issued with SHA-256 or better."},
    {no_client_auth, "no-client-auth", "the certificate may not be used by a client",
     "The extended key usage must list clientAuth: the leaf's, and that of each CA above it that "
     "has one."},
    {no_server_auth, "no-server-auth", "the certificate may not be used by a server",
     "The extended key usage must list serverAuth: the leaf's, and that of each CA above it that "
     "has one."},
    {san_incomplete, "san-incomplete", "the certificate does not carry all names of the cluster",
     "Its subject alternative names must hold <fqdn>, *.<fqdn>, internal.<fqdn> and "
     "*.internal.<fqdn>."},
    {common_name_not_fqdn, "common-name-not-fqdn",
     "the common name of the certificate is not the name of the cluster",
     "The CN must be the cluster's FQDN."},
    {key_usage_incomplete, "key-usage-incomplete", "the key usage of the certificate is incomplete",
     "It must hold digitalSignature, and keyEncipherment where the key is RSA."},
    {validity_too_long, "validity-too-long", "the certificate is valid for too long",
     "Have it issued for a year or less."},
    {expired, "certificate-expired", "the certificate has expired", "Have it renewed."},
});

constexpr bool in_order_of_the_enumeration() {
  for (std::size_t i = 0; i < kDefects.size(); ++i)
    if (static_cast<std::size_t>(kDefects[i].id) != i) return false;
  return kDefects.size() == static_cast<std::size_t>(DefectId::expired) + 1;
}
static_assert(in_order_of_the_enumeration());

const DefectRow& row_of(DefectId id) { return kDefects[static_cast<std::size_t>(id)]; }

// Names can be as long as their sender likes; an error is for people. Cuts
// between UTF-8 characters.
std::string shortened(const std::string& text, std::size_t longest) {
  if (text.size() <= longest) return text;
  std::size_t size = longest;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size) + "...";
}

}  // namespace

std::string_view text_id(DefectId id) { return row_of(id).text_id; }

// By its place in the enumeration.
Verdict verdict_of(DefectId id) {
  if (id <= certificate_without_pem) return Verdict::absent;
  return id == expired ? Verdict::expired : Verdict::invalid;
}

std::string describe(const Defect& defect) {
  const DefectRow& found = row_of(defect.id);
  std::string where;
  if (defect.position >= 0)
    where = fmt::format("certificate {} of the chain{}{}: ", defect.position + 1,
                        defect.subject.empty() ? "" : ", ", shortened(defect.subject, 200));
  std::string text = fmt::format("{}{}{}{}", where, found.wrong, defect.detail.empty() ? "" : ": ",
                                 shortened(defect.detail, 1000));
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return fmt::format("{}{} {}", text, text.ends_with('.') ? "" : ".",
                     defect.right.empty() ? found.right : std::string_view(defect.right));
}

}  // namespace certdrill::certs
