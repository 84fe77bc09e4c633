#!/usr/bin/env python3
"""Executes the commands of README.md, and of other READMEs behind it, so that they cannot rot.

Usage: readme_test.py README.md [MORE.md ...] BIN_DIR

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
        found = [(match["command"], match["output"]) for match in BLOCK.finditer(file.read()) if not match["skip"]]
    return found or sys.exit("no command found in " + path)


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
    readmes, bin_dir = sys.argv[1:-1], os.path.abspath(sys.argv[-1])
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
            to_run = [(path, *block) for path in readmes for block in blocks(path)]
            for path, command, expected in to_run:
                problem = run_block(command, expected, folder, environment)
                if problem:
                    sys.exit(f"a command of {path} failed:\n{command}\n{problem}")
            print(f"{len(to_run)} blocks of commands ran as {len(readmes)} READMEs say")
        finally:
            simulator.terminate()
            simulator.wait()


main()
