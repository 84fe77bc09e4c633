// Which case of the suite must notice which planted bug: what proves the suite.
//
// What each bug does wrong is said by `certdrill-sim --list-bugs`; a simulator started with `--bug
// ID` makes that one mistake. kill_matrix_test demands a failure of the case that is named here;
// others may fail too. A new bug, or a new case that nothing proves yet, gets its row here.
#pragma once

#include <array>
#include <string_view>

namespace certdrill::conformance {

struct PlantedBug {
  std::string_view id;         // of --bug
  std::string_view killed_by;  // the case that must fail
  std::string_view edition{};  // of --emulate; empty: the default
};

inline constexpr auto kPlantedBugs = std::to_array<PlantedBug>({
    // expiry
    {"expired-accepted", "update_cert/406/stays-refused"},
    {"expired-answers-400", "update_cert/406/stays-refused"},
    {"expired-intermediate-accepted", "update_cert/406/expired-intermediate"},
    {"expired-applied-all-the-same", "update_cert/406/stays-refused"},
    {"not-yet-valid-accepted", "update_cert/400/not-yet-valid-leaf"},
    {"expiry-two-hours-late", "update_cert/406/expired-an-hour-ago"},
    {"expiry-two-hours-early", "update_cert/200/expires-in-an-hour"},
    {"same-serial-is-no-change", "update_cert/200/renewal-with-the-same-serial"},
    // validation
    {"key-not-checked", "update_cert/400/key-of-the-former-certificate"},
    {"key-of-the-intermediate-accepted", "update_cert/400/key-of-the-intermediate"},
    {"rejected-update-applied", "update_cert/400/key-of-the-former-certificate"},
    {"installed-key-not-checked", "update_cert/400/no-key-and-the-installed-one-is-another"},
    {"missing-key-drops-the-installed-one", "update_cert/200/no-key-and-the-installed-one-fits"},
    {"chain-order-not-checked", "update_cert/400/chain-wrong-order"},
    {"chain-signature-not-checked", "update_cert/400/chain-bad-signature"},
    {"three-levels-refused", "update_cert/200/valid-leaf-intermediate-root"},
    {"chain-without-common-name-refused", "update_cert/200/valid-issuer-without-cn"},
    {"unknown-extension-refused", "update_cert/200/valid-unknown-extension"},
    {"internode-client-auth-not-checked", "update_cert/400/usages-internode-no-client-auth"},
    {"validation-after-rollout", "update_cert/406/comes-before-the-rollout"},
    {"second-time-refused", "update_cert/200/repetition-is-a-success"},
    {"trust-anchors-need-a-key", "update_cert/200/mtls-trusted-ca-needs-no-key"},
    // the rollout
    {"partial-success-answers-200", "update_cert/409/unreached-node-is-reported"},
    {"conflict-though-all-confirmed", "update_cert/200/replaces-everywhere"},
    {"retry-while-down-answers-200", "update_cert/409/retry-while-down-is-409-again"},
    {"skipped-node-never-retried", "update_cert/409/retry-converges"},
    {"conflict-updates-nobody", "update_cert/409/reached-nodes-are-updated"},
    {"conflict-does-not-name-the-node", "update_cert/409/names-the-node"},
    {"node-keeps-the-old-certificate", "update_cert/200/replaces-everywhere"},
    {"stale-worker", "update_cert/200/every-connection-sees-the-new-one"},
    {"leaf-presented-without-chain", "update_cert/200/valid-leaf-intermediate-root"},
    {"only-the-first-node-takes-updates", "update_cert/200/any-node-takes-it"},
    {"first-node-does-not-hear-others", "update_cert/200/every-node-is-an-entry"},
    {"old-certificate-returns", "afterwards/200/the-old-one-does-not-come-back"},
    {"other-nodes-read-stale", "update_cert/200/every-node-reads-it-back"},
    // the store
    {"chain-cut-on-read-back", "update_cert/200/repetition-is-a-success"},
    // These three are told and fail nothing: no source says that texts come back byte for byte.
    {"line-endings-changed", "update_cert/200/valid-crlf"},
    {"comments-dropped", "update_cert/200/valid-comments"},
    {"newline-added", "update_cert/200/valid-no-final-newline"},
    {"key-not-stored", "update_cert/200/key-belongs-to-the-certificate"},
    {"another-certificate-touched", "update_cert/200/others-stay-as-they-were"},
    {"torn-pair-while-updating", "update_cert/concurrency/readings-are-never-torn"},
    {"simultaneous-updates-mix", "update_cert/concurrency/one-winner-everywhere"},
    // names
    {"unknown-name-accepted", "update_cert/403/request-name-unknown"},
    {"unknown-name-answers-404", "update_cert/403/request-name-unknown"},
    {"unknown-name-stored", "update_cert/403/nothing-is-created"},
    {"cert-suffix-stripped", "update_cert/403/request-name-with-suffix"},
    {"name-in-any-case", "update_cert/403/request-name-in-capitals"},
    {"name-trimmed", "update_cert/403/name-with-blanks"},
    {"name-in-look-alike-letters", "update_cert/403/name-with-look-alikes"},
    {"name-cut-at-nul", "update_cert/403/name-with-nul"},
    // no certificate
    {"missing-certificate-accepted", "update_cert/404/damaged-missing"},
    {"missing-certificate-answers-500", "update_cert/404/damaged-missing"},
    {"text-without-pem-stored", "update_cert/404/damaged-no-pem"},
    // the request
    {"slash-escapes-stay", "update_cert/200/slashes-may-be-escaped"},
    {"unicode-escapes-stay", "update_cert/200/letters-may-be-escaped"},
    {"chunked-body-is-empty", "update_cert/200/body-in-chunks"},
    {"expect-answers-417", "update_cert/200/expect-100-continue"},
    {"body-limit-16k", "update_cert/200/body-of-16-kb"},
    {"body-limit-64k", "update_cert/200/body-of-64-kb"},
    {"trailing-comma-tolerated", "update_cert/400/request-trailing-comma"},
    {"array-body-answers-500", "update_cert/400/body-is-an-array"},
    {"missing-name-answers-500", "update_cert/400/request-name-missing"},
    {"wrong-type-coerced", "update_cert/400/request-certificates-as-array"},
    {"content-type-ignored", "update_cert/400/content-type-of-a-form"},
    {"charset-refused", "update_cert/200/content-type-with-charset"},
    {"unknown-property-accepted", "update_cert/observed/unknown-property", "8.0"},
    {"errors-are-plain-text", "update_cert/400/errors-have-the-documented-form"},
    {"error-repeats-the-request", "update_cert/400/errors-never-repeat-the-key"},
    {"success-repeats-the-request", "update_cert/200/key-never-comes-back"},
    // who may
    {"update-needs-no-credentials", "update_cert/401/no-credentials"},
    {"any-password-will-do", "read/401/wrong-password"},
    {"unauthenticated-answers-403", "read/401/no-credentials"},
    {"viewers-may-update", "update_cert/403/viewer-may-not-update"},
    {"viewers-may-rotate", "rotate/403/viewer-may-not"},
    {"forbidden-shows-a-key", "update_cert/403/viewer-sees-no-key"},
    {"nodes-need-no-credentials", "nodes/401/no-credentials"},
    {"cluster-needs-no-credentials", "cluster/401/no-credentials"},
    {"logs-need-no-credentials", "logs/401/no-credentials"},
    {"viewers-may-not-read", "read/200/viewer-may-read"},
    // the successor
    {"batch-not-atomic", "certificates/400/one-invalid-changes-none"},
    {"batch-takes-the-first-only", "certificates/200/all-are-replaced"},
    {"batch-swaps-keys", "certificates/200/all-are-replaced"},
    {"batch-wrapper-optional", "certificates/400/list-is-not-there"},
    // neighbours
    {"delete-of-required-allowed", "delete/403/required-metrics-exporter"},
    {"delete-leaves-it", "delete/200/removed-everywhere"},
    {"delete-of-unknown-answers-200", "delete/404/unknown-name"},
    {"delete-takes-all-optional", "delete/200/nothing-else-is-removed"},
    {"rotate-does-nothing", "rotate/200/both-are-new"},
    {"rotate-ignores-the-name", "rotate/200/one-by-name"},
    {"rotate-takes-any-name", "rotate/403/not-an-internal-one"},
    {"rotate-ignores-unreached-nodes", "rotate/400/unreached-node-is-reported"},
    {"keys-left-out-of-read-back", "read/200/trust-anchors-have-no-key"},
    {"read-back-nested", "read/200/certificates-are-one-flat-object"},
    // edition
    {"removed-call-still-there", "editions/404/update-cert-is-gone", "next"},
});

}  // namespace certdrill::conformance
