#!/usr/bin/env python3
"""Nothing that the other programs say or leave behind holds a key or a password.

Usage: programs_test.py FOLDER_OF_PROGRAMS conform|rehearse|rest

conform   A run against a simulated cluster, with a node that is broken by a command: terminal, reports, what its
          command sees of the environment; and the guard's folder afterwards.
rehearse  A command that shows its secrets in every form: the reports tell that it does, and show none.
rest      rladmin, fixtures, and every program with a key among its arguments.

By design keys stand in the guard's journal while the suite runs (mode 0600), in bodies/ of its report the suite's own
test keys, and in the fixtures' key.pem and requests.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from secrets import Look, Pair, Secrets
from watched import PASSWORD, TOKEN, USER, Descendants, Watched

REHEARSAL_USER, REHEARSAL_PASSWORD = "admin@cluster.local", "Pa55-of-the-drill"

# Shows what it was given, in the ways in which scripts do by accident.
SHOWS_ALL = """
cp "$CERTDRILL_KEY" "$0.key"
cat "$CERTDRILL_KEY"
base64 "$CERTDRILL_KEY"
base64 -w0 "$CERTDRILL_KEY"; echo
openssl pkey -in "$CERTDRILL_KEY" -outform DER | base64
openssl pkey -in "$CERTDRILL_KEY" -outform DER | od -An -v -tx1 | tr -d ' \\n'; echo
python3 -c 'import json, sys; print(json.dumps({"key": open(sys.argv[1]).read()}))' "$CERTDRILL_KEY"
echo "logging in as $CERTDRILL_USERNAME:$CERTDRILL_PASSWORD"
printf '%s' "$CERTDRILL_USERNAME:$CERTDRILL_PASSWORD" | base64
env
python3 -c 'import json, sys; name, chain, key = sys.argv[1:]
print(json.dumps({"name": name, "certificate": open(chain).read(), "key": open(key).read()}))' \\
  "$CERTDRILL_NAME" "$CERTDRILL_CHAIN" "$CERTDRILL_KEY" > body.json
curl -sk -u "$CERTDRILL_USERNAME:$CERTDRILL_PASSWORD" -H 'Content-Type: application/json' -X PUT -d @body.json \\
  "$CERTDRILL_URL/v1/cluster/update_cert"
