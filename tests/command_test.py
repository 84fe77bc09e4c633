#!/usr/bin/env python3
"""certdrill, the one command: that it starts the programs beside it, what it refuses, what the doctor says, and what
bash completes.

Usage: command_test.py FOLDER_OF_THE_PROGRAMS COMPLETION
"""

import pathlib
import socket
import subprocess
import sys
import unittest

PROGRAMS, COMPLETION = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
CERTDRILL = PROGRAMS / "certdrill"


def run(*arguments):
    return subprocess.run([CERTDRILL, *arguments], capture_output=True, text=True, timeout=60)


def completed(*words):
    """What bash offers for the last of the words."""
    quoted = " ".join(f"'{word}'" for word in (CERTDRILL, *words))
    script = f"source '{COMPLETION}'; COMP_WORDS=({quoted}); COMP_CWORD={len(words)}; _certdrill; " \
             'printf "%s\\n" "${COMPREPLY[@]}"'
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout.split()


class Command(unittest.TestCase):
    def test_starts_the_program_beside_it_with_its_arguments(self):
        done = run("sim", "--nodes", "0")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--nodes", done.stderr)
        self.assertEqual(run("fixtures", "--version").stdout,
                         subprocess.run([PROGRAMS / "certdrill-fixtures", "--version"], capture_output=True,
                                        text=True, check=True).stdout)

    def test_help_is_the_list_or_that_of_a_command(self):
        self.assertIn("rehearse", run("help").stdout)
        self.assertIn("--strictness", run("help", "sim").stdout)
        self.assertEqual(run("help", "sim").stdout, run("sim", "--help").stdout)
        self.assertEqual(run("help", "help").returncode, 0)

    def test_a_misspelt_command_is_refused_with_the_nearest(self):
        for arguments in (["conforn"], ["help", "conforn"]):
            done = run(*arguments)
            self.assertEqual(done.returncode, 2)
            self.assertIn("did you mean 'conform'?", done.stderr)
        self.assertEqual(run().returncode, 2)

    def test_the_doctor_names_who_has_a_port(self):
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(("127.0.0.2", 9443))
            taken.listen()
            done = run("doctor")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("127.0.0.2:9443 is taken by", done.stdout)
        self.assertIn("--port 0", done.stdout)
        self.assertNotIn("127.0.0.2:9443", run("doctor").stdout)

    def test_the_doctor_says_that_few_descriptors_are_in_the_way(self):
        done = subprocess.run(["bash", "-c", f"ulimit -n 64; '{CERTDRILL}' doctor"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, "fix +descriptors: 64 ")

    def test_bash_completes_what_the_programs_know(self):
        self.assertEqual(completed("conf"), ["conform"])
        self.assertEqual(completed("help", "fix"), ["fixtures"])
        self.assertIn("--strictness", completed("sim", "--str"))
        self.assertEqual(completed("sim", "--strictness", "=", "len"), ["lenient"])
        self.assertEqual(completed("sim", "--drill", "ack-lo"), ["ack-lost"])
        self.assertEqual(completed("fixtures", "gen"), ["generate"])
        self.assertEqual(completed("fixtures", "show", "expired/le"), ["expired/leaf"])
        self.assertEqual(completed("conform", "--report-d"), ["--report-dir"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
