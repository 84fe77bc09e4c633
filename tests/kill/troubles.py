"""What a program needs is taken from it: room on the disk, a writable folder, descriptors, a steady clock.

Each trouble is a function that gives a sentence, or raises AssertionError; survival.py says what is asked.
"""
import contextlib
import os
import pathlib
import resource
import shutil
import socket
import subprocess
import time

from simulated import INTERNODE, NAMES, Simulator, body_of
from survival import NODES, UPDATE, Actions, check_files, survives, told_state


@contextlib.contextmanager
def small_disk(folder, size):
    """A file system of its own where that can be had, else None."""
    place = pathlib.Path(folder) / "disk"
    place.mkdir(exist_ok=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "certdrill-kill", str(place)],
                             capture_output=True).returncode == 0
    try:
        yield place if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(place)], check=True)


def filled(disk, pages_left):
    """A trouble: the disk is full but for so many pages."""
    @contextlib.contextmanager
    def full_disk(_):
        filler = disk / "filler"
        with open(filler, "wb", buffering=0) as file:
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(4096))
            file.truncate(max(0, file.tell() - 4096 * pages_left))
        try:
            yield
        finally:
            filler.unlink()
    return full_disk


def limited(limit):
    """A trouble: the process may write files of so many bytes."""
    @contextlib.contextmanager
    def file_size_limit(simulator):
        pid, what = simulator.process.pid, resource.RLIMIT_FSIZE
        soft, hard = resource.prlimit(pid, what)
        resource.prlimit(pid, what, (limit, hard))
        try:
            yield
        finally:
            resource.prlimit(pid, what, (soft, hard))
    return file_size_limit


def disk_full(program, suite, pairs, folder):
    refused = tried = 0
    with small_disk(folder, "2m") as disk:
        for pages in range(0, 11) if disk else ():
            refused += survives(program, disk / "cluster", pairs, filled(disk, pages), ["No space left on device"])
            tried += len(Actions.KINDS)
        if disk:
            with filled(disk, 0)(None):
                said = Simulator(program, "--data-dir", str(disk / "another")).refused()
                assert "No space left on device" in said and str(disk) in said, said
    for size in (0, 400, 1000, 1800):
        refused += survives(program, os.path.join(folder, "limited"), pairs, limited(size), ["File too large"])
        tried += len(Actions.KINDS)
    return f"{'' if disk else 'no file system can be mounted here; '}{refused} of {tried} changes were refused"


def read_only_folder(program, suite, pairs, folder):
    user = 65534 if os.getuid() == 0 else None  # root writes where it pleases
    place = pathlib.Path(folder) / "read-only"
    place.mkdir()
    copied = shutil.copy(program, place / "certdrill-sim")
    data = place / "cluster"
    data.mkdir()
    if user:
        os.chown(data, user, user)

    def closed(*parts):
        @contextlib.contextmanager
        def read_only(_):
            for part in parts:
                (data / part).chmod(0o500)
            try:
                yield
            finally:
                for part in parts:
                    (data / part).chmod(0o700)
        return read_only

    with Simulator(copied, "--data-dir", str(data), "--nodes", str(NODES), user=user):
        pass
    refused = 0
    for parts in (["node-2"], ["store"], ["node-1", "node-3"], ["store", "node-1", "node-2", "node-3"]):
        refused += survives(copied, data, pairs, closed(*parts), ["Permission denied"], user=user)
    place.chmod(0o555)
    said = Simulator(copied, "--data-dir", str(place / "new"), user=user).refused()
    assert "Permission denied" in said and str(place / "new") in said, said
    place.chmod(0o755)
    (data / "lock").chmod(0o400)
    said = Simulator(copied, "--data-dir", str(data), user=user).refused()
    assert "Permission denied" in said and str(data / "lock") in said, said
    return f"{refused} changes were refused"


def no_descriptors(program, suite, pairs, folder):
    limit = 120
    data = os.path.join(folder, "descriptors")
    for few in range(6, 20):  # it needs 21
        at_start = Simulator(program, "--data-dir", data, limits=[(resource.RLIMIT_NOFILE, few)])
        said = at_start.refused()
        assert "too many open files" in said.lower(), f"with {few} descriptors it says: {said}"

    def left(count):
        @contextlib.contextmanager
        def descriptors_taken(simulator):
            address = simulator.ready["nodes"][0]["rest"].split("//")[1].split(":")
            taken = []
            while (before := simulator.descriptors()) < limit - count:
                taken.append(socket.create_connection((address[0], int(address[1]))))
                while simulator.descriptors() == before:
                    time.sleep(0.001)  # until it is accepted
            begun = simulator.processor_seconds()
            time.sleep(0.2 if count == 0 else 0)
            spent = simulator.processor_seconds() - begun
            assert spent < 0.15, f"without descriptors it spends {spent} s of 0.2 s"
            try:
                yield
            finally:
                for one in taken:
                    one.close()
        return descriptors_taken

    refused = 0
    for count in range(4):
        refused += survives(program, data, pairs, left(count), ["Too many open files"],
                            limits=[(resource.RLIMIT_NOFILE, limit)])
    return f"{refused} of {4 * len(Actions.KINDS)} changes were refused"


