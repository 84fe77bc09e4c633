// second_writer: somebody else, such as the Kubernetes operator, keeps the cluster as it knows it.
#include <array>

#include "simulator/wrong/faults/fault_kind.h"

namespace certdrill::simulator {
namespace {

constexpr std::array kSecondWriterSettings{
    Setting::integer("after_ms", 0, 600'000, "so long after the change").or_else(500),
};

class SecondWriterEffect final : public Effect {
 public:
  explicit SecondWriterEffect(const Settings& settings)
      : Effect(Point::request), after_(settings.integer("after_ms")) {}

  void at_request(RequestMishaps& mishaps) override { mishaps.undone_after = after_; }

 private:
  const Milliseconds after_;
};

}  // namespace

extern const FaultKind kSecondWriterKind{
    .name = "second_writer",
    .sentence = "Somebody else puts back what a change replaced.",
    .settings = kSecondWriterSettings,
    .matchers = kUpdateMatchers,
    .make = make_effect<SecondWriterEffect>};

}  // namespace certdrill::simulator
