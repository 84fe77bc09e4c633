#include "contract/meant_name.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "contract/nearest_name.h"

namespace certdrill::contract {
namespace {

using enum CertificateName;

struct OtherNames {
  CertificateName meant;
  std::string_view texts;  // as plain() leaves them, with blanks between
};

// A name that stands for two is in two rows.
constexpr auto kOtherNames = std::to_array<OtherNames>({
    {api, "rest rest_api cnm"},
    {cm, "ui cm_ui cluster_manager admin_console console"},
    {proxy, "db database databases endpoint redis redisdb"},
    {metrics_exporter, "metrics exporter prometheus"},
    {syncer, "sync replica_of"},
    {ccs_internode_encryption,
     "ccs cp cpine ccs_internode cp_internode cp_internode_encryption control_plane "
     "control_plane_internode_encryption internal internode internode_encryption ine "
     "cpine_dpine"},
    {data_internode_encryption,
     "data dp dpine data_internode dp_internode dp_internode_encryption data_plane "
     "data_plane_internode_encryption internal internode internode_encryption ine "
     "cpine_dpine"},
    {ldap_client, "ldap"},
    {mtls_trusted_ca, "ca api_ca client_ca trusted_ca mtls mtls_ca"},
    {sso_service, "sp service_provider sso saml"},
    {sso_issuer, "idp sso_idp identity_provider sso saml"},
});

constexpr std::array<std::string_view, 15> kEndings{
    ".pem", ".crt", ".cer",   ".key",  ".cert",        "_pem",          "_cert",  "_key",
    "_crt", "_ca",  "_chain", "_file", "_certificate", "_certificates", "_secret"};

// Which plane a part of a name speaks of.
constexpr std::array<std::string_view, 4> kControlPlane{"ccs", "cp", "cpine", "control"};
constexpr std::array<std::string_view, 3> kDataPlane{"data", "dp", "dpine"};

// Longer than this a name is no slip of one that we know.
constexpr std::size_t kLongestName = 100;
// Shorter words are too near to each other, and in too many others.
constexpr std::size_t kShortestSlip = 4;

// In snake case and lower case, without its folder: "cpInternodeEncryption" is
// "cp_internode_encryption".
std::string plain(std::string_view text) {
  text.remove_prefix(std::min(text.find_last_of("/\\") + 1, text.size()));  // npos + 1 is 0
  std::string name;
  bool after_lower = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isupper(byte) != 0 && after_lower) name += '_';
    after_lower = std::islower(byte) != 0 || std::isdigit(byte) != 0;
    const bool separates = c == '-' || c == ' ' || c == ':';
    name += separates ? '_' : static_cast<char>(std::tolower(byte));
  }
  constexpr std::string_view around = "_.\"'\t\r\n";
  name.erase(0, std::min(name.find_first_not_of(around), name.size()));
  name.erase(name.find_last_not_of(around) + 1);
  return name;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    parts.push_back(text.substr(0, text.find(separator)));
    text.remove_prefix(std::min(parts.back().size() + 1, text.size()));
  }
  return parts;
}

bool holds(const std::vector<std::string_view>& parts, std::string_view one) {
  return std::ranges::find(parts, one) != parts.end();
}

std::vector<CertificateName> known_as(std::string_view name) {
  if (const auto known = find_certificate(name)) return {*known};
  std::vector<CertificateName> meant;
  for (const auto& other : kOtherNames)
    if (holds(split(other.texts, ' '), name)) meant.push_back(other.meant);
  return meant;
}

bool has_part(std::string_view name, std::span<const std::string_view> parts) {
  return std::ranges::any_of(parts, [&](auto part) { return holds(split(name, '_'), part); });
}

bool says_other_plane(std::string_view name, CertificateName meant) {
  if (meant == ccs_internode_encryption) return has_part(name, kDataPlane);
  return meant == data_internode_encryption && has_part(name, kControlPlane);
}

// All whose names are as near as the nearest one.
class Nearest {
 public:
  explicit Nearest(std::string_view name) : name_(name) {}

  // `own`: the API's own name, which weighs more within a longer one.
  void look_at(std::string_view known, CertificateName meant, bool own) {
    if (says_other_plane(name_, meant)) return;
    const std::array<std::string_view, 1> part{known};
    auto distance = known.size() < kShortestSlip ? std::nullopt : spelling_distance(name_, known);
    const bool holds = known.size() < kShortestSlip ? has_part(name_, part)
                                                    : name_.find(known) != std::string_view::npos;
    if (!distance && holds) distance = name_.size() - known.size() + (own ? 0 : kNotOwn);
    if (!distance || *distance > smallest_) return;
    if (*distance < smallest_) found_.clear();
    smallest_ = *distance;
    if (std::ranges::find(found_, meant) == found_.end()) found_.push_back(meant);
  }

  // More than two are a guess.
  std::vector<CertificateName> take() {
    if (found_.size() > 2) found_.clear();
    return std::move(found_);
  }

 private:
  static constexpr std::size_t kNotOwn = kLongestName;

  const std::string_view name_;
  std::size_t smallest_ = 2 * kLongestName;
  std::vector<CertificateName> found_;
};

bool strip_ending(std::string& name) {
  for (const auto ending : kEndings) {
    if (name.size() <= ending.size() || !name.ends_with(ending)) continue;
    name.resize(name.size() - ending.size());
    return true;
  }
  return false;
}

}  // namespace

std::vector<CertificateName> meant_certificates(std::string_view text) {
  if (text.size() > kLongestName) return {};
  std::string name = plain(text);
  const std::string whole = name;
  do {  // "trusted_ca" is known before its ending is taken off
    if (auto meant = known_as(name); !meant.empty()) return meant;
  } while (strip_ending(name));
  Nearest nearest(whole);
  for (const auto& known : cluster_certificates()) nearest.look_at(known.text, known.name, true);
  for (const auto& other : kOtherNames)
    for (const auto text_of_it : split(other.texts, ' '))
      nearest.look_at(text_of_it, other.meant, false);
  return nearest.take();
}

std::string did_you_mean_certificate(std::string_view text) {
  const auto meant = meant_certificates(text);
  if (meant.empty()) return "";
  if (meant.size() == 1) return fmt::format(" (did you mean '{}'?)", to_string(meant[0]));
  return fmt::format(" (two could be meant: '{}', {}, and '{}', {})", to_string(meant[0]),
                     info(meant[0]).seen_where, to_string(meant[1]), info(meant[1]).seen_where);
}

}  // namespace certdrill::contract
