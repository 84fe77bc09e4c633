#include "simulator/control_api/access.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace certdrill::simulator {
namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

Digest digest(std::string_view text) {
  Digest result;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), result.data());
  return result;
}

// Digests have one length, so not even the token's length can be timed.
bool same_secret(std::string_view one, std::string_view other) {
  return CRYPTO_memcmp(digest(one).data(), digest(other).data(), SHA256_DIGEST_LENGTH) == 0;
}

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
  constexpr std::string_view kScheme = "bearer ";
  const auto found = call.header("Authorization");
  if (!found || found->size() < kScheme.size()) return std::nullopt;
  const std::string_view value = *found;
  const bool bearer =
      std::ranges::equal(value.substr(0, kScheme.size()), kScheme,
                         [](unsigned char a, char b) { return std::tolower(a) == b; });
  if (!bearer) return std::nullopt;
  return value.substr(std::min(value.find_first_not_of(' ', kScheme.size()), value.size()));
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
        access.address);
  }
  if (std::ranges::any_of(access.token, [](unsigned char c) { return std::isgraph(c) == 0; })) {
    return "the control token may hold printable ASCII characters without spaces only";
  }
  if (access.token.empty() && !is_loopback(access.address)) {
    return fmt::format(
        "the control address {} can be reached from other machines, so it needs a token: add "
        "--control-token-file FILE or --control-token TOKEN, or use 127.0.0.1",
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
  if (token && same_secret(*token, access.token)) return std::nullopt;
  auto answer = error_answer(
      401, "unauthorized",
      token ? "The token is wrong." : "No token: send the header Authorization: Bearer TOKEN.");
  answer.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"certdrill\"");
  return answer;
}

}  // namespace certdrill::simulator
