#include "rehearsal/judge/evidence.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace certdrill::rehearsal {
namespace {

constexpr std::string_view kHoldsNothing = "does not hold the new pair";

std::string_view what_is_wrong_with(const NodeState& node) {
  if (!node.up && !node.holds) return "is down and does not hold the new pair";
  if (node.shown == Shown::without_chain) return "presents the new certificate without its chain";
  if (!node.holds) return kHoldsNothing;
  if (node.shown == Shown::former) {
    return node.at_times ? "presents the former certificate to some connections"
                         : "presents the former certificate";
  }
  if (node.shown == Shown::other) {
    return node.at_times ? "presents another certificate to some connections"
                         : "presents another certificate";
  }
  return "";
}

}  // namespace

bool Moment::held_by_all() const { return std::ranges::all_of(nodes, &NodeState::holds); }

Done Moment::done() const {
  if (!held_by_all()) return Done::no;
  bool unknown = false;
  for (const NodeState& node : nodes) {
    const bool hidden = node.shown == Shown::nothing;
    if (!hidden && node.shown != Shown::requested && node.shown != Shown::no_port) return Done::no;
    unknown = unknown || hidden;
  }
  return unknown ? Done::unknown : Done::yes;
}

std::string seconds_of(Milliseconds time) {
  return fmt::format("{:.1f} s",
                     static_cast<double>(std::max(time, Milliseconds{0}).count()) / 1000);
}

std::string at_second(Milliseconds at) { return "at " + seconds_of(at); }

std::string answer_of(const RequestSeen& request) {
  return request.lost ? "no answer" : std::to_string(request.status);
}

std::string call_of(const RequestSeen& request) {
  return fmt::format("{} {}", request.method, request.path);
}

std::string what_is_wrong(const Moment& moment) {
  std::vector<std::pair<std::string_view, std::vector<int>>> groups;
  for (const NodeState& node : moment.nodes) {
    const auto what = what_is_wrong_with(node);
    if (what.empty()) continue;
    auto group = std::ranges::find(groups, what, [](const auto& one) { return one.first; });
    if (group == groups.end()) group = groups.insert(group, {what, {}});
    group->second.push_back(node.uid);
  }
  std::vector<std::string> clauses;
  for (const auto& [what, uids] : groups) {
    if (uids.size() == moment.nodes.size() && what == kHoldsNothing) {
      clauses.emplace_back("no node holds the new pair");
      continue;
    }
    const auto who = uids.size() == 1 ? fmt::format("node {}", uids.front())
                     : uids.size() == moment.nodes.size()
                         ? std::string("every node")
                         : fmt::format("each of the nodes {}", fmt::join(uids, ", "));
    clauses.push_back(fmt::format("{} {}", who, what));
  }
  return fmt::to_string(fmt::join(clauses, "; "));
}

std::vector<Requests> same_requests(const Evidence& evidence, bool any_node) {
  std::map<std::string, Requests> groups;
  for (const auto& request : evidence.requests) {
    const int node = any_node && request.is_change() ? 0 : request.node;
    const bool second = evidence.again && request.begin >= evidence.again->begin;
    groups[fmt::format("{} {} {} {} {}", request.method, request.path, request.digest, node,
                       second)]
        .push_back(&request);
  }
  std::vector<Requests> found;
  found.reserve(groups.size());
  for (auto& [key, group] : groups) found.push_back(std::move(group));
  return found;
}

}  // namespace certdrill::rehearsal
