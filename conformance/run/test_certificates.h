// The certificates that the cases send: the fixtures' catalogue, made for this cluster's name and
// time.
//
// Thread safety: one thread at a time (it keeps what it has made).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include <tl/expected.hpp>

#include "certs/read/instant.h"
#include "conformance/client/cluster_access.h"
#include "contract/certificates.h"
#include "fixtures/make/fixture.h"
#include "fixtures/make/workshop.h"

namespace certdrill::conformance {

// A certificate as it is sent, with the id that reports name instead of repeating it. `made` holds
// its key.
struct TestCertificate {
  std::string id;  // of the fixture: "valid/rsa", "expired/leaf"
  fixtures::Made made;

  const std::string& name() const { return made.name; }
  std::string note() const { return "fixture " + id + " for " + made.name; }
  std::string body(contract::UpdateCall call) const;
  CertificateEntry entry() const { return {made.name, made.certificate, made.key}; }
  // As it reads back. REQUIRES: it has a certificate.
  InstalledCertificate installed() const { return {*made.certificate, made.key}; }

  // The same with one part exchanged, or left out.
  TestCertificate with_name(const std::string& name) const {
    return with(&fixtures::Made::name, name);
  }
  TestCertificate with_key(const std::optional<std::string>& key) const {
    return with(&fixtures::Made::key, key);
  }
  TestCertificate with_certificate(const std::optional<std::string>& certificate) const {
    return with(&fixtures::Made::certificate, certificate);
  }

 private:
  template <typename Part>
  TestCertificate with(Part fixtures::Made::*part, const Part& other) const {
    TestCertificate changed = *this;
    changed.made.*part = other;
    changed.made.entry.reset();  // it is made of the three parts then
    return changed;
  }
};

class TestCertificates {
 public:
  // `seed`: of the keys. A real cluster holds them for a moment, so there it must be a random one.
  TestCertificates(std::string cluster_name, certs::Instant now, std::uint64_t seed);

  // The plainest valid one for this name. Another variant is another certificate of the same kind.
  TestCertificate valid(contract::CertificateName name, std::uint64_t variant = 0) const;

  // The error is a clause that says why there is none.
  tl::expected<TestCertificate, std::string> fixture(std::string_view id,
                                                     contract::CertificateName name,
                                                     std::uint64_t variant = 0) const;

  // By id, name and variant: signing again would give the same bytes. The fixture need not be one of
  // the catalogue's.
  const TestCertificate& made(const fixtures::Fixture& fixture, contract::CertificateName name,
                              std::uint64_t variant = 0) const;

 private:
  std::string cluster_name_;
  certs::Instant now_;
  std::unique_ptr<fixtures::KeyPool> pool_;

  mutable std::map<std::tuple<std::string, contract::CertificateName, std::uint64_t>,
                   TestCertificate>
      made_;
};

}  // namespace certdrill::conformance
