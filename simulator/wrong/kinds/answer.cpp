// answer: the client gets this answer, whatever the cluster would have said.
#include <algorithm>
#include <array>

#include "simulator/wrong/kinds/kinds.h"

namespace certdrill::simulator {
namespace {

// What the cluster itself would say with a status, where it has one way to say it.
struct Usual {
  int status;
  std::string_view error_code;
  std::string_view description;
};

constexpr std::array<Usual, 10> kUsual{{
    {400, "invalid_certificate", "The certificate is invalid."},
    {401, "unauthorized", "The credentials are wrong."},
    {403, "unknown_certificate", "The certificate is unknown."},
    {404, "certificate_not_found", "There is no certificate to look at."},
    {406, "certificate_expired", "The certificate has expired."},
    {409, "not_all_nodes_updated", "Not all nodes have been updated."},
    {413, "request_too_large", "The request body is too large."},
    {429, "too_many_requests", "Too many requests."},
    {500, "internal_error", "An internal error occurred."},
    {503, "node_unavailable", "The node is not responding or is not a member of the cluster."},
}};

constexpr std::array<std::string_view, 2> kStages{"before", "after"};

class AnswerEffect final : public Effect {
 public:
  explicit AnswerEffect(SettingsReader& reader)
      : status_(static_cast<int>(reader.integer("status", {200, 599}))) {
    const auto usual = std::ranges::find(kUsual, status_, &Usual::status);
    const bool known = usual != kUsual.end();
    error_code_ = reader.text("error_code", known ? usual->error_code : "");
    description_ = reader.text("description", known ? usual->description : "");
    body_ = reader.text("body", "");
    after_ = reader.choice("stage", kStages, 0) == 1;
  }

  nlohmann::json settings() const override {
    return {{"status", status_},
            {"error_code", error_code_},
            {"description", description_},
            {"body", body_},
            {"stage", kStages[after_ ? 1 : 0]}};
  }

  bool acts_at(Point point) const override { return point == Point::request; }

  void at_request(RequestMishaps& mishaps, Dice& /*dice*/) override {
    auto& place = after_ ? mishaps.answer_after : mishaps.answer_instead;
    if (!place) place = answer();
  }

 private:
  Answer answer() const {
    if (body_.empty() && !error_code_.empty())
      return error_answer(status_, error_code_, description_);
    return {status_, body_, {}, error_code_};
  }

  int status_;
  std::string error_code_;
  std::string description_;
  std::string body_;
  bool after_ = false;
};

}  // namespace

const FaultKind answer_kind{
    .name = "answer",
    .sentence = "The client gets this answer instead of the cluster's own.",
    .settings =
        "status (200 to 599); error_code, description: default what the cluster says with "
        "that status; body: the whole body as text instead; stage: before (default: the "
        "call never happens) or after (it happens, and only the answer is another)",
    .matchers = {.endpoint = true, .certificate = true, .nodes = true, .submitted = true},
    .updates_by_default = true,
    .make = [](SettingsReader& reader) -> std::unique_ptr<Effect> {
      return std::make_unique<AnswerEffect>(reader);
    }};

}  // namespace certdrill::simulator
