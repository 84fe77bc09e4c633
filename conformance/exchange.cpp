#include "conformance/exchange.h"

namespace certdrill::conformance {
namespace {

constexpr std::size_t longest_body = 300;

// For a POSIX shell: in single quotes.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') {
      result += R"('\'')";
    } else {
      result += c;
    }
  }
  return result + "'";
}

std::string user_of(const HttpRequest& request, const std::string& viewer_username) {
  if (request.authorization) return " -H 'Authorization: [as the case describes]'";
  if (!request.credentials) return "";
  if (!viewer_username.empty() && request.credentials->username == viewer_username) {
    return " -u \"$CERTDRILL_VIEWER_USERNAME:$CERTDRILL_VIEWER_PASSWORD\"";
  }
  return " -u \"$CERTDRILL_USERNAME:$CERTDRILL_PASSWORD\"";
}

std::string body_of(const Exchange& exchange) {
  const HttpRequest& request = exchange.request;
  if (request.body.empty()) return "";
  const std::string type = " -H " + quoted("Content-Type: " + request.content_type);
  if (!exchange.body_note.empty())
    return type + " --data-binary @request.json  # body: " + exchange.body_note;
  if (request.body.size() > longest_body) {
    return type + " --data-binary @request.json  # body: " + std::to_string(request.body.size()) +
           " bytes";
  }
  return type + " --data-binary " + quoted(request.body);
}

}  // namespace

std::string curl_command(const Exchange& exchange, const TlsSettings& tls,
                         const std::string& viewer_username) {
  std::string command = "curl -i -X " + exchange.request.method;
  if (tls.insecure) command += " -k";
  if (!tls.ca_file.empty()) command += " --cacert " + quoted(tls.ca_file);
  if (!tls.client_cert.empty()) {
    command += " --cert \"$CERTDRILL_CLIENT_CERT\" --key \"$CERTDRILL_CLIENT_KEY\"";
  }
  command += user_of(exchange.request, viewer_username);
  command += " " + quoted(to_string(exchange.address) + exchange.request.path);
  return command + body_of(exchange);
}

}  // namespace certdrill::conformance
