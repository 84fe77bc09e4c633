// tls: ports refuse the handshake, or present a certificate that they should not.
#include <array>

#include "certs/issue/issue.h"
#include "simulator/wrong/faults/fault_kind.h"

namespace certdrill::simulator {
namespace {

constexpr std::array<std::string_view, 5> kTlsModes{"refuse", "wrong_certificate",
                                                    "expired_certificate", "leaf_only", "stranger"};
constexpr auto kWrongName = "wrong.invalid";  // RFC 6761: never a real host's

constexpr std::array kTlsSettings{
    Setting::choice("mode", kTlsModes,
                    "wrong_certificate: another name's; expired_certificate: expired a day ago by "
                    "the cluster's clock; leaf_only: the right one without its chain; stranger: "
                    "the cluster's name, by an issuer that nobody knows"),
};

class TlsEffect final : public Effect {
 public:
  explicit TlsEffect(const Settings& settings)
      : Effect(Point::handshake), mode_(settings.text("mode")) {}

  void at_handshake(const Handshake& handshake, BundlePtr& presented) override {
    if (mode_ == "refuse")
      presented = nullptr;
    else if (mode_ != "leaf_only")
      presented = impostor(handshake);
    else if (presented && presented->chain.size() > 1)
      presented =
          std::make_shared<certs::Bundle>(certs::Bundle{{presented->leaf()}, presented->key});
  }

 private:
  BundlePtr impostor(const Handshake& handshake) {
    const bool expired = mode_ == "expired_certificate";
    if (!key_) key_ = certs::generate_key(certs::KeyType::p256);
    const std::string name =
        mode_ == "wrong_certificate" ? kWrongName : std::string(handshake.cluster_name);
    certs::CertificateSpec spec;
    spec.subject = {{"CN", name}};
    spec.dns_names = {name, "*." + name};
    if (mode_ == "stranger") spec.ip_addresses = {handshake.node.address()};
    spec.not_before = handshake.cluster_now - std::chrono::days(366);
    spec.not_after = handshake.cluster_now + std::chrono::days(expired ? -1 : 1);
    spec.extended_key_usage = {"serverAuth", "clientAuth"};
    return std::make_shared<certs::Bundle>(
        certs::Bundle{{certs::issue_self_signed(spec, *key_)}, key_});
  }

  const std::string mode_;
  std::optional<certs::PrivateKey> key_;  // made when it is first needed
};

}  // namespace

extern const FaultKind kTlsKind{
    .name = "tls",
    .sentence = "Ports refuse the TLS handshake, or present a certificate that they should not.",
    .settings = kTlsSettings,
    .matchers = {.certificate = true, .nodes = true, .by_number_only = true},
    .counts = "connections; match.certificate says to which ports",
    .make = make_effect<TlsEffect>};

}  // namespace certdrill::simulator
