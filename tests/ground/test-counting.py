#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tests that the last line of ./check counts every test case, and calls nothing good that is not."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

import tap

COUNT_TESTS = Path(__file__).resolve().parents[2] / "build-aux" / "count-tests.py"


class CountTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="headway-counting-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.steps = ""
        self.skips = ""

    def step(self, status: int, name: str):
        self.steps += f"step\t{status}\t{name}\n"

    def report(self, status: int, cases: str, results: dict[str, str] | None = None):
        """Adds a report, and what meson wrote down about its executables."""
        file = self.folder / "unit.junit.xml"
        file.write_text(f'<testsuites><testsuite name="hw.task">{cases}</testsuite></testsuites>')
        lines = [json.dumps({"name": f"hw:unit / {name}", "result": result})
                 for name, result in (results or {}).items()]
        (self.folder / "unit.json").write_text("\n".join(lines))
        self.steps += f"report\t{status}\tunit\t{file}\n"

    def count(self) -> tuple[int, str, str]:
        """Gives the exit status, what was said, and the last line."""
        (self.folder / "steps").write_text(self.steps)
        (self.folder / "skips").write_text(self.skips)
        done = subprocess.run([COUNT_TESTS, self.folder / "steps", self.folder / "skips"],
                              text=True, capture_output=True)
        self.assertEqual("", done.stderr)
        return done.returncode, done.stdout, done.stdout.splitlines()[-1]

    def assert_counts(self, status: int, last_line: str, *words: str):
        ended, said, last = self.count()
        self.assertEqual((status, last_line), (ended, last), said)
        for word in words:
            self.assertIn(word, said)

    def test_every_case_and_step_counts(self):
        self.step(0, "build")
        self.report(0, '<testcase classname="hw.task" name="1 /a"/>'
                       '<testcase classname="hw.task" name="2 /b"/>')
        self.assert_counts(0, "3 passed, 0 failed")

    def test_nothing_passed_is_a_failure(self):
        self.assert_counts(1, "0 passed, 0 failed")

    def test_failed_step_is_named(self):
        self.step(0, "build")
        self.step(2, "lint: web types")
        self.assert_counts(1, "1 passed, 1 failed", "Failed: lint: web types")

    def test_failed_case_is_named_once(self):
        self.report(1, '<testcase classname="hw.task" name="1 /a"><failure/></testcase>',
                    {"task": "FAIL"})
        self.assert_counts(1, "0 passed, 1 failed", "Failed: unit: hw.task › 1 /a")

    def test_failed_executable_is_named_once(self):
        self.report(1, '<testcase classname="hw" name="hw:lint / source"><failure/></testcase>',
                    {"source": "FAIL"})
        self.assert_counts(1, "0 passed, 1 failed")

    def test_unexpected_skip_is_a_failure(self):
        self.report(0, '<testcase classname="hw.task" name="1 /a"/>'
                       '<testcase classname="hw.task" name="2 /b"><skipped/></testcase>')
        self.assert_counts(1, "1 passed, 1 failed", "unit: hw.task › 2 /b")

    def test_expected_skip_counts_as_nothing(self):
        self.skips = "unit: hw.task › 2 /b # needs a second disk\n"
        self.report(0, '<testcase classname="hw.task" name="1 /a"/>'
                       '<testcase classname="hw.task" name="2 /b"><skipped/></testcase>')
        self.assert_counts(0, "1 passed, 0 failed", "needs a second disk")

    def test_expected_skip_needs_a_reason(self):
        self.skips = "unit: hw.task › 2 /b\n"
        self.report(0, '<testcase classname="hw.task" name="1 /a"/>'
                       '<testcase classname="hw.task" name="2 /b"><skipped/></testcase>')
        self.assert_counts(1, "1 passed, 1 failed")

    def test_leak_found_at_the_exit_is_a_failure(self):
        self.report(1, '<testcase classname="hw.task" name="1 /a"/>',
                    {"task": "ERROR", "event": "OK"})
        self.assert_counts(1, "1 passed, 1 failed", "task › ends well (ERROR)")

    def test_executable_that_ran_out_of_time_is_a_failure(self):
        self.report(1, '<testcase classname="hw.task" name="1 /a"/>', {"task": "TIMEOUT"})
        self.assert_counts(1, "1 passed, 1 failed", "TIMEOUT")

    def test_missing_report_is_a_failure(self):
        self.steps = f"report\t0\te2e\t{self.folder}/none.xml\n"
        self.assert_counts(1, "0 passed, 1 failed", "e2e: it wrote no report")

    def test_broken_report_is_a_failure(self):
        (self.folder / "broken.xml").write_text("<testsuites>")
        self.steps = f"report\t0\te2e\t{self.folder}/broken.xml\n"
        self.assert_counts(1, "0 passed, 1 failed", "e2e: it wrote no report")

    def test_report_without_a_test_is_a_failure(self):
        self.report(0, "")
        self.assert_counts(1, "0 passed, 1 failed", "unit: it ran no test")

    def test_bad_end_without_a_failed_case_is_a_failure(self):
        self.report(3, '<testcase classname="hw.task" name="1 /a"/>')
        self.assert_counts(1, "1 passed, 1 failed", "status 3")

    def test_control_characters_do_not_break_a_report(self):
        self.report(0, '<testcase classname="hw.task" name="1 /a"/><system-out>\x1b[0m\x00</system-out>')
        self.assert_counts(0, "1 passed, 0 failed")


if __name__ == "__main__":
    tap.main()
