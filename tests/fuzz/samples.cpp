#include "tests/fuzz/samples.h"

#include <stdexcept>

#include <sys/mman.h>
#include <unistd.h>

#include "fixtures/catalogue/catalogue.h"
#include "fixtures/make/workshop.h"

namespace certdrill::fuzz {

const std::vector<Sample>& samples() {
  static const std::vector<Sample> all = [] {
    const fixtures::Settings settings{.fqdn = std::string(kClusterName), .now = kNow};
    fixtures::KeyPool pool(settings.seed);
    std::vector<Sample> made;
    for (const fixtures::Fixture& fixture : fixtures::catalogue())
      made.push_back({fixture.id, fixture.name, fixtures::make(fixture, settings, pool)});
    return made;
  }();
  return all;
}

MemoryFile::MemoryFile()
    : descriptor_(::memfd_create("certdrill-fuzz", MFD_CLOEXEC)),
      path_("/proc/self/fd/" + std::to_string(descriptor_)) {
  if (descriptor_ < 0) throw std::runtime_error("no file in memory is to be had");
}

MemoryFile::~MemoryFile() { ::close(descriptor_); }

const std::string& MemoryFile::with(std::string_view content) {
  const bool written = ::ftruncate(descriptor_, 0) == 0 &&
                       ::pwrite(descriptor_, content.data(), content.size(), 0) ==
                           static_cast<ssize_t>(content.size());
  if (!written) throw std::runtime_error("the file in memory cannot be written");
  return path_;
}

}  // namespace certdrill::fuzz
