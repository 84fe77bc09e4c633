#include "certs/verdict/validate.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "certs/read/text.h"
#include "certs/verdict/chain_order.h"

namespace certdrill::certs {
namespace {

Defect about(DefectId id, const Certificate& certificate, std::size_t index,
             std::string detail = "") {
  return {.id = id,
          .position = static_cast<int>(index),
          .subject = certificate.subject(),
          .detail = std::move(detail)};
}

// A TLS 1.3 handshake signs with RSA-PSS, and OpenSSL refuses smaller keys outright: no node could
// even present such a certificate, so every strictness rejects it.
std::optional<Defect> check_usable(const PrivateKey& key) {
  constexpr int fewest_bits = 1024;
  if (key.algorithm() != KeyAlgorithm::rsa || key.bits() >= fewest_bits) return std::nullopt;
  return Defect{
      .id = DefectId::key_too_small,
      .position = -1,
      .subject = "",
      .detail = fmt::format(
          "RSA with {} bits; with fewer than 1024 no TLS 1.3 handshake can be signed", key.bits())};
}

tl::expected<PrivateKey, Defect> read_sent_key(std::string_view text, const Certificate& leaf) {
  auto key = parse_key(text);
  if (!key) return key;
  if (auto defect = check_usable(*key)) return tl::unexpected(*std::move(defect));
  if (!key->matches(leaf)) return tl::unexpected(about(DefectId::key_does_not_match, leaf, 0));
  return key;
}

tl::expected<PrivateKey, Defect> use_installed_key(const PrivateKey* installed,
                                                   const Certificate& leaf) {
  if (installed == nullptr) return tl::unexpected(about(DefectId::installed_key_missing, leaf, 0));
  if (!installed->matches(leaf))
    return tl::unexpected(about(DefectId::installed_key_does_not_match, leaf, 0));
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

std::optional<Defect> check_not_yet_valid(const std::vector<Certificate>& chain, Instant now) {
  for (std::size_t i = 0; i < chain.size(); ++i)
    if (chain[i].not_yet_valid_at(now))
      return about(DefectId::not_yet_valid, chain[i], i,
                   fmt::format("notBefore is {}, and it is {}",
                               format_instant(chain[i].not_before()), format_instant(now)));
  return std::nullopt;
}

std::optional<Defect> check_expired(const std::vector<Certificate>& chain, Instant now) {
  for (std::size_t i = 0; i < chain.size(); ++i)
    if (chain[i].expired_at(now))
      return about(DefectId::expired, chain[i], i,
                   fmt::format("notAfter was {}, and it is {}",
                               format_instant(chain[i].not_after()), format_instant(now)));
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

  auto defect = certificate.trust_anchors ? check_trust_anchors(bundle->chain)
                                          : check_chain_order(bundle->chain);
  if (defect) return tl::unexpected(*std::move(defect));
  auto broken = check_rules({*bundle, certificate, policy.fqdn}, policy.strictness);
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
