#include "simulator/engine/nodes.h"

#include <array>

#include <fmt/format.h>

namespace certdrill::simulator {
namespace {

using contract::CertificateName;

// Source: CONTRACT, "The certificates", column "Seen where".
struct Service {
  CertificateName presents;
  std::uint16_t port;
  const char* scheme;
  std::string ReadyNode::*url;
  Face NodeFaces::*face;  // null: the Redis database
};

constexpr std::array<Service, 4> kServices{{
    {CertificateName::api, 9443, "https", &ReadyNode::rest, &NodeFaces::rest},
    {CertificateName::cm, 8443, "https", &ReadyNode::cm, &NodeFaces::cm},
    {CertificateName::metrics_exporter, 8070, "https", &ReadyNode::metrics, &NodeFaces::metrics},
    {CertificateName::proxy, 12000, "rediss", &ReadyNode::database, nullptr},
}};

static_assert(kServices.size() == kPortsOfNode);

std::uint16_t port_of(const SimulatorSettings& settings, int uid, std::size_t service) {
  switch (settings.ports) {
    case PortPlan::product: return kServices[service].port;
    case PortPlan::free_ports: return 0;
    case PortPlan::from_base: break;
  }
  return static_cast<std::uint16_t>(settings.port_base + kPortsApart * (uid - 1) +
                                    static_cast<int>(service));
}

}  // namespace

std::string told_address(const std::string& address) {
  return address == "0.0.0.0" ? "127.0.0.1" : address == "::" ? "::1" : address;
}

std::string node_address(int uid, const SimulatorSettings& settings) {
  if (settings.ports != PortPlan::product) return told_address(settings.address);
  constexpr int kPerBlock = 254;  // .0 and .255 are left out
  return fmt::format("{}.{}.{}", settings.network, (uid - 1) / kPerBlock,
                     (uid - 1) % kPerBlock + 1);
}

tl::expected<ReadyNode, std::string> open_node_ports(Listeners& listeners, const Node& node,
                                                     const SimulatorSettings& settings,
                                                     const NodeFaces& faces,
                                                     const Presents& presents) {
  ReadyNode ready{.uid = node.uid(), .address = node.address()};
  for (std::size_t i = 0; i < kServices.size(); ++i) {
    const Service& service = kServices[i];
    ListenerSpec spec{
        .address = settings.ports == PortPlan::product ? node.address() : settings.address,
        .port = port_of(settings, node.uid(), i),
        .tag = static_cast<std::uint32_t>(node.uid()),
        .role = static_cast<int>(service.presents),
        .identity = [&node, presents, port = service.presents](
                        const ConnectionInfo&) { return presents(node, port); },
        .redis = service.face == nullptr ? faces.redis : std::nullopt,
        .face = service.face == nullptr ? Face{} : faces.*service.face};
    const auto port = listeners.add(std::move(spec));
    if (!port) return tl::unexpected(port.error());
    ready.*service.url = fmt::format("{}://{}:{}", service.scheme, node.address(), *port);
  }
  return ready;
}

NodeStates::Result NodeStates::change(int uid, bool up) {
  const auto tag = static_cast<std::uint32_t>(uid);
  if (!up) {
    cluster_.set_node_up(uid, false, clock_.now());
    listeners_.pause(tag);
    return {};
  }
  // Before its ports open: a node presents what it holds from the first connection on.
  const bool was_up = cluster_.node(uid).up();
  cluster_.set_node_up(uid, true, clock_.now());
  auto resumed = listeners_.resume(tag);
  if (!resumed && !was_up) cluster_.set_node_up(uid, false, clock_.now());
  return resumed;
}

NodeStates::Result NodeStates::set_up(int uid, bool up) {
  const std::lock_guard lock(mutex_);
  if (down_by_fault_.contains(uid)) {
    if (up) {
      return tl::unexpected(fmt::format(
          "node {} is kept down by a fault; remove the fault (DELETE /sim/v1/faults)", uid));
    }
    down_by_fault_.erase(uid);  // stays down when the fault ends
    return {};
  }
  return change(uid, up);
}

NodeStates::Result NodeStates::restart(int uid) {
  const std::lock_guard lock(mutex_);
  if (auto down = change(uid, false); !down || down_by_fault_.contains(uid)) return down;
  return change(uid, true);
}

NodeStates::Result NodeStates::put_in_place(const ClusterState& state) {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < state.nodes.size(); ++i) {
    if (!state.nodes[i].up) listeners_.pause(static_cast<std::uint32_t>(i + 1));
  }
  auto restored = cluster_.restore(state);
  if (restored) down_by_fault_.clear();
  // Ports open last, so that none presents what was there before; of a state that could not be put
  // in place, those that were open.
  for (std::size_t i = 0; i < state.nodes.size(); ++i) {
    if (!cluster_.node(static_cast<int>(i) + 1).up()) continue;
    if (auto resumed = listeners_.resume(static_cast<std::uint32_t>(i + 1)); !resumed)
      return resumed;
  }
  return restored;
}

NodeStates::Result NodeStates::follow_faults(const FaultPlan& faults) {
  const std::lock_guard lock(mutex_);
  // Asked under the lock: of two callers, the later one has the newer answer.
  const auto kept_down = faults.nodes_down();
  for (const int uid : kept_down) {
    if (!cluster_.node(uid).up()) continue;
    if (auto changed = change(uid, false); !changed) return changed;
    down_by_fault_.insert(uid);
  }
  for (auto it = down_by_fault_.begin(); it != down_by_fault_.end();) {
    if (kept_down.contains(*it)) {
      ++it;
      continue;
    }
    if (auto changed = change(*it, true); !changed) return changed;
    it = down_by_fault_.erase(it);
  }
  return {};
}

}  // namespace certdrill::simulator
