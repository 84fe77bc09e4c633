"""One change of each kind under a trouble, and what is asked of it everywhere.

A sentence says what was wrong; what was told is what is there, now and after kill -9 and the next start; and once the
trouble is over, the same request again is answered with 200.
"""
from belief import Files, ssl_name
from simulated import INTERNODE, NAMES, Simulator, body_of, stored

NODES = 3
UPDATE, BATCH = "/v1/cluster/update_cert", "/v1/cluster/certificates"


def told_state(simulator):
    """{name: [of the store, of node 1, ...]}, by fingerprints: what the simulator says that it holds."""
    control = simulator.control()
    state = control.json("GET", "/sim/v1/cluster")
    control.close()
    holders = [state["store"]] + [node["certificates"] for node in state["nodes"]]
    return {name: [holder.get(name, {}).get("fingerprint", "") for holder in holders] for name in NAMES}


def check_files(folder, state):
    files = Files(folder)
    for name, (_, *nodes) in state.items():
        for uid, fingerprint in enumerate(nodes, 1):
            has = files.held(uid, name)
            assert fingerprint.startswith(ssl_name(has[0])) if has else not fingerprint, \
                f"node {uid} says that it holds {fingerprint or 'nothing'} as its {name}; its file is another"
    assert not files.leftovers(), f"left behind: {files.leftovers()}"


def check_answer(what, status, text, names, before, after):
    """The answer says what has come of it."""
    others = [name for name in NAMES if name not in names and before[name] != after[name]]
    assert not others, f"{what}: answered {status}, and {others} changed"
    if status == 200:
        for name in names:
            assert len(set(after[name])) == 1, f"{what}: answered 200, and the cluster is not of one mind about {name}"
    elif after != before:
        for uid in range(1, NODES + 1):
            missed = any(after[name][uid] != after[name][0] for name in names)
            named = f"node {uid}" in text or f"nodes {uid}" in text or f", {uid}" in text or f"and {uid}" in text
            assert named == missed, f"{what}: node {uid} {'missed it' if missed else 'has it'}, and it says: {text[:400]}"


class Actions:
    """One change of each kind. Each gives the names that it touches, its answer, and can be sent again."""

    KINDS = ("update", "addition", "batch", "deletion", "rotation", "restore")

    def __init__(self, simulator, pairs):
        self.client, self.control, self.pairs, self.turn = simulator.rest(), simulator.control(), pairs, 0
        self.first = self.control.json("GET", "/sim/v1/snapshot?include_keys=true")

    def prepare(self, kind):
        self.turn += 1
        one, two = self.pairs[self.turn % len(self.pairs)], self.pairs[(self.turn + 7) % len(self.pairs)]
        if kind == "deletion":
            self.client.json("PUT", UPDATE, body_of("ldap_client", one))
        if kind == "addition" and "ldap_client" in stored(self.client):
            self.client.json("DELETE", f"{BATCH}/ldap_client")
        if kind == "restore":  # from whatever there is to the state at first, which needs all of it written
            self.client.json("PUT", BATCH, {"certificates": [body_of("cm", one), body_of("sso_service", two)]})
        return {"update": (self.client, "PUT", UPDATE, body_of("proxy", one), ["proxy"]),
                "addition": (self.client, "PUT", UPDATE, body_of("ldap_client", two), ["ldap_client"]),
                "batch": (self.client, "PUT", BATCH, {"certificates": [
                    body_of("cm", one), body_of("sso_service", two), body_of("syncer", one)]},
                    ["cm", "sso_service", "syncer"]),
                "deletion": (self.client, "DELETE", f"{BATCH}/ldap_client", None, ["ldap_client"]),
                "rotation": (self.client, "POST", f"{BATCH}/rotate", None, list(INTERNODE)),
                "restore": (self.control, "POST", "/sim/v1/restore", {"snapshot": self.first}, list(NAMES))}[kind]


def survives(program, data_dir, pairs, trouble, reasons, **start):
    """One change of each kind under the trouble: a context that is handed the simulator. How many were refused."""
    refused = 0
    for kind in Actions.KINDS:
        options = ("--data-dir", str(data_dir), "--nodes", str(NODES))
        with Simulator(program, *options, **start) as simulator:
            actions = Actions(simulator, pairs)
            client, method, path, body, names = actions.prepare(kind)
            before = told_state(simulator)
            control = simulator.control().open()  # while it can be had
            with trouble(simulator):
                status, text = client.ask(method, path, body)
            control.close()
            after = told_state(simulator)
            what = f"{kind} under {trouble.__name__}"
            check_answer(what, status, text, names, before, after)
            assert status == 200 or any(reason in text for reason in reasons), \
                f"{what}: {status} without a reason: {text[:400]}"
            refused += status != 200
            simulator.kill()
        with Simulator(program, *options, **start) as simulator:
            found = told_state(simulator)
            changed = [name for name in NAMES if found[name] != after[name]]
            assert not changed, f"{what}: {status} was answered, and after a restart {changed} changed: {text[:400]}"
            check_files(data_dir, found)
            if status != 200:
                again = simulator.control() if kind == "restore" else simulator.rest()
                status, text = again.ask(method, path, body)
                deleted_already = kind == "deletion" and status == 404
                assert status == 200 or deleted_already, f"{what}: the same again was answered {status} {text[:300]}"
            check_files(data_dir, told_state(simulator))
    return refused
