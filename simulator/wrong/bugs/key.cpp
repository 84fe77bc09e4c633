// Bugs about the private key: the one that was sent, and the one that is installed.
#include <algorithm>
#include <array>

#include "simulator/wrong/bugs/groups.h"
#include "simulator/wrong/bugs/request.h"

namespace certdrill::simulator::bugs {
namespace {

using certs::DefectId;

bool is_another_key(const certs::Defect& defect) {
  return defect.id == DefectId::key_does_not_match;
}

bool is_about_the_installed_key(const certs::Defect& defect) {
  return defect.id == DefectId::installed_key_does_not_match ||
         defect.id == DefectId::installed_key_missing;
}

Answer key_not_checked(const Request& request) {
  return overlooking(request, is_another_key);
}

Answer installed_key_not_checked(const Request& request) {
  return overlooking(request, is_about_the_installed_key);
}

Answer missing_key_drops_the_installed_one(const Request& request) {
  auto answer = served(request);
  if (!took_up(answer)) return answer;
  auto changes = changes_of(request);
  std::erase_if(changes, [](const Change& change) { return change.key.has_value(); });
  for (auto& change : changes) change.key = "";
  if (!changes.empty()) install(request, changes);
  return answer;
}

constexpr std::array<Bug, 3> kBugs{{
    {"key-not-checked", "a key that does not match the leaf is installed and answered 200",
     serving<key_not_checked>},
    {"installed-key-not-checked", "without a key in the request, any certificate is taken",
     serving<installed_key_not_checked>},
    {"missing-key-drops-the-installed-one",
     "a request without key is taken, and the stored key is emptied",
     serving<missing_key_drops_the_installed_one>},
}};

}  // namespace

std::span<const Bug> key_bugs() {
  return kBugs;
}

}  // namespace certdrill::simulator::bugs
