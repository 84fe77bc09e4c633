#include "simulator/engine/node_ports.h"

#include <array>

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

}  // namespace

std::string node_address(int uid) {
  constexpr int kPerBlock = 254;  // .0 and .255 are left out
  return "127.0." + std::to_string((uid - 1) / kPerBlock) + "." +
         std::to_string((uid - 1) % kPerBlock + 1);
}

tl::expected<ReadyNode, std::string> open_node_ports(Listeners& listeners, const Node& node,
                                                     bool free_ports, const NodeFaces& faces,
                                                     const Presents& presents) {
  ReadyNode ready{.uid = node.uid(), .address = node.address()};
  for (const Service& service : kServices) {
    ListenerSpec spec{
        .address = node.address(),
        .port = free_ports ? std::uint16_t{0} : service.port,
        .tag = static_cast<std::uint32_t>(node.uid()),
        .role = static_cast<int>(service.presents),
        .identity = [&node, presents, port = service.presents](
                        const ConnectionInfo&) { return presents(node, port); },
        .face = service.face == nullptr ? Face{} : faces.*service.face};
    const auto port = listeners.add(std::move(spec));
    if (!port) return tl::unexpected(port.error());
    ready.*service.url =
        std::string(service.scheme) + "://" + node.address() + ":" + std::to_string(*port);
  }
  return ready;
}

}  // namespace certdrill::simulator
