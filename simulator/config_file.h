// A JSON file of options to command line arguments, so that both mean the same and are checked by
// the same rules.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace certdrill::simulator {

// {"nodes": 5, "down": [2, 3], "free-ports": true} becomes --nodes=5 --down=2 --down=3
// --free-ports; an object, such as a fault's, becomes its JSON. `known` are the option names
// without dashes. Errors name the file and the key.
tl::expected<std::vector<std::string>, std::string> read_config_file(
    const std::filesystem::path& path, std::span<const std::string> known);

}  // namespace certdrill::simulator
