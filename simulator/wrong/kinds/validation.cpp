// validation: a certificate is judged with another strictness than the cluster's.
#include <array>

#include "simulator/wrong/faults/fault_kind.h"

namespace certdrill::simulator {
namespace {

constexpr std::array<std::string_view, 3> kLevels{"lenient", "documented", "strict"};

constexpr std::array kValidationSettings{
    Setting::choice("strictness", kLevels, "as certdrill-sim --strictness takes it"),
};

class ValidationEffect final : public Effect {
 public:
  explicit ValidationEffect(const Settings& settings)
      : Effect(Point::judge), strictness_(*certs::find_strictness(settings.text("strictness"))) {}

  std::optional<certs::Strictness> at_judge() override { return strictness_; }

 private:
  const certs::Strictness strictness_;
};

}  // namespace

extern const FaultKind kValidationKind{
    .name = "validation",
    .sentence = "Certificates are judged with another strictness than the cluster's.",
    .settings = kValidationSettings,
    .matchers = {.endpoint = true, .certificate = true, .submitted = true},
    .make = make_effect<ValidationEffect>};

}  // namespace certdrill::simulator
