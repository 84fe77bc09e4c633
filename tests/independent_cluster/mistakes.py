"""The mistakes that the fake cluster can make, one at a time, and the case that must notice each.

A third part says why a mistake is only observed: the case then shows it in the report, and fails nothing.
"""

MISTAKES = {
    # what is judged
    "expired-accepted": ("an expired certificate is installed", "update_cert/406/expired-leaf"),
    "expired-yesterday-accepted": (
        "a certificate that ended less than two days ago is installed", "update_cert/406/expired-leaf"),
    "expiry-two-hours-late": (
        "the clock of the expiry check is in another zone: two hours late", "update_cert/406/expired-an-hour-ago"),
    "expiry-two-hours-early": (
        "the clock of the expiry check is in another zone: two hours early", "update_cert/200/expires-in-an-hour"),
    "only-the-leaf-expires": ("an expired intermediate is not noticed", "update_cert/406/expired-intermediate"),
    "not-yet-valid-accepted": ("notBefore is not looked at", "update_cert/400/not-yet-valid-leaf"),
    "any-key-will-do": ("a key of another certificate is installed", "update_cert/400/key-does-not-match"),
    "key-of-the-intermediate-accepted": (
        "the key of the intermediate counts as the leaf's", "update_cert/400/key-of-the-intermediate"),
    "order-not-checked": (
        "a chain in wrong order, or that does not verify, is installed", "update_cert/400/chain-wrong-order"),
    "internode-use-not-checked": (
        "an internode certificate without clientAuth is installed", "update_cert/400/usages-internode-no-client-auth"),
    "same-serial-is-no-change": (
        "a renewal with the same subject and serial is answered 200 and ignored",
        "update_cert/200/renewal-with-the-same-serial"),
    # who may
    "passwords-are-not-checked": ("the user's name is enough", "read/401/wrong-password"),
    "updates-need-no-credentials": ("PUT without credentials is served", "update_cert/401/no-credentials"),
    "nodes-need-no-credentials": ("GET /v1/nodes is served to anybody", "nodes/401/no-credentials"),
    "cluster-needs-no-credentials": ("GET /v1/cluster is served to anybody", "cluster/401/no-credentials"),
    "logs-need-no-credentials": ("GET /v1/logs is served to anybody", "logs/401/no-credentials"),
    "viewers-may-update": ("a viewer may update", "update_cert/403/viewer-may-not-update"),
    "viewers-may-rotate": ("a viewer may rotate", "rotate/403/viewer-may-not"),
    "forbidden-shows-a-key": ("the error of a 403 holds a private key", "update_cert/403/viewer-sees-no-key"),
    # how requests are read
    "slash-escapes-stay": ("\\/ in JSON is not undone", "update_cert/200/slashes-may-be-escaped"),
    "unicode-escapes-stay": ("\\u escapes in JSON are not undone", "update_cert/200/letters-may-be-escaped"),
    "chunked-body-is-empty": ("a chunked body is not read", "update_cert/200/body-in-chunks"),
    "expect-is-refused": ("Expect: 100-continue is answered 417", "update_cert/200/expect-100-continue"),
    "names-are-normalised": ("names with look-alike letters are taken", "update_cert/403/name-with-look-alikes"),
    "name-cut-at-nul": ("a name ends at its first NUL", "update_cert/403/name-with-nul"),
    "any-content-type-will-do": ("JSON is taken whatever its Content-Type", "update_cert/400/content-type-of-a-form"),
    "body-limit-16k": ("bodies over 16 KB are refused", "update_cert/200/body-of-16-kb"),
    "body-limit-64k": ("bodies over 64 KB are refused", "update_cert/200/body-of-64-kb"),
    "body-limit-1m": ("bodies over 1 MB are refused", "update_cert/observed/body-of-1-mb", "since no source states a limit"),
    "errors-are-html": ("errors are no JSON object", "update_cert/400/errors-have-the-documented-form"),
    # what becomes of an update
    "store-keeps-the-old": ("200, and what is stored is still the old one", "update_cert/200/replaces-everywhere"),
    "partial-success-is-200": ("200 although a node is down", "update_cert/409/unreached-node-is-reported"),
    "conflict-updates-nobody": (
        "409, and the nodes that were reached go back", "update_cert/409/reached-nodes-are-updated"),
    "only-the-called-node": ("only the node that was called gets it", "update_cert/200/replaces-everywhere"),
    "last-node-keeps-the-old": ("the last node keeps the old one", "update_cert/200/replaces-everywhere"),
    "first-node-does-not-hear-others": (
        "an update through another node does not reach node 1", "update_cert/200/every-node-is-an-entry"),
    "other-nodes-read-the-start": (
        "GET through another node than the first reads what was there at the start",
        "update_cert/200/every-node-reads-it-back"),
    "metrics-port-stays-old": ("the metrics port goes on with the old one", "update_cert/200/replaces-everywhere"),
    "presents-the-leaf-alone": (
        "the ports present the leaf without its chain", "update_cert/200/valid-leaf-intermediate-root"),
    "old-certificate-returns": (
        "three seconds later the old certificate is presented again", "afterwards/200/the-old-one-does-not-come-back"),
    "batch-is-not-atomic": (
        "the entries before a wrong one are installed", "certificates/400/one-invalid-changes-none"),
    "required-ones-can-be-deleted": ("a required certificate can be deleted", "delete/403/required-metrics-exporter"),
    "deletion-does-nothing": ("a deletion is answered 200 and nothing is deleted", "delete/200/removed-everywhere"),
    "rotation-does-nothing": ("a rotation is answered 200 and nothing is rotated", "rotate/200/both-are-new"),
}
