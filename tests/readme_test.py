#!/usr/bin/env python3
"""Executes the commands of README.md, so that they cannot rot.

Usage: readme_test.py README.md BIN_DIR

Every ```sh block runs in order, in one bash in an empty folder. A ```text block right behind it is the output that it
must print, to the letter; "..." in it stands for anything, also for several lines. A block behind the comment
`<!-- run: elsewhere -->` is not run here (CI runs those two commands itself).
The simulator that the tour starts by hand, with ./dev run, is started here from BIN_DIR.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(
    r"(?P<skip><!-- run: elsewhere -->\n)?```sh\n(?P<command>.*?)```\n(?:```text\n(?P<output>.*?)```\n)?", re.S)


def blocks(path):
    with open(path, encoding="utf-8") as file:
        for match in BLOCK.finditer(file.read()):
            if not match["skip"]:
                yield match["command"], match["output"]


def as_pattern(expected):
    return re.compile(re.escape(expected).replace(re.escape("..."), ".*"), re.S)


def run_block(command, expected, folder, environment):
    done = subprocess.run(["bash", "-eu", "-o", "pipefail", "-c", command], cwd=folder, env=environment,
                          capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        return f"exit code {done.returncode}\n{done.stdout}{done.stderr}"
    if expected is not None and not as_pattern(expected).fullmatch(done.stdout):
        return f"expected:\n{expected}\nprinted:\n{done.stdout}"
    return None


def main():
    readme, bin_dir = sys.argv[1], os.path.abspath(sys.argv[2])
    environment = dict(os.environ, PATH=bin_dir + os.pathsep + os.environ["PATH"])
    with tempfile.TemporaryDirectory() as folder, open(os.path.join(folder, "sim.log"), "w+") as log:
        simulator = subprocess.Popen([os.path.join(bin_dir, "certdrill-sim")], stdout=subprocess.PIPE, stderr=log,
                                     text=True)
        try:
            line = simulator.stdout.readline()
            if not line:
                log.seek(0)
                sys.exit("the simulator did not start:\n" + log.read())
            assert json.loads(line)["ready"] is True
            count = 0
            for command, expected in blocks(readme):
                problem = run_block(command, expected, folder, environment)
                if problem:
                    sys.exit(f"README command failed:\n{command}\n{problem}")
                count += 1
            if count == 0:
                sys.exit("no command found in " + readme)
            print(f"{count} blocks of commands ran as the README says")
        finally:
            simulator.terminate()
            simulator.wait()


main()
