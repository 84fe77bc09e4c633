#include <array>
#include <charconv>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <netdb.h>

#include "simulator/redis/session.h"

namespace certdrill::simulator {
namespace {

std::optional<std::uint16_t> port_number(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && port > 0 ? std::optional(port) : std::nullopt;
}

}  // namespace

tl::expected<RedisServer, std::string> find_redis_server(const std::string& text) {
  const auto colon = text.rfind(':');
  auto host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto port = colon == text.npos ? std::nullopt : port_number(text.substr(colon + 1));
  if (!port || host.empty() || (!bracketed && host.find(':') != host.npos)) {
    return tl::unexpected(fmt::format(
        "'{}' is not HOST:PORT of a Redis server, such as 127.0.0.1:6379 or [::1]:6379", text));
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_family =
      AF_INET;  // first: Debian's Redis listens at 127.0.0.1, and localhost is ::1, too
  addrinfo* found = nullptr;
  int failed = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  hints.ai_family = AF_UNSPEC;
  if (failed != 0) failed = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, &freeaddrinfo);
  std::array<char, NI_MAXHOST> address{};
  if (failed != 0 || getnameinfo(found->ai_addr, found->ai_addrlen, address.data(), address.size(),
                                 nullptr, 0, NI_NUMERICHOST) != 0) {
    return tl::unexpected(fmt::format("the host of '{}' cannot be found{}{}", text,
                                      failed != 0 ? ": " : "",
                                      failed != 0 ? gai_strerror(failed) : ""));
  }
  return RedisServer{address.data(), *port, text};
}

}  // namespace certdrill::simulator
