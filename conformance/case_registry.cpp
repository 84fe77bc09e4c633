#include "conformance/case_registry.h"

#include <algorithm>
#include <array>

#include "conformance/cases/cases.h"
#include "conformance/glob.h"

namespace certdrill::conformance {
namespace {

constexpr std::array files{
    add_reading_cases,    add_authentication_cases, add_update_200_cases,  add_fixture_cases,
    add_update_400_cases, add_body_cases,           add_update_403_cases,  add_update_404_cases,
    add_update_406_cases, add_update_409_cases,     add_names_cases,       add_batch_cases,
    add_delete_cases,     add_rotate_cases,         add_concurrency_cases, add_precedence_cases,
    add_edition_cases,
};

}  // namespace

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const auto add : files) add(cases);
  return cases;
}

std::vector<Case> selected_cases(const Options& options) {
  std::vector<Case> cases = all_cases();
  std::erase_if(cases, [&](const Case& one) {
    const bool named =
        options.filters.empty() || std::ranges::any_of(options.filters, [&](const auto& glob) {
          return glob_matches(glob, one.id);
        });
    return !named || std::ranges::find(options.levels, one.level) == options.levels.end();
  });
  return cases;
}

}  // namespace certdrill::conformance
