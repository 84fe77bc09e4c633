// OpenSSL reports errors through a queue per thread. Nothing of ours may stay in it: a later TLS
// call on the same thread would take it for its own.
#pragma once

#include <string>

#include <openssl/err.h>

namespace certdrill::certs {

// Drops what is added to this thread's queue during its own life, and nothing older.
class OpensslErrorScope {
 public:
  OpensslErrorScope() { ERR_set_mark(); }
  ~OpensslErrorScope() { ERR_pop_to_mark(); }
  OpensslErrorScope(const OpensslErrorScope&) = delete;
  OpensslErrorScope& operator=(const OpensslErrorScope&) = delete;
};

// OpenSSL's own words for the newest error in the queue, "wrong tag"; empty when there is none.
inline std::string newest_openssl_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason == nullptr ? "" : reason;
}

}  // namespace certdrill::certs
