"""One turn of one contender: started anew, loaded in every way, watched, ended.

Every turn returns numbers by the keys of measures.MEASURES: seconds, bytes, answers per second.
"""

import base64
import contextlib
import dataclasses
import http.client
import json
import pathlib
import ssl
import statistics
import tempfile
import time

import contenders
import load
import server

CONNECTIONS = 16
MANY = 1000
TURNS_OF_MANY = 3
MORE_SECONDS_OF_MANY = 2  # the first second or two go into 1,000 handshakes
SETTLE_SECONDS = 0.5
HEADERS = {
    "Authorization": "Basic " + base64.b64encode(b"admin@cluster.local:certdrill").decode(),
    "Content-Type": "application/json",
}


@dataclasses.dataclass
class Plan:
    """What is the same in every turn: the setting, the bodies, and how long to load."""

    setting: contenders.Setting
    same_body: pathlib.Path
    distinct_bodies: pathlib.Path
    install_body: bytes  # makes certdrill present the common certificate
    seconds: int
    starts: int
    many: bool  # whether the machine allows 1,000 connections


class Failure(Exception):
    """A contender did not do what it must; the text says what."""


class Turn:
    """A contender that runs, and what was measured of it so far."""

    def __init__(self, contender, plan, folder):
        self.contender = contender
        self.plan = plan
        self.folder = folder
        self.values = {}
        self.troubles = []
        self.answers = 0
        self.address = None
        self.server = None

    @property
    def tls(self):
        return server.trusting_tls() if self.contender.tls else None

    def url(self, path):
        scheme = "https" if self.contender.tls else "http"
        return f"{scheme}://{self.address[0]}:{self.address[1]}{path}"

    def request(self, method, path, body=b""):
        host = f"{self.address[0]}:{self.address[1]}"
        lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in HEADERS.items()]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def note(self, measure, seen):
        """Takes over one run of a client: its answers, and its errors if there were any."""
        self.answers += seen.answers
        if seen.errors:
            self.troubles.append(f"{seen.errors:,} errors in '{measure}'")


@contextlib.contextmanager
def started(contender, plan):
    """A Turn whose server has just answered its first PUT with 200; its start is in the values."""
    with tempfile.TemporaryDirectory(
        dir=plan.setting.folder
    ) as name, contextlib.ExitStack() as stack:
        turn = Turn(contender, plan, pathlib.Path(name))
        port = server.free_port()
        command = contenders.prepare(contender, plan.setting, turn.folder, port)
        tls = turn.tls
        turn.address = ("127.0.0.1", port)
        request = turn.request("PUT", contenders.UPDATE, plan.same_body.read_bytes())
        turn.server = stack.enter_context(
            server.Server(command, turn.folder, reads_output=contender.prints_addresses)
        )
        if contender.prints_addresses:
            turn.address = rest_address(turn.server.first_line())
        turn.values["start"] = turn.server.wait_for_200(turn.address, tls, request)
        yield turn


def rest_address(ready_line):
    host, _, port = json.loads(ready_line)["nodes"][0]["rest"].rpartition("/")[2].partition(":")
    return host, int(port)


def measure(contender, plan):
    """All measures of one turn. The starts come first; the last of them is then loaded."""
    starts = []
    for _ in range(plan.starts - 1):
        with started(contender, plan) as turn:
            starts.append(turn.values["start"])
    with started(contender, plan) as turn:
        turn.values["start"] = statistics.median([*starts, turn.values["start"]])
        time.sleep(SETTLE_SECONDS)
        turn.values["memory_start"] = turn.server.memory()
        prepare(turn)
        load_with_put(turn)
        load_with_get(turn)
        if contender.tls:
            load_with_new_connections(turn)
        if plan.many:
            load_with_many(turn)
        turn.values["memory_load"] = turn.server.memory()
        turn.values["answers"] = turn.answers
        return turn.values, turn.troubles


