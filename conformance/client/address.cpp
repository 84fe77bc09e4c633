#include "conformance/client/address.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

namespace certdrill::conformance {
namespace {

tl::unexpected<std::string> no_address(std::string_view url, std::string_view why) {
  // A password may stand in front of the '@', so only what follows it is repeated.
  const auto at = url.rfind('@');
  return tl::unexpected(
      fmt::format("'{}' is not an address: {}; an address looks like "
                  "https://cluster.example.com:9443",
                  at == std::string_view::npos ? url : url.substr(at + 1), why));
}

}  // namespace

tl::expected<Address, std::string> parse_address(std::string_view url) {
  Address address;
  const auto separator = url.find("://");
  if (separator == std::string_view::npos) return no_address(url, "it has no scheme");
  address.scheme = url.substr(0, separator);
  std::ranges::transform(address.scheme, address.scheme.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (address.scheme != "https" && address.scheme != "http" && address.scheme != "rediss") {
    return no_address(url, "the scheme must be https, http or rediss");
  }

  std::string_view rest = url.substr(separator + 3);
  if (rest.find('@') != std::string_view::npos) {
    return no_address(url, "credentials do not belong into it (--username, --password-file)");
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find_first_of("/?#") != std::string_view::npos) return no_address(url, "it has a path");

  std::string_view port_text;
  if (rest.starts_with('[')) {
    const auto close = rest.find(']');
    if (close == std::string_view::npos) return no_address(url, "the bracket is not closed");
    address.host = rest.substr(1, close - 1);
    port_text = rest.substr(close + 1);
  } else {
    const auto colon = std::min(rest.find(':'), rest.size());
    address.host = rest.substr(0, colon);
    port_text = rest.substr(colon);
  }
  if (address.host.empty()) return no_address(url, "it has no host");

  address.port = address.scheme == "https" ? 9443 : address.scheme == "http" ? 8080 : 0;
  if (!port_text.empty()) {
    const char* end = port_text.data() + port_text.size();
    const auto [stop, error] = std::from_chars(port_text.data() + 1, end, address.port);
    if (port_text.front() != ':' || error != std::errc() || stop != end) {
      return no_address(url, "the port is not a number");
    }
  }
  if (address.port < 1 || address.port > 65535)
    return no_address(url, "the port must be 1 to 65535");
  return address;
}

std::string to_string(const Address& address) {
  return fmt::format("{}://{}:{}", address.scheme, bracketed(address.host), address.port);
}

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
}

Address at_port(const Address& address, int port) { return {address.scheme, address.host, port}; }

}  // namespace certdrill::conformance
