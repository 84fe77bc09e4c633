#include "simulator/control_api/access.h"

#include <algorithm>
#include <cctype>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <strings.h>

#include "certs/read/text.h"
#include "simulator/http/users.h"

namespace certdrill::simulator {
namespace {

bool is_numeric(const std::string& address) {
  in_addr v4{};
  in6_addr v6{};
  return inet_pton(AF_INET, address.c_str(), &v4) == 1 ||
         inet_pton(AF_INET6, address.c_str(), &v6) == 1;
}

// The host of a Host header's value: without the port and without brackets, in lower case.
std::string host_of(std::string value) {
  std::ranges::transform(value, value.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (value.starts_with('[')) return value.substr(1, value.find(']') - 1);
  return value.substr(0, value.find(':'));
}

bool is_loopback_host(const std::string& host) { return host == "localhost" || is_loopback(host); }

std::optional<std::string_view> bearer_token(const Call& call) {
  constexpr std::string_view scheme = "Bearer ";
  const auto found = call.header("Authorization").value_or("");
  if (found.size() < scheme.size() ||
      strncasecmp(found.data(), scheme.data(), scheme.size()) != 0) {
    return std::nullopt;
  }
  return found.substr(std::min(found.find_first_not_of(' ', scheme.size()), found.size()));
}

Answer forbidden_origin(const std::string& description) {
  return error_answer(403, "forbidden_origin", description);
}

}  // namespace

bool is_loopback(const std::string& address) {
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, address.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

std::optional<std::string> check_access(const ControlAccess& access) {
  if (!is_numeric(access.address)) {
    return fmt::format(
        "the control address '{}' is not a numeric IPv4 or IPv6 address such as 127.0.0.1",
        certs::printable(access.address));
  }
  if (std::ranges::any_of(access.token, [](unsigned char c) { return std::isgraph(c) == 0; }))
    return "the control token may hold printable ASCII characters without spaces only";
  if (access.token.empty() && !is_loopback(access.address)) {
    return fmt::format(
        "the control address {} can be reached from other machines, so it needs a token: add "
        "--control-token-file FILE (or the variable CERTDRILL_CONTROL_TOKEN), or use 127.0.0.1",
        access.address);
  }
  return std::nullopt;
}

std::optional<Answer> refuse_foreign_page(const ControlAccess& access, const Call& call) {
  const std::string host(call.header("Host").value_or(""));
  if (const auto origin = call.header("Origin"); origin && *origin != "http://" + host) {
    return forbidden_origin(
        "A request with a foreign Origin header comes from a web page; none but the simulator's "
        "own, at / of this port, may drive it.");
  }
  if (is_loopback(access.address) && !is_loopback_host(host_of(host))) {
    return forbidden_origin(fmt::format(
        "The Host header must name this machine itself, such as {} or localhost.", access.address));
  }
  return std::nullopt;
}

std::optional<Answer> refuse_without_token(const ControlAccess& access, const Call& call) {
  if (access.token.empty()) return std::nullopt;
  const auto token = bearer_token(call);
  if (token && same_in_constant_time(*token, access.token)) return std::nullopt;
  auto answer = error_answer(
      401, "unauthorized",
      token ? "The token is wrong." : "No token: send the header Authorization: Bearer TOKEN.");
  answer.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"certdrill\"");
  return answer;
}

}  // namespace certdrill::simulator
