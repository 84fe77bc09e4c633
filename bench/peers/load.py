"""The clients: wrk for keep-alive connections, ab for new ones, and our own that holds many open.

Latencies are in seconds, rates in answers per second. An answer that is not 2xx, or that never
came, is an error.
"""

import dataclasses
import json
import re
import subprocess

import server

SEND_RESULT = """
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\\n{"answers": %d, "microseconds": %d, "p50": %d, "p99": %d, "errors": %d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""

SEND_SAME = """
wrk.method = "%(method)s"
%(headers)s
local file = %(body)s
if file then wrk.body = file:read("*a"); file:close() end
"""

# The second thread begins halfway, so that no two connections send the same body at the same time.
SEND_DISTINCT = """
wrk.method = "%(method)s"
%(headers)s
local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end
function init(arguments)
  requests = {}
  for line in io.lines("%(body)s") do
    requests[#requests + 1] = wrk.format(nil, nil, nil, line)
  end
  last = math.floor(#requests / 2) * number
end
function request()
  last = last %% #requests + 1
  return requests[last]
end
"""


class LoadFailure(Exception):
    """A client could not run; the text is its own."""


@dataclasses.dataclass
class Load:
    """What a client saw in one run."""

    answers: int
    seconds: float
    p50: float
    p99: float
    errors: int

    @property
    def rate(self):
        return self.answers / self.seconds if self.seconds else 0.0


def lua_headers(headers):
    return "\n".join(
        f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}" for name, value in headers.items()
    )


def same_script(path, method, headers, body_file=None):
    body = f"assert(io.open({json.dumps(str(body_file))}, 'rb'))" if body_file else "nil"
    path.write_text(
        SEND_SAME % {"method": method, "headers": lua_headers(headers), "body": body} + SEND_RESULT
    )
    return path


def distinct_script(path, method, headers, bodies_file):
    """`bodies_file` holds one body per line."""
    fields = {"method": method, "headers": lua_headers(headers), "body": bodies_file}
    path.write_text(SEND_DISTINCT % fields + SEND_RESULT)
    return path


def wrk(script, url, connections, seconds):
    command = [
        "wrk",
        "-t2",
        f"-c{connections}",
        f"-d{seconds}s",
        "--timeout",
        "10s",
        "-s",
        str(script),
        url,
    ]
    output = run(command, seconds)
    result = json.loads(output.strip().splitlines()[-1])
    return Load(
        answers=result["answers"],
        seconds=result["microseconds"] / 1e6,
        p50=result["p50"] / 1e6,
        p99=result["p99"] / 1e6,
        errors=result["errors"],
    )


def ab(url, headers, connections, seconds):
    """Every request on a connection of its own. ab never offers a session to resume: every
    handshake is a full one."""
    command = ["ab", "-q", "-l", "-c", str(connections), "-t", str(seconds), "-n", "1000000"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    output = run([*command, url], seconds)
    return Load(
        answers=int(field(output, "Complete requests")),
        seconds=field(output, "Time taken for tests"),
        p50=percentile(output, 50),
        p99=percentile(output, 99),
        errors=int(field(output, "Failed requests") + field(output, "Non-2xx responses", 0)),
    )


def run(command, seconds):
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=seconds + 60, check=False
        )
    except subprocess.TimeoutExpired as expired:
        raise LoadFailure(f"{command[0]} did not end within {seconds + 60} seconds") from expired
    if done.returncode != 0 or not done.stdout.strip():
        raise LoadFailure(f"{command[0]}: {(done.stderr or done.stdout).strip()[-300:]}")
    return done.stdout


def field(output, name, default=None):
    found = re.search(rf"^{re.escape(name)}:\s+([\d.]+)", output, re.MULTILINE)
    if not found and default is None:
        raise LoadFailure(f"ab printed no '{name}': {output[-300:]}")
    return float(found.group(1)) if found else default


def percentile(output, share):
    found = re.search(rf"^\s+{share}%\s+(\d+)", output, re.MULTILINE)
    return int(found.group(1)) / 1000 if found else 0.0


def hold_open(address, tls, request, connections, turns):
    """Opens all connections, then sends one request on each of them, `turns` times; returns how
    many of the connections got an answer with 200 in every turn."""
    opened = []
    try:
        for _ in range(connections):
            try:
                opened.append(server.connect(address, tls, 10))
            except OSError:
                break
        return sum(alive for alive in take_turns(opened, request, turns))
    finally:
        for connection in opened:
            connection.close()


def take_turns(opened, request, turns):
    alive = [True] * len(opened)
    for _ in range(turns):
        for index, connection in enumerate(opened):
            alive[index] = alive[index] and sends(connection, request)
        for index, connection in enumerate(opened):
            alive[index] = alive[index] and reads_200(connection)
    return alive


def sends(connection, request):
    try:
        connection.sendall(request)
        return True
    except OSError:
        return False


def reads_200(connection):
    """Reads one answer to its end; its length must be declared, or it must be chunked."""
    data = b""
    try:
        while b"\r\n\r\n" not in data:
            chunk = connection.recv(65536)
            if not chunk:
                return False
            data += chunk
        head, _, rest = data.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length:\s*(\d+)", head)
        while (len(rest) < int(length.group(1))) if length else not rest.endswith(b"0\r\n\r\n"):
            chunk = connection.recv(65536)
            if not chunk:
                return False
            rest += chunk
    except OSError:
        return False
    return head.split(b" ", 2)[1:2] == [b"200"]
