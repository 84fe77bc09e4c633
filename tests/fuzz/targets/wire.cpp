// Bytes on a connection through the real listener, over real sockets: whatever came, the server answers
// in HTTP or not at all, and once the client has ended the connection ends.
#include <cerrno>

#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "certs/issue/issue.h"
#include "certs/read/openssl.h"
#include "simulator/listeners/listeners.h"
#include "tests/fuzz/samples.h"
#include "tests/fuzz/target.h"
#include "tests/fuzz/targets/rest_world.h"
#include "tests/fuzz/targets/targets.h"
#include "tests/support/sample_chain.h"

namespace certdrill::fuzz {
namespace {

using namespace simulator;  // NOLINT: the whole of it is asked

constexpr int kPatienceMs = 20'000;  // less than what libFuzzer calls a hang

std::uint16_t must_have(tl::expected<std::uint16_t, std::string> port) {
  if (!port) throw std::runtime_error(port.error());
  return *port;
}

// The ports of a node, which no fault stands around.
class Ports {
 public:
  Ports() : listeners_({.limits = {.body_bytes = 16 * 1024, .header_bytes = 8 * 1024}}) {
    const auto chain = certs::sample::chain();
    const auto bundle = std::make_shared<const certs::Bundle>(
        certs::Bundle{{chain.leaf, chain.intermediate}, chain.leaf_key});
    const Face face = [this](const Call& call) {
      Answer answer = world_.answer(call, contract::kDefaultEdition);
      if (answer.status == 200 && call.method != "GET") world_.begin_anew();
      return answer;
    };
    http = must_have(listeners_.add({.address = "127.0.0.1", .identity = {}, .face = face}));
    redis = must_have(listeners_.add({.address = "127.0.0.1", .identity = {}, .face = {}}));
    tls = must_have(listeners_.add({.address = "127.0.0.1",
                                    .identity = [bundle](const ConnectionInfo&) { return bundle; },
                                    .face = face}));
    listeners_.start();
  }

  std::uint16_t http = 0;
  std::uint16_t redis = 0;
  std::uint16_t tls = 0;

 private:
  RestWorld world_;
  Listeners listeners_;
};

const Ports& ports() {
  static const Ports open;
  return open;
}

class Socket {
 public:
  explicit Socket(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd_ < 0 || ::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
      throw Finding("the port refuses a connection");
  }
  ~Socket() {
    // No wait for stray packets: thousands of these come in a second, and ports would run out.
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // Up to what the server takes: it may have refused before the end.
  void send_and_end(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    ::shutdown(fd_, SHUT_WR);
  }

  std::string read_to_end() const {
    std::string all;
    std::array<char, 16 * 1024> part{};
    for (;;) {
      pollfd waits{.fd = fd_, .events = POLLIN, .revents = 0};
      const int ready = ::poll(&waits, 1, kPatienceMs);
      if (ready < 0 && errno == EINTR) continue;  // libFuzzer's alarm clock
      expect(ready == 1, "the connection stays open when its client ended");
      const ssize_t size = ::recv(fd_, part.data(), part.size(), 0);
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) return all;
      all.append(part.data(), static_cast<std::size_t>(size));
    }
  }

