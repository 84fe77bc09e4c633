#include "tests/differential/mutants.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "certs/read/openssl.h"
#include "tests/support/sample_chain.h"

namespace certdrill::differential {
namespace {

using certs::Certificate;
using certs::CertificateSpec;
using certs::KeyType;
using certs::PrivateKey;
using namespace std::chrono_literals;

PrivateKey key_of(const std::string& label, KeyType type = KeyType::p256) {
  static std::map<std::pair<std::string, KeyType>, PrivateKey> known;
  const std::pair index(label, type);
  const auto found = known.find(index);
  if (found != known.end()) return found->second;
  return known.emplace(index, certs::derive_key(type, 0, label)).first->second;
}

// A certificate to be.
struct Draft {
  CertificateSpec spec;
  PrivateKey key;
  std::optional<PrivateKey> signer;  // instead of the next one's key
  bool flip_a_byte = false;
};
using Drafts = std::vector<Draft>;
using Chain = std::vector<Certificate>;

// ---- one byte changed, and the signature made right again

std::string tlv(char tag, const std::string& content) {
  const std::size_t size = content.size();
  if (size < 128) return std::string{tag, static_cast<char>(size)} + content;
  return std::string{tag, '\x82', static_cast<char>(size >> 8), static_cast<char>(size & 0xFF)} +
         content;
}

// The first TLV of `der`, header and all.
std::string first_part(const std::string& der) {
  const auto* const begin = reinterpret_cast<const unsigned char*>(der.data());
  const auto* at = begin;
  long length = 0;
  int tag = 0;
  int tag_class = 0;
  ASN1_get_object(&at, &length, &tag, &tag_class, static_cast<long>(der.size()));
  return der.substr(0, static_cast<std::size_t>(at - begin + length));
}

std::string content_of(const std::string& der) {
  const auto* const begin = reinterpret_cast<const unsigned char*>(der.data());
  const auto* at = begin;
  long length = 0;
  int tag = 0;
  int tag_class = 0;
  ASN1_get_object(&at, &length, &tag, &tag_class, static_cast<long>(der.size()));
  return der.substr(static_cast<std::size_t>(at - begin), static_cast<std::size_t>(length));
}

std::string signature_of(const std::string& data, const PrivateKey& key) {
  const std::unique_ptr<EVP_MD_CTX, certs::Freer<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  const bool own_digest = key.algorithm() == certs::KeyAlgorithm::ed25519;
  std::string signature(1024, '\0');
  std::size_t size = signature.size();
  EVP_DigestSignInit(context.get(), nullptr, own_digest ? nullptr : EVP_sha256(), nullptr,
                     key.evp());
  EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                 reinterpret_cast<const unsigned char*>(data.data()), data.size());
  signature.resize(size);
  return signature;
}

// As it is where the change leaves nothing that OpenSSL could read.
Certificate with_changed_byte(const Certificate& certificate, const PrivateKey& signer,
                              Dice& dice) {
  const std::string parts = content_of(certificate.der());
  std::string tbs = first_part(parts);
  const std::string algorithm = first_part(parts.substr(tbs.size()));
  char& byte = tbs[4 + dice.below(tbs.size() - 4)];
  byte = static_cast<char>(byte ^ (1 << dice.below(8)));
  const std::string signature = tlv('\x03', std::string(1, '\0') + signature_of(tbs, signer));
  return Certificate::from_der(tlv('\x30', tbs + algorithm + signature)).value_or(certificate);
}

// ---- what can be done to one certificate

std::string general_names(char kind, const std::string& name) {
  return tlv('\x30', tlv(kind, tlv('\x30', tlv('\x82', name))));
}

struct Change {
  std::string_view text;
  void (*make)(Draft& draft, Dice& dice);
};

template <auto member, auto value>
void set(Draft& draft, Dice& /*dice*/) {
  draft.spec.*member = value;
}

template <int days>
void end_after(Draft& draft, Dice& /*dice*/) {
  draft.spec.not_after = kNow + 24h * days;
}

void add(Draft& draft, std::string_view oid, bool critical, std::string der) {
  draft.spec.extensions.push_back({std::string(oid), critical, std::move(der)});
}

constexpr auto kChanges = std::to_array<Change>({
    {"no basicConstraints", [](Draft& d, Dice&) { d.spec.basic_constraints.reset(); }},
    {"CA:FALSE", [](Draft& d, Dice&) { d.spec.basic_constraints = certs::BasicConstraints{}; }},
    {"CA:TRUE", [](Draft& d, Dice&) { d.spec.basic_constraints = certs::BasicConstraints{true, {}}; }},
    {"a path length",
     [](Draft& d, Dice& dice) {
       d.spec.basic_constraints =
           certs::BasicConstraints{true, static_cast<std::int64_t>(dice.below(3)) - 1};
     }},
    {"no keyUsage", [](Draft& d, Dice&) { d.spec.key_usage.clear(); }},
    {"another keyUsage",
     [](Draft& d, Dice& dice) {
       constexpr std::array usages{"digitalSignature", "keyEncipherment", "keyAgreement",
                                   "keyCertSign", "cRLSign"};
       d.spec.key_usage = {usages[dice.below(usages.size())]};
     }},
    {"no extendedKeyUsage", [](Draft& d, Dice&) { d.spec.extended_key_usage.clear(); }},
    {"another extendedKeyUsage",
     [](Draft& d, Dice& dice) {
       constexpr std::array usages{"serverAuth", "clientAuth", "codeSigning",
                                   "anyExtendedKeyUsage"};
       d.spec.extended_key_usage = {usages[dice.below(usages.size())]};
     }},
    {"no subjectKeyIdentifier", set<&CertificateSpec::subject_key_identifier, false>},
    {"no authorityKeyIdentifier", set<&CertificateSpec::authority_key_identifier, false>},
    {"another's authorityKeyIdentifier",
     [](Draft& d, Dice&) {
       d.spec.authority_key_identifier = false;
       add(d, "2.5.29.35", false, tlv('\x30', tlv('\x80', std::string(20, 'x'))));
     }},
    {"an unknown extension",
     [](Draft& d, Dice& dice) { add(d, "1.2.3.4", dice.below(2) == 0, "\x05"); }},
    {"an unknown extension twice",
     [](Draft& d, Dice&) {
       add(d, "1.2.3.4", false, "\x05");
       add(d, "1.2.3.4", false, "\x05");
     }},
    {"one more of an extension",
     [](Draft& d, Dice& dice) {
       constexpr std::array kinds{"2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.19",
                                  "2.5.29.30", "2.5.29.35", "2.5.29.37"};
       add(d, kinds[dice.below(kinds.size())], false, tlv('\x04', "zap"));
     }},
    {"garbage in an extension",
     [](Draft& d, Dice& dice) {
       constexpr std::array kinds{"2.5.29.18", "2.5.29.31",         "2.5.29.32",
                                  "2.5.29.36", "1.3.6.1.5.5.7.1.1", "2.5.29.30"};
       add(d, kinds[dice.below(kinds.size())], dice.below(4) == 0, tlv('\x04', "zap"));
     }},
    {"permitted names",
     [](Draft& d, Dice& dice) {
       constexpr std::array names{"cluster.local", "local", "example.org", "cluster.loca"};
       add(d, "2.5.29.30", true, general_names('\xA0', names[dice.below(names.size())]));
     }},
    {"excluded names",
     [](Draft& d, Dice& dice) {
       constexpr std::array names{"cluster.local", "example.org", "internal.cluster.local"};
       add(d, "2.5.29.30", true, general_names('\xA1', names[dice.below(names.size())]));
     }},
    {"another version",
     [](Draft& d, Dice& dice) { d.spec.version = static_cast<int>(dice.below(3)) + 1; }},
    {"v1 without extensions",
     [](Draft& d, Dice&) {
       const CertificateSpec old = d.spec;
       d.spec = {.subject = old.subject, .not_before = old.not_before, .not_after = old.not_after};
       d.spec.version = 1;
       d.spec.subject_key_identifier = false;
     }},
    {"SHA-1", set<&CertificateSpec::digest, certs::Digest::sha1>},
    {"SHA-384", set<&CertificateSpec::digest, certs::Digest::sha384>},
    {"expired", end_after<-1>},
    {"its last second", end_after<0>},
    {"ten years long", end_after<3650>},
    {"not yet valid", [](Draft& d, Dice&) { d.spec.not_before = kNow + 1s; }},
    {"no seconds in notAfter",
     [](Draft& d, Dice&) { d.spec.not_after_as = certs::WrittenTime{false, "2701010000Z"}; }},
    {"GeneralizedTime too early",
     [](Draft& d, Dice&) { d.spec.not_after_as = certs::WrittenTime{true, "20270101000000Z"}; }},
    {"a fraction of a second",
     [](Draft& d, Dice&) { d.spec.not_after_as = certs::WrittenTime{true, "20270101000000.5Z"}; }},
    {"no subject", [](Draft& d, Dice&) { d.spec.subject.clear(); }},
    {"another subject",
     [](Draft& d, Dice& dice) {
       constexpr std::array names{"Root", "Intermediate", "Issuing", "other.example"};
       d.spec.subject = {{"CN", names[dice.below(names.size())]}, {"O", "Example"}};
     }},
    {"another issuer", [](Draft& d, Dice&) { d.spec.issuer = certs::NameEntries{{"CN", "Nobody"}}; }},
    {"other names", [](Draft& d, Dice&) { d.spec.dns_names = {"other.example"}; }},
    {"no names", [](Draft& d, Dice&) { d.spec.dns_names.clear(); }},
    {"another kind of key",
     [](Draft& d, Dice& dice) {
       constexpr std::array types{KeyType::p384,      KeyType::ed25519, KeyType::rsa1024,
                                  KeyType::rsa2048,   KeyType::p192,    KeyType::rsa_pss2048,
                                  KeyType::secp256k1, KeyType::dsa1024, KeyType::p256_explicit};
       d.key = key_of("leaf", types[dice.below(types.size())]);
     }},
    {"signed by another", [](Draft& d, Dice&) { d.signer = key_of("stranger"); }},
    {"one byte changed", [](Draft& d, Dice&) { d.flip_a_byte = true; }},
    {"one byte changed", [](Draft& d, Dice&) { d.flip_a_byte = true; }},
    {"one byte changed", [](Draft& d, Dice&) { d.flip_a_byte = true; }},
});

// ---- what can be done to all of them

struct Rearrangement {
  std::string_view text;
  void (*make)(Chain& chain, Dice& dice);
};

constexpr auto kRearrangements = std::to_array<Rearrangement>({
    {"swapped",
     [](Chain& chain, Dice& dice) {
       std::swap(chain[dice.below(chain.size())], chain[dice.below(chain.size())]);
     }},
    {"one left out",
     [](Chain& chain, Dice& dice) {
       if (chain.size() > 1)
         chain.erase(chain.begin() + static_cast<std::ptrdiff_t>(dice.below(chain.size())));
     }},
    {"one doubled",
     [](Chain& chain, Dice& dice) {
       const Certificate one = chain[dice.below(chain.size())];
       chain.insert(chain.begin() + static_cast<std::ptrdiff_t>(dice.below(chain.size() + 1)), one);
     }},
    {"turned round", [](Chain& chain, Dice&) { std::ranges::reverse(chain); }},
    {"a stranger among them",
     [](Chain& chain, Dice& dice) {
       static const Certificate stranger =
           certs::issue_self_signed(certs::sample::ca_spec("Stranger"), key_of("stranger"));
       chain.insert(chain.begin() + static_cast<std::ptrdiff_t>(dice.below(chain.size() + 1)),
                    stranger);
     }},
});

Drafts valid_chain(std::size_t levels) {
  constexpr std::array names{"Issuing", "Intermediate", "Root"};
  Drafts drafts{{certs::sample::leaf_spec(), key_of("leaf"), std::nullopt}};
  for (std::size_t i = names.size() - (levels - 1); i < names.size(); ++i)
    drafts.push_back({certs::sample::ca_spec(names[i]), key_of(names[i]), std::nullopt});
  return drafts;
}

// Each signed by the next one, the last by itself.
Chain issue_all(const Drafts& drafts, Dice& dice) {
  Chain chain;
  for (std::size_t i = drafts.size(); i-- > 0;) {
    const Draft& draft = drafts[i];
    const bool last = chain.empty();
    const PrivateKey signer = draft.signer ? *draft.signer : drafts[last ? i : i + 1].key;
    Certificate made = last ? certs::issue_self_signed(draft.spec, draft.key)
                            : certs::issue(draft.spec, draft.key, {chain.front(), signer});
    if (draft.flip_a_byte) made = with_changed_byte(made, signer, dice);
    // Read as a server reads it: some of OpenSSL's checks depend on it.
    chain.insert(chain.begin(), Certificate::from_der(made.der()).value_or(made));
  }
  return chain;
}

}  // namespace

