// tls: ports refuse the handshake, or present a certificate that they should not.
#include <array>

#include "certs/issue/issue.h"
#include "simulator/wrong/kinds/kinds.h"

namespace certdrill::simulator {
namespace {

constexpr std::array<std::string_view, 3> kModes{"refuse", "wrong_certificate",
                                                 "expired_certificate"};
enum Mode : std::uint8_t { refuse, wrong_certificate, expired_certificate };

constexpr auto kWrongName = "wrong.invalid";  // RFC 6761: never a real host's

class TlsEffect final : public Effect {
 public:
  explicit TlsEffect(SettingsReader& reader)
      : mode_(static_cast<Mode>(reader.choice("mode", kModes))) {}

  nlohmann::json settings() const override { return {{"mode", kModes[mode_]}}; }
  bool acts_at(Point point) const override { return point == Point::handshake; }

  void at_handshake(const Handshake& handshake, HandshakeChoice& choice) override {
    choice.bundle = mode_ == refuse ? nullptr : impostor(handshake);
  }

 private:
  std::shared_ptr<const certs::Bundle> impostor(const Handshake& handshake) {
    if (!key_) key_ = certs::generate_key(certs::KeyType::p256);
    const bool expired = mode_ == expired_certificate;
    const std::string name = expired ? std::string(handshake.cluster_name) : kWrongName;
    certs::CertificateSpec spec;
    spec.subject = {{"CN", name}};
    spec.dns_names = {name, "*." + name};
    spec.not_before = handshake.cluster_now - std::chrono::days(366);
    spec.not_after = handshake.cluster_now + std::chrono::days(expired ? -1 : 1);
    spec.extended_key_usage = {"serverAuth", "clientAuth"};
    return std::make_shared<const certs::Bundle>(
        certs::Bundle{{certs::issue_self_signed(spec, *key_)}, key_});
  }

  Mode mode_;
  std::optional<certs::PrivateKey> key_;  // made when it is first needed
};

}  // namespace

const FaultKind tls_kind{
    .name = "tls",
    .sentence = "Ports refuse the TLS handshake, or present a certificate that they should not.",
    .settings =
        "mode: refuse, wrong_certificate (another name's) or expired_certificate (expired "
        "a day ago by the cluster's clock); match.certificate says which ports; counts "
        "connections",
    .matchers = {.certificate = true, .nodes = true, .by_number_only = true},
    .once_per_request = false,
    .make = [](SettingsReader& reader) -> std::unique_ptr<Effect> {
      return std::make_unique<TlsEffect>(reader);
    }};

}  // namespace certdrill::simulator
