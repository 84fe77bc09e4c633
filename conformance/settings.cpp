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

Patience patience(const Options& options) {
  using std::chrono::milliseconds;
  const bool simulated = !options.sim_control.empty();
  return {options.settle.value_or(milliseconds(simulated ? 100 : 30'000)),
          options.restore_within.value_or(milliseconds(simulated ? 2'000 : 120'000))};
}

std::chrono::milliseconds settle_time(const Options& options) {
  return patience(options).settle;
}

}  // namespace certdrill::conformance
