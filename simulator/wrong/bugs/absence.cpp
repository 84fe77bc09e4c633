// Bugs about requests in which there is no certificate to look at.
#include <array>

#include "simulator/wrong/bugs/groups.h"
#include "simulator/wrong/bugs/request.h"

namespace certdrill::simulator::bugs {
namespace {

using certs::DefectId;

// Refused by the validator, and for nothing but this.
bool is_without_certificate(const Request& request, const Answer& answer) {
  if (answer.error_code != "certificate_not_found" && answer.error_code != "invalid_certificate") {
    return false;
  }
  const auto defect = first_defect(request);
  return defect &&
         (defect->id == DefectId::certificate_missing || defect->id == DefectId::certificate_empty);
}

bool is_without_pem(const certs::Defect& defect) {
  return defect.id == DefectId::certificate_without_pem ||
         defect.id == DefectId::certificate_file_reference;
}

Answer missing_certificate_accepted(const Request& request) {
  auto answer = served(request);
  if (!is_without_certificate(request, answer)) return answer;
  return telling_success(request, std::move(answer));
}

Answer missing_certificate_answers_500(const Request& request) {
  auto answer = served(request);
  if (!is_without_certificate(request, answer)) return answer;
  return telling(std::move(answer), error_answer(500, "internal_error", "KeyError: certificate"));
}

Answer text_without_pem_stored(const Request& request) {
  return overlooking(request, is_without_pem);
}

constexpr std::array<Bug, 3> kBugs{{
    {"missing-certificate-accepted",
     "a request without certificate is answered 200, without effect",
     serving<missing_certificate_accepted>},
    {"missing-certificate-answers-500", "a request without certificate is answered 500",
     serving<missing_certificate_answers_500>},
    {"text-without-pem-stored",
     "a certificate field without a PEM block is stored and answered 200",
     serving<text_without_pem_stored>},
}};

}  // namespace

std::span<const Bug> absence_bugs() {
  return kBugs;
}

}  // namespace certdrill::simulator::bugs
