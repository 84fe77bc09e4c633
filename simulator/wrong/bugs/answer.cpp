// Bugs in what an answer says beside its status.
#include <array>

#include "simulator/wrong/bugs/groups.h"
#include "simulator/wrong/bugs/request.h"

namespace certdrill::simulator::bugs {
namespace {

std::string description_of(const Answer& answer) {
  const auto json = nlohmann::json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  return json.is_object() ? json.value("description", "") : "";
}

Answer errors_are_plain_text(const Request& request) {
  auto answer = served(request);
  if (answer.status < 400) return answer;
  answer.body = description_of(answer) + "\n";
  answer.error_code.clear();
  answer.content_type = "text/plain";
  return answer;
}

Answer error_repeats_the_request(const Request& request) {
  auto answer = served(request);
  if (answer.status < 400) return answer;
  const auto description = description_of(answer) + " " + std::string(request.call.body.text());
  return telling(answer, error_answer(answer.status, answer.error_code, description));
}

Answer success_repeats_the_request(const Request& request) {
  auto answer = served(request);
  if (is_update(request.call) && answer.status == 200) answer.body = request.call.body.text();
  return answer;
}

constexpr std::array<Bug, 3> kBugs{{
    {"errors-are-plain-text", "every error's body is text/plain without error_code",
     serving<errors_are_plain_text>},
    {"error-repeats-the-request", "an error's description ends with the body that was sent",
     serving<error_repeats_the_request>},
    {"success-repeats-the-request", "200 comes with the body that was sent",
     serving<success_repeats_the_request>},
}};

}  // namespace

std::span<const Bug> answer_bugs() {
  return kBugs;
}

}  // namespace certdrill::simulator::bugs
