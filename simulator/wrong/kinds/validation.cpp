// validation: a certificate is judged with another strictness than the cluster's.
#include <array>

#include "simulator/wrong/kinds/kinds.h"

namespace certdrill::simulator {
namespace {

constexpr std::array<std::string_view, 3> kLevels{"lenient", "documented", "strict"};

class ValidationEffect final : public Effect {
 public:
  explicit ValidationEffect(SettingsReader& reader)
      : strictness_(*certs::find_strictness(kLevels[reader.choice("strictness", kLevels)])) {}

  nlohmann::json settings() const override {
    return {{"strictness", certs::to_string(strictness_)}};
  }
  bool acts_at(Point point) const override { return point == Point::judge; }
  std::optional<certs::Strictness> at_judge() override { return strictness_; }

 private:
  certs::Strictness strictness_;
};

}  // namespace

const FaultKind validation_kind{
    .name = "validation",
    .sentence = "Certificates are judged with another strictness than the cluster's.",
    .settings = "strictness: lenient, documented or strict",
    .matchers = {.endpoint = true, .certificate = true, .submitted = true},
    .make = [](SettingsReader& reader) -> std::unique_ptr<Effect> {
      return std::make_unique<ValidationEffect>(reader);
    }};

}  // namespace certdrill::simulator
