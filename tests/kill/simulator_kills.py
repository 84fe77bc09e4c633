"""kill -9 of certdrill-sim at random moments of changes and starts; with the same folder it must then be whole."""
import collections
import os
import shutil
import threading
import time

from belief import Belief, Files, Fresh
from simulated import BROKEN, INTERNODE, NAMES, OPTIONAL, Simulator, body_of, stored

NODES = 3
UPDATE, ROTATE = "/v1/cluster/update_cert", "/v1/cluster/certificates/rotate"


class Clients:
    """Threads that each send one change after the other, to names of their own, until the process is gone."""

    def __init__(self, simulator, belief, pairs, dice):
        self.simulator, self.belief, self.pairs, self.dice = simulator, belief, pairs, dice
        self.answers = threading.Semaphore(0)
        self.expected = 409 if belief.away else 200
        self.failures, self.threads = [], []

    def pair(self):
        return self.dice.choice(self.pairs)

    def send(self, client, method, path, body, values):
        self.belief.sends(values)
        status, text = client.ask(method, path, body)
        assert status == self.expected, f"{method} {path} answered {status}: {text[:300]}"
        self.belief.was_answered(values)

    def updates(self, client, names=("proxy", "api")):
        name, pair = self.dice.choice(names), self.pair()
        self.send(client, "PUT", UPDATE, body_of(name, pair), {name: pair})

    def batches(self, client):
        values = {name: self.pair() for name in ("cm", "metrics_exporter", "syncer")}
        self.send(client, "PUT", "/v1/cluster/certificates",
                  {"certificates": [body_of(name, pair) for name, pair in values.items()]}, values)

    def deletions(self, client):
        name = self.dice.choice(OPTIONAL)
        if self.belief.store[name] is None:
            pair = self.pair()
            if "key" not in body_of(name, pair):
                pair = (pair[0], "")
            self.send(client, "PUT", UPDATE, body_of(name, pair), {name: pair})
        else:
            self.send(client, "DELETE", f"/v1/cluster/certificates/{name}", None, {name: None})

    def rotations(self, client):
        names = self.dice.choice([INTERNODE, INTERNODE[:1], INTERNODE[1:]])
        body = {"name": names[0]} if len(names) == 1 else None
        self.send(client, "POST", ROTATE, body, {name: Fresh(self.belief.store[name]) for name in names})
        seen = stored(client)
        self.belief.was_answered({name: seen[name] for name in names})

    def restores(self, client):
        """Between two states that differ in much; each by name and as a document by turns."""
        if not hasattr(self, "states"):
            self.states = [self.take_state(client)]
            for step in (self.updates, self.batches, self.deletions, self.rotations):
                step(client)
            self.states.append(self.take_state(client))
        document, values = self.states.pop(0)
        self.states.append((document, values))
        self.send(self.simulator.control(), "POST", "/sim/v1/restore", {"snapshot": document}, values)

    def take_state(self, client):
        document = self.simulator.control().json("GET", "/sim/v1/snapshot?include_keys=true")
        return document, {name: None for name in NAMES} | stored(client)

    def start(self, kinds):
        for kind in kinds:
            self.threads.append(threading.Thread(target=self.work, args=(getattr(self, kind),)))
            self.threads[-1].start()

    def work(self, step):
        client = self.simulator.rest()
        try:
            while True:
                step(client)
                self.answers.release()
        except BROKEN:
            if self.simulator.process.poll() is None and self.simulator.process.wait(30) != -9:
                self.failures.append("a connection broke, and the process was not killed")
        except Exception as error:  # told by the main thread
            self.failures.append(f"{type(error).__name__}: {error}")
        finally:
            self.answers.release()
            client.close()

    def join(self):
        for thread in self.threads:
            thread.join()
        assert not self.failures, self.failures[0]


KINDS = {"updates": ["updates"], "batches": ["batches"], "deletions": ["deletions"], "rotations": ["rotations"],
         "restores": ["restores"], "all at once": ["updates", "batches", "deletions", "rotations"]}


