#include "conformance/client/exchange.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace certdrill::conformance {
namespace {

constexpr std::size_t kLongestBody = 300;
constexpr std::string_view kRedacted = "[redacted]";

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

std::string quoted_for_shell(std::string text) {
  replace_all(text, "'", R"('\'')");
  return fmt::format("'{}'", text);
}

std::string user_part(const HttpRequest& request, const std::string& viewer_username) {
  if (request.authorization) return " -H 'Authorization: [as the case describes]'";
  if (!request.credentials) return "";
  if (!viewer_username.empty() && request.credentials->username == viewer_username) {
    return " -u \"$CERTDRILL_VIEWER_USERNAME:$CERTDRILL_VIEWER_PASSWORD\"";
  }
  return " -u \"$CERTDRILL_USERNAME:$CERTDRILL_PASSWORD\"";
}

std::string body_part(const Exchange& exchange) {
  const HttpRequest& request = exchange.request;
  if (request.body.empty()) return "";
  const std::string type =
      fmt::format(" -H {}", quoted_for_shell("Content-Type: " + request.content_type));
  if (!exchange.body_note.empty())
    return fmt::format("{} --data-binary @request.json  # body: {}", type, exchange.body_note);
  if (request.body.size() > kLongestBody)
    return fmt::format("{} --data-binary @request.json  # body: {} bytes", type,
                       request.body.size());
  return fmt::format("{} --data-binary {}", type, quoted_for_shell(request.body));
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

// Whether text[at, at + size) stands by itself, and for a short one: where a value stands.
bool stands_whole(std::string_view text, std::size_t at, std::size_t size) {
  const bool begins = at == 0 || !is_word(text[at - 1]) || !is_word(text[at]);
  const bool ends =
      at + size == text.size() || !is_word(text[at + size]) || !is_word(text[at + size - 1]);
  const bool value = size >= Redactor::kShort ||
                     (at > 0 && std::string_view("\"':=").find(text[at - 1]) != text.npos);
  return begins && ends && value;
}

void blank_secret(std::string& text, std::string_view secret) {
  for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
    if (!stands_whole(text, at, secret.size())) {
      ++at;
      continue;
    }
    text.replace(at, secret.size(), kRedacted);
    at += kRedacted.size();
  }
}

// From "PRIVATE KEY-----" up to the END line, or to the end of the text when it was cut off.
void blank_private_keys(std::string& text) {
  constexpr std::string_view open = "PRIVATE KEY-----";
  for (std::size_t at = text.find(open); at != std::string::npos; at = text.find(open, at)) {
    const std::size_t from = at + open.size();
    const std::size_t end = text.find("-----END", from);
    text.replace(from, end == std::string::npos ? std::string::npos : end - from, kRedacted);
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
    text.replace(at, end - at, kRedacted);
  }
}

}  // namespace

std::string curl_command(const Exchange& exchange, const TlsSettings& tls,
                         const std::string& viewer_username) {
  std::string command = "curl -i -X " + exchange.request.method;
  if (tls.insecure) command += " -k";
  if (!tls.ca_file.empty()) command += " --cacert " + quoted_for_shell(tls.ca_file);
  if (!tls.client_cert.empty()) {
    command += " --cert \"$CERTDRILL_CLIENT_CERT\" --key \"$CERTDRILL_CLIENT_KEY\"";
  }
  const std::string url = to_string(exchange.address) + exchange.request.path;
  return fmt::format("{}{} {}{}", command, user_part(exchange.request, viewer_username),
                     quoted_for_shell(url), body_part(exchange));
}

void Redactor::add(std::string_view secret) {
  if (!secret.empty()) secrets_.emplace_back(secret);
}

bool Redactor::has_short_secret() const {
  return std::ranges::any_of(secrets_, [](const auto& one) { return one.size() < kShort; });
}

std::string Redactor::redact(std::string_view text) const {
  std::string clean(text);
  blank_private_keys(clean);
  blank_credentials(clean);
  for (const std::string& secret : secrets_) blank_secret(clean, secret);
  return clean;
}

std::vector<std::string> Redactor::redact(const std::vector<std::string>& lines) const {
  std::vector<std::string> clean;
  clean.reserve(lines.size());
  for (const std::string& line : lines) clean.push_back(redact(std::string_view(line)));
  return clean;
}

}  // namespace certdrill::conformance
