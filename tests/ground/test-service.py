#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tests the daemon as a service manager sees it.

HEADWAYD is the daemon.
"""

import http.client
import os
import signal
import socket
import subprocess
import time
import unittest
from pathlib import Path

import daemon
import tap

HEADWAYD = os.environ["HEADWAYD"]
VARIABLES = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]


class NotifyTest(unittest.TestCase):
    """A service manager that only listens."""

    def setUp(self):
        self.home = daemon.make_home(self)
        self.ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.ear.settimeout(daemon.LIMIT)
        self.addCleanup(self.ear.close)
        self.ear.bind(str(self.home / "notify"))

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen:
        return daemon.start(self, [HEADWAYD, "--http-port", "0", *arguments], self.home,
                            {"NOTIFY_SOCKET": str(self.home / "notify"), **variables})

    def hear(self, word: str) -> list[str]:
        """Listens until something is told that begins so, and gives all that was told."""
        heard = []
        while not any(line.startswith(word) for line in heard):
            heard += self.ear.recv(4096).decode().splitlines()
        return heard

    def ask(self, method: str, path: str, body=None):
        connection = daemon.UnixConnection(self.home / "session/headway/api.sock")
        return daemon.ask(connection, method, path, body)

    def test_ready_when_the_doors_are_open(self):
        self.start()
        self.hear("READY=1")
        self.assertEqual([], self.ask("GET", "/api/v1/tasks")["tasks"])

    def test_stopping_before_the_end(self):
        process = self.start()
        self.hear("READY=1")
        process.send_signal(signal.SIGTERM)
        self.hear("STOPPING=1")
        self.assertEqual(0, process.wait(daemon.LIMIT))

    def test_who_was_told_to_stop_is_not_ready(self):
        config = self.home / "headway.conf"
        config.write_text("[Daemon]\ncontainment=session\n")
        with socket.socket(socket.AF_UNIX) as bus:
            bus.settimeout(daemon.LIMIT)
            bus.bind(str(self.home / "bus"))
            bus.listen()
            process = self.start("--config", str(config),
                                 DBUS_SESSION_BUS_ADDRESS=f"unix:path={self.home}/bus")
            caller, _ = bus.accept()  # who is not answered
            with caller:
                status, _ = daemon.stop(process)

        self.hear("STOPPING=1")
        self.ear.setblocking(False)
        with self.assertRaises(BlockingIOError):
            self.hear("READY=1")
        self.assertEqual(0, status)

    def test_status_counts_what_runs_and_waits(self):
        config = self.home / "headway.conf"
        config.write_text("[Daemon]\nmax-parallel=1\n")
        self.start("--config", str(config))
        self.assertIn("STATUS=Nothing to do", self.hear("READY=1"))

        slow = {"type": "demo", "parameters": {"steps": 1, "delay": 3600}}
        self.ask("POST", "/api/v1/tasks", slow)
        self.ask("POST", "/api/v1/tasks", slow)
        self.ask("POST", "/api/v1/tasks", slow)
        self.hear("STATUS=1 running, 2 waiting")

    def test_failed_start_says_why(self):
        taken = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(taken.close)
        port = taken.getsockname()[1]
        process = self.start("--http-port", str(port))
        self.assertIn(f"STATUS=Port {port} is taken by ", "\n".join(self.hear("STATUS=")))
        self.assertEqual(1, process.wait(daemon.LIMIT))

    def test_watchdog_hears_of_it(self):
        self.start(WATCHDOG_USEC="200000")
        for _ in range(3):
            self.hear("WATCHDOG=1")


class ActivationTest(unittest.TestCase):
    """A service manager that opens the doors."""

    def setUp(self):
        self.home = daemon.make_home(self)
        self.path = self.home / "session/headway/api.sock"
        self.path.parent.mkdir(mode=0o700)

    def knock(self):
        """Calls as soon as somebody listens, and hangs up."""
        end = time.monotonic() + daemon.LIMIT
        while time.monotonic() < end:
            with socket.socket(socket.AF_UNIX) as caller:
                if caller.connect_ex(str(self.path)) == 0:
                    return
            time.sleep(0.01)
        self.fail("nobody listens")

    def ask_by_path(self, method: str, path: str, body=None):
        return daemon.ask(daemon.UnixConnection(self.path), method, path, body)

    def wait_for_end(self, task: dict) -> dict:
        end = time.monotonic() + daemon.LIMIT
        while task["state"] not in ("Completed", "Failed") and time.monotonic() < end:
            time.sleep(0.01)
            task = self.ask_by_path("GET", f"/api/v1/tasks/{task['id']}")
        return task

    def activate(self) -> tuple[subprocess.Popen, int]:
        """Has systemd's own program listen, and start the daemon for the first caller."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        process = daemon.start(
            self, ["systemd-socket-activate", f"--listen={self.path}",
                   f"--listen=127.0.0.1:{port}", "--fdname=headway:headway",
                   "--setenv=XDG_RUNTIME_DIR", HEADWAYD], self.home)
        self.knock()
        self.assertEqual(f"Headway is ready at http://127.0.0.1:{port}/\n",
                         daemon.read_line(process.stdout))
        return process, port

    def test_both_doors_serve(self):
        _, port = self.activate()
        token = (self.home / ".local/state/headway/token").read_text().strip()
        added = self.ask_by_path("POST", "/api/v1/tasks", {"type": "noop"})

        over_tcp = http.client.HTTPConnection("127.0.0.1", port, timeout=daemon.LIMIT)
        over_tcp.request("GET", f"/api/v1/tasks/{added['id']}",
                         headers={"Authorization": f"Bearer {token}"})
        answer = over_tcp.getresponse()
        self.assertEqual(200, answer.status)
        over_tcp.close()
        self.assertEqual(f"http://127.0.0.1:{port}/\n",
                         (self.home / "session/headway/url").read_text())

    def test_task_hears_nothing_of_it(self):
        process, _ = self.activate()
        task = self.ask_by_path("POST", "/api/v1/tasks", {
            "type": "command", "parameters": {"argv": ["sh", "-c", "env; ls /proc/self/fd"]}})
        self.assertEqual("Completed", self.wait_for_end(task)["state"])

        connection = daemon.UnixConnection(self.path)
        connection.request("GET", f"/api/v1/tasks/{task['id']}/log")
        printed = connection.getresponse().read().decode().split()
        connection.close()
        self.assertEqual([], [word for word in printed
                              if word.partition("=")[0] in VARIABLES])
        # Its own three, that of its progress, and that of the folder it lists.
        self.assertEqual(["0", "1", "2", "3", "4"], printed[-5:])
        self.assertEqual(0, daemon.stop(process)[0])

    def test_file_of_the_socket_stays(self):
        process, _ = self.activate()
        self.assertEqual(0, daemon.stop(process)[0])
        self.assertTrue(self.path.is_socket())

    def pass_sockets(self, sockets: list[socket.socket], *arguments: str):
        """Starts the daemon as systemd would, with sockets of the test's own."""
        first, moved = 3, []
        for number, passed in enumerate(sockets):
            moved.append(os.dup2(passed.fileno(), 100 + number))
            self.addCleanup(os.close, 100 + number)
        redirections = " ".join(f"{first + number}<&{fd} {fd}<&-"
                                for number, fd in enumerate(moved))
        command = f'LISTEN_PID=$$ LISTEN_FDS={len(sockets)} exec "$@" {redirections}'
        return daemon.start(self, ["bash", "-c", command, "bash", HEADWAYD, *arguments],
                            self.home, pass_fds=moved)

    def test_path_alone_leaves_the_port_to_the_daemon(self):
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.path))
            listener.listen()
            process = self.pass_sockets([listener], "--http-port", "0")
        ready = daemon.read_line(process.stdout)
        self.assertRegex(ready, r"^Headway is ready at http://127\.0\.0\.1:[1-9]\d*/\n$")
        self.assertEqual([], self.ask_by_path("GET", "/api/v1/tasks")["tasks"])

    def test_port_for_everybody_is_refused(self):
        with socket.create_server(("0.0.0.0", 0)) as listener:
            port = listener.getsockname()[1]
            process = self.pass_sockets([listener])
        _, complaints = process.communicate(timeout=daemon.LIMIT)
        self.assertEqual(1, process.returncode)
        self.assertEqual(
            f"headwayd: The daemon does not listen at 0.0.0.0:{port}, for which a socket was passed, "
            "without a certificate. Make a certificate by “headway cert”, or name one by "
            "“certificate” and “key” in headway.conf.\n", complaints)


if __name__ == "__main__":
    tap.main()
