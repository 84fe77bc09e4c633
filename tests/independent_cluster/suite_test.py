#!/usr/bin/env python3
"""Runs the conformance suite against the fake cluster: no false alarm, and no escape.

Usage: suite_test.py CONFORM_PROGRAM [healthy|mistakes] [--every] [--only GLOB] [--shard I/N]

healthy   The suite must conform with each of these variants of what the documents allow, and leave the cluster as it
          was, compared in the cluster's own words. By default a covering set: each pair of values of two switches is in
          one of them; with --every all combinations, some 4,600.
mistakes  Each mistake (mistakes.py) must be noticed by the case that stands beside it. By default that case runs
          alone; with --every the whole suite.

Exit codes: 0 all of it holds, 1 something does not.
"""
import argparse
import fnmatch
import functools
import itertools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import fake_cluster
from mistakes import MISTAKES

# What the documents leave open, or say in two ways.
SWITCHES = {
    "error-field": ["description", "message", "null", "none"],
    "normalise": ["nothing", "newline", "blocks"],
    "empty-request": ["400", "403", "404"],
    "redirect": ["off", "on"],
    "options-method": ["on", "off"],
    "absent": ["404", "400"],
    "success-body": ["none", "object"],
    "duplicates": ["accepted", "refused"],
    "key": ["optional", "required"],
    "delete-twice": ["404", "200"],
}
EDITIONS = list(fake_cluster.VERSIONS)
CERTIFICATES = ("metrics_exporter,ldap_client,sso_service,mtls_trusted_ca,ccs_internode_encryption,"
                "data_internode_encryption,proxy")


def pairs_of(row):
    return set(itertools.combinations(sorted(row.items()), 2))


def covering_set():
    """Rows that hold every pair of values of two switches: each takes a pair that is missing, and what adds most."""
    missing = {((one, a), (other, b)) for one, other in itertools.combinations(sorted(SWITCHES), 2)
               for a in SWITCHES[one] for b in SWITCHES[other]}
    rows = []
    while missing:
        row = dict(min(missing))
        for switch in SWITCHES:
            if switch not in row:
                row[switch] = max(SWITCHES[switch], key=lambda value: len(missing & pairs_of({**row, switch: value})))
        missing -= pairs_of(row)
        rows.append(row)
    return rows


def variants(every):
    rows = covering_set()
    if every:
        rows = [dict(zip(SWITCHES, values)) for values in itertools.product(*SWITCHES.values())]
    for number, row in enumerate(rows):
        yield {**row, "edition": EDITIONS[number % len(EDITIONS)], **({"settle": "0.1-0.3"} if number == 0 else {})}


made = functools.lru_cache(fake_cluster.made_for)


class Run:
    """One run of the suite against a fake cluster with these options."""

    def __init__(self, program, options, arguments):
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        chosen = fake_cluster.options_of(words)
        cluster = fake_cluster.Cluster(chosen, made(chosen.fqdn))
        with tempfile.TemporaryDirectory() as folder:
            ready = cluster.start()
            nodes = pathlib.Path(folder, "nodes.json")
            nodes.write_text(json.dumps(ready), encoding="utf-8")
            before = cluster.state()
            ask = f"curl -sS '{ready['control']}/%s?uid='$CERTDRILL_NODE_UID"
            began = time.monotonic()
            done = subprocess.run(
                [program, "--target", ready["nodes"][0]["rest"], "--insecure", "--nodes", nodes,
                 "--username", ready["username"], "--viewer-username", ready["viewer"], "--allow-changes",
                 "--inject-cmd", ask % "down", "--heal-cmd", ask % "up", "--cert", CERTIFICATES, "--force-cert",
                 "--state-dir", folder, "--report-dir", f"{folder}/report", *arguments],
                env={**os.environ, "CERTDRILL_PASSWORD": ready["password"],
                     "CERTDRILL_VIEWER_PASSWORD": ready["viewer_password"]},
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            self.seconds = time.monotonic() - began
            self.exit_code, self.output = done.returncode, done.stdout
            self.restored = cluster.state() == before
            report = pathlib.Path(folder, "report/report.json")
            self.cases = {}
            if report.exists():
                self.cases = {case["id"]: case for case in json.loads(report.read_text(encoding="utf-8"))["cases"]}
            cluster.stop()

    def failed(self):
        return [name for name, case in self.cases.items() if case["outcome"] not in ("passed", "could_not_run")]


def healthy(program, options):
    """What is wrong, for people; empty: nothing."""
    run = Run(program, options, ["--settle", "5", "--quick"])
    wrong = []
    if run.exit_code != 0:
        wrong.append(f"exit code {run.exit_code}: {', '.join(run.failed()) or run.output[-1000:]}")
    if not run.restored:
        wrong.append("the cluster is not as it was")
    return wrong, f"{sum(case['outcome'] == 'passed' for case in run.cases.values())} cases passed in {run.seconds:.0f} s"


def mistake(program, name, every):
    _, case, why = (*MISTAKES[name], "")[:3]
    # What is wrong for good is waited for; the last look of a run takes --settle for its pause.
    settle = ["--settle", "5" if case.startswith("afterwards/") else "1"]
    run = Run(program, {"bug": name}, settle + ([] if every else ["--filter", case]))
    if why:  # nothing may fail; what is seen is shown
        seen = run.cases.get(case, {}).get("observations")
        wrong = [] if run.exit_code == 0 and seen else [f"exit code {run.exit_code}, {case} observed {seen}: {run.output[-1000:]}"]
        return wrong, f"only observed, {why}"
    # A cluster that, say, deletes nothing cannot be put back, and the suite must say so.
    if case in run.failed() and (run.exit_code == 1 or run.exit_code == 3 and not run.restored):
        return [], f"noticed by {len(run.failed())} cases, {case} among them" if every else f"noticed by {case}"
    return [f"exit code {run.exit_code}; {case} did not notice it; failed: {run.failed()}: {run.output[-1000:]}"], ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("what", choices=["healthy", "mistakes", "both"], nargs="?", default="both")
    parser.add_argument("--every", action="store_true", help="all combinations; every case against each mistake")
    parser.add_argument("--only", default="*", help="glob over what is printed before the colon")
    parser.add_argument("--shard", default="0/1", metavar="I/N")
    chosen = parser.parse_args()
    index, count = map(int, chosen.shard.split("/"))
    jobs = []
    if chosen.what != "mistakes":
        jobs += [(" ".join(row.values()), functools.partial(healthy, chosen.program, row))
                 for row in variants(chosen.every)]
    if chosen.what != "healthy":
        jobs += [(name, functools.partial(mistake, chosen.program, name, chosen.every)) for name in MISTAKES]
    jobs = [job for job in jobs if fnmatch.fnmatchcase(job[0], chosen.only)][index::count]
    bad = 0
    for name, job in jobs:
        wrong, said = job()
        bad += bool(wrong)
        print(f"{name}: {'; '.join(wrong) or said}", flush=True)
    print(f"{len(jobs) - bad} of {len(jobs)} as they should be")
    return 1 if bad or not jobs else 0


if __name__ == "__main__":
    sys.exit(main())
