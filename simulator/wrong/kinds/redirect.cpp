// redirect: another node is to be asked.
#include <array>

#include "simulator/wrong/faults/fault_kind.h"

namespace certdrill::simulator {
namespace {

constexpr std::array<std::string_view, 2> kRedirectTargets{"primary", "last"};

constexpr std::array kRedirectSettings{
    Setting::choice("to", kRedirectTargets, "the node that Location names").or_else("primary"),
};

class RedirectEffect final : public Effect {
 public:
  explicit RedirectEffect(const Settings& settings)
      : Effect(Point::request),
        to_(settings.is("to", "primary") ? RedirectTo::primary : RedirectTo::last) {}

  void at_request(RequestMishaps& mishaps) override { mishaps.redirect = to_; }

 private:
  const RedirectTo to_;
};

}  // namespace

extern const FaultKind kRedirectKind{
    .name = "redirect",
    .sentence = "The answer is 307, and its Location names another node; the call never happens.",
    .settings = kRedirectSettings,
    .matchers = kUpdateMatchers,
    .make = make_effect<RedirectEffect>};

}  // namespace certdrill::simulator
