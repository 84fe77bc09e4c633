// Embeds a simulated cluster, takes a node down, and looks at what there is.
#include <iostream>

#include "simulator/simulator.h"

int main() {
  using namespace certdrill::simulator;
  const auto simulator = Simulator::start({.nodes = 2, .ports = PortPlan::free_ports});
  if (!simulator) {
    std::cerr << simulator.error() << '\n';
    return 1;
  }
  if (auto down = (*simulator)->set_node_up(2, false); !down) {
    std::cerr << down.error() << '\n';
    return 1;
  }
  std::cout << ready_line((*simulator)->ready()) << '\n';
  return 0;
}
