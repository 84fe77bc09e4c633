// What may be told of a request: never a password, never a private key.
//
// Thread safety: Redactor::add() before the threads start, the rest from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/client/target.h"

namespace certdrill::conformance {

// One request and the status of its answer.
struct Exchange {
  Address address;
  HttpRequest request;
  std::string body_note;  // "fixture expired-leaf for proxy"; empty: the body may be shown as it is
  int status = 0;
};

// What a repetition needs beside the exchange.
struct Repetition {
  TlsSettings tls;
  std::optional<Credentials> user;  // whose password is the variable CERTDRILL_PASSWORD
  std::optional<Credentials> viewer;
  std::string body_file;  // that holds the body; empty: it was not kept
};

// Whether the body can stand in the command; otherwise it needs a file.
bool fits_in_command(const Exchange& exchange);

// The curl command that repeats it, to be run as it is printed. Passwords are variables, and a body
// that holds a key is a file, or at least named by its fixture.
std::string curl_command(const Exchange& exchange, const Repetition& with);

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
  // And without control characters, but for line ends and tabs.
  std::string redact(std::string_view text) const;
  std::vector<std::string> redact(const std::vector<std::string>& lines) const;

 private:
  std::vector<std::string> secrets_;
};

}  // namespace certdrill::conformance
