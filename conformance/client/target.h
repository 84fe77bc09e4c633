// The HTTPS client of one node. It sends what it is told to, wrong content types and broken bodies
// too, and judges nothing.
//
// Thread safety: one thread at a time; make another Target for another thread. The connection is
// kept open.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace httplib {
class SSLClient;
}

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

struct Credentials {
  std::string username;
  std::string password;
};

struct TlsSettings {
  bool insecure = false;    // accept any server certificate
  std::string ca_file;      // PEM; empty: the system's trust store
  std::string client_cert;  // PEM file, empty for none
  std::string client_key;   // PEM file
  // The host name that certificates must carry, and SNI; empty: the address's own.
  std::string verify_as;
};

struct HttpRequest {
  std::string method = "GET";
  std::string path;
  std::optional<Credentials> credentials;
  std::optional<std::string> authorization;  // a raw Authorization header instead of credentials
  std::string content_type = "application/json";  // sent only along with a body
  std::string body;
  bool chunked = false;          // Transfer-Encoding: chunked
  bool expect_continue = false;  // Expect: 100-continue
};

struct HttpAnswer {
  int status = 0;
  std::string content_type;
  std::string body;
  std::chrono::milliseconds elapsed{0};
  std::string date;         // the header Date
  std::string allow;        // the header Allow
  std::string location;     // the header Location
  std::string followed_to;  // the URL that a 307 or 308 led to, where it was followed
};

// What an error says. The text is called `description` or `message`, as the vendor's pages have it;
// what is missing, null or no string is empty here.
struct ErrorText {
  bool is_object = false;  // the body is a JSON object
  std::string code;        // error_code
  std::string text;        // for people
};
ErrorText error_text(const HttpAnswer& answer);

// "400 (invalid_certificate: ...)": cut to what fits on a line.
std::string said_by(const HttpAnswer& answer);

class Target {
 public:
  Target(const Address& address, const TlsSettings& tls, std::chrono::milliseconds timeout);
  Target(Target&&) noexcept;
  ~Target();

  // The answer, whatever its status. The error is a clause that names the address and what failed.
  tl::expected<HttpAnswer, std::string> send(const HttpRequest& request);

  const Address& address() const { return address_; }

 private:
  Address address_;
  std::unique_ptr<httplib::SSLClient> client_;
};

}  // namespace certdrill::conformance
