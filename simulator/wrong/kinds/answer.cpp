// answer: the client gets this answer, whatever the cluster would have said.
#include <algorithm>
#include <array>

#include "simulator/wrong/faults/fault_kind.h"

namespace certdrill::simulator {
namespace {

// What the cluster itself would say with a status, where it has one way to say it.
struct UsualError {
  int status;
  std::string_view error_code;
  std::string_view description;
};

constexpr std::array<UsualError, 10> kUsualErrors{{
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

constexpr std::array<std::string_view, 2> kAnswerStages{"before", "after"};
constexpr auto kSuccess = "success";

constexpr std::array kAnswerSettings{
    Setting::integer("status", 200, 599, "the HTTP status"),
    Setting::text("error_code", "default: what the cluster says with that status")
        .or_else(Setting::Derived{}),
    Setting::text("description", "default: what the cluster says with that status")
        .or_else(Setting::Derived{}),
    Setting::integer("retry_after", 0, 3600, "seconds of its Retry-After; 0: it has none")
        .or_else(0),
    Setting::text("body", "the whole body as text instead").or_else(""),
    Setting::choice(
        "stage", kAnswerStages,
        "before: the call never happens; after: it does, and only the answer is another")
        .or_else("before"),
    Setting::text("instead_of",
                  "strikes only where the cluster answers with this error_code, or with success")
        .or_else("")
        .only_with("stage", "after"),
};

std::optional<std::string> complete_answer(nlohmann::json& values) {
  const auto usual =
      std::ranges::find(kUsualErrors, values["status"].get<int>(), &UsualError::status);
  const bool known = usual != kUsualErrors.end();
  if (!values.contains("error_code")) values["error_code"] = known ? usual->error_code : "";
  if (!values.contains("description")) values["description"] = known ? usual->description : "";
  return std::nullopt;
}

class AnswerEffect final : public Effect {
 public:
  explicit AnswerEffect(const Settings& settings)
      : Effect(settings.has("instead_of") && !settings.text("instead_of").empty() ? Point::answer
                                                                                  : Point::request),
        after_(settings.is("stage", "after")),
        instead_of_(settings.has("instead_of") ? settings.text("instead_of") : "") {
    const auto status = static_cast<int>(settings.integer("status"));
    const auto error_code = settings.text("error_code");
    const auto body = settings.text("body");
    const auto retry_after = settings.integer("retry_after");
    answer_ = body.empty() && !error_code.empty()
                  ? error_answer(status, error_code, settings.text("description"))
                  : Answer{.status = status, .body = body, .error_code = error_code};
    if (retry_after > 0) answer_.headers.emplace_back("Retry-After", std::to_string(retry_after));
  }

  void at_request(RequestMishaps& mishaps) override {
    auto& place = after_ ? mishaps.answer_after : mishaps.answer_instead;
    if (!place) place = answer_;
  }

  bool wants_answer(const Answer& answer) override {
    return instead_of_ == kSuccess ? answer.status < 300 : answer.error_code == instead_of_;
  }
  void at_answer(Answer& answer) override { answer = answer_; }

 private:
  const bool after_;
  const std::string instead_of_;
  Answer answer_;
};

}  // namespace

extern const FaultKind kAnswerKind{
    .name = "answer",
    .sentence = "The client gets this answer instead of the cluster's own.",
    .settings = kAnswerSettings,
    .matchers = kUpdateMatchers,
    .make = make_effect<AnswerEffect>,
    .complete = complete_answer};

}  // namespace certdrill::simulator
