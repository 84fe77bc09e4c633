// store: what is stored reads back different from what was sent.
#include <array>

#include "simulator/wrong/kinds/kinds.h"

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

std::string leaf_only(const InstalledCertificate& stored) {
  return stored.bundle->leaf().pem();
}

std::string reversed(const InstalledCertificate& stored) {
  return certs::chain_pem({stored.bundle->chain.rbegin(), stored.bundle->chain.rend()});
}

struct Mode {
  std::string_view name;
  std::string (*change)(const InstalledCertificate& stored);
};

constexpr std::array<Mode, 4> kModes{{
    {"crlf", with_crlf},
    {"newline", with_other_ending},
    {"chain_lost", leaf_only},
    {"chain_reversed", reversed},
}};

constexpr std::array<std::string_view, kModes.size()> kModeNames{kModes[0].name, kModes[1].name,
                                                                 kModes[2].name, kModes[3].name};

class StoreEffect final : public Effect {
 public:
  explicit StoreEffect(SettingsReader& reader) : mode_(kModes[reader.choice("mode", kModeNames)]) {}

  nlohmann::json settings() const override { return {{"mode", mode_.name}}; }
  bool acts_at(Point point) const override { return point == Point::read; }

  std::optional<std::string> at_read(const InstalledCertificate& stored) override {
    return mode_.change(stored);
  }

 private:
  const Mode& mode_;
};

}  // namespace

const FaultKind store_kind{
    .name = "store",
    .sentence = "GET /v1/cluster/certificates gives back something else than what was sent.",
    .settings =
        "mode: crlf (Windows line endings), newline (one at the end more or less), "
        "chain_lost (the leaf alone) or chain_reversed",
    .matchers = {.certificate = true, .nodes = true},
    .make = [](SettingsReader& reader) -> std::unique_ptr<Effect> {
      return std::make_unique<StoreEffect>(reader);
    }};

}  // namespace certdrill::simulator
