#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Counts the test cases of a run of ./check, from what its steps wrote down.

Usage: count-tests.py STEPS EXPECTED-SKIPS

STEPS has a line for each step, its fields separated by tabs:
  step STATUS NAME           a command that is one test: it passed when its status is 0
  report STATUS NAME FILE    a command that wrote a JUnit report of its test cases
Prints each failure, and on the last line the sum.
"""

import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

# What programs print may hold what XML does not allow.
NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The ends of an executable that meson does not call a failure.
GOOD_ENDS = {"OK", "EXPECTEDFAIL", "SKIP"}


def cases_of_report(text: str):
    """Yields (name, verdict) of each test case in a JUnit report."""
    root = ElementTree.fromstring(NOT_XML.sub("?", text))
    for case in root.iter("testcase"):
        name = f"{case.get('classname')} › {case.get('name')}"
        children = {child.tag for child in case}
        if children & {"failure", "error"}:
            yield name, "failed"
        elif "skipped" in children:
            yield name, "skipped"
        else:
            yield name, "passed"


def bad_ends_of_meson(report: Path, cases: list[tuple[str, str]]):
    """Yields a failure for each executable that went wrong apart from its test cases.

    A leak that a sanitizer finds at the exit, or a crash after the last case, fails no case.
    """
    log = report.with_name(report.name.removesuffix(".junit.xml") + ".json")
    if not log.exists():
        return
    for line in log.read_text().splitlines():
        test = json.loads(line)
        # meson puts the project and the suites before the name: "headway:unit+core / task"
        name = test["name"].rpartition(" / ")[2]
        is_told = any(verdict == "failed" and re.search(rf"(\.|› |/ ){re.escape(name)}( ›|$)", case)
                      for case, verdict in cases)
        if test["result"] not in GOOD_ENDS and not is_told:
            yield f"{name} › ends well ({test['result']})", "failed"


def cases_of_step(fields: list[str]):
    """Yields (name, verdict) of what one line of the steps stands for."""
    kind, status, name = fields[:3]
    if kind == "step":
        yield name, "passed" if status == "0" else "failed"
        return

    report = Path(fields[3])
    try:
        cases = list(cases_of_report(report.read_text(errors="replace")))
    except (OSError, ElementTree.ParseError) as error:
        yield f"{name}: it wrote no report that can be read ({error})", "failed"
        return
    cases += bad_ends_of_meson(report, cases)

    for case, verdict in cases:
        yield f"{name}: {case}", verdict
    if not cases:
        yield f"{name}: it ran no test", "failed"
    elif status != "0" and all(verdict != "failed" for _, verdict in cases):
        yield f"{name}: it ended with status {status}, and no test tells why", "failed"


def expected_skips(text: str) -> dict[str, str]:
    """Reads the names of tests that may be skipped, with the reasons."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: reason for name, _, reason in (line.partition(" # ") for line in lines) if reason}


def main(steps: Path, skips: Path) -> int:
    allowed = expected_skips(skips.read_text())
    sums = Counter()
    for line in steps.read_text().splitlines():
        for name, verdict in cases_of_step(line.split("\t")):
            if verdict == "skipped" and name in allowed:
                print(f"Skipped: {name} ({allowed[name]})")
                continue
            sums["passed" if verdict == "passed" else "failed"] += 1
            if verdict == "failed":
                print(f"Failed: {name}")
            elif verdict == "skipped":
                print(f"Failed, as nobody expected it to be skipped: {name}")

    print(f"{sums['passed']} passed, {sums['failed']} failed")
    return 0 if sums["passed"] > 0 and sums["failed"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
