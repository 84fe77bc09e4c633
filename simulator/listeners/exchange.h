// One HTTP request and the response to it, as a face of the simulator sees them.
//
// The whole request, body included, has been read before a face is called. A face fills `response`
// (status -1 means 200), may block inside a BlockingSection of `loop`, and may choose a Delivery.
//
// Streams (server-sent events): response.set_chunked_content_provider(). Every sink.write() goes
// out at once; the provider runs in a worker thread, already inside a BlockingSection, after the
// face returned. It must end when loop.stopping() or client_gone() is true, so wait in short steps
// (loop.sleep_for).
//
// Thread safety: an Exchange belongs to the thread that serves it. References in it stay valid
// until the response, stream included, is over.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <httplib.h>

#include "simulator/http/call.h"
#include "simulator/listeners/event_loop.h"

namespace certdrill::simulator {

struct Exchange {
  const ConnectionInfo& connection;
  const httplib::Request&
      request;  // body holds the body whatever its Content-Type; files stays empty
  httplib::Response& response;
  EventLoop& loop;
  std::function<bool()> client_gone;  // true once the client hung up or its listener was paused
  Delivery delivery;                  // applied after the face returned; streams ignore it
};

// Called from many threads at once. An exception becomes a 500 in the documented error shape.
using HttpFace = std::function<void(Exchange&)>;

// The same for a face that knows Call and Answer alone.
HttpFace http_face(Face face);

}  // namespace certdrill::simulator
