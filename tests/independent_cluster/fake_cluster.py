#!/usr/bin/env python3
"""A cluster that follows the vendor's documents and none of certdrill's readings, to test the suite with.

Written apart from the simulator: Python's standard library and the openssl program. Options choose among what the
documents allow (`--error-field message`, `--settle 2`, ...); `--bug ID` makes one mistake. Prints one line of JSON
once every port accepts; the suite takes it as `--nodes FILE`. GET /down?uid=2 and /up?uid=2 on the control port take
a node away and bring it back.
"""
import argparse
import base64
import json
import re
import socket
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from mistakes import MISTAKES
from pairs import new_ca, new_pair
from verdict import BLOCK, INTERNODE, NO_KEY, Refused, context_of, judge, substance

REQUIRED = ["api", "cm", "proxy", "metrics_exporter", "syncer", "ccs_internode_encryption",
            "data_internode_encryption"]
OPTIONAL = ["ldap_client", "mtls_trusted_ca", "sso_service", "sso_issuer"]
PORTS = {"rest": "api", "cm": "cm", "metrics": "metrics_exporter", "database": "proxy"}
ANY_BLOCK = re.compile(r"-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----", re.S)
VIEWER = "viewer@example.com"
VERSIONS = {"7.8": "7.8.6-60", "7.22": "7.22.2-79", "8.0": "8.0.6-54", "next": "8.2.0-25"}
HAS_UPDATE_CERT, HAS_SUCCESSOR = {"7.8", "7.22", "8.0"}, {"7.22", "8.0", "next"}


class Node:
    def __init__(self, cluster, uid):
        self.cluster, self.uid, self.up = cluster, uid, True
        self.held = dict(cluster.store)       # name -> (certificate, key)
        self.presents = {}                    # name -> [(from when, context, digest)]
        self.servers = {}
        for name in PORTS.values():
            self.present(name, 0)

    def present(self, name, settle):
        pair = self.held.get(name)
        if pair is None:
            return
        text = pair[0]
        if self.cluster.bug == "presents-the-leaf-alone":
            text = BLOCK.findall(text)[0]
        context = context_of(text, pair[1])
        if context is None:
            return
        moments = self.presents.setdefault(name, [])
        moments.append((time.monotonic() + settle, context, substance(text)))
        if self.cluster.bug == "old-certificate-returns" and len(moments) > 1:
            moments.append((time.monotonic() + settle + 3, *moments[-2][1:]))

    def now(self, name):
        """(context, digest) of what it presents."""
        return [moment for moment in self.presents[name] if moment[0] <= time.monotonic()][-1][1:]

    def context(self, name):
        return self.now(name)[0]

    def install(self, name, pair, settle):
        self.held[name] = pair
        if pair is None:
            del self.held[name]
        elif name in PORTS.values() and not (self.cluster.bug == "metrics-port-stays-old" and name == "metrics_exporter"):
            self.present(name, settle)

    def open(self, kind, port=0):
        handler = Rest if kind == "rest" else Silent
        server = Server(("127.0.0.1", port), handler, self, PORTS[kind])
        self.servers[kind] = server
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def url(self, kind):
        scheme = "rediss" if kind == "database" else "https"
        return f"{scheme}://127.0.0.1:{self.servers[kind].server_address[1]}"

    def go(self, up):
        self.up = up
        for kind, server in list(self.servers.items()):
            if up:
                self.open(kind, server.server_address[1])
            else:
                server.shutdown()
                server.server_close()


def made_for(fqdn):
    """(CA, {name: pair}) of a cluster that is new."""
    ca = new_ca()
    return ca, {name: new_pair(fqdn, name, ca if name in INTERNODE else None) for name in REQUIRED}


