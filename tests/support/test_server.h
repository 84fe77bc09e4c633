// Listeners on free loopback ports for tests, with certificates of their own.
#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "certs/issue/issue.h"
#include "simulator/listeners/listeners.h"
#include "tests/support/test_client.h"

namespace certdrill::support {

using simulator::Answer;
using simulator::Call;
using simulator::ConnectionInfo;
using simulator::Face;
using simulator::Identity;
using simulator::Listeners;
using simulator::ListenerSpec;

using BundlePtr = std::shared_ptr<const certs::Bundle>;

inline BundlePtr self_signed(certs::KeyType type, const std::string& name) {
  const auto key = certs::generate_key(type);
  certs::CertificateSpec spec;
  spec.subject = {{"CN", name}};
  spec.not_before = certs::Instant(std::chrono::seconds(1'700'000'000));
  spec.not_after = certs::Instant(std::chrono::seconds(1'900'000'000));
  return std::make_shared<const certs::Bundle>(
      certs::Bundle{{certs::issue_self_signed(spec, key)}, key});
}

// A leaf with the root that signed it.
inline BundlePtr signed_by_a_root(const std::string& name) {
  const auto root = self_signed(certs::KeyType::p256, "root of " + name);
  const auto key = certs::generate_key(certs::KeyType::p256);
  certs::CertificateSpec spec;
  spec.subject = {{"CN", name}};
  spec.not_before = root->leaf().not_before();
  spec.not_after = root->leaf().not_after();
  const auto leaf = certs::issue(spec, key, {root->leaf(), *root->key});
  return std::make_shared<const certs::Bundle>(certs::Bundle{{leaf, root->leaf()}, key});
}

// One for all tests of a process; making it anew for each would test key generation.
inline BundlePtr shared_identity() {
  static const BundlePtr bundle = self_signed(certs::KeyType::p256, "node");
  return bundle;
}

inline std::uint16_t add_http(Listeners& listeners, Face face, std::uint32_t tag = 1) {
  ListenerSpec spec;
  spec.address = "127.0.0.1";
  spec.tag = tag;
  spec.face = std::move(face);
  const auto port = listeners.add(std::move(spec));
  EXPECT_TRUE(port) << (port ? "" : port.error());
  return port.value_or(0);
}

inline std::uint16_t add_https(Listeners& listeners, Face face, Identity identity,
                               std::uint32_t tag = 1) {
  ListenerSpec spec;
  spec.address = "127.0.0.1";
  spec.tag = tag;
  spec.face = std::move(face);
  spec.identity = std::move(identity);
  const auto port = listeners.add(std::move(spec));
  EXPECT_TRUE(port) << (port ? "" : port.error());
  return port.value_or(0);
}

inline BundlePtr present_shared_identity(const ConnectionInfo&) { return shared_identity(); }

// Answers with the path and the body, each on a line.
inline Answer echo(const Call& call) {
  Answer answer;
  answer.body = std::string(call.path) + "\n" + std::string(call.body);
  answer.content_type = "text/plain";
  return answer;
}

// Deadlines kept to a few milliseconds, so that no test waits for a sweep.
inline Listeners::Settings exact_deadlines() {
  Listeners::Settings settings;
  settings.sweep_interval = std::chrono::milliseconds(5);
  return settings;
}

}  // namespace certdrill::support
