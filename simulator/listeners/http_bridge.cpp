#include "simulator/listeners/http_bridge.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <optional>

#include <spdlog/spdlog.h>

namespace certdrill::simulator {
namespace {

using HandlerResponse = httplib::Server::HandlerResponse;

// What cpp-httplib's handlers, which know only request and response, need of the exchange being
// served by this thread.
struct Served {
  const HttpFace& face;
  const ConnectionInfo& connection;
  const WholeRequest& whole;
  ResponseWire& wire;
  EventLoop& loop;
  HttpAnswer answer;
  bool answered = false;   // by the face
  bool streaming = false;  // every write goes out at once
  httplib::Request* request = nullptr;
  std::optional<Exchange> exchange;  // outlives the face, for the sake of streams
  std::optional<BlockingSection> stream_section;
};

thread_local Served* current_call = nullptr;

class CurrentCall {
 public:
  explicit CurrentCall(Served& call) { current_call = &call; }
  ~CurrentCall() { current_call = nullptr; }
  CurrentCall(const CurrentCall&) = delete;
  CurrentCall& operator=(const CurrentCall&) = delete;
};

// Reads the header block that is all there already; writes into the answer, or to the wire when
// streaming. NOLINTBEGIN(modernize-use-override): which of these are virtual differs between
// versions of cpp-httplib.
class CallStream final : public httplib::Stream {
 public:
  explicit CallStream(Served& call) : call_(call), unread_(call.whole.header) {}

  bool is_readable() const { return !unread_.empty(); }
  bool wait_readable() const { return !unread_.empty(); }
  bool is_writable() const { return !call_.streaming || !call_.wire.gone(); }
  bool wait_writable() const { return is_writable(); }
  bool is_peer_alive() const { return is_writable(); }
  time_t duration() const { return 0; }

  // cpp-httplib asks for single bytes while it parses.
  ssize_t read(char* into, size_t size) {
    const auto count = std::min(size, unread_.size());
    if (count == 1) {
      *into = unread_.front();
    } else {
      std::copy_n(unread_.data(), count, into);
    }
    unread_.remove_prefix(count);
    return static_cast<ssize_t>(count);
  }

  ssize_t write(const char* bytes, size_t size) {
    if (!call_.streaming) {
      call_.answer.bytes.append(bytes, size);
      return static_cast<ssize_t>(size);
    }
    return call_.wire.send_now({bytes, size}) ? static_cast<ssize_t>(size) : -1;
  }

  void get_remote_ip_and_port(std::string& ip, int& port) const {
    ip = call_.connection.peer;
    port = call_.connection.peer_port;
  }
  void get_local_ip_and_port(std::string& ip, int& port) const {
    ip = call_.connection.local;
    port = call_.connection.local_port;
  }
  socket_t socket() const { return INVALID_SOCKET; }  // ours alone

 private:
  Served& call_;
  std::string_view unread_;
};
// NOLINTEND(modernize-use-override)

// Before routing: the body is there already.
void complete_request(Served& call, httplib::Request& request) {
  call.request = &request;
  request.body = call.whole.body;
  if (call.whole.expects_continue) request.headers.erase("Expect");
  [](auto& any_version) {
    if constexpr (requires { any_version.body_consumed_; }) any_version.body_consumed_ = true;
  }(request);
}

void call_face(Served& call, const httplib::Request& request, httplib::Response& response) {
  call.exchange.emplace(Exchange{call.connection,
                                 request,
                                 response,
                                 call.loop,
                                 [&call] { return call.wire.gone() || call.loop.stopping(); },
                                 {}});
  try {
    call.face(*call.exchange);
  } catch (const std::exception& error) {
    spdlog::error("a request could not be answered: {}", error.what());
    response.status = 500;
    response.set_content(
        error_answer(500, "internal_error", "The simulator failed on this request; see its log.")
            .body,
        "application/json");
  }
}

HandlerResponse before_routing(const httplib::Request& request, httplib::Response& response) {
  Served& call = *current_call;
  call_face(call, request, response);
  call.answered = true;
  call.answer.delivery = call.exchange->delivery;
  // Ranges and compression are no part of the product's API; what a face wrote is what is sent.
  call.request->ranges.clear();
  if (call.whole.accepts_encodings) call.request->headers.erase("Accept-Encoding");
  if (response.content_provider_) {
    call.streaming = true;
    call.stream_section.emplace(call.loop);
  }
  return HandlerResponse::Handled;
}

// What cpp-httplib itself refuses, before any face is asked.
HandlerResponse explain_refusal(const httplib::Request&, httplib::Response& response) {
  if (current_call->answered) return HandlerResponse::Unhandled;
  const auto body =
      error_answer(400, "malformed_request", "The request line or a header field cannot be read.")
          .body;
  response.set_content(body, "application/json");
  return HandlerResponse::Handled;
}

void finish_headers(const httplib::Request&, httplib::Response& response) {
  Served& call = *current_call;
  response.headers.erase("Keep-Alive");  // cpp-httplib's own limits, which are not in force
  if (const auto found = response.headers.find("Connection"); found != response.headers.end()) {
    if (found->second == "close") call.answer.keep_alive = false;
  } else if (call.whole.http_1_0) {
    response.headers.emplace("Connection", "keep-alive");
  }
}

class Host final : public CallHost {
 public:
  explicit Host(Exchange& exchange) : exchange_(exchange) {}

