#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tests the units with a systemd of a user, in a world of its own.

HEADWAYD is the daemon, HEADWAY_BUILD_ROOT its build, HEADWAY_SOURCE_ROOT the source tree.
"""

import os
import re
import socket
import subprocess
import sys
import time
import unittest
from pathlib import Path

import daemon
import tap

HEADWAYD = os.environ["HEADWAYD"]
BUILD = Path(os.environ["HEADWAY_BUILD_ROOT"])
DATA = Path(os.environ["HEADWAY_SOURCE_ROOT"]) / "data"

# A world in which the first process, a shell, takes everything with it when it ends. systemd asks
# for the folder to find out whether it rules the machine, and does not look any closer.
WORLD = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
SHELL = 'mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system && "$@"; exit'
IN_WORLD = "HEADWAY_TEST_IN_WORLD"


class UnitsTest(unittest.TestCase):
    """A user's systemd that has the units, with the program of the build and a free port."""

    def setUp(self):
        self.home = daemon.make_home(self)
        self.path = self.home / "session/headway/api.sock"
        self.environment = daemon.environment_of(self.home)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.install(BUILD / "data/headwayd.service", r"^ExecStart=.*", f"ExecStart={HEADWAYD}")
        self.install(DATA / "headwayd.socket", r":5031$", f":{port}")
        self.start_systemd()

    def install(self, unit: Path, pattern: str, replacement: str):
        """Puts a unit where systemd finds it, with one thing in it another."""
        folder = self.home / ".config/systemd/user"
        folder.mkdir(parents=True, exist_ok=True)
        text, n_places = re.subn(pattern, replacement, unit.read_text(), flags=re.MULTILINE)
        self.assertEqual(1, n_places, unit)
        (folder / unit.name).write_text(text)

    def start_bus(self):
        """There is none, unless a test of scopes wants one."""

    def start_systemd(self):
        if IN_WORLD not in os.environ:
            self.skipTest("a world of its own takes root")
        self.start_bus()
        systemd = daemon.start(self, ["/lib/systemd/systemd", "--user", "--unit=basic.target"],
                               self.home, self.environment)
        end = time.monotonic() + daemon.LIMIT
        while self.systemctl("is-active", "basic.target").returncode != 0:
            if systemd.poll() is not None or time.monotonic() > end:
                self.skipTest("no systemd of a user runs here")
            time.sleep(0.05)
        self.addCleanup(systemd.wait, daemon.LIMIT)
        self.addCleanup(self.systemctl, "exit")

    def systemctl(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(["systemctl", "--user", *arguments], env=self.environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=daemon.LIMIT)

    def order(self, *arguments: str):
        done = self.systemctl(*arguments)
        self.assertEqual(0, done.returncode, done.stdout)

    def show(self, what: str, unit: str = "headwayd.service") -> str:
        done = self.systemctl("show", "--value", f"--property={what}", unit)
        return done.stdout.strip()

    def ask(self, method: str, path: str, body=None):
        return daemon.ask(daemon.UnixConnection(self.path), method, path, body)

    def watch(self):
        """Watches over the hub, and is slow to hear goodbye: the daemon waits a while."""
        watcher = socket.socket(socket.AF_UNIX)
        self.addCleanup(watcher.close)
        watcher.settimeout(daemon.LIMIT)
        watcher.connect(str(self.path))
        watcher.sendall(b"GET /hub HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                        b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        self.assertIn(b" 101 ", watcher.recv(4096))

    def wait_until(self, is_so, what: str):
        end = time.monotonic() + daemon.LIMIT
        while not is_so():
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.05)

    def run_long(self) -> int:
        """Adds a command that runs until the test lets it go, and waits until it runs."""
        started = self.home / "started"
        script = 'touch "$0"; until [ -e "$1" ]; do sleep 0.05; done; exit 3'
        task = self.ask("POST", "/api/v1/tasks", {"type": "command", "parameters": {
            "argv": ["sh", "-c", script, str(started), str(self.home / "go")]}})
        self.wait_until(started.exists, "the command does not start")
        return task["id"]

    def assert_goes_on(self, task_id: int):
        """Lets the command go, and holds it to its end, at the first attempt."""
        self.assertEqual("Processing", self.ask("GET", f"/api/v1/tasks/{task_id}")["state"])
        (self.home / "go").touch()
        self.wait_until(lambda: self.ask("GET", f"/api/v1/tasks/{task_id}")["result"],
                        "the task does not end")
        task = self.ask("GET", f"/api/v1/tasks/{task_id}")
        self.assertEqual((3, 1), (task["exitCode"], task["attempt"]))

    def test_first_caller_starts_it(self):
        self.order("start", "headwayd.socket")
        self.assertEqual("inactive", self.show("ActiveState"))
        self.assertEqual([], self.ask("GET", "/api/v1/tasks")["tasks"])
        self.wait_until(lambda: self.show("ActiveState") == "active", "it does not say it is ready")
        self.assertEqual("Nothing to do", self.show("StatusText"))
        # It is systemd that is at the other end of the socket, and not of another version.
        doctor = subprocess.run([BUILD / "src/cli/headway", "doctor"], env=self.environment,
                                stdout=subprocess.PIPE, text=True, timeout=daemon.LIMIT)
        self.assertNotIn("✗ version", doctor.stdout)
        self.assertIn("The daemon answers.", doctor.stdout)

        self.order("stop", "headwayd.socket", "headwayd.service")
        self.assertEqual("success", self.show("Result"))
        self.assertFalse(self.path.exists())

        # However it is started, the doors are systemd's.
        self.order("start", "headwayd.service")
        self.assertEqual("active", self.show("ActiveState", "headwayd.socket"))

    def test_what_runs_goes_on_over_a_restart(self):
        self.order("start", "headwayd.socket", "headwayd.service")
        task_id = self.run_long()
        self.watch()
        self.order("restart", "headwayd.service")
        self.assert_goes_on(task_id)

    def test_it_comes_back_after_its_death_to_what_runs(self):
        self.order("start", "headwayd.socket", "headwayd.service")
        task_id = self.run_long()
        self.order("kill", "--kill-who=main", "--signal=KILL", "headwayd.service")
        self.wait_until(lambda: self.show("NRestarts") == "1" and
                        self.show("ActiveState") == "active", "it does not come back")
        self.assert_goes_on(task_id)


class WithScopesTest(UnitsTest):
    """The same with a bus, on which systemd makes a scope for each task."""

    def start_bus(self):
        address = f"unix:path={self.home}/session/bus"
        # In this world the user is root, who has the system's manager make scopes.
        self.environment |= {"DBUS_SESSION_BUS_ADDRESS": address,
                             "DBUS_SYSTEM_BUS_ADDRESS": address}
        bus = daemon.start(self, ["dbus-daemon", "--session", "--nofork", "--print-address",
                                  f"--address={address}"], self.home)
        daemon.read_line(bus.stdout)

    def show_scopes(self) -> str:
        return self.systemctl("list-units", "--plain", "--no-legend", "--type=scope",
                              "headway-*").stdout

    def test_a_task_has_a_scope_as_long_as_it_runs(self):
        self.order("start", "headwayd.socket", "headwayd.service")
        task_id = self.run_long()
        self.assertEqual("scope", self.ask("GET", "/api/v1/about")["containment"])
        self.wait_until(lambda: self.ask("GET", f"/api/v1/tasks/{task_id}")["containment"] ==
                        "scope", "the task has no scope")
        self.assertIn(f"Headway task {task_id}", self.show_scopes())
        self.assert_goes_on(task_id)
        self.wait_until(lambda: not self.show_scopes(), "the scope stays")

    def test_a_stopped_scope_is_an_interruption(self):
        self.order("start", "headwayd.socket", "headwayd.service")
        task_id = self.run_long()
        self.order("stop", self.show_scopes().split()[0])
        self.wait_until(lambda: self.ask("GET", f"/api/v1/tasks/{task_id}")["result"] ==
                        "interrupted", "the task is not interrupted")


def may_have_world() -> bool:
    """Tells whether this machine lets this user have a world of its own."""
    done = subprocess.run([*WORLD, "mount", "-t", "tmpfs", "tmpfs", "/run"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return done.returncode == 0


if __name__ == "__main__":
    if IN_WORLD not in os.environ and may_have_world():
        os.environ[IN_WORLD] = "yes"
        os.execvp(WORLD[0], [*WORLD, "bash", "-c", SHELL, "bash", sys.executable, *sys.argv])
    tap.main()
