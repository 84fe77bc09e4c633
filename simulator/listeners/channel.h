// The bytes of one connection: a non-blocking socket, plain or under TLS.
//
// Knows by itself when the kernel has nothing more (a short read), so that no system call is spent
// on being told EAGAIN: whoever owns it calls note_readable() when epoll reports new bytes. Thread
// safety: none; belongs to whoever serves the connection.
#pragma once

#include <cstddef>
#include <string_view>

#include "certs/read/openssl.h"

namespace certdrill::simulator {

enum class Io {
  done,
  would_block,  // wait for the next event
  ended,        // the peer closed in good order
  broken,       // reset, or not the protocol; nothing more can be sent or received
};

class Channel {
 public:
  // Takes over the descriptor. The TLS one expects a fresh server-side SSL; null means plain TCP.
  Channel(int fd, certs::SslHandle ssl);
  ~Channel();  // closes, with a close_notify where that is possible
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  int fd() const { return fd_; }
  void note_readable() { readable_ = true; }
  void note_hangup() {
    hung_up_ = true;
  }  // the end of the stream is to be found, behind the last bytes

  Io handshake();  // done at once for plain TCP

  // `count` is set when the result is done, and is then above 0.
  Io read(char* into, std::size_t size, std::size_t& count);
  Io write(std::string_view bytes, std::size_t& count);

  // Sends the acknowledgement that TCP would hold back for up to 40 ms: a client that does not set
  // TCP_NODELAY waits for it before it sends the rest of what we wait for.
  void acknowledge_now();

  void end_writing();  // close_notify and FIN; reading goes on
  void reset();        // TCP reset when the channel is destroyed

  // For the BIO between OpenSSL and the socket. -1 with errno as recv(2) and send(2) have it.
  long receive(char* into, std::size_t size);
  long send(const char* bytes, std::size_t size);

 private:
  Io explain(int result);

  int fd_;
  bool readable_ = false;  // the kernel may have bytes for us
  bool hung_up_ = false;
  bool encrypted_ = false;  // the handshake is done, and the connection still sound
  certs::SslHandle ssl_;
};

}  // namespace certdrill::simulator
