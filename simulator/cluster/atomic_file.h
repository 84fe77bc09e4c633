// Files that are either the old or the new ones, whatever happens in between: new file, fsync,
// rename, fsync of the folder.
//
// Thread safety: calls for different paths may run at once; one path has one writer at a time.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <sys/types.h>
#include <tl/expected.hpp>

namespace certdrill::simulator {

enum class Durability {
  synced,    // on the disk when the call returns
  deferred,  // atomic, but on the disk only after sync_filesystem()
};

// Errors are sentences that name the path and the operating system's reason, never the content.
tl::expected<void, std::string> write_file(const std::filesystem::path& path,
                                           std::string_view content, mode_t mode,
                                           Durability durability = Durability::synced);
tl::expected<std::string, std::string> read_file(const std::filesystem::path& path);

// Not there is no error.
tl::expected<void, std::string> remove_file(const std::filesystem::path& path,
                                            Durability durability = Durability::synced);

// Everything written so far to the file system that holds `folder`.
tl::expected<void, std::string> sync_filesystem(const std::filesystem::path& folder);

}  // namespace certdrill::simulator
