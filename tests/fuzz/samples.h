// What seeds are made of: every fixture, at a time that stands still. And what several targets share.
//
// Thread safety: one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/read/instant.h"
#include "certs/verdict/rules.h"
#include "contract/certificates.h"
#include "fixtures/make/fixture.h"

namespace certdrill::fuzz {

inline constexpr std::string_view kClusterName = "cluster.local";
inline constexpr certs::Instant kNow{std::chrono::sys_days{std::chrono::year{2026} / 6 / 1}};

struct Sample {
  std::string_view id;
  contract::CertificateName name;
  fixtures::Made made;
};

const std::vector<Sample>& samples();

// Throws a Finding where certs::validate() accepts what OpenSSL cannot read, verify or serve.
void expect_truthful_verdict(contract::CertificateName name, certs::Strictness strictness,
                             std::string_view certificate, std::optional<std::string_view> key);

// Throws a Finding where OpenSSL cannot read this pair or cannot serve it.
void expect_servable_texts(std::string_view certificate, std::string_view key);

// A file in memory, with a path for those who read files.
class MemoryFile {
 public:
  MemoryFile();
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  const std::string& with(std::string_view content);  // the path, until the next call

 private:
  int descriptor_;
  std::string path_;
};

}  // namespace certdrill::fuzz
