#include "rehearsal/run/secrets.h"

#include <algorithm>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "certs/read/pem.h"
#include "certs/read/text.h"
#include "simulator/cluster/data_dir.h"

namespace certdrill::rehearsal {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostKept = 64 * 1024;
constexpr std::uintmax_t kLargestFile = 16 * 1024 * 1024;
constexpr std::size_t kShortestLine = 32;  // the last line of a key may be a few letters
constexpr std::size_t kPiece = 24;  // of a long text that tools break into lines as they like
constexpr std::string_view kKey = "the private key";
constexpr std::string_view kThePassword = "the password";

std::string base64(std::string_view text) {
  std::string encoded(4 * ((text.size() + 2) / 3), '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                  reinterpret_cast<const unsigned char*>(text.data()),
                  static_cast<int>(text.size()));
  return encoded;
}

std::string without_padding(std::string encoded) {
  encoded.erase(encoded.find_last_not_of('=') + 1);
  return encoded;
}

// Whether others than its owner may read it, and it is not too large to be searched.
bool is_open_to_others(const fs::directory_entry& entry) {
  std::error_code ignored;
  if (!entry.is_regular_file(ignored) || entry.is_symlink(ignored)) return false;
  constexpr auto kOthers = fs::perms::group_all | fs::perms::others_all;
  return (entry.status(ignored).permissions() & kOthers) != fs::perms::none &&
         entry.file_size(ignored) <= kLargestFile;
}

void search_file(const fs::directory_entry& entry, const std::string& name, const Secrets& secrets,
                 std::vector<Leak>& leaks) {
  std::error_code ignored;
  const auto mode = static_cast<unsigned>(entry.status(ignored).permissions() & fs::perms::mask);
  const auto text = simulator::read_file(entry.path());
  if (!text) return;  // it has gone meanwhile
  for (const auto what : secrets.found_in(*text)) {
    add_leak(leaks, {Leak::Where::file, std::string(what),
                     fmt::format("{} with mode {:04o}", name, mode)});
  }
}

}  // namespace

void Secrets::add_pieces(std::string_view text) {
  for (; text.size() >= kPiece; text.remove_prefix(kPiece))
    needles_.push_back({std::string(text.substr(0, kPiece)), kKey});
}

Secrets::Secrets(std::string_view key_pem, std::string_view username, std::string_view password) {
  // As Kubernetes secrets and Terraform states hold it. The markers around it are no secret.
  constexpr std::size_t kBegin = 40;
  constexpr std::size_t kEnd = 36;
  if (const std::string whole = base64(key_pem); whole.size() > kBegin + kEnd)
    add_pieces(std::string_view(whole).substr(kBegin, whole.size() - kBegin - kEnd));
  if (const auto blocks = certs::parse_pem(key_pem); blocks && !blocks->empty()) {
    // Not what is public: the first half of an RSA key, and all but the second quarter of one on a
    // curve. In another encoding of the key the bytes lie at other places, and in base64 three of
    // them become four characters: hence all three beginnings.
    constexpr std::size_t kLargestOnCurve = 300;
    const std::string_view der = blocks->back().der;
    const std::string_view secret = der.size() > kLargestOnCurve
                                        ? der.substr(der.size() / 2)
                                        : der.substr(der.size() / 4, der.size() / 4);
    add_pieces(
        certs::lower_hex({reinterpret_cast<const unsigned char*>(secret.data()), secret.size()}));
    for (std::size_t begin = 0; begin < 3 && begin < secret.size(); ++begin)
      add_pieces(without_padding(base64(secret.substr(begin, (secret.size() - begin) / 3 * 3))));
  }
  while (!key_pem.empty()) {
    const auto end = std::min(key_pem.find('\n'), key_pem.size());
    const auto line = key_pem.substr(0, end);
    if (line.size() >= kShortestLine && !line.starts_with("-----"))
      needles_.push_back({std::string(line), kKey});
    key_pem.remove_prefix(std::min(end + 1, key_pem.size()));
  }
  needles_.push_back({std::string(password), kThePassword});
  needles_.push_back({without_padding(base64(password)), kThePassword});
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
  // What tools have broken into lines is known by some of its pieces; none of it is to be read.
  if (found_in(text).contains(kKey)) text = certs::without_keys(text);
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
  for (const auto& entry : fs::recursive_directory_iterator(folder, kOptions, ignored))
    if (is_open_to_others(entry))
      search_file(entry, entry.path().filename().string(), secrets, leaks);
  return leaks;
}

std::vector<Leak> leaks_in_new_files(const fs::path& folder, fs::file_time_type since,
                                     const Secrets& secrets) {
  std::vector<Leak> leaks;
  std::error_code ignored;
  constexpr auto kOptions = fs::directory_options::skip_permission_denied;
  for (const auto& entry : fs::directory_iterator(folder, kOptions, ignored))
    if (is_open_to_others(entry) && entry.last_write_time(ignored) >= since)
      search_file(entry, entry.path().string(), secrets, leaks);
  return leaks;
}

void add_leak(std::vector<Leak>& leaks, Leak leak) {
  const bool known = std::ranges::any_of(leaks, [&](const Leak& one) {
    return one.where == leak.where && one.what == leak.what && one.place == leak.place;
  });
  if (!known) leaks.push_back(std::move(leak));
}

}  // namespace certdrill::rehearsal
