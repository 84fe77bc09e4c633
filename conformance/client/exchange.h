// What may be told of a request: never a password, never a private key.
//
// Thread safety: Redactor::add() before the threads start, the rest from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conformance/client/address.h"
#include "conformance/client/target.h"

namespace certdrill::conformance {

// One request and the status of its answer.
struct Exchange {
  Address address;
  HttpRequest request;
  std::string body_note;  // "fixture expired-leaf for proxy"; empty: the body may be shown as it is
  int status = 0;
};

// The curl command that repeats it. Passwords are variables, and a body that holds a key is named
// by its fixture instead of being repeated.
std::string curl_command(const Exchange& exchange, const TlsSettings& tls,
                         const std::string& viewer_username);

// Takes secrets out of text before it reaches a report, a log or the console.
//
// Only whole secrets: to blank a part of a word would tell what the secret is. For the same reason
// a short secret, which may be a word of any sentence, is blanked only where a value stands: after
// a quote, a colon or an equals sign.
class Redactor {
 public:
  static constexpr std::size_t kShort = 6;  // a secret of fewer characters is a short one

  // A password. Empty ones are ignored.
  void add(std::string_view secret);
  bool has_short_secret() const;  // which the preflight warns about

  // Without passwords, without the content of private key blocks (escaped newlines included, as in
  // JSON), without values of Authorization headers.
  std::string redact(std::string_view text) const;
  std::vector<std::string> redact(const std::vector<std::string>& lines) const;

 private:
  std::vector<std::string> secrets_;
};

}  // namespace certdrill::conformance
