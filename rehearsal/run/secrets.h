// The secrets that a command was given, and the search for them where they should not be.
//
// Thread safety: each object belongs to one thread.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rehearsal/judge/evidence.h"

namespace certdrill::rehearsal {

class Secrets {
 public:
  Secrets(std::string_view key_pem, std::string_view username, std::string_view password);

  // What stands in `text` of them, as a Leak has it.
  std::set<std::string_view> found_in(std::string_view text) const;

  // The text with every secret replaced by a word that says what stood there.
  std::string redacted(std::string text) const;

  // So many bytes of the end of a piece may be the beginning of a secret.
  std::size_t longest() const { return longest_; }

 private:
  void add_pieces(std::string_view text);  // of the key

  struct Needle {
    std::string text;
    std::string_view what;  // "the private key"
  };
  std::vector<Needle> needles_;
  std::size_t longest_ = 0;
};

// What a command prints: kept up to a bound, and searched without one.
class Output {
 public:
  explicit Output(const Secrets& secrets) : secrets_(secrets) {}  // outlives this

  void add(std::string_view piece);

  const std::string& kept() const { return kept_; }  // as it came
  bool cut() const { return cut_; }
  const std::vector<Leak>& leaks() const { return leaks_; }

 private:
  const Secrets& secrets_;
  std::string kept_;
  std::string window_;  // the end of what came
  bool cut_ = false;
  std::vector<Leak> leaks_;
};

// Files below `folder` that others than their owner may read, and that hold a secret.
std::vector<Leak> leaks_in_files(const std::filesystem::path& folder, const Secrets& secrets);

// The same for a folder that others use too: of what lies in it itself, what was written since then.
std::vector<Leak> leaks_in_new_files(const std::filesystem::path& folder,
                                     std::filesystem::file_time_type since, const Secrets& secrets);

// Once for each place.
void add_leak(std::vector<Leak>& leaks, Leak leak);

}  // namespace certdrill::rehearsal
