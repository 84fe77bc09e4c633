"""The places in a request where a key does not belong. Each is a call with a simulator and the key's text."""
import base64
import json
import urllib.parse

from watched import base64_of

UPDATE, BATCH = "/v1/cluster/update_cert", "/v1/cluster/certificates"


def url(text):
    return urllib.parse.quote(text, safe="")


def one_line(text):
    """As a header can hold it."""
    return text.replace("\n", " ")


def resp(*words):
    return b"".join([b"*%d\r\n" % len(words)] + [b"$%d\r\n%s\r\n" % (len(word), word) for word in words])


def database(watched, *words):
    """The last word asks the connection to end."""
    data = resp(*(word.encode() for word in words)) + resp(b"QUIT")
    return watched.raw(data, "database", patience=3)


REST = {
    "as the name": lambda s, t: s.update({"name": t, "certificate": "x", "key": "y"}),
    "as the key of a name with an @": lambda s, t: s.update({"name": "@" + t}),
    "as the certificate": lambda s, t: s.update({"name": "proxy", "certificate": t, "key": t}),
    "as the certificate, with an @": lambda s, t: s.update({"name": "proxy", "certificate": "@" + t}),
    "as the key, with an @": lambda s, t: s.update({"name": "proxy", "certificate": "x", "key": "@" + t}),
    "as the key, cut off": lambda s, t: s.update({"name": "proxy", "certificate": "x", "key": t[:-40]}),
    "as a member": lambda s, t: s.update({t: "x", "certificate": "y"}),
    "as a repeated member": lambda s, t: s.update("{%s: 1, %s: 2}" % (json.dumps(t), json.dumps(t))),
    "as the whole body": lambda s, t: s.update(t),
    "as a string of JSON": lambda s, t: s.update(json.dumps(t)),
    "in JSON that is cut off": lambda s, t: s.update(json.dumps({"name": "proxy", "key": t})[:-30]),
    "in JSON with raw line ends": lambda s, t: s.update('{"name": "proxy", "key": "' + t + '"}'),
    "in a form": lambda s, t: s.update("key=" + url(t), headers={"Content-Type": "application/x-www-form-urlencoded"}),
    "as the Content-Type": lambda s, t: s.update({"name": "proxy"}, headers={"Content-Type": one_line(t)}),
    "as the drill of a request": lambda s, t: s.update({"name": "proxy"}, headers={"X-Certdrill-Drill": one_line(t)}),
    "as the version": lambda s, t: s.update({"name": "proxy"}, headers={"x-api-version": one_line(t)}),
    "as credentials": lambda s, t: s.update({"name": "proxy"}, headers={"Authorization": "Basic " + one_line(t)}),
    "as a bearer's token": lambda s, t: s.update({"name": "proxy"}, headers={"Authorization": "Bearer " + one_line(t)}),
    "as the user's name": lambda s, t: s.update({"name": "proxy"}, headers={"Authorization": "Basic " + base64_of(t + ":x")}),
    "as a header's name": lambda s, t: s.update({"name": "proxy"}, headers={url(t): "x"}),
    "as the Host": lambda s, t: s.ask("GET", "/v1/nodes", headers={"Host": url(t)}),
    "as the method": lambda s, t: s.ask(url(t), "/v1/nodes"),
    "as the path": lambda s, t: s.ask("GET", "/v1/" + url(t)),
    "as the path, not escaped": lambda s, t: s.ask("GET", "/v1/" + t.replace("\n", "").replace(" ", "")),
    "as a certificate's path": lambda s, t: s.ask("DELETE", BATCH + "/" + url(t)),
    "as a node's path": lambda s, t: s.ask("GET", "/v1/nodes/" + url(t)),
    "as a query's name": lambda s, t: s.ask("GET", f"/v1/logs?{url(t)}=1"),
    "as a query's value": lambda s, t: s.ask("GET", f"/v1/logs?order={url(t)}"),
    "as a query's number": lambda s, t: s.ask("GET", f"/v1/logs?limit={url(t)}"),
    "as a query's time": lambda s, t: s.ask("GET", f"/v1/logs?stime={url(t)}"),
    "as a name in a batch": lambda s, t: s.ask("PUT", BATCH, {"certificates": [{"name": t, "certificate": t}]}),
    "as an entry of a batch": lambda s, t: s.ask("PUT", BATCH, {"certificates": [t]}),
    "as a member of a batch": lambda s, t: s.ask("PUT", BATCH, {t: []}),
    "as what rotates": lambda s, t: s.ask("POST", BATCH + "/rotate", {"name": t}),
    "as a member of a rotation": lambda s, t: s.ask("POST", BATCH + "/rotate", {t: "x"}),
    "as the first line": lambda s, t: s.raw(t.encode() + b"\r\n\r\n", patience=3),
    "in plain text to a TLS port": lambda s, t: s.ask("GET", "/" + url(t), port="cm"),
    "as a path of the metrics": lambda s, t: s.ask("GET", "/" + url(t), port="metrics"),
    "as a command of Redis": lambda s, t: database(s, t),
    "as an option of HELLO": lambda s, t: database(s, "HELLO", "3", t),
    "as a subcommand of CLIENT": lambda s, t: database(s, "CLIENT", t),
    "as a setting of Redis": lambda s, t: database(s, "CONFIG", "GET", t),
}


def control(method, path, body=b"", **more):
    return lambda s, t: s.ask(method, path(t) if callable(path) else path, body(t) if callable(body) else body,
                              port="control", headers={k: v(t) for k, v in more.get("headers", {}).items()})


