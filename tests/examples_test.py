#!/usr/bin/env python3
"""Runs the example test of one language as its users do, in a copy of its folder, with the programs on the PATH.

Usage: examples_test.py LANGUAGE EXAMPLES BUILD_FOLDER
Exit codes: 0 it passed, 1 it did not, 77 what it needs is not here (said in a sentence).

Packages that do not come with the language are fetched first; where their registry cannot be had, the test is skipped.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77


def c_plus_plus(folder, build):
    """The steps that need more than a command: what find_package finds must be installed first."""
    prefix = folder / "prefix"
    return [["cmake", "--install", build, "--prefix", prefix],
            ["cmake", "-S", ".", "-B", "out", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Debug"],
            ["cmake", "--build", "out"], ["out/rotation_test"]]


# What must be on the PATH, how foreign packages are fetched (may fail: no registry), and the test itself.
LANGUAGES = {
    "bash": (["bats", "jq", "curl"], [], [["bats", "rotation.bats"]]),
    "cpp": (["cmake", "ninja"], [], c_plus_plus),
    "go": (["go"], [], [["go", "test", "./..."]]),
    "java": (["mvn", "javac"], [["mvn", "-q", "-B", "dependency:go-offline"]], [["mvn", "-q", "-B", "-o", "test"]]),
    "javascript": (["node"], [], [["node", "--test", "rotation.test.mjs"]]),
    "python": (["python3"], [["python3", "-c", "import pytest"]], [["python3", "-m", "pytest", "-q"]]),
    "rust": (["cargo"], [["cargo", "fetch", "--quiet"]], [["cargo", "test", "--quiet", "--offline"]]),
}


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def run(command, folder, environment):
    return subprocess.run(command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=600)


def main():
    language, examples, build = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3]).resolve()
    tools, fetch, steps = LANGUAGES[language]
    for tool in tools:
        if shutil.which(tool) is None:
            skip(f"{tool} is not installed")
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary) / language
        shutil.copytree(examples / language, folder)
        fixtures = pathlib.Path(temporary) / "fixtures"
        subprocess.run([build / "bin/certdrill-fixtures", "generate", "--out", fixtures, "--only", "valid/rsa2048"],
                       check=True, stdout=subprocess.DEVNULL)
        environment = dict(os.environ, PATH=f"{build / 'bin'}:{os.environ['PATH']}",
                           CERTDRILL_REQUEST=str(fixtures / "valid/rsa2048/request.json"))
        for command in fetch:
            done = run(command, folder, environment)
            if done.returncode != 0:
                skip(f"'{' '.join(command)}' did not get what the example needs: {done.stdout.strip()[-300:]}")
        for command in steps(folder, build) if callable(steps) else steps:
            done = run(command, folder, environment)
            if done.returncode != 0:
                print(done.stdout)
                sys.exit(f"'{' '.join(map(str, command))}' failed with {done.returncode}")
        print(done.stdout.strip()[-400:])


if __name__ == "__main__":
    main()
