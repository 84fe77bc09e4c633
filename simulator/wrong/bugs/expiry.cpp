// Bugs about time: when a certificate begins and ends to be valid.
#include <algorithm>
#include <array>

#include "simulator/wrong/bugs/groups.h"
#include "simulator/wrong/bugs/request.h"

namespace certdrill::simulator::bugs {
namespace {

bool is_expiry(const certs::Defect& defect) {
  return defect.id == certs::DefectId::expired;
}

bool is_expiry_above_the_leaf(const certs::Defect& defect) {
  return is_expiry(defect) && defect.position > 0;
}

Answer expired_accepted(const Request& request) {
  return overlooking(request, is_expiry);
}

Answer expired_answers_400(const Request& request) {
  auto answer = served(request);
  if (answer.status != 406) return answer;
  const auto defect = first_defect(request);
  return telling(std::move(answer),
                 error_answer(400, "invalid_certificate", defect ? certs::describe(*defect) : ""));
}

// A leaf that has expired is the first that is found, whatever is above it.
Answer expired_intermediate_accepted(const Request& request) {
  return overlooking(request, is_expiry_above_the_leaf);
}

Answer expired_applied_all_the_same(const Request& request) {
  auto answer = served(request);
  if (answer.status == 406) install(request, changes_of(request));
  return answer;
}

Answer not_yet_valid_accepted(const Request& request) {
  certs::Instant now = request.scene.now;
  for (const auto& change : changes_of(request)) {
    for (const auto& certificate : chain_of(change)) now = std::max(now, certificate.not_before());
  }
  return served_at(request, now);
}

constexpr std::array<Bug, 5> kBugs{{
    {"expired-accepted",
     "expiry is not checked: an expired certificate is installed and answered 200",
     serving<expired_accepted>},
    {"expired-answers-400", "an expired certificate is refused with 400 instead of 406",
     serving<expired_answers_400>},
    {"expired-intermediate-accepted", "only the leaf's notAfter is looked at",
     serving<expired_intermediate_accepted>},
    {"expired-applied-all-the-same",
     "406 is answered, and the certificate is stored and rolled out",
     serving<expired_applied_all_the_same>},
    {"not-yet-valid-accepted", "notBefore is not looked at", serving<not_yet_valid_accepted>},
}};

}  // namespace

std::span<const Bug> expiry_bugs() {
  return kBugs;
}

}  // namespace certdrill::simulator::bugs
