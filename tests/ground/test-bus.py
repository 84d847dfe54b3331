#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tests the daemon on a real bus, by the tools that everybody has: gdbus and busctl.

HEADWAYD is the daemon.
"""

import json
import os
import re
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import bus
import tap

TRANSITIONS = {"TaskAdded": "added", "TaskStateChanged": "state", "TaskMessage": "message"}


class BusTest(unittest.TestCase):
    """A daemon with a folder of its own, and a bus in it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="headway-bus-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.bus = bus.Bus(self, self.folder)
        self.environment = {"HOME": str(self.folder), "PATH": os.environ["PATH"],
                            "LC_ALL": "C.UTF-8", "G_DEBUG": "fatal-criticals",
                            "DBUS_SESSION_BUS_ADDRESS": self.bus.address}

    def start(self, *arguments: str, limit: float = bus.LIMIT) -> subprocess.Popen:
        """Starts the daemon, and waits until it is ready."""
        began = time.monotonic()
        daemon, self.said = bus.start(
            self, [os.environ["HEADWAYD"], "--state-dir", str(self.folder / "state"),
                   "--http-port", "0", *arguments], self.environment)
        while "is ready at" not in (line := self.said.next()):
            self.assertTrue(line, "the daemon did not become ready")
        self.assertLess(time.monotonic() - began, limit)
        return daemon

    def run_tool(self, *command: str) -> subprocess.CompletedProcess:
        return subprocess.run(command, env=self.environment, text=True, timeout=bus.LIMIT,
                              stdin=subprocess.DEVNULL, capture_output=True)

    def call(self, method: str, *arguments: str) -> str:
        done = self.run_tool("gdbus", "call", "--session", "--dest", bus.NAME, "--object-path",
                             bus.PATH, "--timeout", str(bus.LIMIT), "--method",
                             f"{bus.QUEUE}.{method}", *arguments)
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout

    def wait_for_name(self):
        done = self.run_tool("gdbus", "wait", "--session", "--timeout", str(bus.LIMIT), bus.NAME)
        self.assertEqual(0, done.returncode, done.stderr)

    def has_name(self) -> bool:
        """Whether the daemon is on the bus."""
        done = self.run_tool("busctl", "--user", "call", "org.freedesktop.DBus",
                             "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner", "s",
                             bus.NAME)
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout.strip() == "b true"

    def monitor(self) -> bus.Lines:
        """Has busctl write down all that the daemon sends and gets."""
        _, lines = bus.start(self, ["busctl", "--user", "monitor", "--json=short", bus.NAME],
                             self.environment)
        self.assertRegex(lines.next(), "^Monitoring")
        return lines

    def messages(self, lines: bus.Lines, is_last):
        """The messages that were written down, up to one that is the last."""
        while line := lines.next():
            message = json.loads(line)
            yield message
            if is_last(message):
                return
        self.fail("the monitor has ended")

    def test_every_method_by_gdbus(self):
        self.bus.start()
        self.start()
        self.assertEqual("(uint64 1, objectpath '/org/headway/Headway1/tasks/1')\n",
                         self.call("Submit", "demo", "{'steps': <2>, 'delay': <0.01>}",
                                   "{'title': <'Walk'>}"))
        self.assertIn("'state': <'Completed'>", self.call("Wait", "1", "{}"))
        self.assertEqual("([uint64 2, 3],)\n",
                         self.call("SubmitMany", "[('noop', @a{sv} {}, @a{sv} {}), ('demo', "
                                   "{'steps': <1>, 'delay': <0.01>, 'fail': <true>}, {})]", "{}"))
        self.assertIn("'state': <'Failed'>", self.call("Wait", "3", "{}"))
        self.assertEqual("([uint64 3],)\n", self.call("Retry", "[3]", "{}"))
        self.assertIn("'attempt': <uint32 2>", self.call("Wait", "3", "{}"))
        self.assertIn("'title': <'Walk'>", self.call("GetTask", "1", "{}"))
        self.assertEqual(2, self.call("List", "{'type': <'demo'>}", "", "10").count("'state'"))
        self.call("Submit", "command", "{'argv': <['sleep', '60']>}", "{}")
        self.assertEqual("([uint64 4],)\n", self.call("Cancel", "[4]", "{}"))
        self.assertIn("'result': <'canceled'>", self.call("Wait", "4", "{}"))
        self.assertEqual(3, self.call("GetEvents", "0", "0", "500",
                                      "{'task': <2>}").count("'seq'"))
        self.assertEqual("(handle 0,)\n", self.call("OpenLog", "4", "{}"))
        self.assertRegex(self.call("GetLink", "4", "{}"),
                         r"^\('http://127\.0\.0\.1:\d+/.*token=[-\w]+',\)$")

    def test_errors_by_busctl(self):
        self.bus.start()
        self.start()
        done = self.run_tool("busctl", "--user", "call", bus.NAME, bus.PATH, bus.QUEUE, "Submit",
                             "sa{sv}a{sv}", "nope", "0", "0")
        self.assertEqual(1, done.returncode)
        self.assertIn("There is no task type “nope”", done.stderr)

    def test_interfaces_are_what_was_written(self):
        self.bus.start()
        self.start()
        self.call("Submit", "noop", "{}", "{}")
        done = self.run_tool("busctl", "--user", "introspect", bus.NAME, f"{bus.PATH}/tasks/1",
                             f"{bus.NAME}.Task")
        self.assertRegex(done.stdout, r"\.State +property +s .*emits-change")
        self.assertRegex(done.stdout, r"\.OpenLog +method +a\{sv\} +h ")

    def test_whole_story_in_order(self):
        self.bus.start()
        self.start()
        lines = self.monitor()
        self.call("Submit", "demo", "{'steps': <2>, 'delay': <0.01>}", "{}")
        story, numbers, property_state = [], [], None
        for message in self.messages(lines, lambda message: story and story[-1] == "Completed"):
            member, data = message.get("member"), message.get("payload", {}).get("data")
            if message["type"] == "method_return" and isinstance(data, list) and data[:1] == [1]:
                story.append("reply")
            elif member == "InterfacesAdded":
                properties = data[1].get(f"{bus.NAME}.Task", {})
                property_state = properties.get("State", {}).get("data", property_state)
            elif member == "PropertiesChanged" and data[0] == f"{bus.NAME}.Task":
                property_state = data[1].get("State", {}).get("data", property_state)
            elif member in TRANSITIONS:
                numbers.append(data[1])
                story.append(TRANSITIONS[member])
                if member == "TaskStateChanged":
                    self.assertEqual(property_state, data[3])
                    story[-1] = data[3]
        self.assertEqual([*range(1, 6)], numbers)
        self.assertLess(story.index("reply"), story.index("Processing"))
        story.remove("reply")
        self.assertEqual(["added", "Processing", "message", "message", "Completed"], story)

    def test_bus_dies_and_comes_back(self):
        self.bus.start()
        daemon = self.start()
        self.call("Submit", "demo", "{'steps': <3>, 'delay': <0.2>}", "{}")
        self.bus.kill()
        self.bus.start()
        self.wait_for_name()
        self.assertIsNone(daemon.poll())
        self.assertIn("'state': <'Completed'>", self.call("Wait", "1", "{}"))
        self.assertEqual(6, self.call("GetEvents", "0", "0", "500", "{'task': <1>}").count("'seq'"))

    def test_no_bus_then_one(self):
        self.start()
        self.bus.start()
        self.wait_for_name()
        self.assertIn("uint64 1", self.call("Submit", "noop", "{}", "{}"))

    def test_no_dbus_stays_away(self):
        self.bus.start()
        self.start("--no-dbus")
        self.assertFalse(self.has_name())

    def test_configuration_keeps_it_away(self):
        config = self.folder / "headway.conf"
        config.write_text("[Daemon]\ndbus=false\n")
        self.bus.start()
        self.start("--config", str(config))
        self.assertFalse(self.has_name())

    def test_bus_of_the_runtime_folder(self):
        del self.environment["DBUS_SESSION_BUS_ADDRESS"]
        self.environment["XDG_RUNTIME_DIR"] = str(self.folder)
        self.bus.start()
        self.start()
        self.assertTrue(self.has_name())

    def test_hanging_bus_delays_nothing_for_long(self):
        self.bus.start()
        self.bus.hang()
        daemon = self.start(limit=15)
        began = time.monotonic()
        daemon.send_signal(signal.SIGTERM)
        self.assertEqual(0, daemon.wait(bus.LIMIT))
        self.assertLess(time.monotonic() - began, 15)

    def test_end_leaves_the_bus(self):
        self.bus.start()
        daemon = self.start()
        self.assertTrue(self.has_name())
        daemon.send_signal(signal.SIGTERM)
        self.assertEqual(0, daemon.wait(bus.LIMIT))
        self.assertFalse(self.has_name())
        while line := self.said.next():
            self.assertFalse(re.search("WARNING|CRITICAL", line), line)


if __name__ == "__main__":
    tap.main()
