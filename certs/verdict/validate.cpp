#include "certs/verdict/validate.h"

#include <algorithm>
#include <ctime>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "certs/read/openssl.h"
#include "certs/read/text.h"
#include "certs/verdict/chain_order.h"

namespace certdrill::certs {
namespace {

Defect about_leaf(DefectId id, const Certificate& leaf) { return about(id, Sent{leaf, 0}); }

// No node could serve such a key to anyone, so every strictness rejects it.
std::optional<Defect> check_usable(const PrivateKey& key) {
  std::string why = why_no_client_connects(key.evp());
  if (why.empty()) return std::nullopt;
  const bool rsa = key.algorithm() == KeyAlgorithm::rsa;
  return Defect{.id = rsa ? DefectId::key_too_small : DefectId::key_unsupported,
                .detail = std::move(why)};
}

tl::expected<PrivateKey, Defect> read_sent_key(std::string_view text, const Certificate& leaf) {
  auto key = parse_key(text);
  if (!key) return key;
  if (auto defect = check_usable(*key)) return tl::unexpected(*std::move(defect));
  if (!key->matches(leaf)) return tl::unexpected(about_leaf(DefectId::key_does_not_match, leaf));
  return key;
}

tl::expected<PrivateKey, Defect> use_installed_key(const PrivateKey* installed,
                                                   const Certificate& leaf) {
  if (installed == nullptr)
    return tl::unexpected(about_leaf(DefectId::installed_key_missing, leaf));
  if (!installed->matches(leaf))
    return tl::unexpected(about_leaf(DefectId::installed_key_does_not_match, leaf));
  if (auto defect = check_usable(*installed)) return tl::unexpected(*std::move(defect));
  return *installed;
}

// The key that the bundle will have; nullopt for certificates without one.
tl::expected<std::optional<PrivateKey>, Defect> find_key(const Submission& submission,
                                                         const Certificate& leaf) {
  const bool has_key = contract::info(submission.name).has_key;
  const bool sent = submission.key && !is_blank(*submission.key);
  if (!sent && !has_key) return std::nullopt;
  auto key = sent ? read_sent_key(*submission.key, leaf)
                  : use_installed_key(submission.installed_key, leaf);
  if (!key) return tl::unexpected(std::move(key.error()));
  if (!has_key) return std::nullopt;
  return *std::move(key);
}

// A form that OpenSSL cannot compare with the time.
std::optional<Defect> check_times(const std::vector<Sent>& chain) {
  for (const Sent& sent : chain) {
    std::time_t any = 0;
    for (const ASN1_TIME* time : {X509_get0_notBefore(sent.certificate.x509()),
                                  X509_get0_notAfter(sent.certificate.x509())})
      if (X509_cmp_time(time, &any) == 0)
        return about(DefectId::certificate_bad_time, sent, fmt::format("'{}'", text_of(time)));
  }
  return std::nullopt;
}

std::optional<Defect> check_chain(const std::vector<Sent>& chain) {
  if (auto defect = check_chain_order(chain)) return defect;
  if (auto defect = openssl_verdict(chain)) return defect;
  // Roots are trusted for themselves; a leaf is not, even where it signs itself.
  return chain.size() == 1 ? check_self_signature(chain.front()) : std::nullopt;
}

std::optional<Defect> check_not_yet_valid(const std::vector<Certificate>& chain, Instant now) {
  for (std::size_t i = 0; i < chain.size(); ++i)
    if (chain[i].not_yet_valid_at(now))
      return about(DefectId::not_yet_valid, {chain[i], i},
                   fmt::format("notBefore is {}, and it is {}",
                               format_instant(chain[i].not_before()), format_instant(now)));
  return std::nullopt;
}

std::optional<Defect> check_expired(const std::vector<Certificate>& chain, Instant now) {
  for (std::size_t i = 0; i < chain.size(); ++i) {
    if (!chain[i].expired_at(now)) continue;
    Defect defect = about(DefectId::expired, {chain[i], i},
                          fmt::format("notAfter was {}, and it is {}",
                                      format_instant(chain[i].not_after()), format_instant(now)));
    if (i > 0 && i + 1 == chain.size() && !chain[i].self_issued())
      defect.right =
          "If it is a root that an older one cross-signed, drop it, or send the root that signs "
          "itself in its place; if it is an intermediate, have it renewed.";
    return defect;
  }
  return std::nullopt;
}

std::optional<Defect> check_rules(const RuleInput& input, Strictness strictness) {
  for (const Rule& rule : rules()) {
    if (strictness < rule.from) continue;
    if (auto defect = rule.check(input)) return defect;
  }
  return std::nullopt;
}

}  // namespace

tl::expected<Examined, Defect> examine(const Submission& submission, const Policy& policy) {
  const contract::ClusterCertificate& certificate = contract::info(submission.name);
  if (!submission.certificate) return tl::unexpected(Defect{});

  auto chain = parse_chain(*submission.certificate, submission.issuers);
  if (!chain) return tl::unexpected(std::move(chain.error()));
  auto key = find_key(submission, chain->front());
  if (!key) return tl::unexpected(std::move(key.error()));
  auto bundle = std::make_shared<const Bundle>(Bundle{*std::move(chain), *std::move(key)});

  const std::vector<Sent> sent = without_repetitions(bundle->chain);
  auto defect = certificate.trust_anchors ? std::nullopt : check_chain(sent);
  if (!defect) defect = check_times(sent);
  if (defect) return tl::unexpected(*std::move(defect));
  auto broken = check_rules({bundle->chain, sent, certificate, policy.fqdn}, policy.strictness);
  return Examined{std::move(bundle), std::move(broken)};
}

std::optional<Defect> judge(const Examined& examined, Instant now) {
  const std::vector<Certificate>& chain = examined.bundle->chain;
  if (auto defect = check_not_yet_valid(chain, now)) return defect;
  if (examined.broken_rule) return examined.broken_rule;
  return check_expired(chain, now);
}

tl::expected<Bundle, Defect> validate(const Submission& submission, const Policy& policy,
                                      Instant now) {
  auto examined = examine(submission, policy);
  if (!examined) return tl::unexpected(std::move(examined.error()));
  if (auto defect = judge(*examined, now)) return tl::unexpected(*std::move(defect));
  return *examined->bundle;
}

}  // namespace certdrill::certs
