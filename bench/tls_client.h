// The cheapest client that still speaks real TLS over real sockets: OpenSSL on a blocking socket,
// requests that are ready-made bytes, answers of which only the status is read. What is measured
// with it is the server, and the client's share can be told (bench/cpu_share.h).
//
// A benchmark whose server does not answer has nothing to measure: every failure ends the program
// with a message. Thread safety: one thread at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/read/openssl_handles.h"

namespace certdrill::bench {

// One whole HTTP request, keep-alive, as the bytes of the wire.
std::string put_request(std::string_view path, std::string_view body);
std::string get_request(std::string_view path);

// Says so and ends the program.
[[noreturn]] void give_up(const std::string& what);

class TlsClient {
 public:
  // Connects and does a full handshake. `url` is "https://127.0.0.1:9443".
  explicit TlsClient(std::string_view url);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  void send(std::string_view request);
  int receive();  // waits for one whole answer; its status
  int socket() const { return socket_; }

 private:
  std::size_t read_into(std::size_t used);

  int socket_;
  certs::SslHandle ssl_;
  std::vector<char> buffer_;
};

// Keep-alive connections that each send the next request as soon as the former one is answered, all
// by one thread.
class ClosedLoop {
 public:
  using NextRequest = std::function<const std::string&()>;

  ClosedLoop(std::string_view url, std::size_t connections, NextRequest next);
  ~ClosedLoop();
  ClosedLoop(const ClosedLoop&) = delete;
  ClosedLoop& operator=(const ClosedLoop&) = delete;

  // Waits for the next answer on any connection and sends that connection's next request. The
  // status.
  int step();

  // From a request's first byte sent to its answer's last byte read. REQUIRES: 0 < share <= 1, and
  // step() was called.
  std::chrono::duration<double> latency(double share);

 private:
  using Clock = std::chrono::steady_clock;
  struct Connection {
    explicit Connection(std::string_view url) : client(url) {}
    TlsClient client;
    Clock::time_point sent_at;
  };

  void send_next(Connection& connection);
  Connection& wait();

  NextRequest next_;
  int epoll_;
  std::deque<Connection> connections_;
  std::deque<Connection*> ready_;
  std::vector<float> latencies_;  // seconds
};

}  // namespace certdrill::bench
