// HTTP/1 on one connection: frames requests, refuses what breaks a limit, gives whole requests to a
// face.
//
// Thread safety: none; belongs to one connection.
#pragma once

#include "simulator/listeners/conversation.h"
#include "simulator/listeners/http_bridge.h"
#include "simulator/listeners/request_framer.h"

namespace certdrill::simulator {

class HttpConversation final : public Conversation {
 public:
  // `turned_away`: there are too many connections, so the first request gets 503. The references
  // must outlive the conversation.
  HttpConversation(HttpBridge& bridge, const HttpFace& face, const ConnectionInfo& connection,
                   RequestLimits limits, bool turned_away);

  Turn take_turn(std::string_view input, ResponseWire& wire) override;
  std::string too_slow() const override;

 private:
  Turn wait_for_more();
  Turn answer(std::string_view input, ResponseWire& wire);

  HttpBridge& bridge_;
  const HttpFace& face_;
  const ConnectionInfo& connection_;
  RequestFramer framer_;
  bool turned_away_;
  bool continued_ = false;  // "100 Continue" was sent for this request
};

}  // namespace certdrill::simulator
