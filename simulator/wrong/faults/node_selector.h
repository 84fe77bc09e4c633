// Which nodes a fault concerns: named ones, or those in a role of the moment.
//
// Thread safety: plain values.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

namespace certdrill::simulator {

// The cluster at the moment of the question.
struct NodeRoles {
  int count = 1;    // nodes are 1 to count
  int primary = 1;  // uid
  int called = 0;   // uid of the node that the client talks to; 0: there is no client
};

class NodeSelector {
 public:
  enum class Who {
    all,
    called,  // the node that the client talks to
    others,  // all but that one
    primary,
    replicas,  // all but the primary
    listed,
  };

  NodeSelector() = default;  // all

  // "all", "called", "others", "primary", "replicas", one number or a list of numbers. Negative
  // numbers count from the end: -1 is the last node. The error is a clause.
  static tl::expected<NodeSelector, std::string> parse(const nlohmann::json& json);
  nlohmann::json to_json() const;

  Who who() const { return who_; }
  bool includes(int uid, const NodeRoles& roles) const;

  // The first listed number that a cluster of so many nodes does not have; 0 when it has all.
  int beyond(int node_count) const;

 private:
  Who who_ = Who::all;
  std::vector<int> listed_;
};

}  // namespace certdrill::simulator
