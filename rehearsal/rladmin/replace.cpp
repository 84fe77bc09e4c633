#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>

#include <fmt/format.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

#include "rehearsal/rladmin/words.h"

namespace certdrill::rladmin {
namespace {

using nlohmann::json;

constexpr auto kUpdateCert = "/v1/cluster/update_cert";
constexpr auto kSuccessor = "/v1/cluster/certificates";
constexpr std::string_view kScheme = "https://";
constexpr int kDefaultPort = 9443;
constexpr std::chrono::seconds kConnectLimit{10};
constexpr std::chrono::seconds kAnswerLimit{900};  // as long as the vendor says that it may take

struct HostAndPort {
  std::string host;
  int port = kDefaultPort;
};

std::optional<HostAndPort> read_url(std::string_view url) {
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  if (url.ends_with('/')) url.remove_suffix(1);
  HostAndPort read;
  const auto colon = url.rfind(':');
  if (colon != std::string_view::npos && url.find(']', colon) == std::string_view::npos) {
    const auto* const end = url.data() + url.size();
    const auto [rest, error] = std::from_chars(url.data() + colon + 1, end, read.port);
    if (error != std::errc() || rest != end || read.port < 1 || read.port > 65535)
      return std::nullopt;
    url = url.substr(0, colon);
  }
  if (url.starts_with('[') && url.ends_with(']')) url = url.substr(1, url.size() - 2);
  if (url.empty() || url.find('/') != std::string_view::npos) return std::nullopt;
  read.host = url;
  return read;
}

tl::expected<std::string, std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  file.peek();  // a folder opens, and cannot be read
  if (!file.is_open() || file.bad()) return tl::unexpected(fmt::format("cannot read {}", path));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

tl::expected<json, std::string> entry_of(const Replacement& replacement) {
  const auto certificate = read_file(replacement.certificate_file);
  if (!certificate) return tl::unexpected(certificate.error());
  json entry{{"name", replacement.name}, {"certificate", *certificate}};
  if (!replacement.key_file) return entry;
  const auto key = read_file(*replacement.key_file);
  if (!key) return tl::unexpected(key.error());
  entry["key"] = *key;
  return entry;
}

std::string why_none(httplib::Error error) {
  switch (error) {
    case httplib::Error::SSLServerVerification:
    case httplib::Error::SSLConnection:
      return "its certificate could not be verified, or the handshake failed (--ca names the CA)";
    case httplib::Error::SSLLoadingCerts: return "the --ca file could not be loaded";
    case httplib::Error::Read: return "the answer did not arrive; the change may have been made";
    default: return fmt::format("no connection ({})", httplib::to_string(error));
  }
}

struct Refusal {
  std::string error_code;
  std::string description;
};

Refusal refusal_of(const httplib::Response& answer) {
  const auto body = json::parse(answer.body, nullptr, false);
  const auto text = [&](const char* field) {
    const bool there = body.is_object() && body.contains(field) && body[field].is_string();
    return there ? body[field].get<std::string>() : std::string();
  };
  const std::string description = text("description");
  return {text("error_code"), description.empty() ? text("message") : description};
}

// A path that this edition of the product does not have; a certificate that is not there is
// another 404.
bool lacks_the_call(const httplib::Response& answer) {
  return (answer.status == 404 || answer.status == 405) &&
         !refusal_of(answer).error_code.starts_with("certificate");
}

// The node that a redirect names in its Location.
std::optional<HostAndPort> other_node(const httplib::Response& answer) {
  if (answer.status != 307 && answer.status != 308) return std::nullopt;
  const auto location = answer.get_header_value("Location");
  if (!location.starts_with(kScheme)) return std::nullopt;
  return read_url(std::string_view(location).substr(0, location.find('/', kScheme.size())));
}

class Client {
 public:
  Client(HostAndPort address, const Connection& connection)
      : address_(std::move(address)), connection_(connection) {}

  // Again where a redirect points to, once, and to none that does not verify.
  httplib::Result put(const char* path, const json& body) {
    auto answer = put_at(address_, path, body);
    if (!answer) return answer;
    auto other = other_node(*answer);
    if (!other) return answer;
    address_ = std::move(*other);
    return put_at(address_, path, body);
  }

  // One after the other; the first that fails is the answer.
  httplib::Result put_each(const std::vector<json>& entries) {
    auto answer = put(kUpdateCert, entries.front());
    for (std::size_t i = 1; i < entries.size() && answer && answer->status == 200; ++i)
      answer = put(kUpdateCert, entries[i]);
    return answer;
  }

  httplib::Result put_together(const std::vector<json>& entries) {
    return put(kSuccessor, {{"certificates", entries}});
  }

 private:
  httplib::Result put_at(const HostAndPort& address, const char* path, const json& body) const {
    const std::string& verify_as = connection_.verify_as;
    httplib::SSLClient client(verify_as.empty() ? address.host : verify_as, address.port);
    if (!verify_as.empty()) client.set_hostname_addr_map({{verify_as, address.host}});
    if (!connection_.ca_file.empty()) client.set_ca_cert_path(connection_.ca_file);
    client.enable_server_certificate_verification(true);
    client.set_basic_auth(connection_.username, connection_.password);
    client.set_connection_timeout(kConnectLimit);
    client.set_read_timeout(kAnswerLimit);
    return client.Put(path, body.dump(-1, ' ', false, json::error_handler_t::replace),
                      "application/json");
  }

  HostAndPort address_;
  const Connection& connection_;
};

}  // namespace

tl::expected<void, std::string> replace(const Connection& connection,
                                        const std::vector<Replacement>& replacements) {
  const auto address = read_url(connection.url);
  if (!address) {
    return tl::unexpected(
        fmt::format("'{}' is no address of a node: https://HOST:PORT is one", connection.url));
  }
  std::vector<json> entries;
  for (const auto& replacement : replacements) {
    auto entry = entry_of(replacement);
    if (!entry) return tl::unexpected(entry.error());
    entries.push_back(std::move(*entry));
  }
  Client client(*address, connection);
  const bool one = entries.size() == 1;
  auto answer = one ? client.put_each(entries) : client.put_together(entries);
  if (answer && lacks_the_call(*answer))
    answer = one ? client.put_together(entries) : client.put_each(entries);
  if (!answer)
    return tl::unexpected(fmt::format("{}: {}", connection.url, why_none(answer.error())));
  if (answer->status == 200) return {};
  const auto [code, description] = refusal_of(*answer);
  return tl::unexpected(fmt::format("{}{}{}{}", answer->status, code.empty() ? "" : " " + code,
                                    description.empty() ? "" : ": ", description));
}

}  // namespace certdrill::rladmin
