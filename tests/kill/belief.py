"""What a cluster must hold by what it has answered, and whether it does.

A value is a pair of texts (certificate, key), or None where nothing is installed. A change is in flight from when it was
sent until it was answered; a process that is killed meanwhile leaves the old value or the new one, complete, in the store
and on each node; a node never has the new one where the store does not.
"""
import hashlib
import json
import pathlib
import ssl
import subprocess
import tempfile

from simulated import BROKEN, INTERNODE, NAMES, WITHOUT_KEY, body_of, leaf_of, presented, stored


class Fresh:
    """A pair that the cluster made, and that nobody has seen yet: any but this one."""

    def __init__(self, old):
        self.old = old


def allows(wanted, value):
    return (value is not None and value != wanted.old) if isinstance(wanted, Fresh) else value == wanted


def said(value):
    """For people: never the key."""
    if isinstance(value, Fresh):
        return "a fresh pair"
    return "nothing" if value is None else f"the certificate {ssl_name(value[0])} with key #{hash(value[1]) % 9973}"


def ssl_name(certificate_text):
    return hashlib.sha256(leaf_of(certificate_text)).hexdigest()[:12]


def shown_at(url, simulator):
    try:
        return presented(url)
    except BROKEN as error:
        sockets = subprocess.run(["ss", "-tanp"], capture_output=True, text=True).stdout.splitlines()
        about = "\n".join(line for line in sockets if f":{url.rpartition(':')[2]} " in line)
        raise AssertionError(f"{url} does not answer: {error!r}; the simulator's end: {simulator.process.poll()}; "
                             f"its sockets:\n{about}") from None


class Files:
    """What a data folder holds for each node."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.good_pairs = set()

    def held(self, uid, name):
        node = self.folder / f"node-{uid}"
        certificate, key = node / f"{name}_cert.pem", node / f"{name}_key.pem"
        if not certificate.exists():
            assert not key.exists(), f"node {uid} has a key of {name}, and no certificate"
            return None
        # As bytes, lest line ends change.
        value = (certificate.read_bytes().decode(), "" if name in WITHOUT_KEY else key.read_bytes().decode())
        if value not in self.good_pairs and name not in WITHOUT_KEY:
            try:
                ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
            except ssl.SSLError as error:
                raise AssertionError(f"node {uid}: OpenSSL cannot serve its {name}: {error}") from None
            self.good_pairs.add(value)
        return value

    def leftovers(self):
        return [str(path.relative_to(self.folder)) for path in self.folder.rglob("*")
                if path.name.endswith((".pending", ".new"))]


class Belief:
    def __init__(self, nodes):
        self.store = {}
        self.nodes = {uid: {} for uid in range(1, nodes + 1)}
        self.away = set()      # nodes that are down: they miss every change
        self.in_flight = {}    # {name: value}

    def learn(self, client):
        """Takes the store for what every node holds: a cluster that has just been made, or is of one mind."""
        self.store = {name: None for name in NAMES} | stored(client)
        for held in self.nodes.values():
            held.update(self.store)

    def sends(self, values):
        self.in_flight |= values

    def was_answered(self, values):
        for name, value in values.items():
            self.in_flight.pop(name, None)
            self.store[name] = value
            for uid, held in self.nodes.items():
                if uid not in self.away:
                    held[name] = value

    def check(self, simulator, client, files):
        """Raises AssertionError unless the store, the files, the memory and the ports hold what they may; then knows."""
        is_stored = {name: None for name in NAMES} | stored(client)
        state = simulator.control().json("GET", "/sim/v1/cluster")
        for uid in self.nodes:
            for name in NAMES:
                files.held(uid, name)  # whole, before anything else is asked
        at_ports = {(uid, name): shown_at(url, simulator) for uid, name, url in simulator.node_ports()}
        for name in NAMES:
            value = is_stored[name]
            may = [self.store[name]] + ([self.in_flight[name]] if name in self.in_flight else [])
            assert any(allows(wanted, value) for wanted in may), \
                f"the store's {name} is {said(value)}; it must be {' or '.join(map(said, may))}"
            for uid, held in self.nodes.items():
                self.check_node(uid, name, held, value, files, state["nodes"][uid - 1], at_ports.get((uid, name)))
        assert not files.leftovers(), f"left behind: {files.leftovers()}"
        self.check_convergence(simulator.control().json("GET", "/sim/v1/convergence"), is_stored)
        self.store, self.in_flight, self.away = is_stored, {}, set()

    def check_node(self, uid, name, held, value, files, told, at_port):
        has = files.held(uid, name)
        # One that was away holds what it held; any other has the store's as soon as it was answered.
        may = [held[name]] if uid in self.away else [held[name], value] if name in self.in_flight else \
            [value] if isinstance(held[name], Fresh) else [held[name]]
        assert any(allows(wanted, has) for wanted in may), \
            f"node {uid} has {said(has)} as its {name}; it must be {' or '.join(map(said, may))}"
        in_memory = told["certificates"].get(name, {}).get("fingerprint", "")
        assert has is None and not in_memory or has and in_memory.startswith(ssl_name(has[0])), \
            f"node {uid} says that it holds {in_memory[:12] or 'nothing'} as its {name}, and its file has {said(has)}"
        if at_port is not None:
            assert at_port == leaf_of(has[0]), f"node {uid} presents another {name} than its file has"
        held[name] = has

    def check_convergence(self, told, is_stored):
        for name, one in told["certificates"].items():
            alike = all(held[name] == is_stored[name] for held in self.nodes.values())
            assert one["converged"] == alike, f"convergence says {one['converged']} of {name}: {json.dumps(one)}"

    def finish(self, client):
        """Sends again what not every node has: the retry that finishes the job."""
        for name in NAMES:
            value = self.store[name]
            if all(held[name] == value for held in self.nodes.values()):
                continue
            if name in INTERNODE:
                client.json("POST", "/v1/cluster/certificates/rotate", {"name": name})
                value = stored(client)[name]
            elif value is None:
                client.json("DELETE", f"/v1/cluster/certificates/{name}")
            else:
                client.json("PUT", "/v1/cluster/update_cert", body_of(name, value))
            self.was_answered({name: value})


def temporary_folder():
    """One that another user's process may enter."""
    folder = tempfile.TemporaryDirectory(prefix="certdrill-kill-")
    pathlib.Path(folder.name).chmod(0o755)
    return folder
