// What a command gets: the words, in its environment and in braces in its arguments; and where its
// program is.
//
// examples/README.md tells them to people; a test holds both together.
// Thread safety: plain values and pure functions.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace certdrill::rehearsal {

struct Word {
  std::string_view name;
  std::string_view sentence;
};

inline constexpr auto kWords = std::to_array<Word>({
    {"url", "REST address of the first node: https://HOST:PORT"},
    {"nodes", "REST addresses of all nodes, with commas between"},
    {"host", "host of the first node's REST address"},
    {"port", "port of the first node's REST address"},
    {"cluster", "the cluster's name (FQDN)"},
    {"username", "who may update"},
    {"password", "that user's password"},
    {"ca", "file: what the REST port's certificate verifies with"},
    {"name", "which certificate is to be rotated"},
    {"certificate", "file: the new leaf alone"},
    {"chain", "file: the new leaf and those that signed it: what is sent"},
    {"key", "file: the new leaf's private key"},
    {"presented", "HOST:PORT of every node where the certificate is presented"},
    {"seconds", "how long COMMAND may take"},
});

// {"url", "https://127.0.0.1:9443"}: CERTDRILL_URL, and {url} in arguments. In the order of kWords.
using Words = std::vector<std::pair<std::string, std::string>>;

// Every {word} that is one of `words` by its value; all else in braces stays, for it may be JSON.
std::string with_words(std::string_view text, const Words& words);

// A sentence about the first {WORD} in `text` that is none and was meant to be one, such as {URL} or
// {node}; empty: there is none. What a $ precedes is a shell's.
std::string about_mistaken_word(std::string_view text);

// `base` without what certdrill may have left in it, then the words, then `more` ("NAME={url}"). The
// last one of a name holds.
std::vector<std::string> environment_with(std::vector<std::string> base, const Words& words,
                                          const std::vector<std::string>& more);

// Of this process.
std::vector<std::string> own_environment();

// The value of NAME in "NAME=value" lines; empty where there is none.
std::string_view value_in(const std::vector<std::string>& environment, std::string_view name);

// Where a program is that a command names: as a shell would look for it. The error is a sentence that says what to do.
tl::expected<std::filesystem::path, std::string> find_program(
    const std::string& program, const std::vector<std::string>& environment);

}  // namespace certdrill::rehearsal
