#include "conformance/run/test_certificates.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "fixtures/catalogue/catalogue.h"

namespace certdrill::conformance {
namespace {

constexpr std::string_view kPlainest = "valid/leaf-and-root";

fixtures::Settings settings_for(const std::string& cluster_name, certs::Instant now,
                                std::uint64_t seed, contract::CertificateName name) {
  fixtures::Settings settings;
  settings.fqdn = cluster_name;
  settings.now = now;
  settings.seed = seed;
  settings.name = name;
  return settings;
}

}  // namespace

std::string TestCertificate::body(contract::UpdateCall call) const {
  return call == contract::UpdateCall::update_cert ? made.request_body() : made.certificates_body();
}

TestCertificates::TestCertificates(std::string cluster_name, certs::Instant now, std::uint64_t seed)
    : cluster_name_(std::move(cluster_name)),
      now_(now),
      pool_(std::make_unique<fixtures::KeyPool>(seed)) {}

const TestCertificate& TestCertificates::made(const fixtures::Fixture& fixture,
                                              contract::CertificateName name,
                                              std::uint64_t variant) const {
  const std::tuple key(std::string(fixture.id), name, variant);
  auto found = made_.find(key);
  if (found == made_.end()) {
    const auto settings = settings_for(cluster_name_, now_, pool_->seed(), name);
    found = made_
                .emplace(key, TestCertificate{std::string(fixture.id),
                                              fixtures::make(fixture, settings, *pool_, variant)})
                .first;
  }
  return found->second;
}

TestCertificate TestCertificates::valid(contract::CertificateName name,
                                        std::uint64_t variant) const {
  const auto settings = settings_for(cluster_name_, now_, pool_->seed(), name);
  const auto fits = [&](const fixtures::Fixture& one) {
    return one.valid() && fixtures::name_of(one, settings) == name;
  };
  const fixtures::Fixture* plain = fixtures::find(kPlainest);
  if (!fits(*plain)) {  // trust anchors; the catalogue has a valid one for every name
    const auto all = fixtures::catalogue();
    plain = &*std::ranges::find_if(all, fits);
  }
  return made(*plain, name, variant);
}

tl::expected<TestCertificate, std::string> TestCertificates::fixture(std::string_view id,
                                                                     contract::CertificateName name,
                                                                     std::uint64_t variant) const {
  const fixtures::Fixture* found = fixtures::find(id);
  if (found == nullptr) return tl::unexpected(fmt::format("there is no fixture '{}'", id));
  const auto settings = settings_for(cluster_name_, now_, pool_->seed(), name);
  if (fixtures::name_of(*found, settings) != name) {
    return tl::unexpected(
        fmt::format("the fixture '{}' cannot be made for {}", id, contract::to_string(name)));
  }
  return made(*found, name, variant);
}

}  // namespace certdrill::conformance