class Cluster:
    def __init__(self, options, made=None):
        self.options, self.bug = options, options.bug
        self.lock = threading.Lock()
        self.ca, store = made or made_for(options.fqdn)
        self.store = dict(store)
        self.at_start = dict(self.store)
        self.nodes = [Node(self, uid) for uid in range(1, options.nodes + 1)]
        self.users = {options.username: (options.password, "admin"), VIEWER: ("looking-only", "cluster_viewer")}

    def start(self):
        """Opens every port; what a client must know of it."""
        for node in self.nodes:
            for kind in PORTS:
                node.open(kind)
        self.control = ThreadingHTTPServer(("127.0.0.1", 0), Control)
        self.control.cluster = self
        threading.Thread(target=self.control.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        options = self.options
        return {"username": options.username, "password": options.password, "cluster": options.fqdn,
                "viewer": VIEWER, "viewer_password": self.users[VIEWER][0],
                "control": f"http://127.0.0.1:{self.control.server_address[1]}",
                "nodes": [{"uid": node.uid, **{kind: node.url(kind) for kind in PORTS}} for node in self.nodes]}

    def stop(self):
        for server in [self.control, *(server for node in self.nodes if node.up for server in node.servers.values())]:
            server.shutdown()
            server.server_close()

    def state(self):
        """What it holds and presents, in its own words: to be compared before and after a run."""
        def held(pairs):
            return {name: [substance(text) for text in pair] for name, pair in sorted(pairs.items())}
        return {"store": held(self.store),
                "nodes": {node.uid: {"up": node.up, "held": held(node.held),
                                     "presented": {name: node.now(name)[1] for name in node.presents}}
                          for node in self.nodes}}

    def normal(self, text):
        how = self.options.normalise
        if how == "blocks":
            return "\n".join(ANY_BLOCK.findall(text.replace("\r\n", "\n"))) + "\n"
        if how == "newline":
            return text.rstrip("\n") + "\n"
        return text

    def look_at(self, entry):
        name, certificate, key = entry["name"], entry.get("certificate"), entry.get("key")
        if self.bug == "name-cut-at-nul":
            name = name.split("\0")[0]
        if self.bug == "names-are-normalised":
            import unicodedata
            name = unicodedata.normalize("NFKC", name).strip().lower()
        if name not in REQUIRED + OPTIONAL:
            raise Refused(403, "unknown_certificate", f"Unknown certificate {name!r}.")
        if key in (None, "") and name not in NO_KEY:
            if self.options.key == "required":
                raise Refused(400, "invalid_certificate", "The key is missing.")
            key = (self.store.get(name) or (None, None))[1]
        if name in self.store and self.bug == "same-serial-is-no-change" and same_serial(certificate, self.store[name][0]):
            return name, self.store[name]
        judge(name, certificate, key, self.now(), self.options, self.bug)
        return name, (self.normal(certificate), self.normal(key) if key and name not in NO_KEY else None)

    def now(self):
        return time.time()

    def update(self, entries, node):
        with self.lock:
            changes = []
            for entry in entries:
                try:
                    changes.append(self.look_at(entry))
                except Refused:
                    if self.bug == "batch-is-not-atomic":
                        self.roll_out(changes, node)
                    raise
            return self.roll_out(changes, node)

    def roll_out(self, changes, called):
        missed = set()
        for name, pair in changes:
            if self.bug != "store-keeps-the-old":
                self.store[name] = pair
            if pair is None:
                self.store.pop(name, None)
        for node in self.nodes:
            skipped = (self.bug == "only-the-called-node" and node is not called
                       or self.bug == "last-node-keeps-the-old" and node is self.nodes[-1]
                       or self.bug == "first-node-does-not-hear-others" and called.uid != 1 and node.uid == 1)
            if not node.up:
                missed.add(node.uid)
            elif not skipped:
                for name, pair in changes:
                    node.install(name, pair, self.settle_of(node))
        if self.bug == "conflict-updates-nobody" and missed:
            for node in self.nodes:
                for name, _ in changes:
                    if name in self.at_start:
                        node.install(name, self.at_start[name], 0)
        return set() if self.bug == "partial-success-is-200" else missed

    def settle_of(self, node):
        first, last = self.options.settle
        return first + (last - first) * (node.uid - 1) / max(1, len(self.nodes) - 1)

    def rotate(self, names, node):
        with self.lock:
            fresh = [(name, new_pair(self.options.fqdn, name, self.ca)) for name in names]
            return set() if self.bug == "rotation-does-nothing" else self.roll_out(fresh, node)


def same_serial(certificate, installed):
    from verdict import openssl
    def of(text):
        blocks = BLOCK.findall(text or "")
        return openssl("x509", "-noout", "-serial", "-subject", text=blocks[0] + "\n") if blocks else None
    return of(certificate) == of(installed)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, address, handler, node, name):
        self.node, self.name = node, name
        super().__init__(address, handler)

    def finish_request(self, request, client_address):
        request.settimeout(30)
        try:
            request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            wrapped = self.node.context(self.name).wrap_socket(request, server_side=True)
        except OSError:
            return
        try:
            super().finish_request(wrapped, client_address)
        except OSError:
            pass
        finally:
            try:
                wrapped.unwrap().close()
            except OSError:
                wrapped.close()

    def handle_error(self, request, client_address):
        pass


