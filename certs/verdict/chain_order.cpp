#include "certs/verdict/chain_order.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "certs/read/openssl.h"

namespace certdrill::certs {
namespace {

using Chain = std::vector<Sent>;

const X509_NAME* subject_of(const Sent& sent) {
  return X509_get_subject_name(sent.certificate.x509());
}

const X509_NAME* issuer_of(const Sent& sent) {
  return X509_get_issuer_name(sent.certificate.x509());
}

bool issued_by_name(const Sent& one, const Sent& issuer) {
  return X509_NAME_cmp(issuer_of(one), subject_of(issuer)) == 0;
}

std::string place(const Sent& sent) { return fmt::format("certificate {}", sent.index + 1); }

std::optional<Defect> check_length(const Chain& chain) {
  if (chain.size() <= kLongestChain) return std::nullopt;
  return Defect{.id = DefectId::chain_too_long,
                .detail = fmt::format("{} certificates, more than certdrill's own limit of {}",
                                      chain.size(), kLongestChain)};
}

// ---- one holder, two certificates

bool same_holder(const Sent& a, const Sent& b) {
  const OpensslErrorScope scope;
  return X509_NAME_cmp(subject_of(a), subject_of(b)) == 0 &&
         EVP_PKEY_eq(a.certificate.public_key(), b.certificate.public_key()) == 1;
}

bool issuer_is_there(const Chain& chain, const Sent& one) {
  return std::ranges::any_of(chain, [&](const Sent& other) {
    return other.index != one.index && !same_holder(one, other) && issued_by_name(one, other);
  });
}

std::string why_to_drop(const Sent& drop, const Sent& keep) {
  if (drop.certificate.self_issued() == keep.certificate.self_issued())
    return fmt::format("{} lasts at least as long", place(keep));
  return fmt::format("it was cross-signed by '{}', and {} is the root itself",
                     drop.certificate.issuer(), place(keep));
}

// A chain needs one of the two: the root that signs itself, or else the one whose issuer was sent
// along, or else the one that lasts longer.
Defect which_to_drop(const Chain& chain, const Sent& first, const Sent& second) {
  const auto worth = [&](const Sent& one) {
    return std::tuple(one.certificate.self_issued(), issuer_is_there(chain, one),
                      one.certificate.not_after());
  };
  const bool keep_first = worth(first) >= worth(second);
  const Sent& keep = keep_first ? first : second;
  const Sent& drop = keep_first ? second : first;
  return about(DefectId::chain_same_holder, drop,
               fmt::format("it has the same subject and key as {}, and {}; drop {}", place(keep),
                           why_to_drop(drop, keep), place(drop)));
}

std::optional<Defect> check_holders(const Chain& chain) {
  for (std::size_t later = 1; later < chain.size(); ++later)
    for (std::size_t earlier = 0; earlier < later; ++earlier)
      if (same_holder(chain[earlier], chain[later]))
        return which_to_drop(chain, chain[earlier], chain[later]);
  return std::nullopt;
}

// ---- order

std::optional<Defect> check_root_first(const Chain& chain) {
  if (chain.size() < 2 || !chain.front().certificate.self_issued()) return std::nullopt;
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (chain[i].certificate.self_issued() || !issued_by_name(chain[i], chain.front())) continue;
    return about(DefectId::chain_root_first, chain.front(),
                 fmt::format("{} was issued by it", place(chain[i])));
  }
  return std::nullopt;
}

std::optional<Defect> check_after_root(const Chain& chain) {
  for (std::size_t i = 1; i + 1 < chain.size(); ++i) {
    if (!chain[i].certificate.self_signed()) continue;
    return about(
        DefectId::chain_after_root, chain[i + 1],
        fmt::format("the root is {}, {}", place(chain[i]), chain[i].certificate.subject()));
  }
  return std::nullopt;
}

// Where the certificate that should have come next is, in words.
std::string where_the_issuer_is(const Chain& chain, std::size_t index) {
  if (chain[index].certificate.self_issued())
    return "; it is self-signed, so nothing may follow it";
  for (std::size_t i = 0; i < chain.size(); ++i)
    if (i != index && issued_by_name(chain[index], chain[i]))
      return fmt::format("; its issuer is {}", place(chain[i]));
  if (index == 0)
    for (std::size_t i = 1; i < chain.size(); ++i)
      if (issued_by_name(chain[i], chain[0]))
        return fmt::format("; it issued {} itself, so that one looks like the leaf",
                           place(chain[i]));
  return "; its issuer is nowhere in the chain";
}

std::optional<Defect> check_names(const Chain& chain) {
  for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
    if (issued_by_name(chain[i], chain[i + 1])) continue;
    return about(DefectId::chain_out_of_order, chain[i],
                 fmt::format("its issuer is '{}', and the next certificate is '{}'{}",
                             chain[i].certificate.issuer(), chain[i + 1].certificate.subject(),
                             where_the_issuer_is(chain, i)));
  }
  return std::nullopt;
}

// The place of the first one that is the same certificate.
std::size_t first_place(const std::vector<Certificate>& certificates, std::size_t index) {
  std::size_t i = 0;
  while (X509_cmp(certificates[i].x509(), certificates[index].x509()) != 0) ++i;
  return i;
}

}  // namespace

Defect about(DefectId id, const Sent& sent, std::string detail) {
  return {.id = id,
          .position = static_cast<int>(sent.index),
          .subject = sent.certificate.subject(),
          .detail = std::move(detail)};
}

std::vector<Sent> without_repetitions(const std::vector<Certificate>& certificates) {
  std::vector<Sent> sent;
  sent.reserve(certificates.size());
  for (std::size_t i = 0; i < certificates.size(); ++i)
    if (first_place(certificates, i) == i) sent.push_back({certificates[i], i});
  return sent;
}

std::optional<Defect> check_chain_order(const std::vector<Sent>& chain) {
  if (auto defect = check_length(chain)) return defect;
  if (auto defect = check_holders(chain)) return defect;
  if (auto defect = check_root_first(chain)) return defect;
  if (auto defect = check_after_root(chain)) return defect;
  return check_names(chain);
}

std::optional<Defect> check_repetitions(const std::vector<Certificate>& certificates) {
  for (std::size_t i = 1; i < certificates.size(); ++i)
    if (const std::size_t first = first_place(certificates, i); first != i)
      return about(DefectId::chain_duplicate, {certificates[i], i},
                   fmt::format("it is certificate {} again", first + 1));
  return std::nullopt;
}

}  // namespace certdrill::certs
