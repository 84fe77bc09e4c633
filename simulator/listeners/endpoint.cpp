#include "simulator/listeners/endpoint.h"

#include <array>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace certdrill::simulator {

tl::expected<Endpoint, std::string> Endpoint::parse(const std::string& address,
                                                    std::uint16_t port) {
  Endpoint endpoint;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&endpoint.storage_);
  if (inet_pton(AF_INET, address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    endpoint.size_ = sizeof *v4;
    return endpoint;
  }
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&endpoint.storage_);
  if (inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    endpoint.size_ = sizeof *v6;
    return endpoint;
  }
  return tl::unexpected(
      "\"" + address +
      "\" is no numeric address to listen on; write one such as 127.0.0.1 or ::1.");
}

Endpoint Endpoint::bound_to(int socket) {
  Endpoint endpoint;
  endpoint.size_ = sizeof endpoint.storage_;
  getsockname(socket, reinterpret_cast<sockaddr*>(&endpoint.storage_), &endpoint.size_);
  return endpoint;
}

Endpoint Endpoint::from(const sockaddr_storage& storage, socklen_t size) {
  Endpoint endpoint;
  endpoint.storage_ = storage;
  endpoint.size_ = size;
  return endpoint;
}

std::string Endpoint::host() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* address =
      family() == AF_INET6
          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(&storage_)->sin6_addr)
          : static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(&storage_)->sin_addr);
  if (inet_ntop(family(), address, text.data(), text.size()) == nullptr) return {};
  return text.data();
}

std::uint16_t Endpoint::port() const {
  // Both families keep the port at the same place, as POSIX has it.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&storage_)->sin_port);
}

}  // namespace certdrill::simulator
