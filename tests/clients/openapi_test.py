#!/usr/bin/env python3
"""Schemathesis over both OpenAPI documents, the REST API's in every edition: the simulator takes and refuses what they say.

Usage: openapi_test.py CERTDRILL_SIM CLIENTS_FOLDER [EXAMPLES]

CLIENTS_FOLDER is where `./dev clients` installs; without schemathesis the test is skipped (exit code 77). What is found
and explained stands in schemathesis.toml. The seed is fixed: the same requests each time.
"""
import os
import subprocess
import sys
import tempfile

import scene

HERE = os.path.dirname(os.path.abspath(__file__))
EDITIONS = ("7.8", "7.22", "8.0", "next")


def run(folder, document, url, more, examples):
    with tempfile.TemporaryDirectory() as work:  # it leaves files where it runs
        file = os.path.join(work, "openapi.json")
        with open(file, "wb") as out:
            out.write(document)
        return subprocess.run([f"{folder}/python/bin/schemathesis", "--config-file", f"{HERE}/schemathesis.toml", "run", file,
                        "--url", url, "--seed", "1", "--max-examples", examples, "--phases", "coverage,fuzzing",
                        "--no-color", "--suppress-health-check", "all", *more], cwd=work).returncode == 0


def main():
    program, folder = sys.argv[1:3]
    examples = sys.argv[3] if len(sys.argv) > 3 else "20"
    if not os.path.exists(f"{folder}/python/bin/schemathesis"):
        scene.skip("schemathesis is not installed; ./dev clients installs it")
    passed = []
    for edition in EDITIONS:
        with scene.cluster(program, "--emulate", edition) as cluster:
            ready = cluster.ready
            document = cluster.call("GET", "/sim/v1/rest-openapi.json", control=True)[1]
            passed.append(run(folder, document, ready["nodes"][0]["rest"], [
                "--tls-verify", "false", "--auth", f"{ready['username']}:{ready['password']}"], examples))
    with scene.cluster(program) as cluster:
        document = cluster.call("GET", "/sim/v1/openapi.json", control=True)[1]
        # Events are a stream that does not end.
        passed.append(run(folder, document, cluster.ready["control"], ["--exclude-path", "/sim/v1/events"], examples))
    print(f"OpenAPI documents: {passed.count(True)} passed, {passed.count(False)} failed")
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
