// error_text: an error's text for people stands elsewhere. The vendor's pages call it description or message, and no
// recorded error of a certificate call is public.
#include <array>

#include "simulator/wrong/faults/fault_kind.h"

namespace certdrill::simulator {
namespace {

constexpr std::array<std::string_view, 4> kFields{"message", "both", "null", "none"};

constexpr std::array kErrorTextSettings{
    Setting::choice(
        "field", kFields,
        "message: in place of description; both: beside it; null: a description without "
        "a text; none: error_code alone")
        .or_else("message"),
};

class ErrorTextEffect final : public Effect {
 public:
  explicit ErrorTextEffect(const Settings& settings)
      : Effect(Point::answer), field_(settings.text("field")) {}

  bool wants_answer(const Answer& answer) override { return !answer.error_code.empty(); }

  void at_answer(Answer& answer) override {
    auto body = nlohmann::ordered_json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
    if (!body.is_object() || !body.contains("description")) return;
    const auto text = body["description"];  // a copy: a new field moves the others
    if (field_ == "message" || field_ == "both") body["message"] = text;
    if (field_ == "null") body["description"] = nullptr;
    if (field_ == "message" || field_ == "none") body.erase("description");
    answer.body = body.dump();
  }

 private:
  const std::string field_;
};

}  // namespace

extern const FaultKind kErrorTextKind{
    .name = "error_text",
    .sentence = "Errors have their text for people in another field, or none.",
    .settings = kErrorTextSettings,
    .matchers = kRequestMatchers,
    .make = make_effect<ErrorTextEffect>};

}  // namespace certdrill::simulator
