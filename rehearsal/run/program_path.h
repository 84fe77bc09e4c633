// Where a program is that a command names: as a shell would look for it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace certdrill::rehearsal {

// The value of NAME in "NAME=value" lines; empty where there is none.
std::string_view value_in(const std::vector<std::string>& environment, std::string_view name);

// The error is a sentence that says what to do.
tl::expected<std::filesystem::path, std::string> find_program(
    const std::string& program, const std::vector<std::string>& environment);

}  // namespace certdrill::rehearsal
