// The bytes of one connection: a non-blocking socket, plain or under TLS. Never waits: whoever owns
// it waits for the descriptor, and tries again.
//
// OpenSSL reads and writes the socket itself, so that an idle connection holds no buffers.
// Thread safety: none; one thread at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "certs/read/openssl.h"
#include "certs/verdict/bundle.h"

namespace certdrill::simulator {

enum class Io {
  done,
  wants_read,   // try again when there is something to read
  wants_write,  // try again when there is room to write
  ended,        // the peer closed in good order
  broken,       // reset, or not the protocol; nothing more can be sent or received
};

class Wire {
 public:
  // The descriptor stays the caller's, and must outlive this. `ssl`: a fresh server side; null means
  // plain TCP.
  Wire(int fd, certs::SslHandle ssl);
  ~Wire();  // says close_notify where that is possible
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  Io handshake();  // done at once for plain TCP

  // `count` is set when the result is done, and is then above 0.
  Io read(char* into, std::size_t size, std::size_t& count);
  Io write(std::string_view bytes, std::size_t& count);

  // Whether there may be bytes that waiting for the descriptor would not tell of.
  bool has_pending() const;

  // Whether the peer closed, or the connection broke; also while bytes before that are unread.
  bool hung_up() const;

  // Sends the acknowledgement that TCP would hold back for up to 40 ms: a client that does not set
  // TCP_NODELAY waits for it before it sends the rest of what we wait for.
  void acknowledge_now();

  void end_writing();  // close_notify and FIN; reading goes on
  void reset();        // TCP reset when the descriptor is closed

  // Blocks until there is room to write, at most this long.
  void wait_for_room(int milliseconds) const;

 private:
  Io explain(int result);
  void say_goodbye();

  int fd_;
  bool encrypted_ = false;  // the handshake is done, and the connection still sound
  certs::SslHandle ssl_;
};

// The one TLS configuration of all listeners. Each connection asks for its certificate at its
// ClientHello, so that a new connection always shows what the node holds now; nothing is resumed,
// for the same reason.
//
// TLS 1.2 and 1.3. Security level 0: small keys and old digests are what drills are made of.
// Thread safety: new_server() may be called from any thread.
class TlsContext {
 public:
  // What to present; null refuses the handshake with the alert handshake_failure.
  using Choice = std::function<std::shared_ptr<const certs::Bundle>()>;

  // Throws std::runtime_error where OpenSSL cannot make a context.
  TlsContext();

  // A fresh server side. `choice` must live until the handshake is over. Null: out of memory.
  certs::SslHandle new_server(const Choice& choice) const;

 private:
  certs::SslContextHandle context_;
};

}  // namespace certdrill::simulator
