#include "rehearsal/rladmin/words.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "contract/certificates.h"
#include "contract/nearest_name.h"

namespace certdrill::rladmin {
namespace {

constexpr std::array<std::string_view, 3> kCommand{"cluster", "certificate", "set"};
constexpr std::array<std::string_view, 2> kFiles{"certificate_file", "key_file"};
constexpr std::array<std::string_view, 4> kInternalFiles{
    "dpine_certificate_file", "dpine_key_file", "cpine_certificate_file", "cpine_key_file"};
constexpr std::string_view kUsage =
    "rladmin cluster certificate set NAME certificate_file FILE [key_file FILE]";

using Files = std::map<std::string_view, std::string>;

// KEYWORD FILE, in any order, each at most once.
tl::expected<Files, std::string> read_files(std::span<const std::string> words,
                                            std::span<const std::string_view> known) {
  Files files;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    const auto keyword = std::ranges::find(known, words[i]);
    if (keyword == known.end()) {
      return tl::unexpected(fmt::format("unknown word '{}'{}; here come {}", words[i],
                                        contract::did_you_mean(words[i], known),
                                        fmt::join(known, ", ")));
    }
    if (i + 1 == words.size())
      return tl::unexpected(fmt::format("after {} comes a file", *keyword));
    if (!files.emplace(*keyword, words[i + 1]).second)
      return tl::unexpected(fmt::format("{} is given twice", *keyword));
  }
  return files;
}

std::optional<std::string> missing_file(const Files& files,
                                        std::span<const std::string_view> required) {
  for (const auto keyword : required) {
    if (!files.contains(keyword)) return fmt::format("{} is missing", keyword);
  }
  return std::nullopt;
}

tl::expected<std::vector<Replacement>, std::string> read_internal(
    std::span<const std::string> words) {
  using enum contract::CertificateName;
  auto files = read_files(words, kInternalFiles);
  if (!files) return tl::unexpected(files.error());
  if (const auto missing = missing_file(*files, kInternalFiles)) return tl::unexpected(*missing);
  const auto replacement = [&](contract::CertificateName name, std::size_t first) {
    return Replacement{std::string(to_string(name)), (*files)[kInternalFiles[first]],
                       (*files)[kInternalFiles[first + 1]]};
  };
  return std::vector{replacement(data_internode_encryption, 0),
                     replacement(ccs_internode_encryption, 2)};
}

}  // namespace

tl::expected<std::vector<Replacement>, std::string> read_words(
    const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < kCommand.size(); ++i) {
    if (i == words.size())
      return tl::unexpected(fmt::format("'{}' is missing: {}", kCommand[i], kUsage));
    if (words[i] == kCommand[i]) continue;
    return tl::unexpected(
        fmt::format("unknown word '{}'{}; this rladmin knows one command: {}", words[i],
                    contract::did_you_mean(words[i], std::span(&kCommand[i], 1)), kUsage));
  }
  const auto rest = std::span(words).subspan(kCommand.size());
  if (rest.empty())
    return tl::unexpected(fmt::format("a certificate's name is missing: {}", kUsage));
  if (rest.front() == "internal") return read_internal(rest.subspan(1));
  auto files = read_files(rest.subspan(1), kFiles);
  if (!files) return tl::unexpected(files.error());
  if (const auto missing = missing_file(*files, std::span(kFiles).first(1)))
    return tl::unexpected(*missing);
  Replacement replacement{rest.front(), (*files)[kFiles[0]], std::nullopt};
  if (const auto key = files->find(kFiles[1]); key != files->end())
    replacement.key_file = key->second;
  return std::vector{replacement};
}

}  // namespace certdrill::rladmin
