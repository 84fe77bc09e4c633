#include "certs/verdict/chain_order.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "certs/read/openssl.h"

namespace certdrill::certs {
namespace {

using Chain = std::vector<Certificate>;

const X509_NAME* subject_of(const Certificate& certificate) {
  return X509_get_subject_name(certificate.x509());
}

const X509_NAME* issuer_of(const Certificate& certificate) {
  return X509_get_issuer_name(certificate.x509());
}

bool issued_by_name(const Certificate& certificate, const Certificate& issuer) {
  return X509_NAME_cmp(issuer_of(certificate), subject_of(issuer)) == 0;
}

// The algorithm stands in a certificate twice; only one of the two is signed.
bool signature_algorithms_agree(const Certificate& certificate) {
  const X509_ALGOR* unsigned_one = nullptr;
  X509_get0_signature(nullptr, &unsigned_one, certificate.x509());
  return X509_ALGOR_cmp(unsigned_one, X509_get0_tbs_sigalg(certificate.x509())) == 0;
}

Defect in_chain(DefectId id, const Chain& chain, std::size_t index, std::string detail) {
  return {.id = id,
          .position = static_cast<int>(index),
          .subject = chain[index].subject(),
          .detail = std::move(detail)};
}

std::string place(std::size_t index) { return fmt::format("certificate {}", index + 1); }

std::optional<Defect> check_length(const Chain& chain) {
  if (chain.size() <= kLongestChain) return std::nullopt;
  return Defect{.id = DefectId::chain_too_long,
                .position = -1,
                .subject = "",
                .detail = fmt::format("{} certificates, more than certdrill's own limit of {}",
                                      chain.size(), kLongestChain)};
}

bool same_certificate(const Certificate& a, const Certificate& b) {
  return X509_cmp(a.x509(), b.x509()) == 0;
}

// One CA that comes back later makes a loop, even in another certificate.
bool same_holder(const Certificate& a, const Certificate& b) {
  const OpensslErrorScope scope;
  return X509_NAME_cmp(subject_of(a), subject_of(b)) == 0 &&
         EVP_PKEY_eq(a.public_key(), b.public_key()) == 1;
}

std::optional<Defect> check_duplicates(const Chain& chain, bool holders_too) {
  for (std::size_t later = 1; later < chain.size(); ++later) {
    for (std::size_t earlier = 0; earlier < later; ++earlier) {
      if (same_certificate(chain[earlier], chain[later]))
        return in_chain(DefectId::chain_duplicate, chain, later,
                        fmt::format("it is {} again", place(earlier)));
      if (holders_too && same_holder(chain[earlier], chain[later]))
        return in_chain(DefectId::chain_duplicate, chain, later,
                        fmt::format("it has the same subject and key as {}", place(earlier)));
    }
  }
  return std::nullopt;
}

std::optional<Defect> check_root_first(const Chain& chain) {
  if (chain.size() < 2 || !chain.front().self_issued()) return std::nullopt;
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (chain[i].self_issued() || !issued_by_name(chain[i], chain.front())) continue;
    return in_chain(DefectId::chain_root_first, chain, 0,
                    fmt::format("{} was issued by it", place(i)));
  }
  return std::nullopt;
}

std::optional<Defect> check_after_root(const Chain& chain) {
  for (std::size_t i = 1; i + 1 < chain.size(); ++i) {
    if (!chain[i].self_signed()) continue;
    return in_chain(DefectId::chain_after_root, chain, i + 1,
                    fmt::format("the root is {}, {}", place(i), chain[i].subject()));
  }
  return std::nullopt;
}

// Where the certificate that should have come next is, in words.
std::string where_the_issuer_is(const Chain& chain, std::size_t index) {
  if (chain[index].self_issued()) return "; it is self-signed, so nothing may follow it";
  for (std::size_t i = 0; i < chain.size(); ++i)
    if (i != index && issued_by_name(chain[index], chain[i]))
      return fmt::format("; its issuer is {}", place(i));
  if (index == 0)
    for (std::size_t i = 1; i < chain.size(); ++i)
      if (issued_by_name(chain[i], chain[0]))
        return fmt::format("; it issued {} itself, so that one looks like the leaf", place(i));
  return "; its issuer is nowhere in the chain";
}

std::optional<Defect> check_names(const Chain& chain) {
  for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
    if (issued_by_name(chain[i], chain[i + 1])) continue;
    return in_chain(
        DefectId::chain_out_of_order, chain, i,
        fmt::format("its issuer is '{}', and the next certificate is '{}'{}", chain[i].issuer(),
                    chain[i + 1].subject(), where_the_issuer_is(chain, i)));
  }
  return std::nullopt;
}

std::optional<Defect> check_signatures(const Chain& chain) {
  for (std::size_t i = 0; i < chain.size(); ++i) {
    if (!signature_algorithms_agree(chain[i]))
      return in_chain(DefectId::chain_signature, chain, i,
                      "its two signatureAlgorithm fields differ (RFC 5280 4.1.1.2)");
    const bool last = i + 1 == chain.size();
    if (last && !chain[i].self_issued()) break;  // whoever signed it is not here
    if (last ? chain[i].self_signed() : chain[i].signed_by(chain[i + 1])) continue;
    return in_chain(
        DefectId::chain_signature, chain, i,
        last ? std::string("it names itself as its issuer, but its own key did not sign it")
             : fmt::format("not with the key of {}, {}", place(i + 1), chain[i + 1].subject()));
  }
  return std::nullopt;
}

}  // namespace

std::optional<Defect> check_chain_order(const std::vector<Certificate>& chain) {
  if (auto defect = check_length(chain)) return defect;
  if (auto defect = check_duplicates(chain, true)) return defect;
  if (auto defect = check_root_first(chain)) return defect;
  if (auto defect = check_after_root(chain)) return defect;
  if (auto defect = check_names(chain)) return defect;
  return check_signatures(chain);
}

std::optional<Defect> check_trust_anchors(const std::vector<Certificate>& anchors) {
  return check_duplicates(anchors, false);
}

}  // namespace certdrill::certs