  void may_block() override {
    if (!blocking_) blocking_.emplace(exchange_.loop);
  }
  bool sleep_for(std::chrono::nanoseconds duration) override {
    return exchange_.loop.sleep_for(duration);
  }
  bool client_gone() const override { return exchange_.client_gone(); }
  bool stopping() const override { return exchange_.loop.stopping(); }

 private:
  Exchange& exchange_;
  std::optional<BlockingSection> blocking_;
};

void stream_into(httplib::Response& response, const Exchange& exchange, const Answer& answer) {
  response.set_chunked_content_provider(
      std::string(answer.content_type),
      [stream = answer.stream, &loop = exchange.loop, gone = exchange.client_gone](
          std::size_t /*offset*/, httplib::DataSink& sink) {
        if (loop.stopping()) {
          sink.done();
          return true;
        }
        if (gone()) return false;
        const auto piece = stream();
        if (!piece) sink.done();
        return !piece || piece->empty() || sink.write(piece->data(), piece->size());
      });
}

void write_answer(Answer answer, Exchange& exchange) {
  httplib::Response& response = exchange.response;
  response.status = answer.status;
  for (const auto& [name, value] : answer.headers) response.set_header(name, value);
  exchange.delivery = answer.delivery;
  if (answer.stream) return stream_into(response, exchange, answer);
  if (answer.body.empty()) return;
  response.body = std::move(answer.body);
  response.set_header("Content-Type", std::string(answer.content_type));
}

}  // namespace

HttpFace http_face(Face face) {
  return [face = std::move(face)](Exchange& exchange) {
    const httplib::Request& request = exchange.request;
    Host host(exchange);
    Call call{.method = request.method,
              .path = request.path,
              .query = request.params,
              .body = request.body,
              .connection = exchange.connection,
              .host = &host};
    for (const auto& [name, value] : request.headers) call.headers.add(name, value);
    write_answer(face(call), exchange);
  };
}

class HttpBridge::Server final : public httplib::Server {
 public:
  Server() {
    svr_sock_ = 0;  // INVALID_SOCKET would mean "shutting down", and end every stream
    set_pre_routing_handler(before_routing);
    set_error_handler(httplib::Server::HandlerWithResponse(explain_refusal));
    set_post_routing_handler(finish_headers);
  }

  void end_streams() { svr_sock_ = INVALID_SOCKET; }

  void process(Served& call) {
    const CurrentCall current(call);
    CallStream stream(call);
    const bool whole = process_in_any_version(*this, stream, call);
    if (!whole) call.answer.keep_alive = false;  // a stream was cut off
  }

 private:
  template <typename Self>
  static bool process_in_any_version(Self& self, CallStream& stream, Served& call) {
    const std::function<void(httplib::Request&)> setup = [&call](httplib::Request& request) {
      complete_request(call, request);
    };
    const bool close = !call.whole.keep_alive;
    bool closed = false;  // by what cpp-httplib thinks; the framer has judged
    const auto& from = call.connection;
    if constexpr (requires { self.process_request(stream, close, closed, setup); }) {
      return self.process_request(stream, close, closed, setup);
    } else {
      return self.process_request(stream, from.peer, from.peer_port, from.local, from.local_port,
                                  close, closed, setup);
    }
  }
};

HttpBridge::HttpBridge(EventLoop& loop) : loop_(loop), server_(std::make_unique<Server>()) {}
HttpBridge::~HttpBridge() = default;

void HttpBridge::end_streams() {
  server_->end_streams();
}

HttpAnswer HttpBridge::answer(const HttpFace& face, const ConnectionInfo& connection,
                              const WholeRequest& request, ResponseWire& wire) {
  Served call{face, connection, request, wire, loop_, {}, false, false, nullptr, {}, {}};
  call.answer.keep_alive = request.keep_alive;
  try {
    server_->process(call);
  } catch (const std::exception& error) {
    spdlog::error("a response could not be written: {}", error.what());
    call.answer.bytes.clear();
    call.answer.keep_alive = false;
  }
  return std::move(call.answer);
}

std::string error_response(int status, std::string_view error_code, std::string_view description) {
  const std::string body = error_answer(status, error_code, description).body;
  return "HTTP/1.1 " + std::to_string(status) + " " + std::string(error_code) +
         "\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace certdrill::simulator
