#include "conformance/redact.h"

#include <algorithm>

namespace certdrill::conformance {
namespace {

constexpr std::string_view mark = "[redacted]";

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

// From "PRIVATE KEY-----" up to the END line, or to the end of the text when it was cut off.
void blank_private_keys(std::string& text) {
  constexpr std::string_view open = "PRIVATE KEY-----";
  for (std::size_t at = text.find(open); at != std::string::npos; at = text.find(open, at)) {
    const std::size_t from = at + open.size();
    const std::size_t end = text.find("-----END", from);
    text.replace(from, end == std::string::npos ? std::string::npos : end - from, mark);
    const std::size_t closing = text.find(open, from);
    if (closing == std::string::npos) return;
    at = closing + open.size();
  }
}

void blank_credentials(std::string& text) {
  constexpr std::string_view scheme = "Basic ";
  for (std::size_t at = text.find(scheme); at != std::string::npos; at = text.find(scheme, at)) {
    at += scheme.size();
    const std::size_t end = std::min(text.find_first_of(" \"'\r\n", at), text.size());
    if (end - at < 8) continue;  // prose, such as "Basic auth"
    text.replace(at, end - at, mark);
  }
}

}  // namespace

void Redactor::add(std::string_view secret) {
  if (!secret.empty()) secrets_.emplace_back(secret);
}

std::string Redactor::redact(std::string_view text) const {
  std::string clean(text);
  blank_private_keys(clean);
  blank_credentials(clean);
  for (const std::string& secret : secrets_) replace_all(clean, secret, mark);
  return clean;
}

}  // namespace certdrill::conformance
