"""kill -9 of certdrill-conform in mid-change; `certdrill-conform restore JOURNAL` then brings the cluster back."""
import collections
import os
import pathlib
import subprocess
import time

from simulated import NAMES, Simulator, body_of, leaf_of, presented, stored

# What changes certificates and takes nodes down; each run draws some of them.
CHANGES = ("update_cert/200/*", "update_cert/409/*", "update_cert/406/*", "certificates/200/*", "certificates/409/*",
           "delete/*", "rotate/*", "update_cert/400/*")


def shown_at(url):
    """What a port presents; None of a node that is down, as the suite makes it for a case."""
    try:
        return presented(url)
    except ConnectionError:
        return None


class SuiteKills:
    def __init__(self, suite, simulator, pairs, dice, folder):
        self.suite, self.program, self.pairs, self.dice = suite, simulator, pairs, dice
        self.state = pathlib.Path(folder) / "suite"
        self.seen = collections.Counter()
        self.variables = dict(os.environ, CERTDRILL_PASSWORD="certdrill")

    def run(self, rounds, tell):
        with Simulator(self.program) as simulator:
            self.simulator, self.client = simulator, simulator.rest()
            for name in ("ldap_client", "mtls_trusted_ca", "proxy"):
                self.client.json("PUT", "/v1/cluster/update_cert", body_of(name, self.dice.choice(self.pairs)))
            self.before = self.state_of_cluster()
            assert self.before["converged"]
            for number in range(rounds):
                try:
                    self.kill_in_a_run()
                except AssertionError as failure:
                    raise AssertionError(f"after kill {number + 1} of the suite: {failure}") from None
                if number % 50 == 49:
                    tell(f"{number + 1} kills of the suite")

    def state_of_cluster(self):
        """In substance: certificates by DER, keys as texts, what the ports present, and which nodes are up."""
        control = self.simulator.control()
        try:
            nodes = [node["state"] for node in control.json("GET", "/sim/v1/cluster")["nodes"]]
            converged = control.json("GET", "/sim/v1/convergence")["converged"]
        finally:
            control.close()
        held = {name: (leaf_of(certificate), key) for name, (certificate, key) in stored(self.client).items()}
        ports = {(uid, name): shown_at(url) for uid, name, url in self.simulator.node_ports()}
        return {"nodes": nodes, "converged": converged, "certificates": held, "ports": ports}

    def start(self, *arguments):
        return subprocess.Popen([self.suite, *arguments, "--insecure", "--username",
                                 self.simulator.ready["username"]], env=self.variables, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def kill(self, process):
        process.kill()
        process.communicate()
        return process.returncode == -9

    def kill_in_a_run(self):
        filters = [text for glob in self.dice.sample(CHANGES, 3) for text in ("--filter", glob)]
        run = self.start("--target", self.simulator.ready["nodes"][0]["rest"], "--sim-control",
                         self.simulator.ready["control"], "--allow-changes", "--state-dir", str(self.state), *filters)
        # Now and then at once, so that the journal's own beginning is struck, too.
        waits = self.dice.random() < 0.9
        while waits and run.poll() is None and not self.journals():
            time.sleep(0.001)  # it tells nobody when it has written its journal
        time.sleep(self.dice.expovariate(3))
        self.seen["in mid-run"] += self.kill(run)
        assert run.returncode in (0, -9), f"the suite ended with {run.returncode}"
        for journal in self.journals():
            self.seen["with a journal"] += 1
            self.restore(journal)
        assert not self.journals(), "the journal is still there"
        after = self.state_of_cluster()
        wrong = [name for name in NAMES
                 if self.before["certificates"].get(name) != after["certificates"].get(name)]
        assert not wrong, f"not as it was: {wrong}"
        assert after == self.before, f"the nodes are {after['nodes']}, converged: {after['converged']}"

    def journals(self):
        return sorted(self.state.glob("*.journal"))

    def restore(self, journal):
        if self.dice.random() < 0.3:
            first = self.start("restore", str(journal))
            time.sleep(self.dice.uniform(0, 0.2))
            self.seen["in restore"] += self.kill(first)
            if not journal.exists():
                return
        self.seen["with changes to undo"] += self.state_of_cluster() != self.before
        # What was under way when the run was killed may still come, and on a busy machine late.
        restoration = self.start("restore", str(journal), "--settle", "2")
        said, _ = restoration.communicate(timeout=120)
        assert restoration.returncode == 0, f"restore ended with {restoration.returncode}: {said}"