FAULTS = "/sim/v1/faults"
CONTROL = {
    "as a fault's kind": control("POST", FAULTS, lambda t: {"kind": t}),
    "as a fault's field": control("POST", FAULTS, lambda t: {"kind": "answer", "status": 503, t: 1}),
    "as a fault's field without a kind": control("POST", FAULTS, lambda t: {t: 1}),
    "as a fault's status": control("POST", FAULTS, lambda t: {"kind": "answer", "status": t}),
    "as a fault's mode": control("POST", FAULTS, lambda t: {"kind": "node_fails", "mode": t}),
    "as a fault's count": control("POST", FAULTS, lambda t: {"kind": "answer", "status": 503, "times": t}),
    "as a fault's name": control("POST", FAULTS, lambda t: {"kind": "answer", "status": 503, "name": t}),
    "as a fault's name, in letters and digits": control("POST", FAULTS, lambda t: {
        "kind": "answer", "status": 503, "name": "".join(c for c in t if c.isalnum())[:90]}),
    "as what a fault matches": control("POST", FAULTS, lambda t: {"kind": "answer", "status": 503, "match": {t: 1}}),
    "as the certificate that a fault matches": control("POST", FAULTS, lambda t: {
        "kind": "answer", "status": 503, "match": {"certificate": t}}),
    "as the endpoint that a fault matches": control("POST", FAULTS, lambda t: {
        "kind": "answer", "status": 503, "match": {"endpoint": [t]}}),
    "as the nodes that a fault matches": control("POST", FAULTS, lambda t: {
        "kind": "answer", "status": 503, "match": {"nodes": t}}),
    "as the trait that a fault matches": control("POST", FAULTS, lambda t: {
        "kind": "answer", "status": 503, "match": {"submitted": t}}),
    "as a fault's path": control("PUT", lambda t: FAULTS + "/" + url(t), {"kind": "answer", "status": 503}),
    "as the path of no fault": control("DELETE", lambda t: FAULTS + "/" + url(t)),
    "as a drill": control("PUT", lambda t: "/sim/v1/drills/" + url(t)),
    "as the path of no drill": control("DELETE", lambda t: "/sim/v1/drills/" + url(t)),
    "as a node": control("PUT", lambda t: "/sim/v1/nodes/" + url(t), {"state": "up"}),
    "as a node's state": control("PUT", "/sim/v1/nodes/1", lambda t: {"state": t}),
    "as a node's field": control("PUT", "/sim/v1/nodes/1", lambda t: {t: "up"}),
    "as the time": control("PUT", "/sim/v1/clock", lambda t: {"now": t}),
    "as days": control("POST", "/sim/v1/clock/advance", lambda t: {"days": t}),
    "as a field of the clock": control("POST", "/sim/v1/clock/advance", lambda t: {t: 1}),
    "as a snapshot's name": control("POST", "/sim/v1/snapshot", lambda t: {"name": t}),
    "as a snapshot's name, in letters and digits": control("POST", "/sim/v1/snapshot", lambda t: {
        "name": "".join(c for c in t if c.isalnum())[:64]}),
    "as a snapshot's path": control("GET", lambda t: "/sim/v1/snapshots/" + url(t)),
    "as the snapshot to restore": control("POST", "/sim/v1/restore", lambda t: {"name": t}),
    "as a snapshot": control("POST", "/sim/v1/restore", lambda t: {"snapshot": t}),
    "as a field of a snapshot": control("POST", "/sim/v1/restore", lambda t: {"snapshot": {t: t}}),
    "as a field to find by": control("GET", lambda t: f"/sim/v1/requests?{url(t)}=1"),
    "as a value to find": control("GET", lambda t: f"/sim/v1/requests?status={url(t)}"),
    "as how many to find": control("GET", lambda t: f"/sim/v1/requests?limit={url(t)}"),
    "as a field to verify": control("POST", "/sim/v1/requests/verify", lambda t: {"match": {t: 1}, "exactly": 1}),
    "as a value to verify": control("POST", "/sim/v1/requests/verify", lambda t: {"match": {"path": t}, "exactly": 1}),
    "as how many to verify": control("POST", "/sim/v1/requests/verify", lambda t: {"match": {}, "exactly": t}),
    "as where events begin": control("GET", lambda t: f"/sim/v1/events?since={url(t)}"),
    "as the last event": control("GET", "/sim/v1/events", headers={"Last-Event-ID": one_line}),
    "as the control path": control("GET", lambda t: "/sim/v1/" + url(t)),
    "as the control token": control("GET", "/sim/v1/faults", headers={"Authorization": lambda t: "Bearer " + one_line(t)}),
    "as the Origin": control("GET", "/sim/v1/faults", headers={"Origin": one_line}),
    "as the Host of the control port": control("GET", "/sim/v1/faults", headers={"Host": url}),
    "as the body of the control port": control("POST", FAULTS, lambda t: t),
    "as a repeated member of a fault": control("POST", FAULTS, lambda t: "{%s: 1, %s: 2}" % (json.dumps(t), json.dumps(t))),
}

PLACES = {**REST, **CONTROL}


def all_forms(pair):
    """The key's forms, and what the escaping of a URL makes of the first."""
    forms = dict(pair.forms())
    forms["DER"] = base64.b64decode(forms["base64 of the DER"]).decode("latin-1")
    return forms
