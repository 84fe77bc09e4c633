// certdrill's verdicts beside OpenSSL's, over the catalogue and over thousands of chains. What they
// differ about stands in one table, with the reason; any other difference fails.
//
// CERTDRILL_DIFFERENTIAL_SEED and CERTDRILL_DIFFERENTIAL_CHAINS ask for other chains, and for more.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/x509_vfy.h>

#include "certs/verdict/validate.h"
#include "fixtures/catalogue/catalogue.h"
#include "fixtures/make/workshop.h"
#include "fixtures/prove/openssl_reader.h"
#include "tests/differential/mutants.h"
#include "tests/differential/openssl_verify.h"
#include "tests/support/sample_chain.h"

namespace certdrill::differential {
namespace {

using certs::Certificate;
using certs::Defect;
using certs::Strictness;

enum class Right { certdrill, openssl, both };

// A difference: what the one says, and the other does not.
struct Explained {
  std::string_view id;  // certdrill's defect; "openssl N" for an error of OpenSSL's
  Right who;
  std::string_view reason;
  bool rare = false;  // not met among the first 2,000 chains of seed 1
};

constexpr auto kExplained = std::to_array<Explained>({
    // certdrill refuses, OpenSSL verifies
    {"chain-out-of-order", Right::both, "the vendor demands order; OpenSSL sorts"},
    {"chain-root-first", Right::both, "the vendor demands order; OpenSSL sorts", true},
    {"key-does-not-match", Right::both, "OpenSSL is not shown the key", true},
    {"chain-after-root", Right::both, "the vendor demands order; OpenSSL sorts"},
    {"chain-same-holder", Right::both, "the vendor demands one chain; OpenSSL chooses a path"},
    {"chain-too-long", Right::both, "certdrill's own limit"},
    {"chain-signature", Right::certdrill,
     "a leaf that signs itself was altered; to OpenSSL it is an anchor"},
    {"key-type-not-allowed", Right::both, "the vendor has RSA alone between nodes"},
    {"key-unsupported", Right::certdrill, "no client connects; a verifier opens no connection"},
    {"key-too-small", Right::both, "the vendor demands RSA 2048; `openssl verify` has level 0"},
    {"weak-signature", Right::both, "the vendor demands SHA-256; `openssl verify` has level 0"},
    {"certificate-bad-version", Right::certdrill,
     "X.509 has no such version; OpenSSL does not look"},
    {"certificate-not-der", Right::certdrill, "RFC 5280 4.1; OpenSSL reads BER"},
    {"certificate-bad-extension", Right::certdrill,
     "RFC 5280 4.2; OpenSSL looks at those alone that it needs"},
    {"certificate-bad-time", Right::certdrill,
     "RFC 5280 4.1.2.5; OpenSSL takes GeneralizedTime for any year"},
    {"chain-duplicate", Right::both, "the strict level demands a chain without repetitions"},
    {"chain-incomplete", Right::both, "the vendor demands the root"},
    {"no-server-auth", Right::both, "the vendor demands the usage; without any OpenSSL allows all"},
    {"key-usage-incomplete", Right::both, "the vendor demands it; one that is absent allows all"},
    {"san-incomplete", Right::both, "the vendor demands four names"},
    {"common-name-not-fqdn", Right::both, "the vendor demands CN = FQDN"},
    {"validity-too-long", Right::both, "the vendor demands a year at most"},
    // OpenSSL refuses, certdrill takes it
    {"openssl at the anchor", Right::certdrill,
     "RFC 5280 6.1: the anchor is no part of the path; -x509_strict looks at it all the same"},
    {"openssl in the last second", Right::certdrill,
     "RFC 5280 4.1.2.5: notAfter belongs to the validity"},
});

std::set<std::string_view>& used_rows() {
  static std::set<std::string_view> used;
  return used;
}

bool is_explained(std::string_view id) {
  const auto row = std::ranges::find(kExplained, id, &Explained::id);
  if (row == kExplained.end()) return false;
  used_rows().insert(row->id);
  return true;
}

bool ends_now(const std::vector<Certificate>& chain, certs::Instant now) {
  return std::ranges::any_of(
      chain, [now](const Certificate& certificate) { return certificate.not_after() == now; });
}

bool about_time(const OpensslError& error) {
  return error.error == X509_V_ERR_CERT_HAS_EXPIRED || error.error == X509_V_ERR_CERT_NOT_YET_VALID;
}

// The id of what they differ about; nullopt: they agree.
std::optional<std::string> difference(const std::vector<Certificate>& chain, certs::Instant now,
                                      const std::optional<Defect>& defect,
                                      const std::vector<OpensslError>& errors) {
  if (errors.empty())
    return defect ? std::optional<std::string>(certs::text_id(defect->id)) : std::nullopt;
  if (!defect) {
    std::string explained;
    for (const OpensslError& error : errors) {
      if (error.at_anchor && !about_time(error))
        explained = "openssl at the anchor";
      else if (error.error == X509_V_ERR_CERT_HAS_EXPIRED && ends_now(chain, now))
        explained = "openssl in the last second";
      else
        return fmt::format("openssl {}", error.error);
    }
    return explained;
  }
  // Both refuse; but what is invalid must not be called expired.
  const auto invalid = std::ranges::find_if(
      errors, [](const OpensslError& error) { return !about_time(error) && !error.at_anchor; });
  if (defect->id == certs::DefectId::expired && invalid != errors.end())
    return fmt::format("expired, and yet openssl {}", invalid->error);
  return std::nullopt;
}

std::string told(const std::vector<OpensslError>& errors) {
  std::string text = errors.empty() ? "verifies" : "";
  for (const OpensslError& error : errors)
    text += fmt::format("{} at {} ({}); ", error.error, error.depth,
                        X509_verify_cert_error_string(error.error));
  return text;
}

void compare(const std::string& what, const std::vector<Certificate>& chain,
             const certs::Submission& submission, std::string_view fqdn, certs::Instant now) {
  for (const Strictness strictness : {Strictness::lenient, Strictness::strict}) {
    const auto verdict = certs::validate(submission, {strictness, fqdn}, now);
    const auto defect = verdict ? std::nullopt : std::optional(verdict.error());
    const auto errors = openssl_verify(chain, now, strictness == Strictness::strict);
    const auto id = difference(chain, now, defect, errors);
    EXPECT_TRUE(!id || is_explained(*id))
        << what << ", " << to_string(strictness) << ": '" << id.value_or("") << "' is explained "
        << "nowhere\n  certdrill: " << (defect ? certs::describe(*defect) : "accepted")
        << "\n  openssl:   " << told(errors);
  }
}

std::uint64_t number_from(const char* variable, std::uint64_t usual) {
  const char* text = std::getenv(variable);
  return text == nullptr ? usual : std::strtoull(text, nullptr, 10);
}

TEST(Differential, AgreesAboutTheCatalogue) {
  const fixtures::Settings settings{.fqdn = "cluster.local", .now = kNow};
  fixtures::KeyPool pool(0);
  int compared = 0;
  for (const fixtures::Fixture& fixture : fixtures::catalogue()) {
    const fixtures::Made made = fixtures::make(fixture, settings, pool);
    if (!made.certificate || !made.key || fixture.needs_sibling_installed) continue;
    const auto read = fixtures::read_certificates(*made.certificate);
    if (!read.complete || read.chain.empty()) continue;  // OpenSSL cannot even read it
    // What is wrong with the text or the key alone is nothing that a verifier sees.
    const auto defect = expected_defect(fixture, fixture.name, Strictness::lenient);
    if (defect && *defect < certs::DefectId::chain_too_long &&
        *defect != certs::DefectId::certificate_bad_extension &&
        *defect != certs::DefectId::certificate_bad_time &&
        *defect != certs::DefectId::certificate_not_der &&
        *defect != certs::DefectId::key_unsupported)
      continue;
    std::vector<Certificate> chain;
    for (const auto& x509 : read.chain) chain.push_back(Certificate::from_x509(x509.get()));
    compare(std::string(fixture.id), chain, {fixture.name, *made.certificate, *made.key},
            settings.fqdn, kNow);
    ++compared;
  }
  EXPECT_GT(compared, 80);
}

TEST(Differential, AgreesAboutChangedChains) {
  const std::uint64_t seed = number_from("CERTDRILL_DIFFERENTIAL_SEED", 1);
  const std::uint64_t chains = number_from("CERTDRILL_DIFFERENTIAL_CHAINS", 2000);
  RecordProperty("seed", std::to_string(seed));
  Mutants mutants(seed);
  for (std::uint64_t i = 0; i < chains && !HasFatalFailure(); ++i) {
    const Mutant mutant = mutants.next();
    const std::string text = certs::chain_pem(mutant.chain);
    const std::string key = mutant.key.pem();
    compare(fmt::format("chain {} of seed {} ({})", i, seed, mutant.changes), mutant.chain,
            {contract::CertificateName::proxy, text, key}, certs::sample::kFqdn, kNow);
  }
}

// The table is no longer than it must be. Runs after those that use it.
TEST(Differential, UsesEveryExplanation) {
  if (number_from("CERTDRILL_DIFFERENTIAL_CHAINS", 2000) < 2000 || used_rows().empty())
    GTEST_SKIP() << "after too few chains";
  for (const Explained& row : kExplained) {
    EXPECT_TRUE(row.rare || used_rows().contains(row.id)) << row.id << " explains nothing";
    EXPECT_FALSE(row.reason.empty());
  }
}

TEST(Differential, TheCommandSaysWhatTheLibrarySays) {
  Mutants mutants(2);
  for (int i = 0; i < 40; ++i) {
    const Mutant mutant = mutants.next();
    for (const bool strict : {false, true})
      EXPECT_EQ(openssl_command_verifies(mutant.chain, kNow, strict),
                openssl_verify(mutant.chain, kNow, strict).empty())
          << mutant.changes << (strict ? ", strict" : "");
  }
}

}  // namespace
}  // namespace certdrill::differential
