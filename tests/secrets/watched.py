"""A certdrill-sim with secrets that are known, and raw requests to its ports."""
import json
import pathlib
import socket
import ssl
import subprocess
import threading
import time

USER = "admin@drill.test"
PASSWORD = "Pa55-that-nobody-may-see"
TOKEN = "t0ken-that-nobody-may-see"

CONTEXT = ssl._create_unverified_context()


class Watched:
    """The secrets come from files; what it says on stderr, its events and its command line are kept."""

    def __init__(self, program, folder, *options, with_token=True):
        folder = pathlib.Path(folder)
        for name, word in (("password", PASSWORD), ("token", TOKEN)):
            pathlib.Path(folder, name).write_text(word + "\n")
        self.errors = open(pathlib.Path(folder, "stderr"), "w+b")
        self.process = subprocess.Popen(
            [program, "--port", "0", "--username", USER, "--password-file", folder / "password",
             *(["--control-token-file", folder / "token"] if with_token else []), "--log-level", "debug", *options],
            stdout=subprocess.PIPE, stderr=self.errors)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the simulator did not start: {pathlib.Path(folder, 'stderr').read_text()}")
        self.ready = json.loads(line)
        self.credentials = "Basic " + base64_of(f"{USER}:{PASSWORD}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        self.rest_of_output = self.process.stdout.read()
        self.process.wait()
        self.errors.close()

    def url(self, port, node=1):
        return self.ready["control"] if port == "control" else self.ready["nodes"][node - 1][port]

    def ask(self, method, target, body=b"", headers=(), port="rest", node=1, patience=10):
        """The whole answer as it came, headers too; empty: none. Nothing of the request is checked or escaped."""
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        body = body.encode() if isinstance(body, str) else body
        given = dict(headers)
        names = {name.lower() for name in given}
        token = "Bearer " + TOKEN if port == "control" else self.credentials
        for name, value in (("Host", "127.0.0.1"), ("Authorization", token), ("Connection", "close")):
            if name.lower() not in names:
                given[name] = value
        if body:
            given.setdefault("Content-Type", "application/json")
        given["Content-Length"] = str(len(body))
        head = f"{method} {target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in given.items())
        return self.raw(head.encode() + b"\r\n" + body, port, node, patience)

    def raw(self, data, port="rest", node=1, patience=10, enough=None):
        url = self.url(port, node)
        host, _, number = url.split("://")[1].partition(":")
        end = time.monotonic() + patience
        answer = b""
        try:
            with socket.create_connection((host, int(number)), timeout=patience) as plain:
                channel = plain if port == "control" else CONTEXT.wrap_socket(plain)
                channel.sendall(data)
                while time.monotonic() < end and not (enough and enough in answer):
                    channel.settimeout(max(0.01, end - time.monotonic()))
                    piece = channel.recv(65536)
                    if not piece:
                        break
                    answer += piece
        except OSError:
            pass
        return answer

    def control(self, method, path, body=b""):
        """The status and the JSON of a control call."""
        answer = self.ask(method, path, body, port="control")
        head, _, content = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), json.loads(content) if content.strip() else None

    def update(self, body, patience=10, **more):
        return self.ask("PUT", "/v1/cluster/update_cert", body, patience=patience, **more)

    def snapshot_with_keys(self):
        return self.control("GET", "/sim/v1/snapshot?include_keys=true")[1]

    def look(self, look, where="", briefly=False):
        """At all that this simulator tells to whoever asks; `briefly`: what never changes is left out."""
        for path in ("health", "cluster", "convergence", "faults", "drills", "nodes", "clock", "requests?limit=10000",
                     "requests/count", "snapshot", "snapshots", *([] if briefly else ["openapi.json"])):
            look.at(f"control API: {path.split('?')[0]}", self.ask("GET", "/sim/v1/" + path, port="control"), where)
        look.at("control API: metrics", self.ask("GET", "/metrics", port="control"), where)
        if not briefly:
            look.at("control API: the page", self.ask("GET", "/", port="control"), where)
        look.at("events", self.events(), where)
        for path in ("/v1/cluster", "/v1/nodes", "/v1/nodes/status", "/v1/logs"):
            look.at("REST API: " + path, self.ask("GET", path), where)
        look.at("page of a node", self.ask("GET", "/", port="cm"), where)
        look.at("metrics of a node", self.ask("GET", "/", port="metrics"), where)
        self.errors.flush()
        with open(self.errors.name, "rb") as log:
            look.at("log (stderr)", log.read(), where)
        for name in ("cmdline", "environ"):
            look.at("/proc/PID/" + name, pathlib.Path(f"/proc/{self.process.pid}/{name}").read_bytes(), where)

    def events(self):
        """All that are kept, up to one that is made for this."""
        last = {"name": "the-last-event", "kind": "answer", "status": 503, "match": {"certificate": "sso_issuer"}}
        self.control("POST", "/sim/v1/faults", last)
        self.control("DELETE", "/sim/v1/faults/the-last-event")
        request = (f"GET /sim/v1/events?since=0 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n"
                   "\r\n").encode()
        return self.raw(request, "control", patience=3, enough=b"the-last-event")


def base64_of(text):
    import base64
    return base64.b64encode(text.encode()).decode()


class Descendants:
    """Looks at the command lines of all processes that live below this one while it is entered."""

    def __init__(self, look):
        self.look, self.over, self.seen = look, threading.Event(), set()

    def __enter__(self):
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        for line in sorted(self.seen):
            self.look.at("/proc/PID/cmdline of what is started", line)

    def watch(self):
        import os
        while not self.over.wait(0.1):
            parents, lines = {}, {}
            for folder in pathlib.Path("/proc").glob("[0-9]*"):
                try:
                    parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                    lines[int(folder.name)] = (folder / "cmdline").read_bytes()
                except (OSError, ValueError, IndexError):
                    continue
            for pid, line in lines.items():
                ancestor = pid
                while ancestor in parents and parents[ancestor] != os.getpid():
                    ancestor = parents[ancestor]
                if ancestor in parents:
                    self.seen.add(line)