def prepare(turn):
    """The common certificate, and a look at whether it is the one presented."""
    if not turn.contender.canned:
        request = turn.request("PUT", contenders.UPDATE, turn.plan.install_body)
        status = server.status_of(turn.address, turn.tls, request)
        if status != "200":
            raise Failure(f"did not take the common certificate as its own: {status}")
    if turn.contender.tls:
        presented = ssl.get_server_certificate(turn.address)
        if presented.split() != turn.plan.setting.certificate.read_text().split():
            raise Failure("presents another certificate than the common one")
    for method, path in (("PUT", contenders.UPDATE), ("GET", contenders.NODES)):
        body = turn.plan.same_body.read_bytes() if method == "PUT" else b""
        status = server.status_of(turn.address, turn.tls, turn.request(method, path, body))
        if status != "200":
            raise Failure(f"answers {method} {path} with {status}, not with 200")


def load_with_put(turn):
    plan = turn.plan
    url = turn.url(contenders.UPDATE)
    same = load.same_script(turn.folder / "same.lua", "PUT", HEADERS, plan.same_body)
    turn.note("warm-up", load.wrk(same, url, CONNECTIONS, turn.contender.warm_up_seconds))
    seen = load.wrk(same, url, CONNECTIONS, plan.seconds)
    turn.note("put", seen)
    turn.values.update(put_rate=seen.rate, put_p50=seen.p50, put_p99=seen.p99)
    if turn.contender.name in ("certdrill", "nginx"):
        seen = load.wrk(distinct(turn), url, CONNECTIONS, plan.seconds)
        turn.note("distinct", seen)
        turn.values.update(distinct_rate=seen.rate, distinct_p99=seen.p99)


def distinct(turn):
    script = turn.folder / "distinct.lua"
    return load.distinct_script(script, "PUT", HEADERS, turn.plan.distinct_bodies)


def load_with_get(turn):
    script = load.same_script(turn.folder / "get.lua", "GET", HEADERS)
    seen = load.wrk(script, turn.url(contenders.NODES), CONNECTIONS, turn.plan.seconds)
    turn.note("get", seen)
    turn.values.update(get_rate=seen.rate, get_p99=seen.p99)


def load_with_new_connections(turn):
    seen = load.ab(turn.url(contenders.NODES), HEADERS, CONNECTIONS, turn.plan.seconds)
    turn.note("new", seen)
    turn.values.update(new_rate=seen.rate)


def load_with_many(turn):
    script = load.same_script(turn.folder / "many.lua", "GET", HEADERS)
    seconds = turn.plan.seconds + MORE_SECONDS_OF_MANY
    seen = load.wrk(script, turn.url(contenders.NODES), MANY, seconds)
    turn.note("many", seen)
    request = turn.request("GET", contenders.NODES)
    alive = load.hold_open(turn.address, turn.tls, request, MANY, TURNS_OF_MANY)
    turn.values.update(many_rate=seen.rate, many_alive=alive)
    if seen.answers < MANY:
        turn.troubles.append(
            f"{seen.answers:,} answers to {MANY:,} connections of wrk in {seconds} s: no latency"
        )
    else:
        turn.values.update(many_p99=seen.p99)


def memory_with_nodes(plan, nodes):
    """Memory after start with so many nodes, all their listeners included."""
    with started(contenders.with_nodes(nodes), plan) as turn:
        time.sleep(SETTLE_SECONDS)
        return turn.server.memory()


def memory_after_puts(plan, puts):
    """Memory after at least so many PUTs, another certificate in each; their number, and errors."""
    with started(contenders.CERTDRILL, plan) as turn:
        prepare(turn)
        script = distinct(turn)
        while turn.answers < puts:
            before = turn.answers
            turn.note("puts", load.wrk(script, turn.url(contenders.UPDATE), CONNECTIONS, 5))
            if turn.answers == before:
                raise Failure("answered no PUT within 5 seconds")
        return turn.server.memory(), turn.answers, turn.troubles


def canned_nodes(plan):
    """What certdrill answers to GET /v1/nodes; the others send the same bytes."""
    with started(contenders.CERTDRILL, plan) as turn:
        connection = http.client.HTTPSConnection(*turn.address, context=turn.tls)
        with contextlib.closing(connection):
            connection.request("GET", contenders.NODES, headers=HEADERS)
            return connection.getresponse().read().decode()
