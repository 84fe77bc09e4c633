// Why a text is no JSON, in words that lead to the mend: what programs and people really send in
// its place. The clauses never repeat the text: it may hold a key.
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace certdrill::simulator {

// A clause such as "is not valid JSON: line 3, column 1: ...". `offset`: 0-based, of the byte that
// a parser did not accept; the text's size where it ended too early.
std::string why_no_json(std::string_view text, std::size_t offset);

// Where the first bytes are that are no UTF-8; the text's size where there are none.
std::size_t end_of_utf8(std::string_view text);

}  // namespace certdrill::simulator