class Silent(BaseHTTPRequestHandler):
    """A port that completes the handshake, for whoever looks at its certificate."""

    def handle(self):
        try:
            self.rfile.read(1)
        except OSError:
            pass


class Rest(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    @property
    def cluster(self):
        return self.server.node.cluster

    @property
    def bug(self):
        return self.cluster.bug

    def answer(self, status, body=None, headers=()):
        text = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if text:
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def refuse(self, refused, headers=()):
        field = self.cluster.options.error_field
        body = {"error_code": refused.code, "description": refused.why}
        if field == "message":
            body["message"] = body.pop("description")
        elif field == "null":
            body["description"] = None
        elif field == "none":
            del body["description"]
        if self.bug == "errors-are-html":
            body = "<html>no</html>"
        self.answer(refused.status, body, headers)

    def read_body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return b"" if self.bug == "chunked-body-is-empty" else body
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        limit = {"body-limit-16k": 1 << 14, "body-limit-64k": 1 << 16, "body-limit-1m": 1 << 20}.get(self.bug, 8 << 20)
        if size > limit:
            raise Refused(413, "too_large", "The body is too large.")
        return body

    def handle_expect_100(self):
        if self.bug == "expect-is-refused":
            self.close_connection = True
            self.refuse(Refused(417, "expectation_failed", "No."))
            return False
        return super().handle_expect_100()

    def role(self):
        given = self.headers.get("Authorization", "")
        try:
            user, _, password = base64.b64decode(given.split(" ", 1)[1]).decode().partition(":")
        except (IndexError, ValueError):
            user = password = ""
        known = self.cluster.users.get(user)
        if known and (known[0] == password or self.bug == "passwords-are-not-checked"):
            return known[1]
        open_paths = {"nodes-need-no-credentials": "/v1/nodes", "cluster-needs-no-credentials": "/v1/cluster",
                      "logs-need-no-credentials": "/v1/logs"}
        if self.command == "GET" and open_paths.get(self.bug) == urlsplit(self.path).path:
            return "cluster_viewer"
        if self.bug == "updates-need-no-credentials" and self.command == "PUT" and not given:
            return "admin"
        raise Refused(401, "unauthorized", "Wrong credentials.")

    def dispatch(self):
        try:
            body = self.read_body()
            path = urlsplit(self.path).path
            methods = {method: call for method, pattern, call in CALLS
                       if re.fullmatch(pattern, path) and self.has(pattern, method)}
            if self.command == "OPTIONS":
                known = bool(methods) and self.cluster.options.options_method == "on"
                return self.answer(200 if known else 404, None, [("Allow", ", ".join(methods))] if known else [])
            role = self.role()
            if not methods:
                raise Refused(404, "unknown_uri", "No such path.")
            method = "GET" if self.command == "HEAD" else self.command
            if method not in methods:
                raise Refused(405, "method_not_allowed", "No such method here.")
            self.check_role(role, method, path)
            if method in ("PUT", "POST") and body and self.bug != "any-content-type-will-do":
                if not self.headers.get("Content-Type", "").lower().startswith("application/json"):
                    raise Refused(400, "invalid_content_type", "Send JSON.")
            if method != "GET" and self.cluster.options.redirect == "on" and self.server.node is not self.primary():
                return self.answer(307, None, [("Location", self.primary().url("rest") + self.path)])
            return methods[method](self, path, body)
        except Refused as refused:
            headers = [("WWW-Authenticate", "Basic")] if refused.status == 401 else []
            return self.refuse(refused, headers)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_OPTIONS = dispatch

    def has(self, pattern, method):
        edition = self.cluster.options.edition
        if pattern == "/v1/cluster/update_cert":
            return edition in HAS_UPDATE_CERT
        return edition in HAS_SUCCESSOR or not (pattern == "/v1/cluster/certificates" and method == "PUT")

    def primary(self):
        return next((node for node in self.cluster.nodes if node.up), self.server.node)

    def check_role(self, role, method, path):
        if role == "admin" or method in ("GET", "HEAD"):
            return
        if self.bug == "viewers-may-update" and method == "PUT" or self.bug == "viewers-may-rotate" and method == "POST":
            return
        leaked = self.cluster.store["api"][1] if self.bug == "forbidden-shows-a-key" else "No."
        raise Refused(403, "insufficient_permissions", leaked)

    def parse(self, body):
        try:
            text = body.decode("utf-8")
            if self.bug == "slash-escapes-stay":
                text = text.replace("\\/", "\\\\/")
            if self.bug == "unicode-escapes-stay":
                text = text.replace("\\u", "\\\\u")
            value = json.loads(text)
        except ValueError as wrong:
            raise Refused(400, "invalid_request", "The body is not JSON.") from wrong
        if not isinstance(value, dict):
            raise Refused(400, "invalid_request", "The body is not an object.")
        return value

    def entry(self, value):
        if value == {} and self.cluster.options.empty_request != 400:
            raise Refused(self.cluster.options.empty_request, "invalid_request", "There is nothing.")
        if not isinstance(value, dict) or not isinstance(value.get("name"), str):
            raise Refused(400, "invalid_request", "name is missing.")
        if any(not isinstance(value[field], str) for field in ("certificate", "key") if value.get(field) is not None):
            raise Refused(400, "invalid_request", "A field is no string.")
        if self.cluster.options.edition in ("8.0", "next") and set(value) - {"name", "certificate", "key"}:
            raise Refused(400, "invalid_request", "A field is unknown.")
        return value

    def done(self, missed, status):
        if missed:
            raise Refused(status, "not_all_nodes_updated", "Not updated: " + ", ".join(f"node {uid}" for uid in sorted(missed)))
        self.answer(200, {} if self.cluster.options.success_body == "object" else None)

    def put_update_cert(self, _, body):
        self.done(self.cluster.update([self.entry(self.parse(body))], self.server.node), 409)

    def put_certificates(self, _, body):
        value = self.parse(body)
        entries = value.get("certificates")
        if not isinstance(entries, list) or not entries:
            raise Refused(400, "invalid_request", "certificates must be a list.")
        if self.cluster.options.edition in ("8.0", "next") and set(value) - {"certificates"}:
            raise Refused(400, "invalid_request", "A field is unknown.")
        self.done(self.cluster.update([self.entry(one) for one in entries], self.server.node), 409)

    def get_certificates(self, *_):
        node = self.server.node
        store = dict(self.cluster.store)
        if self.bug == "other-nodes-read-the-start" and node.uid != 1:
            store = self.cluster.at_start
        found = {}
        for name, (certificate, key) in store.items():
            found[name + "_cert"] = certificate
            if key is not None:
                found[name + "_key"] = key
        self.answer(200, found)

    def delete_certificate(self, path, _):
        name = path.rsplit("/", 1)[1]
        with self.cluster.lock:
            if name in REQUIRED and self.bug != "required-ones-can-be-deleted":
                raise Refused(403, "required_certificate", "It is required.")
            if name not in self.cluster.store:
                if name in OPTIONAL and self.cluster.options.delete_twice == 200:
                    return self.answer(200)
                raise Refused(404, "unknown_certificate", "There is none.")
            if self.bug == "deletion-does-nothing":
                return self.answer(200)
            missed = self.cluster.roll_out([(name, None)], self.server.node)
        return self.done(missed, 500)

    def post_rotate(self, _, body):
        value = self.parse(body) if body else {}
        name = value.get("name")
        if name is not None and name not in INTERNODE:
            raise Refused(403, "unsupported_rotation", "It does not rotate.")
        self.done(self.cluster.rotate([name] if name else sorted(INTERNODE), self.server.node), 400)

    def one_node(self, node):
        return {"uid": node.uid, "addr": "127.0.0.1", "status": "active" if node.up else "down",
                "software_version": self.cluster.options.software_version or VERSIONS[self.cluster.options.edition],
                "shard_count": 0, "uptime": 412, "os_version": "Ubuntu 22.04.5 LTS"}

    def get_nodes(self, *_):
        self.answer(200, [self.one_node(node) for node in self.cluster.nodes])

    def get_node(self, path, _):
        found = [node for node in self.cluster.nodes if str(node.uid) == path.rsplit("/", 1)[1]]
        if not found:
            raise Refused(404, "node_not_exist", "No such node.")
        self.answer(200, self.one_node(found[0]))

    def status_of(self, node):
        return {"node_status": "OK" if node.up else "DOWN", "role": "master" if node is self.primary() else "slave",
                "hostname": f"node-{node.uid}"}

    def get_nodes_status(self, *_):
        self.answer(200, {str(node.uid): self.status_of(node) for node in self.cluster.nodes})

    def get_node_status(self, path, _):
        found = [node for node in self.cluster.nodes if str(node.uid) == path.split("/")[-2]]
        if not found:
            raise Refused(404, "node_not_exist", "No such node.")
        self.answer(200, self.status_of(found[0]))

    def get_cluster(self, *_):
        self.answer(200, {"name": self.cluster.options.fqdn, "cnm_https_port": 9443, "http_support": True,
                          "proxy_certificate": self.cluster.store["proxy"][0]})

    def get_logs(self, *_):
        self.answer(200, [])


CALLS = [
    ("PUT", "/v1/cluster/update_cert", Rest.put_update_cert),
    ("GET", "/v1/cluster/certificates", Rest.get_certificates),
    ("PUT", "/v1/cluster/certificates", Rest.put_certificates),
    ("POST", "/v1/cluster/certificates/rotate", Rest.post_rotate),
    ("DELETE", "/v1/cluster/certificates/[^/]+", Rest.delete_certificate),
    ("GET", "/v1/nodes", Rest.get_nodes),
    ("GET", "/v1/nodes/status", Rest.get_nodes_status),
    ("GET", r"/v1/nodes/(?!status$)[^/]+", Rest.get_node),
    ("GET", "/v1/nodes/[^/]+/status", Rest.get_node_status),
    ("GET", "/v1/cluster", Rest.get_cluster),
    ("GET", "/v1/logs", Rest.get_logs),
]


class Control(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        asked = urlsplit(self.path)
        uid = int(parse_qs(asked.query).get("uid", ["0"])[0])
        for node in self.server.cluster.nodes:
            if node.uid == uid and node.up != (asked.path == "/up"):
                node.go(asked.path == "/up")
        self.send_response(200)
        self.end_headers()


def seconds_of(text):
    first, _, last = text.partition("-")
    return float(first), float(last or first)


def options_of(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--fqdn", default="cluster.example.com")
    parser.add_argument("--username", default="admin@example.com")
    parser.add_argument("--password", default="correct-horse")
    parser.add_argument("--edition", choices=VERSIONS, default="7.22")
    parser.add_argument("--software-version", default="")
    parser.add_argument("--error-field", choices=["description", "message", "null", "none"], default="description")
    parser.add_argument("--normalise", choices=["nothing", "newline", "blocks"], default="nothing")
    parser.add_argument("--settle", type=seconds_of, default="0", metavar="SECONDS",
                        help="that the ports of the first to the last node take to present a new certificate: 0, 2-5")
    parser.add_argument("--absent", type=int, choices=[400, 404], default=404)
    parser.add_argument("--redirect", choices=["on", "off"], default="off")
    parser.add_argument("--options-method", choices=["on", "off"], default="on")
    parser.add_argument("--empty-request", type=int, choices=[400, 403, 404], default=400)
    parser.add_argument("--duplicates", choices=["accepted", "refused"], default="accepted")
    parser.add_argument("--key", choices=["optional", "required"], default="optional")
    parser.add_argument("--delete-twice", type=int, choices=[200, 404], default=404)
    parser.add_argument("--success-body", choices=["none", "object"], default="none")
    parser.add_argument("--bug", choices=sorted(MISTAKES))
    parser.add_argument("--list-bugs", action="store_true")
    return parser.parse_args(arguments)


def main():
    options = options_of(sys.argv[1:])
    if options.list_bugs:
        for mistake, (sentence, *_) in MISTAKES.items():
            print(f"{mistake:34} {sentence}")
        return
    print(json.dumps(Cluster(options).start()), flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
