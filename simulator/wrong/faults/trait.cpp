#include <algorithm>
#include <array>

#include "certs/read/facts.h"
#include "certs/verdict/bundle.h"
#include "simulator/wrong/faults/match.h"

namespace certdrill::simulator {
namespace {

using Submitted = SubmittedCertificate;

bool has_unknown_extension(const certs::Certificate& certificate) {
  for (int i = 0; i < X509_get_ext_count(certificate.x509()); ++i) {
    auto* extension = X509_get_ext(certificate.x509(), i);
    if (OBJ_obj2nid(X509_EXTENSION_get_object(extension)) == NID_undef) return true;
  }
  return false;
}

bool no_common_name(const Submitted& submitted) {
  return std::ranges::any_of(submitted.chain(),
                             [](const auto& one) { return one.common_name().empty(); });
}

bool unknown_extension(const Submitted& submitted) {
  return std::ranges::any_of(submitted.chain(), has_unknown_extension);
}

bool comments(const Submitted& submitted) {
  return without_comments(submitted.text) != submitted.text;
}

bool crlf(const Submitted& submitted) { return submitted.text.find('\r') != submitted.text.npos; }

bool three_levels(const Submitted& submitted) { return submitted.chain().size() >= 3; }

bool root_missing(const Submitted& submitted) {
  const auto chain = submitted.chain();
  return !chain.empty() && !chain.back().self_issued();
}

bool no_client_auth(const Submitted& submitted) {
  const auto chain = submitted.chain();
  if (chain.empty()) return false;
  const auto usage = certs::facts_of(chain.front()).extended_key_usage;
  return std::ranges::find(usage, "clientAuth") == usage.end();
}

bool no_certificate(const Submitted& submitted) { return submitted.text.empty(); }

bool several(const Submitted& submitted) { return submitted.in_request > 1; }

constexpr std::array<Trait, 9> kTraits{{
    {"no_common_name", "a certificate of the chain has no common name", no_common_name},
    {"unknown_extension", "a certificate of the chain has an extension that OpenSSL does not know",
     unknown_extension},
    {"comments", "there is text around the PEM blocks", comments},
    {"crlf", "Windows line endings", crlf},
    {"three_levels", "the chain has three certificates or more", three_levels},
    {"root_missing", "the chain does not end in a self-signed certificate", root_missing},
    {"no_client_auth", "the leaf's extended key usage lacks clientAuth", no_client_auth},
    {"no_certificate", "there is no certificate, or an empty one", no_certificate},
    {"several", "the request carries more than one certificate", several},
}};

}  // namespace

std::vector<certs::Certificate> SubmittedCertificate::chain() const {
  auto read = certs::parse_chain(text);
  return read ? std::move(*read) : std::vector<certs::Certificate>{};
}

std::string without_comments(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  if (text.find(kBegin) == text.npos) return std::string(text);
  std::string out;
  bool in_block = false;
  for (std::string_view rest = text; !rest.empty();) {
    const auto line = rest.substr(0, std::min(rest.find('\n'), rest.size() - 1) + 1);
    rest.remove_prefix(line.size());
    if (line.starts_with(kBegin)) in_block = true;
    if (in_block || line.find_first_not_of(" \t\r\n") == line.npos) out += line;
    if (line.starts_with("-----END ")) in_block = false;
  }
  return out;
}

std::vector<std::string_view> trait_ids() {
  std::vector<std::string_view> ids;
  ids.reserve(kTraits.size());
  for (const auto& trait : kTraits) ids.push_back(trait.id);
  return ids;
}

const Trait* find_trait(std::string_view id) {
  const auto found = std::ranges::find(kTraits, id, &Trait::id);
  return found == kTraits.end() ? nullptr : &*found;
}

}  // namespace certdrill::simulator
