#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tests what headway can do to tasks that run: end, kill, pause and time them.

HEADWAY and HEADWAYD are the programs.
"""

import json
import time
from pathlib import Path

from house import House, Screen, until

import tap

# Should a test die, what it began ends by itself after some minutes.
STUBBORN = """#!/bin/sh
trap '' TERM
(trap '' TERM; setsid sh -c 'trap "" TERM; touch ready; while [ $((n+=1)) -lt 3000 ]; do sleep 0.1; done') &
while [ $((n+=1)) -lt 3000 ]; do sleep 0.1; done
"""


class ControlTest(House):
    def setUp(self):
        super().setUp()
        self.start_daemon()

    def run_detached(self, *arguments: str) -> int:
        """Begins a task, and waits until it runs."""
        task_id = int(self.headway("run", "--detach", *arguments).stdout)
        self.when(task_id, "Processing")
        return task_id

    def write_stubborn(self):
        path = self.home / "stubborn"
        path.write_text(STUBBORN)
        path.chmod(0o755)

    def ticking(self) -> tuple[int, Path]:
        """A task that writes as long as it is not held, and what it writes."""
        ticks = self.home / "ticks"
        task_id = self.run_detached("--", "sh", "-c",
                                    "(while [ $((n+=1)) -lt 30000 ]; do echo x >> ticks; "
                                    "sleep 0.01; done) & wait")
        until("it writes", ticks.exists)
        return task_id, ticks

    def assert_grows(self, path: Path):
        size = path.stat().st_size
        until("it goes on", lambda: path.stat().st_size > size)

    def test_what_was_told_to_end_can_be_killed(self):
        self.write_stubborn()
        task_id = self.run_detached("--", "./stubborn")
        until("it heeds nothing", (self.home / "ready").exists)
        self.assertEqual(f"Task {task_id}: stopping\n", self.headway("cancel", str(task_id)).stdout)
        done = self.headway("cancel", "--now", str(task_id))
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertEqual(130, self.headway("wait", str(task_id)).returncode)
        self.assertEqual("canceled", self.task(task_id)["result"])
        self.assertEqual([], self.programs())

    def test_a_paused_task_stands_still_with_all_that_it_started(self):
        task_id, ticks = self.ticking()
        paused = self.headway("pause", str(task_id))
        self.assertEqual((0, f"Task {task_id}: paused\n", ""),
                         (paused.returncode, paused.stdout, paused.stderr))
        size = ticks.stat().st_size
        self.assertRegex(self.headway("show", str(task_id)).stdout, r"(?m)^State: +Processing \(paused\)$")
        self.assertRegex(self.headway("list").stdout, rf"(?m)^ *{task_id}  paused ")
        for _ in range(50):
            time.sleep(0.01)  # in which it would write, if it did not stand still
            self.assertEqual(size, ticks.stat().st_size)
        resumed = self.headway("resume", str(task_id))
        self.assertEqual((0, f"Task {task_id}: Processing\n", ""),
                         (resumed.returncode, resumed.stdout, resumed.stderr))
        self.assert_grows(ticks)

    def test_a_paused_task_can_be_canceled(self):
        task_id, _ = self.ticking()
        self.headway("pause", str(task_id))
        self.headway("cancel", str(task_id))
        self.assertEqual(130, self.headway("wait", str(task_id)).returncode)
        self.assertEqual([], self.programs())

    def test_only_what_runs_can_be_paused(self):
        self.headway("add", "noop", "--wait")
        for verb in ("pause", "resume"):
            done = self.headway(verb, "1", "9")
            self.assertEqual((1, ""), (done.returncode, done.stdout))
            self.assertIn("Task 1 is Completed", done.stderr)
            self.assertIn("There is no task 9", done.stderr)

    def test_json_of_a_pause_is_the_task(self):
        task_id, _ = self.ticking()
        task = json.loads(self.headway("pause", "--json", str(task_id)).stdout)
        self.assertEqual((task_id, "paused"), (task["id"], task["activity"]))

    def test_a_task_that_takes_too_long_ends_with_124(self):
        done = self.headway("run", "--timeout", "1s", "--", "sleep", "3600")
        self.assertEqual((124, ""), (done.returncode, done.stdout))
        self.assertIn("Task 1: Failed: ", done.stderr)
        task = self.task(1)
        self.assertEqual(("timeout", 1), (task["result"], task["timeout"]))
        self.assertEqual([], self.programs())

    def test_work_of_the_daemon_takes_a_timeout_as_well(self):
        done = self.headway("add", "demo", "steps=1000", "delay=60", "--timeout", "1", "--wait")
        self.assertEqual(124, done.returncode)
        self.assertEqual("timeout", self.task(1)["result"])

    def test_a_timeout_is_shown_as_it_was_written(self):
        task_id = self.run_detached("--timeout", "90m", "--", "sleep", "3600")
        self.assertRegex(self.headway("show", str(task_id)).stdout, r"(?m)^Timeout: +90m$")
        self.assertEqual(90 * 60, self.task(task_id)["timeout"])

    def test_a_timeout_that_is_none_is_a_mistake(self):
        done = self.headway("add", "noop", "--timeout", "soon")
        self.assertEqual((2, ""), (done.returncode, done.stdout))
        self.assertIn("“soon” is no time", done.stderr)
        self.assertEqual(125, self.headway("run", "--timeout", "0", "--", "true").returncode)
        self.assertEqual([], self.tasks())

    def test_a_bar_says_that_the_task_stands_still(self):
        screen = Screen(self, "run", "--", "sleep", "3600")
        until("it was added", self.tasks)
        self.when(1, "Processing")
        self.headway("pause", "1")
        screen.until("paused")
        drawn = len(screen.printed)
        self.headway("resume", "1")
        until("it goes on", lambda: screen.read() and b"Processing" in screen.printed[drawn:])
        screen.type("\x03")
        self.assertEqual(130, screen.finish())

    def test_doctor_says_how_programs_are_held_together(self):
        task_id = self.run_detached("--", "sleep", "3600")
        level = until("it is known", lambda: self.task(task_id)["containment"])
        findings = json.loads(self.headway("doctor", "--json").stdout)
        said = next(finding["text"] for finding in findings if finding["name"] == "programs")
        self.assertIn(f"(“{level}”)", said)


if __name__ == "__main__":
    tap.main()
