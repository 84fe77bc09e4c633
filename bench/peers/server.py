"""A server under measurement: started in a session of its own, watched from outside, always ended.

Times are seconds of time.perf_counter(); memory is resident memory in bytes, summed over the
server's processes.
"""

import os
import pathlib
import random
import selectors
import signal
import socket
import ssl
import subprocess
import time

POLL_SECONDS = 0.0002
START_TIMEOUT_SECONDS = 30
STOP_TIMEOUT_SECONDS = 10


class StartFailure(Exception):
    """The server ended, or gave no good answer in time; the text says which and what it printed."""


def free_port():
    """A port that nobody listens on, below those that the kernel gives to clients: polling a port
    of theirs that is not listening yet can connect a client to itself."""
    first_of_clients = int(
        pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0]
    )
    for _ in range(1000):
        port = random.randrange(10000, max(first_of_clients, 10001))
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise StartFailure("no free port below the range that the kernel gives to clients")


class Server:
    """One running server. `launched` is the moment just before its process was made."""

    def __init__(self, command, folder, *, reads_output):
        self._errors = folder / "stderr.txt"
        environment = dict(os.environ, HOME=str(folder))
        with open(self._errors, "wb") as errors:
            self.launched = time.perf_counter()
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stderr=errors,
                stdout=subprocess.PIPE if reads_output else subprocess.DEVNULL,
                start_new_session=True,
            )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def first_line(self):
        """The first line that the server prints, without waiting longer than a start may take."""
        line = b""
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while not line.endswith(b"\n"):
                left = self.launched + START_TIMEOUT_SECONDS - time.perf_counter()
                if left <= 0 or not selector.select(left):
                    raise StartFailure("printed no line in time")
                chunk = os.read(self._process.stdout.fileno(), 65536)
                if not chunk:
                    raise StartFailure(f"ended before it printed a line: {self._last_words()}")
                line += chunk
        return line.decode()

    def wait_for_200(self, address, tls, request):
        """Polls until `request` (bytes) is answered with 200; returns the seconds since the launch.
        `tls` is None for plain HTTP."""
        deadline = self.launched + START_TIMEOUT_SECONDS
        while time.perf_counter() < deadline:
            if self._process.poll() is not None:
                raise StartFailure(f"ended with {self._process.returncode}: {self._last_words()}")
            answer = status_of(address, tls, request)
            if answer == "200":
                return time.perf_counter() - self.launched
            time.sleep(POLL_SECONDS)
        raise StartFailure(
            f"no 200 within {START_TIMEOUT_SECONDS} seconds, but {answer}: " f"{self._last_words()}"
        )

    def memory(self):
        return sum(resident_bytes(pid) for pid in family(self._process.pid))

    def stop(self):
        """Asks the session to end, so that its processes are waited for and their CPU time counts;
        then ends it."""
        if self._process.poll() is None:
            signal_group(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(STOP_TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                pass
        signal_group(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def _last_words(self):
        return (
            self._errors.read_text(errors="replace").strip()[-400:]
            or "(it wrote nothing to standard error)"
        )


def end_descendants():
    """The last resort: whatever an interruption left behind of all that we started."""
    for pid in family(os.getpid())[1:]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def signal_group(group, number):
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        pass


def status_of(address, tls, request):
    """The status of the answer, such as "200"; or why there was none: refused, reset, cut off."""
    try:
        with connect(address, tls, 5) as connection:
            connection.sendall(request)
            head = connection.recv(4096)
    except OSError as error:
        return str(error)
    return head[9:12].decode(errors="replace") if head else "a closed connection"


def connect(address, tls, timeout):
    """A connected socket, its handshake done; `tls` is None for plain HTTP."""
    plain = socket.create_connection(address, timeout=timeout)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return tls.wrap_socket(plain) if tls else plain


def trusting_tls():
    """A client that accepts every certificate: whoever cares compares it with the expected one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def family(root):
    """The process and all its descendants."""
    children = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    members = [root]
    for pid in members:
        members.extend(children.get(pid, []))
    return members


def resident_bytes(pid):
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0