 private:
  int fd_;
};

std::string told_by(std::uint16_t port, std::string_view bytes) {
  const Socket socket(port);
  socket.send_and_end(bytes);
  return socket.read_to_end();
}

}  // namespace

void run_http(std::string_view bytes) {
  const std::string told = told_by(ports().http, bytes);
  expect(told.empty() || told.starts_with("HTTP/1."), "an answer that is no HTTP", told);
  expect(told.find("\r\nContent-Length: -") == std::string::npos, "an answer of no length", told);
  for (const std::string_view server_error : {"HTTP/1.1 500 ", "HTTP/1.0 500 "})
    expect(!told.starts_with(server_error), "an answer of 500", told);
}

void run_redis(std::string_view bytes) {
  const std::string told = told_by(ports().redis, bytes);
  expect(told.empty() || std::string_view("+-:$*%_#,").find(told.front()) != std::string_view::npos,
         "a reply that is none", told);
}

void run_tls(std::string_view bytes) { static_cast<void>(told_by(ports().tls, bytes)); }

std::vector<std::string> http_seeds() {
  std::vector<std::string> seeds;
  const auto add = [&](std::string_view line, std::string_view headers,
                       std::string_view body = "") {
    seeds.push_back(fmt::format("{} HTTP/1.1\r\nHost: a\r\nAuthorization: {}\r\n{}\r\n{}", line,
                                RestWorld::kAdmin, headers, body));
  };
  for (const Route& route : routes()) {
    std::string path(route.path);
    if (const auto star = path.find('*'); star != std::string::npos) path.replace(star, 1, "1");
    add(fmt::format("{} {}", route.method, path), "");
    add(fmt::format("OPTIONS {}", path), "Connection: close\r\n");
    for (const Parameter& parameter : route.query)
      add(fmt::format("{} {}?{}=1", route.method, path, parameter.name), "");
  }
  constexpr std::string_view kBody = R"({"name": "proxy"})";
  constexpr std::string_view kJson = "Content-Type: application/json\r\n";
  constexpr std::string_view kPut = "PUT /v1/cluster/update_cert";
  add(kPut, fmt::format("{}Content-Length: {}\r\n", kJson, kBody.size()), kBody);
  add(kPut, fmt::format("{}Content-Length: {}\r\nExpect: 100-continue\r\n", kJson, kBody.size()),
      kBody);
  add(kPut, fmt::format("{}Transfer-Encoding: chunked\r\nTrailer: x\r\n", kJson),
      fmt::format("{:x};a=b\r\n{}\r\n0\r\nx: y\r\n\r\n", kBody.size(), kBody));
  add("GET /v1/cluster", "", seeds.front());  // two at once
  for (const Sample& sample : samples()) {
    if (!sample.id.starts_with("valid/leaf") && !sample.id.starts_with("request/")) continue;
    const std::string body = sample.made.request_body();
    add(kPut, fmt::format("{}Content-Length: {}\r\n", kJson, body.size()), body);
  }
  seeds.emplace_back("GET / HTTP/1.0\r\n\r\n");
  return seeds;
}

std::vector<std::string> redis_seeds() {
  return {"PING\r\n",
          "*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n",
          "*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n*1\r\n$7\r\nCOMMAND\r\n",
          "*6\r\n$5\r\nHELLO\r\n$1\r\n3\r\n$4\r\nAUTH\r\n$1\r\na\r\n$1\r\nb\r\n$7\r\nSETNAME\r\n",
          "*4\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$1\r\na\r\n$1\r\nb\r\n",
          "CLIENT ID\r\nCLIENT GETNAME\r\nSELECT 1\r\nINFO\r\nRESET\r\nAUTH a b\r\nQUIT\r\n",
          "*2\r\n$3\r\nGET\r\n$1\r\na\r\n"};
}

std::vector<std::string> tls_seeds() {
  // A ClientHello as a client of OpenSSL's sends it, and what others say first.
  const certs::SslContextHandle context(SSL_CTX_new(TLS_client_method()));
  std::vector<std::string> seeds{"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                                 std::string("\x15\x03\x01\x00\x02\x01\x00", 7), "\x80\x2e\x01"};
  for (const int most : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const certs::SslHandle client(SSL_new(context.get()));
    SSL_set_max_proto_version(client.get(), most);
    SSL_set_tlsext_host_name(client.get(), "node1.cluster.local");
    BIO* const out = BIO_new(BIO_s_mem());
    SSL_set_bio(client.get(), BIO_new(BIO_s_mem()), out);
    SSL_connect(client.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(out, &data);
    seeds.emplace_back(data, static_cast<std::size_t>(size));
  }
  return seeds;
}

}  // namespace certdrill::fuzz
