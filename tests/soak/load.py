"""The load: what each kind of client does, over and over, and what it may be answered while faults flap.

A worker is a process of its own. Each second it reports {kind: ([seconds that each call took], errors)}; an error is an
answer or a failure that nobody injected.
"""
import collections
import http.client
import random
import selectors
import socket
import struct
import time

from simulated import BROKEN, TRUST_NOBODY, Client, address_of, body_of

FLAPPING_NODE = 3      # goes down and comes up; nothing but handshakes and drilled changes ask it
INJECTED = "injected by the soak"
UPDATED = ("proxy", "cm", "metrics_exporter", "api", "syncer", "ldap_client", "sso_service")


class Worker:
    def __init__(self, ready, stop, reports, seed, headers):
        self.ready, self.stop, self.reports = ready, stop, reports
        self.dice = random.Random(f"{seed} {type(self).__name__}")
        self.headers = headers
        self.took, self.errors, self.said = collections.defaultdict(list), [], time.monotonic()
        self.control = Client(ready["control"], {"Content-Type": "application/json"})
        self.nodes = [Client(node["rest"], headers) for node in ready["nodes"] if node["uid"] != FLAPPING_NODE]

    def run(self):
        try:
            while not self.stop.is_set():
                self.step()
                if time.monotonic() - self.said > 1:
                    self.report()
            self.end()
        except Exception as error:  # the judge must hear of it
            self.errors.append(f"{type(self).__name__} ended: {type(error).__name__}: {error}")
        self.report()

    def end(self):
        for client in [self.control, *self.nodes]:
            client.close()

    def report(self):
        self.reports.put((dict(self.took), self.errors))
        self.took, self.errors, self.said = collections.defaultdict(list), [], time.monotonic()

    def timed(self, kind, work, excused=()):
        begun = time.monotonic()
        try:
            result = work()
        except BROKEN as error:
            if not isinstance(error, tuple(excused)):
                self.errors.append(f"{kind}: {type(error).__name__}: {error}")
            return None
        self.took[kind].append(time.monotonic() - begun)
        return result

    def ask(self, kind, client, method, path, body=None, good=(200,), excused=()):
        answer = self.timed(kind, lambda: client.ask(method, path, body), excused)
        if answer is None:
            return None
        status, text = answer
        if status not in good and not (status == 503 and INJECTED in text):
            self.errors.append(f"{kind}: {method} {path} answered {status}: {text[:200]}")
        return status, text

    def a_node(self):
        return self.dice.choice(self.nodes)


class Updates(Worker):
    """Distinct pairs, on many names. 409 is right while a node is down; it must name that node and no other."""

    pairs = ()
    turn = 0

    def step(self):
        self.turn += 1
        body = body_of(self.dice.choice(UPDATED), self.pairs[self.turn % len(self.pairs)])
        answer = self.ask("update", self.a_node(), "PUT", "/v1/cluster/update_cert", body, good=(200, 409))
        if answer and answer[0] == 409 and f"not node {FLAPPING_NODE} " not in answer[1]:
            self.errors.append(f"update: a 409 that was not injected: {answer[1][:200]}")


class Reads(Worker):
    PATHS = ("/v1/cluster/certificates", "/v1/nodes", "/v1/cluster", "/v1/nodes/status", "/v1/cluster/certificates")

    def step(self):
        self.ask("read", self.a_node(), "GET", self.dice.choice(self.PATHS))
        if self.dice.random() < 0.05:  # the one call whose connections are broken on purpose
            self.ask("read", self.a_node(), "GET", "/v1/logs?limit=20", excused=BROKEN)


class Handshakes(Worker):
    """Each one new and whole; the server takes no old session."""

    def step(self):
        node = self.dice.choice(self.ready["nodes"])
        address = address_of(node[self.dice.choice(("rest", "cm", "metrics", "database"))])
        self.timed("handshake", lambda: self.shake_hands(address), BROKEN if node["uid"] == FLAPPING_NODE else ())

    def shake_hands(self, address):
        with socket.create_connection(address, timeout=60) as plain:
            with TRUST_NOBODY.wrap_socket(plain) as secured:
                if not secured.getpeercert(binary_form=True):
                    raise http.client.HTTPException("no certificate was presented")


