#include "simulator/wrong/faults/match.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "certs/read/text.h"
#include "contract/meant_name.h"
#include "contract/nearest_name.h"
#include "simulator/http/strict_json.h"

namespace certdrill::simulator {
namespace {

using contract::CertificateName;
using nlohmann::json;

constexpr std::array<std::string_view, 4> kMatcherNames{"endpoint", "certificate", "nodes",
                                                        "submitted"};
constexpr std::array<std::string_view, 5> kWho{"all", "called", "others", "primary", "replicas"};
constexpr int kMostNodes = 1000;

tl::unexpected<std::string> not_nodes(std::string_view found) {
  return tl::unexpected(
      fmt::format("'nodes' must be all, called, others, primary, replicas, a node's number or a "
                  "list of numbers (-1 is the last node), not {}",
                  found));
}

// One string or a list of them, each looked up by `find`; the reader keeps what is wrong.
template <typename T, typename Find>
std::vector<T> read_names(SettingsReader& reader, std::string_view field, Find find,
                          std::span<const std::string_view> known) {
  std::vector<T> found;
  const json* value = reader.raw(field);
  if (value == nullptr) return found;
  const auto list = value->is_array() ? *value : json::array({*value});
  for (const auto& element : list) {
    if (!element.is_string()) {
      reader.refuse(fmt::format("'{}' must be a string or a list of strings, not {}", field,
                                json_type(element)));
      return found;
    }
    const auto text = element.get<std::string>();
    if (text == "any" && list.size() == 1) return found;
    const auto one = find(text);
    if (!one) {
      reader.refuse(fmt::format("'{}' does not know '{}'{}; known are any, {}", field,
                                certs::printable(text),
                                field == "certificate" ? contract::did_you_mean_certificate(text)
                                                       : contract::did_you_mean(text, known),
                                fmt::join(known, ", ")));
      return found;
    }
    found.push_back(T(*one));
  }
  if (list.empty()) reader.refuse(fmt::format("'{}' is an empty list", field));
  return found;
}

template <typename T>
std::optional<const T*> not_null(const T* pointer) {
  return pointer == nullptr ? std::nullopt : std::optional(pointer);
}

NodeSelector read_nodes(SettingsReader& reader, const Matchers& matchers, std::string_view kind) {
  const json* value = reader.raw("nodes");
  if (value == nullptr) {
    if (matchers.nodes_required) reader.refuse("'nodes' is missing in 'match': which nodes?");
    return {};
  }
  auto selector = NodeSelector::parse(*value);
  if (!selector) {
    reader.refuse(selector.error());
    return {};
  }
  if (matchers.by_number_only && selector->who() != NodeSelector::Who::listed &&
      selector->who() != NodeSelector::Who::all) {
    reader.refuse(fmt::format(
        "'nodes' must be all, a number or a list of numbers for a fault of the kind {}", kind));
  }
  return std::move(*selector);
}

template <typename T, typename Text>
json names_json(const std::vector<T>& values, Text text) {
  auto list = json::array();
  for (const auto& value : values) list.push_back(text(value));
  return list;
}

}  // namespace

tl::expected<NodeSelector, std::string> NodeSelector::parse(const json& json) {
  NodeSelector selector;
  if (json.is_string()) {
    const auto text = json.get<std::string>();
    const auto found = std::ranges::find(kWho, text);
    if (found == kWho.end())
      return not_nodes(
          fmt::format("'{}'{}", certs::printable(text), contract::did_you_mean(text, kWho)));
    selector.who_ = static_cast<Who>(found - kWho.begin());
    return selector;
  }
  selector.who_ = Who::listed;
  const auto list = json.is_array() ? json : nlohmann::json::array({json});
  if (list.empty()) return not_nodes("an empty list");
  for (const auto& element : list) {
    if (!element.is_number_integer()) return not_nodes(json_type(element));
    const auto number = element.get<std::int64_t>();
    if (number == 0 || std::abs(number) > kMostNodes) return not_nodes(element.dump());
    selector.listed_.push_back(static_cast<int>(number));
  }
  return selector;
}

json NodeSelector::to_json() const {
  if (who_ == Who::listed) return listed_;
  return kWho[static_cast<std::size_t>(who_)];
}

bool NodeSelector::includes(int uid, const NodeRoles& roles) const {
  switch (who_) {
    case Who::all: return true;
    case Who::called: return uid == roles.called;
    case Who::others: return uid != roles.called;
    case Who::primary: return uid == roles.primary;
    case Who::replicas: return uid != roles.primary;
    case Who::listed: break;
  }
  return std::ranges::any_of(
      listed_, [&](int number) { return uid == (number > 0 ? number : roles.count + 1 + number); });
}

int NodeSelector::beyond(int node_count) const {
  const auto found =
      std::ranges::find_if(listed_, [&](int number) { return std::abs(number) > node_count; });
  return found == listed_.end() ? 0 : *found;
}

const json& object_in(const Call& call) {
  static const json nothing = json::object();
  const auto& body = call.body.object();
  return body ? *body : nothing;
}

std::vector<json> entries_of(const Call& call) {
  const auto* endpoint = call.endpoint();
  const auto id = endpoint == nullptr ? "" : endpoint->id;
  const json& body = object_in(call);
  if (id == "update_cert" && call.body.object()) return {body};
  const auto list = body.find("certificates");
  if (id != "put_certificates" || list == body.end() || !list->is_array()) return {};
  return {list->begin(), list->end()};
}

RequestFacts facts_of(const Call& call, contract::Edition edition) {
  RequestFacts facts{call.endpoint(), call.node(), {}};
  if (facts.endpoint != nullptr && !facts.endpoint->editions.contains(edition))
    return {nullptr, facts.called, {}};
  const auto add = [&](std::string_view name, std::string text) {
    if (const auto known = contract::find_certificate(name))
      facts.certificates.push_back({*known, std::move(text)});
  };
  for (const json& entry : entries_of(call))
    add(text_in(entry, "name"), text_in(entry, "certificate"));
  const auto id = facts.endpoint == nullptr ? "" : facts.endpoint->id;
  if (id == "delete_certificate") add(call.path.substr(call.path.rfind('/') + 1), {});
  if (id == "rotate") add(text_in(object_in(call), "name"), {});
  if (id != "rotate" || !facts.certificates.empty()) return facts;
  for (const auto& one : contract::cluster_certificates())
    if (one.internode) add(one.text, {});
  return facts;
}

bool FaultMatch::fits_endpoint(const RequestFacts& facts) const {
  return endpoints.empty() || std::ranges::find(endpoints, facts.endpoint) != endpoints.end();
}

bool FaultMatch::fits_certificate(CertificateName name) const {
  return certificates.empty() || std::ranges::find(certificates, name) != certificates.end();
}

bool FaultMatch::fits_change(const RequestFacts& facts, CertificateName name) const {
  if (!fits_certificate(name)) return false;
  if (submitted.empty()) return true;
  return std::ranges::any_of(facts.certificates, [&](const auto& concerned) {
    const SubmittedCertificate sent{concerned.certificate, facts.certificates.size()};
    return concerned.name == name &&
           std::ranges::all_of(submitted, [&](const Trait* trait) { return trait->holds(sent); });
  });
}

bool FaultMatch::fits_request(const RequestFacts& facts, const NodeRoles& roles) const {
  if (!fits_endpoint(facts) || !nodes.includes(facts.called, roles)) return false;
  if (certificates.empty() && submitted.empty()) return true;
  return std::ranges::any_of(facts.certificates, [&](const auto& concerned) {
    return fits_change(facts, concerned.name);
  });
}

FaultMatch read_match(SettingsReader& reader, const json& given, const Matchers& matchers,
                      std::string_view kind) {
  const std::array<bool, kMatcherNames.size()> understood{matchers.endpoint, matchers.certificate,
                                                          matchers.nodes, matchers.submitted};
  for (std::size_t i = 0; i < understood.size(); ++i) {
    if (understood[i] || !given.contains(kMatcherNames[i])) continue;
    reader.refuse(
        fmt::format("a fault of the kind {} cannot match by '{}'", kind, kMatcherNames[i]));
  }
  FaultMatch match;
  match.endpoints = read_names<const contract::Endpoint*>(
      reader, "endpoint", [](const auto& text) { return not_null(contract::find_endpoint(text)); },
      contract::endpoint_ids());
  if (!given.contains("endpoint") && matchers.updates_by_default) {
    match.endpoints = {contract::find_endpoint("update_cert"),
                       contract::find_endpoint("put_certificates")};
  }
  match.certificates = read_names<CertificateName>(
      reader, "certificate", [](const auto& text) { return contract::find_certificate(text); },
      contract::certificate_names());
  match.submitted = read_names<const Trait*>(
      reader, "submitted", [](const auto& text) { return not_null(find_trait(text)); },
      trait_ids());
  match.nodes = read_nodes(reader, matchers, kind);
  return match;
}

nlohmann::ordered_json match_json(const FaultMatch& match, const Matchers& matchers) {
  nlohmann::ordered_json result = nlohmann::ordered_json::object();
  if (matchers.endpoint) {
    result["endpoint"] = match.endpoints.empty()
                             ? json("any")
                             : names_json(match.endpoints, [](auto* one) { return one->id; });
  }
  if (!match.certificates.empty()) {
    result["certificate"] =
        names_json(match.certificates, [](auto name) { return contract::to_string(name); });
  }
  if (matchers.nodes) result["nodes"] = match.nodes.to_json();
  if (!match.submitted.empty())
    result["submitted"] = names_json(match.submitted, [](auto* trait) { return trait->id; });
  return result;
}

std::span<const std::string_view> matcher_names() { return kMatcherNames; }

}  // namespace certdrill::simulator
