#include "simulator/cluster/atomic_file.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace certdrill::simulator {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

tl::unexpected<std::string> failed(const char* what, const std::filesystem::path& path) {
  return tl::unexpected(std::string(what) + " " + path.string() + ": " +
                        std::error_code(errno, std::generic_category()).message());
}

tl::expected<void, std::string> sync_folder(const std::filesystem::path& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) return failed("could not sync the folder", folder);
  return {};
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

tl::expected<void, std::string> write_file(const std::filesystem::path& path,
                                           std::string_view content, mode_t mode,
                                           Durability durability) {
  const auto fresh = path.parent_path() / ("." + path.filename().string() + ".new");
  {
    ::unlink(fresh.c_str());  // left behind by a process that was killed here
    const Descriptor fd(
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
    if (fd.get() < 0) return failed("could not create", fresh);
    if (!write_all(fd.get(), content)) return failed("could not write", fresh);
    if (durability == Durability::synced && ::fsync(fd.get()) != 0)
      return failed("could not sync", fresh);
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) return failed("could not replace", path);
  return durability == Durability::synced ? sync_folder(path.parent_path())
                                          : tl::expected<void, std::string>{};
}

tl::expected<std::string, std::string> read_file(const std::filesystem::path& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return failed("could not open", path);
  std::string content;
  char buffer[16384];
  while (true) {
    const ssize_t size = ::read(fd.get(), buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return failed("could not read", path);
    if (size == 0) return content;
    content.append(buffer, static_cast<std::size_t>(size));
  }
}

tl::expected<void, std::string> remove_file(const std::filesystem::path& path,
                                            Durability durability) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed("could not remove", path);
  return durability == Durability::synced ? sync_folder(path.parent_path())
                                          : tl::expected<void, std::string>{};
}

tl::expected<void, std::string> sync_filesystem(const std::filesystem::path& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::syncfs(fd.get()) != 0) return failed("could not sync", folder);
  return {};
}

}  // namespace certdrill::simulator
