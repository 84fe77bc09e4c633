// The fields of a journal entry by name: what a request can be found by.
//
// Adding a field: one row in fields.cpp.
// Thread safety: constant data and pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/record/entry.h"

namespace certdrill::simulator {

struct JournalField {
  std::string_view name;
  std::string_view sentence;  // for people who look for requests
  // As text, as the control API writes it; several for a field that can hold several, such as the
  // certificates of one request.
  std::vector<std::string> (*values)(const JournalEntry& entry);
};

std::span<const JournalField> journal_fields();
std::span<const std::string_view> journal_field_names();
const JournalField* find_journal_field(std::string_view name);  // nullptr when unknown

// One wish: the field has this value (one of its values).
struct JournalMatch {
  const JournalField* field;  // never null
  std::string value;
};

bool holds(const JournalMatch& match, const JournalEntry& entry);

}  // namespace certdrill::simulator
