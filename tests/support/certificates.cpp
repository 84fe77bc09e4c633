#include "tests/support/certificates.h"

#include "certs/verdict/bundle.h"
#include "fixtures/catalogue/catalogue.h"
#include "fixtures/make/workshop.h"

namespace certdrill::support {

MadeCertificate make_certificate(const MadeFor& wish) {
  fixtures::Settings settings;
  settings.fqdn = wish.fqdn;
  settings.now = wish.now;
  static fixtures::KeyPool pool(settings.seed);
  const fixtures::Workshop workshop(*fixtures::find("valid/leaf-and-root"), settings, pool,
                                    wish.serial);
  fixtures::Plan plan = workshop.two_levels();
  plan.leaf().spec.not_before = wish.now - std::chrono::days(100);
  plan.leaf().spec.not_after = wish.now + wish.lifetime;
  const fixtures::Made made = workshop.pack(plan);
  const std::string& chain = made.certificate.value();
  return {chain, made.key.value(), certs::parse_chain(chain)->front().fingerprint()};
}

}  // namespace certdrill::support
