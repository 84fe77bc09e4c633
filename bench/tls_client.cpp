#include "bench/tls_client.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace certdrill::bench {
namespace {

// "admin@cluster.local:certdrill", the simulator's default.
constexpr std::string_view common_headers =
    "Host: cluster.local\r\n"
    "Authorization: Basic YWRtaW5AY2x1c3Rlci5sb2NhbDpjZXJ0ZHJpbGw=\r\n";

SSL_CTX* client_context() {
  static const certs::SslContextHandle context = [] {
    certs::SslContextHandle made(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_verify(made.get(), SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_session_cache_mode(made.get(), SSL_SESS_CACHE_OFF);
    return made;
  }();
  return context.get();
}

int number(std::string_view text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

int connect_to(std::string_view url) {
  const std::string_view scheme = "https://";
  const std::size_t colon = url.rfind(':');
  const std::string address(url.substr(scheme.size(), colon - scheme.size()));
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<std::uint16_t>(number(url.substr(colon + 1))));
  inet_pton(AF_INET, address.c_str(), &where.sin_addr);
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(made, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0)
    give_up("no connection to " + std::string(url));
  return made;
}

// Of a response whose header is complete.
std::size_t content_length(std::string_view header) {
  constexpr std::string_view name = "\r\nContent-Length: ";
  const std::size_t at = header.find(name);
  if (at == std::string_view::npos) give_up("an answer without Content-Length");
  return static_cast<std::size_t>(number(header.substr(at + name.size())));
}

}  // namespace

void give_up(const std::string& what) {
  std::fprintf(stderr, "benchmark: %s\n", what.c_str());
  ERR_print_errors_fp(stderr);
  std::_Exit(EXIT_FAILURE);
}

std::string put_request(std::string_view path, std::string_view body) {
  std::string request = "PUT ";
  request.append(path).append(" HTTP/1.1\r\n").append(common_headers);
  request.append("Content-Type: application/json\r\nContent-Length: ");
  request.append(std::to_string(body.size())).append("\r\n\r\n").append(body);
  return request;
}

std::string get_request(std::string_view path) {
  std::string request = "GET ";
  return request.append(path).append(" HTTP/1.1\r\n").append(common_headers).append("\r\n");
}

TlsClient::TlsClient(std::string_view url)
    : socket_(connect_to(url)), ssl_(SSL_new(client_context())), buffer_(1024) {
  SSL_set_fd(ssl_.get(), socket_);
  if (SSL_connect(ssl_.get()) != 1) give_up("no TLS handshake with " + std::string(url));
}

TlsClient::~TlsClient() {
  close(socket_);
}

void TlsClient::send(std::string_view request) {
  if (SSL_write(ssl_.get(), request.data(), static_cast<int>(request.size())) <= 0)
    give_up("a request could not be sent");
}

std::size_t TlsClient::read_into(std::size_t used) {
  if (used == buffer_.size()) buffer_.resize(2 * used);
  const int got =
      SSL_read(ssl_.get(), buffer_.data() + used, static_cast<int>(buffer_.size() - used));
  if (got <= 0) give_up("a connection ended before its answer was complete");
  return used + static_cast<std::size_t>(got);
}

int TlsClient::receive() {
  constexpr std::string_view blank_line = "\r\n\r\n";
  std::size_t used = 0;
  std::size_t header_end = std::string_view::npos;
  while (header_end == std::string_view::npos) {
    used = read_into(used);
    header_end = std::string_view(buffer_.data(), used).find(blank_line);
  }
  const std::size_t whole = header_end + blank_line.size() +
                            content_length(std::string_view(buffer_.data(), header_end + 2));
  while (used < whole) used = read_into(used);
  constexpr std::size_t status_at = std::string_view("HTTP/1.1 ").size();
  return number(std::string_view(buffer_.data() + status_at, 3));
}

ClosedLoop::ClosedLoop(std::string_view url, std::size_t connections, NextRequest next)
    : next_(std::move(next)), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  for (std::size_t i = 0; i < connections; ++i) {
    Connection& connection = connections_.emplace_back(url);
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &connection}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.client.socket(), &event);
  }
  for (Connection& connection : connections_) send_next(connection);
}

ClosedLoop::~ClosedLoop() {
  close(epoll_);
}

void ClosedLoop::send_next(Connection& connection) {
  const std::string& request = next_();
  connection.sent_at = Clock::now();
  connection.client.send(request);
}

ClosedLoop::Connection& ClosedLoop::wait() {
  if (ready_.empty()) {
    std::array<epoll_event, 64> events{};
    constexpr int longest_wait = 10'000;  // milliseconds
    const int count = epoll_wait(epoll_, events.data(), events.size(), longest_wait);
    if (count <= 0) give_up("no connection made progress in ten seconds");
    for (int i = 0; i < count; ++i)
      ready_.push_back(static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr));
  }
  Connection& first = *ready_.front();
  ready_.pop_front();
  return first;
}

int ClosedLoop::step() {
  Connection& connection = wait();
  const int status = connection.client.receive();
  latencies_.push_back(std::chrono::duration<float>(Clock::now() - connection.sent_at).count());
  send_next(connection);
  return status;
}

std::chrono::duration<double> ClosedLoop::latency(double share) {
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(latencies_.size() - 1));
  const auto at = latencies_.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(latencies_.begin(), at, latencies_.end());
  return std::chrono::duration<double>(*at);
}

}  // namespace certdrill::bench
