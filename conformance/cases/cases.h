// The files of cases, each adding its own to the list.
//
// Thread safety: pure functions.
#pragma once

#include <vector>

#include "conformance/case.h"

namespace certdrill::conformance {

void add_reading_cases(std::vector<Case>& into);
void add_authentication_cases(std::vector<Case>& into);
void add_fixture_cases(std::vector<Case>& into);
void add_update_200_cases(std::vector<Case>& into);
void add_update_400_cases(std::vector<Case>& into);
void add_body_cases(std::vector<Case>& into);
void add_update_403_cases(std::vector<Case>& into);
void add_update_404_cases(std::vector<Case>& into);
void add_update_406_cases(std::vector<Case>& into);
void add_update_409_cases(std::vector<Case>& into);
void add_names_cases(std::vector<Case>& into);
void add_batch_cases(std::vector<Case>& into);
void add_delete_cases(std::vector<Case>& into);
void add_rotate_cases(std::vector<Case>& into);
void add_concurrency_cases(std::vector<Case>& into);
void add_precedence_cases(std::vector<Case>& into);
void add_edition_cases(std::vector<Case>& into);

}  // namespace certdrill::conformance
