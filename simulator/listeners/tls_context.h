// The one TLS configuration of all listeners. Each connection asks for its certificate at its
// ClientHello, so that a new connection always shows what the node holds now; nothing is resumed,
// for the same reason.
//
// TLS 1.2 and 1.3. Security level 0: small keys and old digests are what drills are made of.
// Thread safety: new_server() may be called from any thread.
#pragma once

#include <functional>
#include <memory>

#include "certs/read/openssl.h"
#include "certs/verdict/bundle.h"

namespace certdrill::simulator {

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
