#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tests that what README.md shows works when it is copied.

HEADWAYD is the daemon, HEADWAY the shell's client, HEADWAY_SOURCE_ROOT the source tree.
"""

import hashlib
import json
import os
import re
import select
import subprocess
import tempfile
import unittest
from pathlib import Path

import bus
import tap

ROOT = Path(os.environ["HEADWAY_SOURCE_ROOT"])
LIMIT = 30  # seconds after which an example hangs
EVENT = re.compile(r"(TaskAdded|TaskStateChanged)\W.*?\b(Pending|Processing|Completed)\b")
PORT = "5031"  # which README.md names; the test takes a free one


def example(language: str, word: str) -> str:
    """The block of code below the heading of the first task that has a word in it."""
    text = (ROOT / "README.md").read_text().partition("## The first task")[2]
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return next(block for block in blocks if word in block)


class ReadmeTest(unittest.TestCase):
    """A user who has just started the daemon, in a home folder of their own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="headway-readme-")
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)

    def start(self, has_session: bool = True, has_bus: bool = False):
        """Starts the daemon, as within a session of a desktop or without one."""
        self.environment = {"HOME": str(self.home), "PATH": os.environ["PATH"]}
        if has_session:
            (self.home / "session").mkdir(mode=0o700)
            self.environment["XDG_RUNTIME_DIR"] = str(self.home / "session")
        if has_bus:
            session_bus = bus.Bus(self, self.home / "session")
            session_bus.start()
            self.environment["DBUS_SESSION_BUS_ADDRESS"] = session_bus.address
        daemon = subprocess.Popen([os.environ["HEADWAYD"], "--http-port", "0"],
                                  env=self.environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, text=True)
        self.addCleanup(daemon.stdout.close)
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.kill)
        said_something, _, _ = select.select([daemon.stdout], [], [], LIMIT)
        self.assertTrue(said_something, "the daemon did not become ready")
        ready = daemon.stdout.readline()
        self.port = re.fullmatch(r"Headway is ready at http://127\.0\.0\.1:(\d+)/\n", ready)[1]

    def copy(self, command: list[str], example: str, **options) -> str:
        """Runs an example as it stands, but for the port, and gives what it printed."""
        done = subprocess.run(command + [example.replace(PORT, self.port)], cwd=self.home,
                              text=True, timeout=LIMIT, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, **{"env": self.environment, **options})
        self.assertEqual(0, done.returncode, done.stdout)
        return done.stdout

    def json_lines(self, printed: str) -> list:
        """Parses answers that stand one behind the other."""
        values, decoder = [], json.JSONDecoder()
        printed = printed.strip()
        while printed:
            value, end = decoder.raw_decode(printed)
            values.append(value)
            printed = printed[end:].strip()
        return values

    def assert_adds_a_checksum(self):
        both = example("sh", "--unix-socket") + example("sh", "text/event-stream")
        printed, _, feed = self.copy(["bash", "-ec"], both).partition("retry: 1000\n")
        added, asked, told = self.json_lines(printed)
        self.assertEqual((1, "checksum"), (added["id"], added["type"]))
        self.assertEqual(1, asked["id"])
        self.assertEqual(("added", 1), (told["events"][0]["kind"], told["events"][0]["task"]))
        self.assertRegex(feed, r'\Aid: \d+-1\ndata: {"kind":"added",')
        self.assertRegex(feed, r'\nid: \d+-3\ndata: {[^\n]*"state":"Completed"[^\n]*}\n\n\Z')

    def test_socket_in_a_session(self):
        self.start()
        self.assert_adds_a_checksum()

    def test_socket_without_a_session(self):
        self.start(has_session=False)
        self.assert_adds_a_checksum()

    def test_shell(self):
        self.start()
        path = f"{Path(os.environ['HEADWAY']).parent}:{self.environment['PATH']}"
        printed = self.copy(["bash", "-ec"], example("sh", "headway run"),
                            env=self.environment | {"PATH": path, "LC_ALL": "C.UTF-8"})
        digest = hashlib.sha256(Path("/etc/os-release").read_bytes()).hexdigest()
        self.assertIn(f"{digest}  /etc/os-release\n", printed)
        self.assertIn(f"sha256: {digest}\n", printed)
        self.assertRegex(printed, r"(?m)^ 3  Completed .* A long night$")
        self.assertRegex(printed, r"(?m)^State: +Completed$")

    def test_control_in_the_shell(self):
        self.start()
        path = f"{Path(os.environ['HEADWAY']).parent}:{self.environment['PATH']}"
        printed = self.copy(["bash", "-ec"], example("sh", "headway pause"),
                            env=self.environment | {"PATH": path, "LC_ALL": "C.UTF-8"})
        self.assertEqual(["Task 1: paused", "Task 1: Processing", "Task 1: stopping",
                          "It ended with 130."], printed.splitlines())

    def test_backup_in_the_shell(self):
        self.start()
        self.copy([os.environ["HEADWAY"], "add"], "noop")
        path = f"{Path(os.environ['HEADWAY']).parent}:{self.environment['PATH']}"
        printed = self.copy(["bash", "-ec"], example("sh", "headway backup"),
                            env=self.environment | {"PATH": path, "LC_ALL": "C.UTF-8"})
        self.assertEqual(1, printed.count("\n"))
        self.assertIn("tasks.backup has 1 tasks", printed)
        first = json.loads((self.home / "tasks.jsonl").read_text().splitlines()[0])
        self.assertEqual((1, "noop"), (first["id"], first["type"]))

    def test_token_over_tcp(self):
        self.start()
        curl = self.home / "bin/curl"
        curl.parent.mkdir()
        curl.write_text(f'#!/bin/sh\necho "$@" >> {self.home}/called\n'
                        f'PATH={self.environment["PATH"]} exec curl "$@"\n')
        curl.chmod(0o755)
        self.environment["PATH"] = f"{curl.parent}:{self.environment['PATH']}"

        added, listed = self.json_lines(self.copy(["bash", "-ec"], example("sh", "/add-task")))
        token = (self.home / ".local/state/headway/token").read_text().strip()
        self.assertNotIn(token, (self.home / "called").read_text())
        self.assertEqual({"id": 1}, added)
        self.assertEqual(["demo"], [task["type"] for task in listed["tasks"]])

    def follow(self, command: str) -> bus.Lines:
        """Runs an example that does not end, until it begins to say something."""
        _, lines = bus.start(self, ["bash", "-ec", f"exec {command}"], self.environment)
        self.assertRegex(lines.next(), "^Monitoring")
        return lines

    def assert_follows(self, lines: bus.Lines):
        """Reads what an example says until the last task has ended."""
        story = []
        while len(story) < 6:
            line = lines.next()
            self.assertTrue(line, "the example has ended")
            if found := EVENT.search(line):
                story.append(found.groups())
        self.assertEqual([("TaskAdded", "Pending"), ("TaskStateChanged", "Processing"),
                          ("TaskStateChanged", "Completed")] * 2, story)

    def test_calls_on_the_bus(self):
        self.start(has_bus=True)
        calls, watches = example("sh", "gdbus call"), example("sh", "gdbus monitor")
        watchers = {line: self.follow(line) for line in watches.splitlines()}

        submitted, waited, greeted, state, result = self.copy(["bash", "-ec"], calls).splitlines()
        self.assertEqual("(uint64 1, objectpath '/org/headway/Headway1/tasks/1')", submitted)
        self.assertIn("'state': <'Completed'>", waited)
        self.assertIn("'sha256': <'", waited)
        self.assertEqual('to 2 "/org/headway/Headway1/tasks/2"', greeted)
        self.assertEqual(['s "Completed"', 's "success"'], [state, result])
        for command, lines in watchers.items():
            with self.subTest(command):
                self.assert_follows(lines)

    def test_program_follows_a_task(self):
        self.start()
        (self.home / "node_modules").symlink_to(ROOT / "web/node_modules")
        token = (self.home / ".local/state/headway/token").read_text().strip()
        printed = self.copy(["node", "--input-type=module", "-e"], example("js", "HubConnectionBuilder"),
                            env=self.environment | {"TOKEN": token})
        states = [line.split()[1] for line in printed.splitlines()
                  if line.startswith(("added", "state"))]
        self.assertEqual(["Pending", "Processing", "Completed"], states, printed)


if __name__ == "__main__":
    tap.main()
