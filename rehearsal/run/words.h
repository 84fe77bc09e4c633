// The words that a command gets: in its environment, and in braces in its arguments.
//
// examples/README.md tells them to people; a test holds both together.
// Thread safety: plain values and pure functions.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace certdrill::rehearsal {

// {"url", "https://127.0.0.1:9443"}: CERTDRILL_URL, and {url} in arguments. In a fixed order.
using Words = std::vector<std::pair<std::string, std::string>>;

// Every {word} that is one of `words` by its value; all else in braces stays, for it may be JSON.
std::string with_words(std::string_view text, const Words& words);

// `base` without what certdrill may have left in it, then the words, then `more` ("NAME={url}"). The
// last one of a name holds.
std::vector<std::string> environment_with(std::vector<std::string> base, const Words& words,
                                          const std::vector<std::string>& more);

// Of this process.
std::vector<std::string> own_environment();

}  // namespace certdrill::rehearsal