class Controls(Worker):
    PATHS = ("/sim/v1/convergence", "/sim/v1/cluster", "/sim/v1/requests?limit=50", "/metrics", "/sim/v1/faults",
             "/sim/v1/snapshot?include_keys=true", "/sim/v1/health", "/")

    def step(self):
        self.ask("control", self.control, "GET", self.dice.choice(self.PATHS))
        if self.dice.random() < 0.1:
            name = f"soak-{self.dice.randrange(50)}"
            self.ask("control", self.control, "POST", "/sim/v1/snapshot", {"name": name}, good=(201,))
            self.ask("control", self.control, "DELETE", f"/sim/v1/snapshots/{name}")
        if self.dice.random() < 0.05:
            self.watch_events()

    def watch_events(self):
        with socket.create_connection(address_of(self.ready["control"]), timeout=60) as stream:
            stream.sendall(b"GET /sim/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            stream.recv(4096)  # and goes, without a word


class Flapping(Worker):
    """Faults come and go."""

    FAULTS = ({"kind": "answer", "status": 503, "description": INJECTED, "times": 3, "match": {"endpoint": "any"}},
              {"kind": "node_down", "match": {"nodes": FLAPPING_NODE}, "ttl_ms": 300},
              {"kind": "latency", "ms": 20, "times": 20, "match": {"endpoint": "any"}},
              {"kind": "connection", "mode": "reset", "times": 5, "match": {"endpoint": "logs"}},
              {"kind": "connection", "mode": "truncate", "times": 5, "match": {"endpoint": "logs"}},
              {"kind": "node_fails", "mode": "confirmation_lost", "match": {"nodes": FLAPPING_NODE}, "times": 2})

    def step(self):
        rule = dict(self.dice.choice(self.FAULTS), name="soak")
        self.ask("control", self.control, "POST", "/sim/v1/faults", rule, good=(200, 201))
        self.stop.wait(0.3)
        self.ask("control", self.control, "DELETE", "/sim/v1/faults")
        state = self.dice.choice(("down", "up", "restart"))
        self.ask("control", self.control, "PUT", f"/sim/v1/nodes/{FLAPPING_NODE}", {"state": state})
        self.stop.wait(0.2)
        if state == "down":
            self.ask("control", self.control, "PUT", f"/sim/v1/nodes/{FLAPPING_NODE}", {"state": "up"})


class Vanishing(Worker):
    """Clients that are gone in the middle: of the handshake, of the request, before the answer."""

    def step(self):
        node = self.dice.choice(self.ready["nodes"][:2])
        how = self.dice.randrange(4)
        with socket.create_connection(address_of(node["rest"]), timeout=60) as plain:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, no farewell
            if how == 0:
                plain.sendall(b"\x16\x03\x01\x02\x00\x01")
                return
            secured = TRUST_NOBODY.wrap_socket(plain, suppress_ragged_eofs=True)
            head = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
            request = f"PUT /v1/cluster/update_cert HTTP/1.1\r\nHost: x\r\n{head}Content-Length: 100000\r\n\r\n"
            if how == 3:
                request = f"GET /v1/cluster/certificates HTTP/1.1\r\nHost: x\r\n{head}\r\n" * 20
            secured.sendall(request.encode() + (b"{" + b" " * 30000 if how == 2 else b""))
            secured.close()
        self.took["vanished"].append(0.0)
        self.stop.wait(0.01)


class Lingering(Worker):
    """Many connections that do nothing, half of them without TLS at the control port, and some that send a byte a second
    (slowloris); those that the server closes are opened anew."""

    IDLE, SLOW = 2000, 50

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.selector = selectors.DefaultSelector()
        self.idle, self.slow, self.next_byte = set(), set(), 0

    def step(self):
        for group, size in ((self.idle, self.IDLE), (self.slow, self.SLOW)):
            for _ in range(min(100, size - len(group))):
                self.open(group)
        if time.monotonic() > self.next_byte:
            self.next_byte = time.monotonic() + 1
            for one in list(self.slow):
                try:
                    one.sendall(b"x")
                except OSError:
                    self.forget(one)
        for key, _ in self.selector.select(0.05):
            self.hear(key.fileobj)

    def open(self, group):
        plain = group is self.idle and len(group) % 2
        url = self.ready["control"] if plain else self.dice.choice(self.ready["nodes"][:2])["rest"]
        one = socket.create_connection(address_of(url), timeout=60)
        if not plain:
            one = self.timed("handshake", lambda: TRUST_NOBODY.wrap_socket(one)) or one.close()
        if one is None:
            return
        if group is self.slow:
            one.sendall(b"GET /v1/nodes HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        one.setblocking(False)
        group.add(one)
        self.selector.register(one, selectors.EVENT_READ)

    def hear(self, one):
        """Nothing but the refusal of a request that was too slow, and the end."""
        try:
            heard = one.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            heard = b""
        if heard and b" 408 " not in heard.split(b"\r\n")[0]:
            self.errors.append(f"an idle connection was sent {heard[:80]}")
        if not heard:
            self.took["closed by the server"].append(0.0)
            self.forget(one)

    def forget(self, one):
        self.selector.unregister(one)
        for group in (self.idle, self.slow):
            group.discard(one)
        one.close()

    def end(self):
        for one in self.idle | self.slow:
            one.close()
        super().end()


WORKERS = (Updates, Updates, Reads, Handshakes, Controls, Flapping, Vanishing, Lingering)
