// Takes secrets out of text before it reaches a report, a log or the console.
//
// Thread safety: add() before the threads start, redact() from any thread afterwards.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace certdrill::conformance {

class Redactor {
 public:
  // A password. Empty ones are ignored.
  void add(std::string_view secret);

  // Without passwords, without the content of private key blocks (escaped newlines included, as in
  // JSON), without values of Authorization headers.
  std::string redact(std::string_view text) const;

 private:
  std::vector<std::string> secrets_;
};

}  // namespace certdrill::conformance
