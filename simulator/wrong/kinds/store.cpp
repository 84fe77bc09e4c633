// store: what is stored reads back different from what was sent.
#include <algorithm>
#include <array>

#include "simulator/wrong/faults/fault_kind.h"

namespace certdrill::simulator {
namespace {

std::string with_crlf(const InstalledCertificate& stored) {
  std::string text;
  for (const char c : stored.certificate_text) {
    if (c == '\n' && !text.ends_with('\r')) text += '\r';
    text += c;
  }
  return text;
}

std::string with_other_ending(const InstalledCertificate& stored) {
  const auto& text = stored.certificate_text;
  return text.ends_with('\n') ? text.substr(0, text.size() - 1) : text + "\n";
}

std::string first_alone(const InstalledCertificate& stored) {
  const auto& text = stored.certificate_text;
  const auto end = text.find("-----END ");
  return text.substr(0, end == text.npos ? end : text.find('\n', end) + 1);
}

std::string reversed(const InstalledCertificate& stored) {
  return certs::chain_pem({stored.bundle->chain.rbegin(), stored.bundle->chain.rend()});
}

std::string blocks_alone(const InstalledCertificate& stored) {
  return certs::chain_pem(stored.bundle->chain);
}

struct StoreMode {
  std::string_view name;
  std::string (*change)(const InstalledCertificate& stored);
};

constexpr std::array<StoreMode, 5> kStoreModes{{
    {"crlf", with_crlf},
    {"newline", with_other_ending},
    {"blocks", blocks_alone},
    {"chain_lost", first_alone},
    {"chain_reversed", reversed},
}};
constexpr auto kStoreModeNames = names_of(kStoreModes);

constexpr std::array kStoreSettings{
    Setting::choice("mode", kStoreModeNames,
                    "crlf: Windows line endings; newline: one at the end more or less; blocks: "
                    "without what stands around the PEM blocks; chain_lost: the leaf alone"),
};

class StoreEffect final : public Effect {
 public:
  explicit StoreEffect(const Settings& settings)
      : Effect(Point::read),
        mode_(*std::ranges::find(kStoreModes, settings.text("mode"), &StoreMode::name)) {}

  std::optional<std::string> at_read(const InstalledCertificate& stored) override {
    return mode_.change(stored);
  }

 private:
  const StoreMode& mode_;
};

}  // namespace

extern const FaultKind kStoreKind{
    .name = "store",
    .sentence = "GET /v1/cluster/certificates gives back something else than what was sent.",
    .settings = kStoreSettings,
    .matchers = {.certificate = true, .nodes = true},
    .make = make_effect<StoreEffect>};

}  // namespace certdrill::simulator
