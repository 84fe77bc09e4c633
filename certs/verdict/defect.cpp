#include "certs/verdict/defect.h"

#include <array>
#include <cctype>

namespace certdrill::certs {
namespace {

struct Row {
  DefectId id;
  std::string_view text_id;
  Verdict verdict;
  std::string_view wrong;  // a clause: what is wrong; the detail follows it
  std::string_view right;  // a sentence: what would be right
};

using enum DefectId;

// In the order of the enumeration; every id has exactly one row.
constexpr std::array table{
    Row{certificate_missing, "certificate-missing", Verdict::absent,
        "the request carries no certificate",
        "Send the PEM chain, leaf first, in the field 'certificate'."},
    Row{certificate_empty, "certificate-empty", Verdict::absent, "the certificate is empty",
        "Send the PEM chain, leaf first, in the field 'certificate'."},
    Row{certificate_file_reference, "certificate-file-reference", Verdict::absent,
        "the certificate is a file reference that the client did not expand",
        "Send the file's content; curl, for one, expands '@file' only as the whole of --data."},
    Row{certificate_without_pem, "certificate-without-pem", Verdict::absent,
        "the text holds no PEM CERTIFICATE block",
        "A certificate begins with a line '-----BEGIN CERTIFICATE-----' and ends with a line "
        "'-----END CERTIFICATE-----'."},
    Row{certificate_pem_damaged, "certificate-pem-damaged", Verdict::invalid,
        "the PEM text of the certificate is damaged",
        "Send the file byte for byte as it was issued, with its line breaks."},
    Row{certificate_undecodable, "certificate-undecodable", Verdict::invalid,
        "the bytes of the certificate cannot be decoded",
        "Check the file with: openssl x509 -noout -text."},
    Row{certificate_trailing_data, "certificate-trailing-data", Verdict::invalid,
        "there are more bytes than the certificate needs",
        "Each block must hold exactly one DER certificate."},
    Row{certificate_foreign_block, "certificate-foreign-block", Verdict::invalid,
        "there is a block of another kind among the certificates",
        "The field 'certificate' takes CERTIFICATE blocks alone; the private key goes into 'key'."},
    Row{certificate_bad_version, "certificate-bad-version", Verdict::invalid,
        "the certificate has a version that does not exist", "X.509 knows v1, v2 and v3."},
    Row{key_missing, "key-missing", Verdict::invalid, "the private key is empty",
        "Send the PEM private key of the leaf."},
    Row{key_without_pem, "key-without-pem", Verdict::invalid, "the key holds no PEM block",
        "A key begins with a line such as '-----BEGIN PRIVATE KEY-----'."},
    Row{key_pem_damaged, "key-pem-damaged", Verdict::invalid, "the PEM text of the key is damaged",
        "Send the file byte for byte as it was made, with its line breaks."},
    Row{key_several, "key-several", Verdict::invalid, "there is more than one private key",
        "Send the one private key of the leaf."},
    Row{key_encrypted, "key-encrypted", Verdict::invalid,
        "the private key is encrypted with a passphrase",
        "Send it in clear; decrypt it with: openssl pkey -in key.pem -out clear.pem."},
    Row{key_not_a_key, "key-not-a-key", Verdict::invalid,
        "there is something else than a private key in the field 'key'",
        "The field 'key' takes one PRIVATE KEY, RSA PRIVATE KEY or EC PRIVATE KEY block alone."},
    Row{key_undecodable, "key-undecodable", Verdict::invalid,
        "the bytes of the private key cannot be decoded",
        "Check the file with: openssl pkey -noout -check."},
    Row{key_unsupported, "key-unsupported", Verdict::invalid,
        "the private key is of a kind that a TLS server cannot use",
        "Use RSA, EC, Ed25519 or Ed448."},
    Row{key_does_not_match, "key-does-not-match", Verdict::invalid,
        "the private key does not belong to this certificate",
        "Send the key from which this certificate (the first of the chain) was requested."},
    Row{installed_key_missing, "installed-key-missing", Verdict::invalid,
        "no private key was sent, and none is installed", "Send the private key of the leaf."},
    Row{installed_key_does_not_match, "installed-key-does-not-match", Verdict::invalid,
        "no private key was sent, and the installed one does not belong to this certificate",
        "Send the key along with the certificate, or a certificate for the installed key."},
    Row{chain_too_long, "chain-too-long", Verdict::invalid, "there are too many certificates",
        "Send the leaf, its intermediates and the root, and nothing else."},
    Row{chain_duplicate, "chain-duplicate", Verdict::invalid,
        "the certificate appears twice in the chain", "Send each certificate of the chain once."},
    Row{chain_root_first, "chain-root-first", Verdict::invalid, "the chain begins with its root",
        "Reverse it: leaf first, then each issuer in turn, the root last."},
    Row{chain_after_root, "chain-after-root", Verdict::invalid,
        "the certificate comes after the root",
        "The self-signed root is the last certificate of a chain."},
    Row{chain_out_of_order, "chain-out-of-order", Verdict::invalid,
        "the certificate was not issued by the next one in the chain",
        "The order is: leaf first, then each issuer in turn, the root last."},
    Row{chain_signature, "chain-signature", Verdict::invalid,
        "the signature of the certificate does not verify",
        "The issuer has the right name but another key, or the certificate was altered; send the "
        "issuer that really signed it."},
    Row{chain_incomplete, "chain-incomplete", Verdict::invalid,
        "the chain does not end with a root",
        "Append the missing issuers up to the self-signed root."},
    Row{chain_issuer_not_ca, "chain-issuer-not-ca", Verdict::invalid,
        "the certificate is no CA, but others were issued by it or are to be",
        "An issuer needs basicConstraints CA:TRUE, and keyCertSign where it has a keyUsage."},
    Row{chain_path_length, "chain-path-length", Verdict::invalid,
        "the path length of the certificate forbids this many intermediates below it",
        "Use a shorter chain or a CA with a larger pathLenConstraint (RFC 5280 4.2.1.9)."},
    Row{chain_critical_extension, "chain-critical-extension", Verdict::invalid,
        "the certificate has a critical extension that is not understood",
        "Leave the extension out or mark it as not critical (RFC 5280 4.2)."},
    Row{not_yet_valid, "not-yet-valid", Verdict::invalid, "the certificate is not yet valid",
        "Wait for its notBefore, or check the clock of the one who issued it."},
    Row{key_too_small, "key-too-small", Verdict::invalid, "the key is too small",
        "RSA keys need 2048 bits at least; 4096 are recommended."},
    Row{key_type_not_allowed, "key-type-not-allowed", Verdict::invalid,
        "the key is of a type that is not allowed here", "Internode certificates need an RSA key."},
    Row{weak_signature, "weak-signature", Verdict::invalid,
        "the certificate is signed with a digest that is no longer safe",
        "Have it issued with SHA-256 or better."},
    Row{no_client_auth, "no-client-auth", Verdict::invalid,
        "the certificate may not be used by a client",
        "Its extended key usage must list clientAuth."},
    Row{no_server_auth, "no-server-auth", Verdict::invalid,
        "the certificate may not be used by a server",
        "Its extended key usage must list serverAuth."},
    Row{san_incomplete, "san-incomplete", Verdict::invalid,
        "the certificate does not carry all names of the cluster",
        "Its subject alternative names must hold <fqdn>, *.<fqdn>, internal.<fqdn> and "
        "*.internal.<fqdn>."},
    Row{common_name_not_fqdn, "common-name-not-fqdn", Verdict::invalid,
        "the common name of the certificate is not the name of the cluster",
        "The CN must be the cluster's FQDN."},
    Row{key_usage_incomplete, "key-usage-incomplete", Verdict::invalid,
        "the key usage of the certificate is incomplete",
        "It must hold digitalSignature and keyEncipherment."},
    Row{validity_too_long, "validity-too-long", Verdict::invalid,
        "the certificate is valid for too long", "Have it issued for a year or less."},
    Row{expired, "certificate-expired", Verdict::expired, "the certificate has expired",
        "Have it renewed."},
};

constexpr bool in_order_of_the_enumeration() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (static_cast<std::size_t>(table[i].id) != i) return false;
  return table.size() == static_cast<std::size_t>(DefectId::expired) + 1;
}
static_assert(in_order_of_the_enumeration());

const Row& row(DefectId id) {
  return table[static_cast<std::size_t>(id)];
}

// Names can be as long as their sender likes; an error is for people. Cuts between UTF-8
// characters.
std::string shortened(const std::string& text, std::size_t longest) {
  if (text.size() <= longest) return text;
  std::size_t size = longest;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size) + "...";
}

}  // namespace

std::string_view text_id(DefectId id) {
  return row(id).text_id;
}

Verdict verdict_of(DefectId id) {
  return row(id).verdict;
}

std::string describe(const Defect& defect) {
  const Row& found = row(defect.id);
  std::string text;
  if (defect.position >= 0) {
    text = "certificate " + std::to_string(defect.position + 1) + " of the chain";
    if (!defect.subject.empty()) text += ", " + shortened(defect.subject, 200);
    text += ": ";
  }
  text += found.wrong;
  if (!defect.detail.empty()) text += ": " + shortened(defect.detail, 1000);
  if (!text.ends_with('.')) text += '.';
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text.append(" ").append(found.right);
}

}  // namespace certdrill::certs
