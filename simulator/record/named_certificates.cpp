#include "simulator/record/named_certificates.h"

#include <nlohmann/json.hpp>

#include "certs/verdict/bundle.h"

namespace certdrill::simulator {
namespace {

constexpr std::size_t kMost = 16;  // there are eleven names

std::optional<NotedCertificate> read_one(const nlohmann::json& json) {
  if (!json.is_object()) return std::nullopt;
  const auto name = json.find("name");
  if (name == json.end() || !name->is_string()) return std::nullopt;
  NotedCertificate noted{name->get<std::string>(), std::nullopt};
  const auto text = json.find("certificate");
  if (text == json.end() || !text->is_string()) return noted;
  if (auto chain = certs::parse_chain(text->get_ref<const std::string&>())) {
    if (!chain->empty()) noted.leaf = chain->front();
  }
  return noted;
}

}  // namespace

std::vector<NotedCertificate> named_certificates(std::string_view body) {
  const auto json = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  std::vector<NotedCertificate> all;
  if (auto one = read_one(json)) all.push_back(std::move(*one));
  if (!json.is_object() || !json.contains("certificates") || !json["certificates"].is_array()) {
    return all;
  }
  for (const auto& entry : json["certificates"]) {
    if (all.size() == kMost) break;
    if (auto one = read_one(entry)) all.push_back(std::move(*one));
  }
  return all;
}

}  // namespace certdrill::simulator