class SimulatorKills:
    def __init__(self, program, pairs, dice, folder):
        self.program, self.pairs, self.dice = program, pairs, dice
        self.folder = os.path.join(folder, "cluster")
        self.files = Files(self.folder)
        self.belief = Belief(NODES)
        self.latency = collections.defaultdict(lambda: 0.1)
        self.seen = collections.Counter()  # what the kills struck

    def start(self, folder=None, nodes=NODES):
        return Simulator(self.program, "--data-dir", folder or self.folder, "--nodes", str(nodes))

    def run(self, rounds, tell):
        with self.start() as simulator:
            self.belief.learn(simulator.rest())
            self.start_seconds = 0.05
        for number in range(rounds):
            kind = self.dice.choice(list(KINDS))
            self.kill_in_changes(kind)
            if self.dice.random() < 0.25:
                self.kill_in_start()
            if number % 5 == 4:
                self.kill_in_growth()
            self.check(f"kill {number + 1}, {kind}")
            if number % 100 == 99:
                tell(f"{number + 1} kills")

    def kill_in_changes(self, kind):
        with self.start() as simulator:
            if kind == "updates" and self.dice.random() < 0.3:
                simulator.control().json("PUT", f"/sim/v1/nodes/{NODES}", {"state": "down"})
                self.belief.away = {NODES}
            clients = Clients(simulator, self.belief, self.pairs, self.dice)
            begun = time.monotonic()
            clients.start(KINDS[kind])
            answers = self.dice.randrange(4) + (kind == "restores")
            for _ in range(answers):
                clients.answers.acquire()
            if answers:
                self.latency[kind] += ((time.monotonic() - begun) / answers - self.latency[kind]) / 5
            time.sleep(self.dice.uniform(0, 1.2 * self.latency[kind]))
            simulator.kill()
            clients.join()
            self.seen[kind] += 1
            self.seen["in flight"] += bool(self.belief.in_flight)
            self.seen["with records to finish"] += any(name.endswith(".pending") for name in self.files.leftovers())

    def kill_in_start(self):
        simulator = self.start()
        time.sleep(self.dice.uniform(0, 1.2 * self.start_seconds))
        simulator.kill()
        simulator.__exit__()
        self.seen["starts"] += 1

    def kill_in_growth(self):
        """A first start, and one with more nodes, on copies: after the kill the same start must come up whole."""
        for nodes, what in ((NODES, "first starts"), (NODES + 3, "growth")):
            copy = self.folder + "-copy"
            shutil.rmtree(copy, ignore_errors=True)
            if what == "growth":
                shutil.copytree(self.folder, copy)
            simulator = self.start(copy, nodes)
            time.sleep(self.dice.uniform(0, 2 * self.start_seconds))
            simulator.kill()
            simulator.__exit__()
            fewer = self.dice.random() < 0.5 and what == "first starts" and not os.path.exists(copy + "/cluster.json")
            with self.start(copy, 2 if fewer else nodes) as simulator:
                is_stored, files = stored(simulator.rest()), Files(copy)
                for uid in range(NODES + 1 if what == "growth" else 1, 2 if fewer else nodes + 1):
                    for name in NAMES:
                        assert files.held(uid, name) == is_stored.get(name), f"{what}: node {uid} lacks its {name}"
            with self.start(copy, 2 if fewer else nodes):
                self.seen[what] += 1

    def check(self, what):
        begun = time.monotonic()
        try:
            with self.start() as simulator:
                self.start_seconds += (time.monotonic() - begun - self.start_seconds) / 5
                client = simulator.rest()
                self.belief.check(simulator, client, self.files)
                self.belief.finish(client)
                self.belief.check(simulator, client, self.files)
                told = simulator.control().json("GET", "/sim/v1/convergence")
                assert told["converged"], "the same requests again did not finish the job"
        except AssertionError as failure:
            raise AssertionError(f"after {what}: {failure}") from None
