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

std::string header(const std::string& text) {
  return fmt::format(" -H {}", quoted_for_shell(text));
}

// A password that begins as a known one is that one with something wrong behind it.
std::string user_part(const HttpRequest& request, const Repetition& with) {
  if (request.authorization) return header("Authorization: " + *request.authorization);
  if (!request.credentials) return "";
  const std::string& name = request.credentials->username;
  const std::string& password = request.credentials->password;
  const auto said = [&](const std::optional<Credentials>& known, const char* variable) {
    return fmt::format(" -u {}\"${}\"{}", quoted_for_shell(name + ":"), variable,
                       password == known->password
                           ? ""
                           : quoted_for_shell(password.substr(known->password.size())));
  };
  if (with.viewer && with.viewer->username == name)
    return said(with.viewer, "CERTDRILL_VIEWER_PASSWORD");
  if (with.user && password.starts_with(with.user->password))
    return said(with.user, "CERTDRILL_PASSWORD");
  return " -u " + quoted_for_shell(name + ":" + password);
}

std::string body_part(const Exchange& exchange, const std::string& file) {
  const HttpRequest& request = exchange.request;
  if (request.body.empty()) return "";
  std::string part = header("Content-Type: " + request.content_type);
  if (request.chunked) part += header("Transfer-Encoding: chunked");
  if (request.expect_continue) part += header("Expect: 100-continue");
  if (fits_in_command(exchange)) return part + " --data-binary " + quoted_for_shell(request.body);
  const std::string what = exchange.body_note.empty() ? fmt::format("{} bytes", request.body.size())
                                                      : exchange.body_note;
  if (!file.empty())
    return fmt::format("{} --data-binary {}  # {}", part, quoted_for_shell("@" + file), what);
  return fmt::format("{} --data-binary @request.json  # body: {}; --report-dir keeps it", part,
                     what);
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

// From "PRIVATE KEY-----" of a BEGIN line up to the next END line, of whatever it is, or to the end of
// the text when it was cut off.
void blank_private_keys(std::string& text) {
  constexpr std::string_view open = "PRIVATE KEY-----";
  constexpr std::string_view end_line = "-----END";
  for (std::size_t at = text.find(open); at != std::string::npos; at = text.find(open, at)) {
    const std::size_t line = text.rfind("-----", at);
    at += open.size();
    if (line != std::string::npos && text.compare(line, end_line.size(), end_line) == 0) continue;
    text.replace(at, std::min(text.find(end_line, at), text.size()) - at, kRedacted);
    at += kRedacted.size();
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

// What a terminal would obey: the cluster may have written it.
void blank_controls(std::string& text) {
  std::ranges::replace_if(
      text,
      [](char c) {
        return (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t') || c == 0x7F;
      },
      '?');
}

}  // namespace

bool fits_in_command(const Exchange& exchange) {
  return exchange.body_note.empty() && exchange.request.body.size() <= kLongestBody;
}

std::string curl_command(const Exchange& exchange, const Repetition& with) {
  const TlsSettings& tls = with.tls;
  std::string command = "curl -i -X " + exchange.request.method;
  if (tls.insecure) command += " -k";
  if (!tls.ca_file.empty()) command += " --cacert " + quoted_for_shell(tls.ca_file);
  if (!tls.client_cert.empty()) {
    command += fmt::format(" --cert {} --key {}", quoted_for_shell(tls.client_cert),
                           quoted_for_shell(tls.client_key));
  }
  Address to = exchange.address;
  if (!tls.verify_as.empty() && tls.verify_as != to.host) {  // a node under the cluster's name
    command += fmt::format(" --connect-to '::{}:{}'", bracketed(to.host), to.port);
    to.host = tls.verify_as;
  }
  return fmt::format("{}{} {}{}", command, user_part(exchange.request, with),
                     quoted_for_shell(to_string(to) + exchange.request.path),
                     body_part(exchange, with.body_file));
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
  blank_controls(clean);
  return clean;
}

std::vector<std::string> Redactor::redact(const std::vector<std::string>& lines) const {
  std::vector<std::string> clean;
  clean.reserve(lines.size());
  for (const std::string& line : lines) clean.push_back(redact(std::string_view(line)));
  return clean;
}

}  // namespace certdrill::conformance
