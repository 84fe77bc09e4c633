#include "bench/sample.h"

#include <nlohmann/json.hpp>

#include "fixtures/catalogue/catalogue.h"
#include "fixtures/make/workshop.h"

namespace certdrill::bench {

Sample make_sample(certs::KeyType type, std::uint64_t variant) {
  fixtures::Settings settings;
  settings.fqdn = kFqdn;
  settings.now = kNow;
  static fixtures::KeyPool pool(settings.seed);
  const fixtures::Workshop workshop(*fixtures::find("valid/leaf-and-root"), settings, pool,
                                    variant);
  const fixtures::Made made = workshop.pack(workshop.two_levels(type));
  return {.certificate = made.certificate.value(), .key = made.key.value()};
}

std::string update_body(std::string_view name, const Sample& sample) {
  return nlohmann::json{{"name", name}, {"certificate", sample.certificate}, {"key", sample.key}}
      .dump();
}

}  // namespace certdrill::bench
