"""Tests of bench/check_budgets that need no valgrind: what it reads from a profile, and that it can say no."""

import importlib.machinery
import importlib.util
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
PATH = pathlib.Path(__file__).resolve().parent / "check_budgets"
LOADER = importlib.machinery.SourceFileLoader("check_budgets", str(PATH))
check_budgets = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_budgets", LOADER))
LOADER.exec_module(check_budgets)

PROFILE = """\
# callgrind format
positions: line
events: Ir
summary: 1234

ob=/usr/lib/x86_64-linux-gnu/libcrypto.so.3
fl=???
fn=d2i_X509
0 1000
cob=/usr/lib/x86_64-linux-gnu/libc.so.6
cfn=malloc
calls=3 0
0 30
0 4

ob=/usr/lib/x86_64-linux-gnu/libc.so.6
fn=malloc
0 30

ob=/build/bench/instructions
fn=certdrill::certs::validate
0 150
calls=1 0
0 1034
0 50
"""


class CheckBudgets(unittest.TestCase):
    def test_counts_each_objects_own_instructions_and_no_calls_twice(self):
        counts = check_budgets.instructions_by_object(PROFILE)
        self.assertEqual(counts, {"libcrypto.so.3": 1004, "libc.so.6": 30, "instructions": 200})
        self.assertEqual(sum(counts.values()), 1234)

    def test_within_the_room_is_good(self):
        self.assertTrue(check_budgets.judge("validate", {"own": 110, "all": 1100}, {"own": 100, "all": 1000})[1])

    def test_over_the_room_is_not_for_either_count(self):
        for measured in ({"own": 111, "all": 1000}, {"own": 100, "all": 1101}):
            lines, good = check_budgets.judge("validate", measured, {"own": 100, "all": 1000})
            self.assertFalse(good)
            self.assertIn("over", "\n".join(lines))

    def test_far_below_asks_for_a_new_budget(self):
        lines, good = check_budgets.judge("rollout", {"own": 80, "all": 1000}, {"own": 100, "all": 1000})
        self.assertTrue(good)
        self.assertIn("renew", lines[0])

    def test_checked_in_budgets_cover_all_that_is_counted(self):
        budgets = check_budgets.json.loads(check_budgets.BUDGETS.read_text())
        self.assertEqual(sorted(budgets), sorted(check_budgets.WHAT))
        for budget in budgets.values():
            self.assertEqual(sorted(budget), ["all", "own"])


if __name__ == "__main__":
    unittest.main()