Mutant Mutants::next() {
  const std::size_t levels = 1 + dice_.below(4);
  Drafts drafts = valid_chain(levels);
  std::string changes = fmt::format("{} levels", levels);
  std::vector<const Rearrangement*> rearrangements;
  for (std::size_t left = 1 + dice_.below(3); left > 0; --left) {
    if (dice_.below(4) == 0) {
      rearrangements.push_back(&kRearrangements[dice_.below(kRearrangements.size())]);
      continue;
    }
    const std::size_t which = dice_.below(drafts.size());
    const Change& change = kChanges[dice_.below(kChanges.size())];
    change.make(drafts[which], dice_);
    changes += fmt::format("; certificate {}: {}", which + 1, change.text);
  }
  Chain chain = issue_all(drafts, dice_);
  if (levels > 1 && dice_.below(4) == 0) {
    chain.pop_back();
    changes += "; without its root";
  }
  for (const Rearrangement* one : rearrangements) {
    one->make(chain, dice_);
    changes += fmt::format("; {}", one->text);
  }
  drafts.push_back({{}, key_of("stranger"), std::nullopt});
  const auto owner = std::ranges::find_if(
      drafts, [&](const Draft& draft) { return draft.key.matches(chain.front()); });
  const PrivateKey key = owner == drafts.end() ? drafts.front().key : owner->key;
  return {changes, std::move(chain), key};
}

}  // namespace certdrill::differential
