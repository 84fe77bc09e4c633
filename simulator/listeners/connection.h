// One connection from its acceptance to its end: handshake, conversation, and the orderly or broken
// way in which responses are put on the wire. While it waits it holds no thread and no buffers.
//
// Thread safety: served by one worker at a time (see WatchSlots); nothing else touches it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "simulator/http/call.h"
#include "simulator/listeners/channel.h"
#include "simulator/listeners/conversation.h"
#include "simulator/listeners/port.h"
#include "simulator/listeners/tls_context.h"

namespace certdrill::simulator {

class Connection final : public Watcher, public ResponseWire {
 public:
  // Takes over the descriptor. `turned_away`: there are too many connections, which the client is
  // told. Service and port must outlive it.
  Connection(Service& service, Port& port, int fd, ConnectionInfo info, bool turned_away);
  ~Connection() override;

  // Before it is served for the first time. The slot is its own until it is destroyed.
  void attach(WatchSlot& slot);

  Next serve(WatchSlot& slot, std::uint32_t what) override;

  bool send_now(std::string_view bytes) override;
  bool gone() const override;

 private:
  enum class Phase { handshake, conversation, lingering };

  Next shake_hands();
  Next converse();
  Next wait_for_input();
  Next finish();
  Next linger();
  Next at_deadline();
  bool deliver(Turn& turn);
  bool drip(std::string_view bytes, const Delivery& delivery);
  void consume(std::size_t count);
  Io receive();
  Io flush();

  Service& service_;
  Port& port_;
  const ConnectionInfo info_;
  TlsContext::Choice choice_;
  Channel channel_;
  std::unique_ptr<Conversation> conversation_;
  WatchSlot* slot_ = nullptr;
  WatchTicket ticket_;
  Phase phase_ = Phase::handshake;
  bool hung_up_ = false;
  bool request_begun_ = false;  // and its deadline is running
  bool waited_before_ = false;  // for input
  bool closing_ = false;        // once the output is sent
  bool client_is_sending_ = false;
  std::string input_;
  std::size_t consumed_ = 0;  // of the input
  std::string output_;
  std::size_t sent_ = 0;  // of the output
};

}  // namespace certdrill::simulator
