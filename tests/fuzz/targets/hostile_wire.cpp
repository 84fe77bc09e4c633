// A server over TLS that answers every request of the suite's preflight with the input's next part, as
// it is: parts end at the byte 0x1E, and the last one is sent again and again.
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "certs/read/openssl.h"
#include "conformance/run/session.h"
#include "tests/fuzz/samples.h"
#include "tests/fuzz/target.h"
#include "tests/fuzz/targets/rest_world.h"
#include "tests/fuzz/targets/targets.h"
#include "tests/support/sample_chain.h"

namespace certdrill::fuzz {
namespace {

constexpr std::chrono::milliseconds kTimeout{2'000};

class HostileServer {
 public:
  HostileServer() : context_(SSL_CTX_new(TLS_server_method())) {
    std::signal(SIGPIPE, SIG_IGN);  // as the suite's program does
    const auto chain = certs::sample::chain();
    certs::require(SSL_CTX_use_certificate(context_.get(), chain.leaf.x509()) == 1 &&
                       SSL_CTX_use_PrivateKey(context_.get(), chain.leaf_key.evp()) == 1,
                   "serve");
    listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    if (::bind(listening_, reinterpret_cast<const sockaddr*>(&at), size) != 0 ||
        ::listen(listening_, 64) != 0 ||
        ::getsockname(listening_, reinterpret_cast<sockaddr*>(&at), &size) != 0)
      throw std::runtime_error("no port is to be had");
    port_ = ntohs(at.sin_port);
    thread_ = std::jthread([this] { serve(); });
  }
  ~HostileServer() {
    ::shutdown(listening_, SHUT_RDWR);
    thread_.join();
    ::close(listening_);
  }
  HostileServer(const HostileServer&) = delete;
  HostileServer& operator=(const HostileServer&) = delete;

  int port() const { return port_; }

  // What the next connections are answered with. REQUIRES: none is open.
  void answer_with(std::string_view parts) {
    const std::lock_guard lock(mutex_);
    parts_.clear();
    for (Input rest(parts); !rest.rest().empty();) parts_.emplace_back(rest.until('\x1E'));
    if (parts_.empty()) parts_.emplace_back();
    next_ = 0;
  }

 private:
  void serve() {
    for (int fd = 0; (fd = ::accept(listening_, nullptr, nullptr)) >= 0;) {
      const timeval patience{.tv_sec = 2, .tv_usec = 0};
      ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      const certs::SslHandle ssl(SSL_new(context_.get()));
      SSL_set_fd(ssl.get(), fd);
      if (SSL_accept(ssl.get()) == 1) {
        while (answer_one(ssl.get())) {
        }
        SSL_shutdown(ssl.get());
      }
      ERR_clear_error();
      ::close(fd);
    }
  }

  // False: the connection is over. The preflight's requests have no bodies.
  bool answer_one(SSL* ssl) {
    std::string request;
    std::array<char, 4096> piece{};
    while (!request.ends_with("\r\n\r\n")) {
      const int size = SSL_read(ssl, piece.data(), static_cast<int>(piece.size()));
      if (size <= 0) return false;
      request.append(piece.data(), static_cast<std::size_t>(size));
    }
    const std::lock_guard lock(mutex_);
    const std::string& part = parts_[std::min(next_++, parts_.size() - 1)];
    if (!part.empty() && SSL_write(ssl, part.data(), static_cast<int>(part.size())) <= 0)
      return false;
    // Whatever says where it ends can be followed by another; the rest ends with the connection.
    return part.find("Content-Length: ") != std::string::npos ||
           part.find("Transfer-Encoding: ") != std::string::npos;
  }

  certs::SslContextHandle context_;
  int listening_ = -1;
  int port_ = 0;
  std::mutex mutex_;
  std::vector<std::string> parts_;
  std::size_t next_ = 0;
  std::jthread thread_;
};

// What can only wait for its time: a promised body that does not come.
bool promises_more_than_it_sends(std::string_view bytes) {
  for (Input rest(bytes); !rest.rest().empty();) {
    const std::string_view part = rest.until('\x1E');
    const auto end = part.find("\r\n\r\n");
    const auto field = part.find("Content-Length: ");
    if (part.find("Transfer-Encoding: ") != std::string_view::npos) return true;
    if (field == std::string_view::npos) continue;
    const auto promised =
        std::strtoull(std::string(part.substr(field + 16, 20)).c_str(), nullptr, 10);
    if (end == std::string_view::npos || promised != part.size() - end - 4) return true;
  }
  return false;
}

}  // namespace

void run_hostile_wire(std::string_view bytes) {
  if (promises_more_than_it_sends(bytes)) return;
  static HostileServer server;
  server.answer_with(bytes);
  conformance::Options options;
  options.target = fmt::format("https://127.0.0.1:{}", server.port());
  options.username = "admin@cluster.local";
  options.password = "correct-horse";
  options.insecure = true;
  options.timeout = kTimeout;
  const auto session = conformance::preflight(options);
  if (!session) {
    expect(!session.error().what.empty(), "an end without words");
    return;
  }
  const auto& talk = (*session)->said;
  expect(!talk.empty(), "a preflight that says nothing");
  for (const std::string& line : (*session)->redactor.redact(talk))
    expect(line.find('\x1B') == std::string::npos, "a line that a terminal would obey", line);
  // Certificates are made for the name that the cluster says, at the time that it says.
  const conformance::TestCertificates made((*session)->cluster_name, (*session)->now, 0);
  static_cast<void>(made.valid(contract::CertificateName::proxy));
}

std::vector<std::string> hostile_wire_seeds() {
  RestWorld world;
  std::vector<std::string> seeds;
  const auto answer_to = [&](std::string_view method, std::string_view path,
                             std::string_view headers = "") {
    const auto answer = world.answer(
        {.method = method, .path = path, .headers = {{"Authorization", RestWorld::kAdmin}}},
        contract::kDefaultEdition);
    return fmt::format(
        "HTTP/1.1 {} OK\r\nContent-Type: application/json\r\n{}Content-Length: {}\r\n\r\n{}",
        answer.status, headers, answer.body.size(), answer.body);
  };
  // In the order in which the preflight asks.
  std::string all = answer_to("GET", "/v1/cluster", "Date: Mon, 01 Jun 2026 00:00:00 GMT\r\n");
  for (const auto& [method, path] :
       std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"GET", "/v1/nodes"},
           {"OPTIONS", "/v1/nowhere"},
           {"OPTIONS", "/v1/cluster/update_cert"},
           {"OPTIONS", "/v1/nowhere"},
           {"OPTIONS", "/v1/cluster/certificates"},
           {"GET", "/v1/cluster/certificates"}})
    all += '\x1E' + answer_to(method, path, method == "OPTIONS" ? "Allow: GET, PUT\r\n" : "");
  seeds.push_back(all);
  seeds.push_back(answer_to("GET", "/v1/cluster"));
  seeds.push_back(answer_to("GET", "/v1/nodes"));
  seeds.emplace_back("HTTP/1.1 401 No\r\n\r\n");
  seeds.emplace_back(
      "HTTP/1.1 307 There\r\nLocation: https://127.0.0.2:1/v1/cluster\r\nContent-Length: "
      "0\r\n\r\n");
  seeds.emplace_back(
      "HTTP/1.0 200 OK\r\nDate: Fri, 31 Dec 9999 23:59:59 GMT\r\n\r\n{\"name\": \"a\"}");
  return seeds;
}

}  // namespace certdrill::fuzz
