# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Runs unittest's tests and reports each on a line of TAP, so that meson counts them."""

import sys
import unittest


class TapResult(unittest.TestResult):
    """Prints one line a test, with what went wrong as comments."""

    def __init__(self):
        super().__init__()
        self.told = set()  # the tests of which a part has failed

    def report(self, verdict: str, test, text: str = "", directive: str = ""):
        for line in text.splitlines():
            print(f"# {line}")
        print(f"{verdict} {self.testsRun} {test.id().removeprefix('__main__.')}{directive}")

    def addSuccess(self, test):
        super().addSuccess(test)
        self.report("ok", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.report("not ok", test, self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.report("not ok", test, self.errors[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        # One line a test, however many of its parts fail.
        if err is not None and test.id() not in self.told:
            self.told.add(test.id())
            self.report("not ok", test, f"{subtest}\n{err[1]}")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.report("ok", test, directive=f" # SKIP {reason}")


def run(suite: unittest.TestSuite) -> bool:
    """Runs tests, and tells whether all is well."""
    result = TapResult()
    print(f"1..{suite.countTestCases()}")
    suite.run(result)
    return result.wasSuccessful()


def main():
    """Runs every test of the program that calls this."""
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    sys.exit(not run(suite))