"""


def run(command, folder, environment=None, status=None):
    """What it says on both outputs."""
    done = subprocess.run([str(word) for word in command], cwd=folder, stdin=subprocess.DEVNULL,
                          env={**os.environ, **(environment or {})}, capture_output=True, check=False)
    if status is not None:
        assert done.returncode in status, f"{command[0]} ended with {done.returncode}: {(done.stdout + done.stderr)[-2000:]}"
    return done.stdout + done.stderr


def conform(programs, folder, pair, look):
    with Watched(programs / "certdrill-sim", folder, with_token=False) as watched:
        control = watched.ready["control"]
        for name in ("metrics_exporter", "ldap_client"):
            assert b" 200 " in watched.update(pair.body(name))[:20]
        look.secrets.add_cluster(watched.snapshot_with_keys())
        common = [programs / "certdrill-conform", "--insecure", "--username", USER, "--state-dir", f"{folder}/state"]
        changing = [*common, "--allow-changes", "--quick"]
        pathlib.Path(folder, "nodes.json").write_text(json.dumps({"nodes": watched.ready["nodes"]}))
        switch = (f"curl -sf -H 'Content-Type: application/json' -X PUT -d '{{\"state\": \"%s\"}}' "
                  f"{control}/sim/v1/nodes/$CERTDRILL_NODE_UID")
        seen = "tr '\\0' '\\n' < /proc/self/environ; tr '\\0' ' ' < /proc/$PPID/cmdline; "
        runs = {"by the control port": ["--sim-control", control, "--filter", "update_cert/*"],
                "by commands": ["--target", watched.url("rest"), "--nodes", f"{folder}/nodes.json", "--cert",
                                "metrics_exporter", "--settle", "0.1",
                                "--restore-within", "5", "--filter", "update_cert/409*", "--inject-cmd",
                                seen + switch % "down", "--heal-cmd", switch % "up"]}
        for how, words in runs.items():
            report = f"{folder}/report {how}"
            with Descendants(look):
                said = run([*changing, *words, "--report-dir", report], folder, {"CERTDRILL_PASSWORD": PASSWORD},
                           status=(0, 1))
            look.at("conform: terminal", said, how)
            assert re.search(rb"update_cert +[1-9]", said), said[-2000:]
            look.at_files("conform: reports", report, but_not=("bodies/*",))
            for body in pathlib.Path(report).glob("bodies/*"):
                assert pair.key.splitlines()[8] not in body.read_text(), f"{body.name} holds the cluster's key"
            look.at_files("conform: what the guard leaves", f"{folder}/state")
        assert b"CERTDRILL_NODE_UID=" in pathlib.Path(report, "commands.log").read_bytes()
        common += ["--target", watched.url("rest")]
        wrong = {"CERTDRILL_PASSWORD": PASSWORD + "x"}
        look.at("conform: terminal, wrong password", run(common, folder, wrong, status=(2,)))
        for words in (["--password", PASSWORD], ["--password=" + PASSWORD], ["--pasword=" + PASSWORD],
                      ["--viewer-password", PASSWORD], ["--password-file", "/nowhere"], ["--token", TOKEN]):
            look.at("conform: terminal, refused", run([*common, *words], folder, status=(2,)))
        watched.look(look, "after conform")


def rehearse(programs, folder, pair, look):
    del pair
    report = pathlib.Path(folder, "report")
    script = pathlib.Path(folder, "shows-all.sh")
    script.write_text(SHOWS_ALL)
    look.secrets.add_word(REHEARSAL_PASSWORD, "the password of a drill", REHEARSAL_USER)
    said = run([programs / "certdrill-rehearse", "--drill", "healthy,ack-lost", "--report-dir", report, "--", "sh",
                script.resolve()], folder, status=(1,))
    key = pathlib.Path(f"{script}.key").read_text()
    small = len(key) < 1000
    (look.secrets.add_small_key if small else look.secrets.add_key)(key, "", "the key of a drill")
    look.at("rehearse: terminal", said)
    look.at_files("rehearse: reports", report)
    everything = "".join(path.read_text() for path in report.iterdir())
    for found in ("the private key is in its output", "the password is in its output", "the private key in body.json"):
        assert found in everything, found
    assert re.search("the password is among the arguments of curl", everything)


def rest(programs, folder, pair, look):
    mixed_up = [programs / "certdrill-rladmin", "cluster", "certificate", "set", "proxy", "certificate_file",
                pair.key_file, "key_file", pair.certificate_file]
    with Watched(programs / "certdrill-sim", folder) as watched:
        pathlib.Path(folder, "ca.pem").write_text(watched.ready["ca"]) if "ca" in watched.ready else None
        where = {"CERTDRILL_URL": watched.url("rest"), "CERTDRILL_USERNAME": USER, "CERTDRILL_PASSWORD": PASSWORD}
        look.at("rladmin", run(mixed_up, folder, where, status=(1,)), "key and certificate mixed up")
        look.at("rladmin", run([*mixed_up[:-4], "certificate_file", f"{folder}/password"], folder, where, status=(1,)),
                "a password as certificate")
        for words in (["--password", PASSWORD], ["--password=" + PASSWORD], [pair.key], ["--" + pair.key]):
            look.at("rladmin", run([mixed_up[0], *words], folder, where, status=(2,)), "refused")
        # On the command line it works, and is warned about.
        said = run([programs / "certdrill-sim", "--password", "seen-by-all", "--control-token=t", "--port", "0",
                    "--ready-file", "/nowhere/ready"], folder, status=(1,)).decode()
        assert "--password-file FILE" in said and "--control-token-file FILE" in said, said
        assert "seen-by-all" not in said, said

    fixtures = programs / "certdrill-fixtures"
    for words in (["list"], ["show", "expired/leaf"], ["show", "key/encrypted-pkcs8"],
                  ["generate", "--out", f"{folder}/made", "--only", "expired/*"], ["verify", f"{folder}/made"]):
        said = run([fixtures, *words], folder)
        look.at("fixtures " + words[0], said)
    for path in pathlib.Path(folder, "made").rglob("*"):
        if path.is_file() and b"PRIVATE KEY" in path.read_bytes():
            assert path.name == "key.pem" or path.match("request*.json"), f"{path.name} holds a key"
            assert path.stat().st_mode & 0o077 == 0, f"{path.name} holds a key, and others may read it"

    line = pair.key.splitlines()[8]
    mistakes = 0
    for name in ("sim", "conform", "rehearse", "rladmin", "fixtures"):
        options = re.findall(r"^\s+(?:-\w,\s*)?(--[a-z-]+)", run([programs / f"certdrill-{name}", "--help"], folder).decode(),
                             re.MULTILINE)
        for text in (line, pair.key):
            for words in ([text], ["--" + text], [f"--nothing={text}"], *([option, text] for option in options)):
                if words[0] in ("--help", "--version", "--ready-file", "--data-dir", "--report-dir", "--state-dir",
                                "--username", "--password", "--control-token", "--list-drills", "--list-bugs",
                                "--list-faults", "--list"):
                    continue
                command = [programs / f"certdrill-{name}", *words]
                if name == "sim":
                    command += ["--nodes", "0"]  # in any case it does not start
                look.at(f"{name}: a key as an argument", run(command, folder), words[0] if words[0] != text else "")
                mistakes += 1
    for words in ([line], ["help", line], ["doctor", line]):
        look.at("certdrill: a key as an argument", run([programs / "certdrill", *words], folder))
    print(f"{mistakes} command lines with a key")


def main():
    programs, what = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    with tempfile.TemporaryDirectory() as folder:
        pair = Pair(folder, "pair")
        secrets = Secrets()
        secrets.add_key(pair.key, pair.certificate, "the key that was sent")
        secrets.add_word(PASSWORD, "the password", USER)
        secrets.add_word(TOKEN, "the control token")
        look = Look(secrets)
        {"conform": conform, "rehearse": rehearse, "rest": rest}[what](programs, folder, pair, look)
        return look.tell()


if __name__ == "__main__":
    sys.exit(main())
