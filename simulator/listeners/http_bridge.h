// Between our connections and cpp-httplib: gives it one whole request, and collects its response.
// The only file that depends on cpp-httplib's version (0.11.4 to 0.41).
//
// cpp-httplib parses the request line, the header fields and the query, and writes the response.
// Sockets, the end of a request, its body and its limits are ours. Thread safety: answer() may be
// called from many threads at once.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "simulator/http/call.h"
#include "simulator/listeners/event_loop.h"
#include "simulator/listeners/exchange.h"

namespace certdrill::simulator {

// The way to the client while a response is being made.
class ResponseWire {
 public:
  virtual ~ResponseWire() = default;
  virtual bool send_now(std::string_view bytes) = 0;  // blocks; false: the client is gone
  virtual bool gone() const = 0;
};

struct WholeRequest {
  std::string_view header;  // request line, fields, empty line
  std::string_view body;
  bool keep_alive = true;
  bool http_1_0 = false;
  bool expects_continue = false;   // has an Expect field, answered already
  bool accepts_encodings = false;  // has an Accept-Encoding field
};

struct HttpAnswer {
  std::string bytes;  // what remains to be sent; empty after a stream
  Delivery delivery;
  bool keep_alive = true;
};

class HttpBridge {
 public:
  explicit HttpBridge(EventLoop& loop);
  ~HttpBridge();
  HttpBridge(const HttpBridge&) = delete;
  HttpBridge& operator=(const HttpBridge&) = delete;

  HttpAnswer answer(const HttpFace& face, const ConnectionInfo& connection,
                    const WholeRequest& request, ResponseWire& wire);

  // Ends every stream at its next turn.
  void end_streams();

 private:
  class Server;
  EventLoop& loop_;
  std::unique_ptr<Server> server_;
};

// A whole response in the documented error shape, with "Connection: close", for what never reaches
// a face.
std::string error_response(int status, std::string_view error_code, std::string_view description);

}  // namespace certdrill::simulator