def jumping_clock(program, suite, pairs, folder):
    data = os.path.join(folder, "clock")
    options = ("--data-dir", data, "--nodes", str(NODES))
    with Simulator(program, *options) as simulator:
        client, control = simulator.rest(), simulator.control()
        statuses = []
        for days, expected in ((400, 406), (-400, 200), (-4000, 400), (4000, 200), (40, 200), (-40, 200), (20000, 406)):
            control.json("POST", "/sim/v1/clock/advance", {"days": days})
            pair = pairs[len(statuses)]
            status, text = client.ask("PUT", UPDATE, body_of("proxy", pair))
            assert status == expected, f"{days} days on, an update is answered {status}: {text[:300]}"
            statuses.append(status)
            state = told_state(simulator)
            split = [name for name, held in state.items() if len(set(held)) != 1]
            assert not split, f"{days} days on, the nodes differ in {split}"
            assert control.json("GET", "/sim/v1/convergence")["converged"], f"{days} days on"
        simulator.kill()
    for now in ("1971-01-01", "9998-01-01", None):
        with Simulator(program, *options, *(["--now", now] if now else [])) as simulator:
            found = told_state(simulator)
            kept = [name for name in NAMES if name not in INTERNODE and found[name] != state[name]]
            assert not kept, f"a start at {now} changed {kept}"
            check_files(data, found)
    faketime = shutil.which("faketime")
    if not faketime:
        return f"{len(statuses)} jumps of its own clock; faketime is not installed"
    return f"{len(statuses)} jumps of its own clock, {jumps_of_the_machine(program, options, pairs, folder)} of the machine's"


def jumps_of_the_machine(program, options, pairs, folder):
    """The clock of the process itself is moved, by Debian's faketime; steady clocks stay as they are."""
    library = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    offset = pathlib.Path(folder) / "offset"
    offset.write_text("+0\n")
    variables = {"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(offset), "FAKETIME_NO_CACHE": "1",
                 "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    jumps = ((400, 406), (0, 200), (-4000, 400), (0, 200))
    with Simulator(program, *options, variables=variables) as simulator:
        for turn, (days, expected) in enumerate(jumps):
            offset.write_text(f"{days * 86400:+d}\n")
            status, text = simulator.rest().ask("PUT", UPDATE, body_of("proxy", pairs[turn]))
            assert status == expected, f"with the machine's clock {days} days on: {status} {text[:300]}"
        assert simulator.control().json("GET", "/sim/v1/convergence")["converged"]
    return len(jumps)


def suite_without_room(program, suite, pairs, folder):
    """No journal, no change; no report, and the cluster is as it was all the same."""
    with small_disk(folder, "64k") as disk, Simulator(program) as simulator:
        if not disk:
            return "left out: no file system can be mounted here"
        before = told_state(simulator)
        (disk / "filler").write_bytes(bytes(60 * 1024))
        with contextlib.suppress(OSError), open(disk / "filler-2", "wb", buffering=0) as file:
            while True:
                file.write(bytes(512))
        endings, roomy = [], os.path.join(folder, "state")
        for reason, limit, options in (
                ("No space left", None, ["--state-dir", str(disk / "state")]),
                ("No space left", None, ["--state-dir", roomy, "--report-dir", str(disk / "report")]),
                ("File too large", 1000, ["--state-dir", roomy])):
            def restrict(bytes_=limit):
                resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, bytes_))
            run = subprocess.run(
                [suite, "--target", simulator.ready["nodes"][0]["rest"], "--insecure", "--username",
                 simulator.ready["username"], "--allow-changes", "--sim-control", simulator.ready["control"],
                 "--filter", "update_cert/200/*", *options], env=dict(os.environ, CERTDRILL_PASSWORD="certdrill"),
                capture_output=True, text=True, preexec_fn=restrict if limit else None)
            said = run.stdout + run.stderr
            assert run.returncode == 2 and reason in said, f"ended with {run.returncode}: {said[-600:]}"
            assert told_state(simulator) == before, "the suite left the cluster changed"
            endings.append(run.returncode)
        return f"ended with {endings}"


TROUBLES = {"disk full": disk_full, "read-only folder": read_only_folder, "no descriptors": no_descriptors,
            "jumping clock": jumping_clock, "suite without room": suite_without_room}
