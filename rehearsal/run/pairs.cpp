#include "rehearsal/run/pairs.h"

#include <algorithm>

#include "fixtures/catalogue/catalogue.h"
#include "fixtures/make/workshop.h"

namespace certdrill::rehearsal {
namespace {

Pair pair_of(const fixtures::Made& made) {
  Pair pair;
  pair.chain = made.certificate.value_or("");
  pair.key = made.key.value_or("");
  pair.root = made.trust;
  pair.bundle.chain = *certs::parse_chain(pair.chain);
  if (!pair.key.empty()) pair.bundle.key = *certs::parse_key(pair.key);
  pair.leaf = pair.bundle.leaf().pem();
  return pair;
}

}  // namespace

Pairs make_pairs(contract::CertificateName name, const std::string& cluster,
                 const std::vector<std::string>& addresses) {
  fixtures::KeyPool pool(0);
  fixtures::Settings settings;
  settings.fqdn = cluster;
  settings.now =
      certs::Instant(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
  const fixtures::Fixture* usual = fixtures::find(fixtures::kUsualSibling);

  settings.name = contract::CertificateName::api;
  const fixtures::Workshop rest(*usual, settings, pool, 1);
  auto rest_plan = rest.two_levels(certs::KeyType::p256);
  rest_plan.leaf().spec.ip_addresses = addresses;

  settings.name = name;
  if (contract::info(name).trust_anchors) {
    const auto all = fixtures::catalogue();
    const auto fitting = std::ranges::find_if(all, [&](const fixtures::Fixture& one) {
      return one.valid() && fixtures::name_of(one, settings) == name;
    });
    const Pair anchor = pair_of(fixtures::make(*fitting, settings, pool));
    const Pair rest_pair = pair_of(rest.pack(rest_plan));
    return {anchor, rest_pair, rest_pair.root};
  }
  const fixtures::Workshop workshop(*usual, settings, pool);
  auto plan = workshop.three_levels();
  plan.leaf().spec.ip_addresses = addresses;
  Pairs pairs{pair_of(workshop.pack(plan)), pair_of(rest.pack(rest_plan)), {}};
  pairs.ca = pairs.rest.root;
  if (name == contract::CertificateName::api) pairs.ca += pairs.requested.root;
  return pairs;
}

}  // namespace certdrill::rehearsal
