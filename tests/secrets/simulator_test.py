#!/usr/bin/env python3
"""Nothing that the simulator says holds a key, the password or the control token.

Usage: simulator_test.py CERTDRILL_SIM places|drills|bugs

places  A key in every place of a request where it does not belong (places.py), in every form: the answer does not
        repeat it, and neither does what is told afterwards.
drills  An update under every drill and every kind of fault.
bugs    An update, and one with the key in the wrong field, under every bug that can be planted.

Afterwards everything is looked at that the simulator tells: journal, events, metrics, pages, snapshot, log, its
command line and environment, its files. By design secrets stand in the ready line, in what reads the certificates back
(GET /v1/cluster/certificates, and snapshots that are asked for with keys), in files with mode 0600 of --data-dir and
--ready-file, and in the answers of the planted bugs that show one.
"""
import pathlib
import subprocess
import sys
import tempfile

from places import PLACES, all_forms
from secrets import Look, Pair, Secrets, pieces_of
from watched import PASSWORD, TOKEN, USER, Watched

SHOWING_BUGS = ("error-repeats-the-request", "success-repeats-the-request", "forbidden-shows-a-key")

# One of each kind that answers or breaks an update.
FAULTS = [{"kind": "answer", "status": 500}, {"kind": "answer", "status": 409, "stage": "after"},
          *({"kind": "node_fails", "mode": mode} for mode in ("corrupt_pair", "confirmation_lost")),
          {"kind": "stale_listener"}]


def secrets_of(pair):
    secrets = Secrets()
    secrets.add_key(pair.key, pair.certificate, "the key that was sent")
    secrets.add_word(PASSWORD, "the password", USER)
    secrets.add_word(TOKEN, "the control token")
    return secrets


def only_for_its_owner(folder):
    """Files of the simulator that hold a key by design."""
    for path in pathlib.Path(folder).rglob("*"):
        if path.is_file() and b"PRIVATE KEY" in path.read_bytes():
            assert path.stat().st_mode & 0o077 == 0, f"{path} holds a key, and others may read it"


def places(program, folder, pair, look):
    with Watched(program, folder, "--nodes", "2", "--data-dir", f"{folder}/data", "--ready-file",
                   f"{folder}/ready") as watched:
        look.secrets.add_cluster(watched.snapshot_with_keys())
        wrong = 0
        for form, text in all_forms(pair).items():
            if form == "DER":
                echoed = [piece.encode("latin-1") for piece in pieces_of(text.replace("\n", "").replace("\r", ""))]
            else:
                echoed = [piece.encode() for piece in pieces_of(text, pair.certificate)]
            for place, send in PLACES.items():
                answer = send(watched, text)
                look.at("answers to a key in the wrong place", answer, f"{form}, {place}")
                wrong += 1
                if any(piece in answer for piece in echoed):
                    look.leaks.append(f"repeated: {form}, {place}")
        watched.control("DELETE", "/sim/v1/faults")
        answer = watched.update(pair.body())
        assert b" 200 " in answer[:20], answer
        watched.look(look)
    look.at("standard output after the ready line", watched.rest_of_output)
    only_for_its_owner(folder)
    assert pathlib.Path(folder, "ready").stat().st_mode & 0o077 == 0
    print(f"a key in {len(PLACES)} places, in {len(all_forms(pair))} forms: {wrong} requests")


def drills(program, folder, pair, look):
    other = Pair(folder, "other")
    look.secrets.add_key(other.key, other.certificate, "the other key that was sent")
    with Watched(program, folder) as watched:
        look.secrets.add_cluster(watched.snapshot_with_keys())
        names = [drill["name"] for drill in watched.control("GET", "/sim/v1/drills")[1]["drills"]]
        turn = 0
        for name in names:
            status, _ = watched.control("PUT", f"/sim/v1/drills/{name}")
            assert status == 200, (name, status)
            for body in ((pair, other)[turn % 2].body(), {"name": pair.key, "certificate": pair.certificate}):
                look.at("answers under a drill", watched.update(body, patience=1), name)
            turn += 1
            watched.control("DELETE", f"/sim/v1/drills/{name}")
        for fault in FAULTS:
            status, told = watched.control("POST", "/sim/v1/faults", fault)
            assert status == 201, (fault, told)
            look.at("answers under a fault", watched.update(pair.body(), patience=1), str(fault))
            watched.look(look, str(fault))
            watched.control("DELETE", "/sim/v1/faults")
        watched.look(look)
    look.at("standard output after the ready line", watched.rest_of_output)
    print(f"{len(names)} drills, {len(FAULTS)} faults")


def bugs(program, folder, pair, look):
    listed = subprocess.run([program, "--list-bugs"], check=True, capture_output=True, text=True).stdout
    names = [line.split()[0] for line in listed.splitlines() if line.strip()]
    assert len(names) > 50, names
    for name in names:
        with Watched(program, folder, "--nodes", "2", "--bug", name) as watched:
            answers = [watched.update(pair.body(), patience=2),
                       watched.update({"name": pair.key, "certificate": pair.key}, patience=2)]
            if name not in SHOWING_BUGS:
                for answer in answers:
                    look.at("answers of a bug", answer, name)
            watched.look(look, name, briefly=True)
        look.at("standard output after the ready line", watched.rest_of_output, name)
    print(f"{len(names)} bugs")


def main():
    program, what = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        pair = Pair(folder, "pair")
        look = Look(secrets_of(pair))
        # The search works: it finds each of them in the form in which it is there by design.
        for form, text in pair.forms().items():
            assert look.secrets.found_in(text), form
        assert look.secrets.found_in(f"-u {USER}:{PASSWORD}") and look.secrets.found_in(f"Bearer {TOKEN}")
        {"places": places, "drills": drills, "bugs": bugs}[what](program, folder, pair, look)
        return look.tell()


if __name__ == "__main__":
    sys.exit(main())
