#include "conformance/settings.h"

namespace certdrill::conformance {

TlsSettings tls_settings(const Options& options) {
  return {options.insecure, options.ca, options.client_cert, options.client_key, ""};
}

std::optional<Credentials> user_credentials(const Options& options) {
  if (options.username.empty()) return std::nullopt;
  return Credentials{options.username, options.password};
}

std::optional<Credentials> viewer_credentials(const Options& options) {
  if (options.viewer_username.empty() || options.viewer_password.empty()) return std::nullopt;
  return Credentials{options.viewer_username, options.viewer_password};
}

std::chrono::milliseconds settle_time(const Options& options) {
  if (options.settle) return *options.settle;
  return options.sim_control.empty() ? std::chrono::milliseconds(30'000)
                                     : std::chrono::milliseconds(100);
}

}  // namespace certdrill::conformance
