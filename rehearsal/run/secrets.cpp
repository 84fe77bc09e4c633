#include "rehearsal/run/secrets.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace certdrill::rehearsal {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostKept = 64 * 1024;
constexpr std::uintmax_t kLargestFile = 16 * 1024 * 1024;
constexpr std::size_t kShortestLine = 32;  // the last line of a key may be a few letters
constexpr std::string_view kKey = "the private key";
constexpr std::string_view kThePassword = "the password";

std::string base64(std::string_view text) {
  std::string encoded(4 * ((text.size() + 2) / 3), '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                  reinterpret_cast<const unsigned char*>(text.data()),
                  static_cast<int>(text.size()));
  return encoded;
}

}  // namespace

Secrets::Secrets(std::string_view key_pem, std::string_view username, std::string_view password) {
  while (!key_pem.empty()) {
    const auto end = std::min(key_pem.find('\n'), key_pem.size());
    const auto line = key_pem.substr(0, end);
    if (line.size() >= kShortestLine && !line.starts_with("-----"))
      needles_.push_back({std::string(line), kKey});
    key_pem.remove_prefix(std::min(end + 1, key_pem.size()));
  }
  needles_.push_back({std::string(password), kThePassword});
  // As HTTP's Basic authentication sends it.
  needles_.push_back({base64(fmt::format("{}:{}", username, password)), kThePassword});
  for (const Needle& needle : needles_) longest_ = std::max(longest_, needle.text.size());
}

std::set<std::string_view> Secrets::found_in(std::string_view text) const {
  std::set<std::string_view> found;
  for (const Needle& needle : needles_) {
    if (text.find(needle.text) != std::string_view::npos) found.insert(needle.what);
  }
  return found;
}

std::string Secrets::redacted(std::string text) const {
  for (const Needle& needle : needles_) {
    for (auto at = text.find(needle.text); at != std::string::npos; at = text.find(needle.text, at))
      text.replace(at, needle.text.size(), fmt::format("[{}]", needle.what));
  }
  return text;
}

void Output::add(std::string_view piece) {
  const auto room = kMostKept - std::min(kMostKept, kept_.size());
  kept_ += piece.substr(0, room);
  cut_ = cut_ || piece.size() > room;
  window_ += piece;
  for (const auto what : secrets_.found_in(window_))
    add_leak(leaks_, {Leak::Where::output, std::string(what), ""});
  if (window_.size() > secrets_.longest()) window_.erase(0, window_.size() - secrets_.longest());
}

std::vector<Leak> leaks_in_files(const fs::path& folder, const Secrets& secrets) {
  std::vector<Leak> leaks;
  std::error_code ignored;
  constexpr auto kOptions = fs::directory_options::skip_permission_denied;
  for (const auto& entry : fs::recursive_directory_iterator(folder, kOptions, ignored)) {
    if (!entry.is_regular_file(ignored) || entry.is_symlink(ignored)) continue;
    const auto mode = entry.status(ignored).permissions() & fs::perms::mask;
    constexpr auto kOthers = fs::perms::group_all | fs::perms::others_all;
    if ((mode & kOthers) == fs::perms::none || entry.file_size(ignored) > kLargestFile) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (const auto what : secrets.found_in(text)) {
      add_leak(leaks, {Leak::Where::file, std::string(what),
                       fmt::format("{} with mode {:04o}", entry.path().filename().string(),
                                   static_cast<unsigned>(mode))});
    }
  }
  return leaks;
}

void add_leak(std::vector<Leak>& leaks, Leak leak) {
  const bool known = std::ranges::any_of(leaks, [&](const Leak& one) {
    return one.where == leak.where && one.what == leak.what && one.place == leak.place;
  });
  if (!known) leaks.push_back(std::move(leak));
}

}  // namespace certdrill::rehearsal
