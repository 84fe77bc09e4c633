#include "conformance/client/installed.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "certs/verdict/validate.h"
#include "contract/certificates.h"

namespace certdrill::conformance {
namespace {

using nlohmann::json;

// "proxy" for "proxy_cert"; nullopt when the property does not end so.
std::optional<std::string> without_suffix(std::string_view property, std::string_view suffix) {
  if (!property.ends_with(suffix)) return std::nullopt;
  return std::string(property.substr(0, property.size() - suffix.size()));
}

}  // namespace

std::optional<InstalledCertificate> held_of(const Installed& installed, std::string_view name) {
  const auto found = installed.find(name);
  if (found == installed.end()) return std::nullopt;
  return found->second;
}

tl::expected<Installed, std::string> parse_installed(std::string_view body) {
  const json parsed = json::parse(body, nullptr, false);
  if (parsed.is_discarded()) return tl::unexpected(std::string("the body is not JSON"));
  if (!parsed.is_object()) return tl::unexpected(std::string("the body is not a JSON object"));
  Installed installed;
  std::map<std::string, std::string> keys;
  for (const auto& [property, value] : parsed.items()) {
    if (!value.is_string())
      return tl::unexpected(fmt::format("the property '{}' is not a string", property));
    if (const auto name = without_suffix(property, "_cert")) {
      installed[*name].certificate = value.get<std::string>();
    } else if (const auto keyed = without_suffix(property, "_key")) {
      keys[*keyed] = value.get<std::string>();
    } else {
      return tl::unexpected(
          fmt::format("the property '{}' ends in neither _cert nor _key", property));
    }
  }
  for (auto& [name, key] : keys) {
    const auto found = installed.find(name);
    if (found == installed.end())
      return tl::unexpected(fmt::format("there is {0}_key without {0}_cert", name));
    found->second.key = std::move(key);
  }
  return installed;
}

bool same_chain(std::string_view one_pem, std::string_view other_pem) {
  if (one_pem == other_pem) return true;
  const auto one = certs::parse_chain(one_pem);
  const auto other = certs::parse_chain(other_pem);
  if (!one || !other || one->empty()) return false;
  return std::ranges::equal(*one, *other, {}, &certs::Certificate::der, &certs::Certificate::der);
}

bool same_key(std::string_view one_pem, std::string_view other_pem) {
  if (one_pem == other_pem) return true;
  const auto one = certs::parse_key(one_pem);
  const auto other = certs::parse_key(other_pem);
  return one && other && EVP_PKEY_eq(one->evp(), other->evp()) == 1;
}

bool equivalent(const InstalledCertificate& one, const InstalledCertificate& other) {
  if (one.key.has_value() != other.key.has_value()) return false;
  return same_chain(one.certificate, other.certificate) &&
         (!one.key || same_key(*one.key, *other.key));
}

bool equivalent(const std::optional<InstalledCertificate>& one,
                const std::optional<InstalledCertificate>& other) {
  if (!one || !other) return one.has_value() == other.has_value();
  return equivalent(*one, *other);
}

std::vector<std::string> differences(const Installed& before, const Installed& after) {
  std::vector<std::string> found;
  for (const auto& [name, was] : before) {
    const auto is = after.find(name);
    if (is == after.end()) {
      found.push_back(name + " is gone");
      continue;
    }
    if (!same_chain(is->second.certificate, was.certificate))
      found.push_back(name + "_cert is not what it was");
    const bool keyed = is->second.key && was.key;
    if (is->second.key != was.key && !(keyed && same_key(*is->second.key, *was.key)))
      found.push_back(name + "_key is not what it was");
  }
  for (const auto& [name, is] : after) {
    if (!before.contains(name)) found.push_back(name + " is new");
  }
  return found;
}

tl::expected<certs::Bundle, std::string> restorable(std::string_view name,
                                                    const InstalledCertificate& installed,
                                                    std::string_view cluster_name,
                                                    certs::Instant now) {
  const auto known = contract::find_certificate(name);
  if (!known) return tl::unexpected(std::string("it is no certificate of a cluster"));
  if (contract::info(*known).has_key && !installed.key)
    return tl::unexpected(std::string("its private key cannot be read back"));
  const certs::Submission submission{*known, installed.certificate, installed.key, nullptr};
  auto bundle = certs::validate(submission, {certs::Strictness::documented, cluster_name}, now);
  if (!bundle)
    return tl::unexpected("the cluster would refuse it: " + certs::describe(bundle.error()));
  return std::move(*bundle);
}

}  // namespace certdrill::conformance
