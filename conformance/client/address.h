// Where something listens: scheme, host and port, read from a URL such as "https://[::1]:9443".
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace certdrill::conformance {

struct Address {
  std::string scheme;  // "https", "http" or "rediss", lower case
  std::string host;    // a name or an IP address, IPv6 without brackets
  int port = 0;        // 1 to 65535

  bool operator==(const Address&) const = default;
};

// A path other than "/" is an error, and so are credentials in the URL. Without a port: 9443 for
// https, 8080 for http (the cluster's own ports). The error is a sentence that says what was read.
tl::expected<Address, std::string> parse_address(std::string_view url);

std::string to_string(const Address& address);  // "https://[::1]:9443"

std::string bracketed(const std::string& host);  // an IPv6 address in brackets, others as they are

// The same host, another port.
Address at_port(const Address& address, int port);

}  // namespace certdrill::conformance
