#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The daemon on a disk that fails, is full, or has lost what it had."""

import contextlib
import ctypes
import json
import os
import subprocess
import time
import unittest
from pathlib import Path

import daemon
import tap

HEADWAYD = os.environ["HEADWAYD"]
LIBC = ctypes.CDLL(None, use_errno=True)
LARGE = 20000  # characters of an argument


class DiskTest(unittest.TestCase):
    def setUp(self):
        self.home = daemon.make_home(self)
        self.state = self.home / "state"

    def start(self, *options: str) -> subprocess.Popen:
        return daemon.start(self, [HEADWAYD, "--http-port", "0", "--no-dbus", "--state-dir",
                                   self.state, *options], self.home)

    def start_ready(self, *options: str) -> subprocess.Popen:
        process = self.start(*options)
        self.assertIn("is ready", daemon.read_line(process.stdout))
        return process

    def ask(self, method: str, path: str, body=None) -> tuple[int, dict]:
        return daemon.try_ask(daemon.UnixConnection(self.state / "run/api.sock"), method, path,
                              body)

    def list_ids(self) -> set[int]:
        ids, cursor = set(), ""
        while cursor is not None:
            _, page = self.ask("GET", f"/api/v1/tasks?limit=500{cursor}")
            ids |= {task["id"] for task in page["tasks"]}
            cursor = f"&cursor={page['next']}" if page.get("next") else None
        return ids


class FailingDiskTest(DiskTest):
    """A disk that refuses one write, and takes the next as if nothing had been."""

    def find_writer(self, process: subprocess.Popen) -> int:
        """Finds the thread that writes: it names itself when it first runs."""
        end = time.monotonic() + daemon.LIMIT
        while time.monotonic() < end:
            for task in Path(f"/proc/{process.pid}/task").iterdir():
                if (task / "comm").read_text() == "store writer\n":
                    return int(task.name)
            time.sleep(0.01)
        self.fail("nobody writes")

    def fail_sync(self, process: subprocess.Popen, number: int):
        """Has one sync of the thread that writes fail."""
        writer = self.find_writer(process)
        tracer = subprocess.Popen(
            ["strace", "-p", str(writer), "-e", "trace=fsync,fdatasync", "-e",
             f"inject=fsync,fdatasync:error=EIO:when={number}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(tracer.stderr.close)
        self.addCleanup(tracer.wait)
        self.addCleanup(tracer.terminate)
        said = daemon.read_line(tracer.stderr)
        if "attached" not in said:
            self.skipTest(f"no process may be traced here: {said}")

    def add_until_refused(self) -> set[int]:
        """Adds tasks one by one; once one is refused none is taken any more."""
        taken, refused = set(), 0
        with contextlib.suppress(OSError):
            for _ in range(200):
                status, answer = self.ask("POST", "/api/v1/tasks",
                                          {"type": "demo", "parameters": {"delay": 3600}})
                if status == 202:
                    self.assertEqual(0, refused)
                    taken.add(answer["id"])
                else:
                    refused += 1
        return taken

    def test_nothing_is_acknowledged_after_a_failed_sync(self):
        for number in (1, 2, 7):
            process = self.start_ready()
            self.fail_sync(process, number)
            taken = self.add_until_refused()

            self.assertEqual(74, process.wait(daemon.LIMIT))
            self.assertLess(len(taken), 200)
            said = [line for line in process.stderr.read().splitlines()
                    if line.startswith("headwayd: ")]
            self.assertEqual(1, len(said), said)
            self.assertIn("Check the disk", said[0])

            again = self.start_ready()
            self.assertLessEqual(taken, self.list_ids())
            daemon.stop(again)


class DamagedDatabaseTest(DiskTest):
    """A database that was left by a daemon that died, and in which something has changed."""

    def add(self, n: int):
        for _ in range(n):
            self.ask("POST", "/api/v1/tasks",
                     {"type": "noop", "title": "x" * 200})

    def damage(self):
        with (self.state / "headway.db").open("r+b") as database:
            database.seek(20 * 4096)
            database.write(b"\xff" * 8)

    def test_it_is_refused_and_left_as_it_is(self):
        daemon_process = self.start_ready()
        self.add(200)
        daemon.stop(daemon_process)
        daemon_process = self.start_ready()
        self.add(1)
        daemon_process.kill()
        daemon_process.wait(daemon.LIMIT)
        self.damage()
        before = (self.state / "headway.db").read_bytes()

        for _ in range(2):
            refused = self.start()
            _, said = refused.communicate(timeout=daemon.LIMIT)
            self.assertEqual(65, refused.returncode)
            self.assertIn(f"{self.state}/headway.db: The database is damaged", said)
            self.assertIn("Put a backup in its place", said)
            self.assertEqual(before, (self.state / "headway.db").read_bytes())


class FullDiskTest(DiskTest):
    """A disk of a few megabytes. What runs there ends as it should."""

    def mount(self, size: int):
        self.state.mkdir()
        if LIBC.mount(b"tmpfs", os.fsencode(self.state), b"tmpfs", 0, f"size={size}m".encode()):
            self.skipTest(f"nothing may be mounted here: {os.strerror(ctypes.get_errno())}")
        self.addCleanup(LIBC.umount2, os.fsencode(self.state), 2)

    def fill(self) -> tuple[int, str, str]:
        """Adds tasks that wait until one is refused; returns with what status, name and words."""
        large = {"type": "command", "parameters": {"argv": ["true", "x" * LARGE]}}
        for _ in range(1000):
            status, answer = self.ask("POST", "/api/v1/tasks", large)
            if status != 202:
                return status, answer["error"], answer["detail"]
        self.fail("the disk is not full")

    def start_programs(self, n: int) -> list[int]:
        """Starts programs that end as soon as there is a file."""
        wait = f"until test -e {self.home}/go; do sleep 0.05; done; echo over"
        ids = [self.ask("POST", "/api/v1/tasks",
                        {"type": "command", "parameters": {"argv": ["sh", "-c", wait]}})[1]["id"]
               for _ in range(n)]
        self.wait_for(ids, "Processing")
        return ids

    def wait_for(self, ids: list[int], state: str):
        end = time.monotonic() + daemon.LIMIT
        while time.monotonic() < end:
            tasks = [self.ask("GET", f"/api/v1/tasks/{number}")[1] for number in ids]
            if all(task["state"] == state for task in tasks):
                return tasks
            time.sleep(0.02)
        self.fail(f"not all are {state}: {tasks}")

    def test_what_runs_ends_on_a_full_disk(self):
        for size in (1, 2, 8):
            with self.subTest(size=size):
                self.check_size(size)

    def wait_until_ready(self, is_ready: bool) -> dict:
        """Asks until it is so, and for what else it says of itself."""
        end = time.monotonic() + daemon.LIMIT
        while time.monotonic() < end:
            connection = daemon.UnixConnection(self.state / "run/api.sock")
            connection.request("GET", "/readyz", headers={"Host": "localhost"})
            answer = connection.getresponse()
            text = answer.read().decode()
            connection.close()
            if answer.status == (200 if is_ready else 503):
                return {"ready": text} if is_ready else json.loads(text)
            time.sleep(0.05)
        self.fail(f"it is {'not' if is_ready else 'always'} ready: {text}")

    def test_readiness_comes_back_with_space(self):
        """Nobody has to write anything for that: whoever goes by it sends nothing to who is not."""
        self.mount(16)
        process = self.start_ready()
        filler = self.state / "filler"

        self.assertEqual({"ready": "ready\n"}, self.wait_until_ready(True))
        filler.write_bytes(bytes(13 * 1024 * 1024))
        problem = self.wait_until_ready(False)
        self.assertEqual("no-space", problem["error"])
        self.assertIn("kept for what runs", problem["detail"])
        self.assertEqual(507, self.ask("POST", "/api/v1/tasks", {"type": "noop"})[0])
        filler.unlink()
        self.wait_until_ready(True)
        daemon.stop(process)

    def check_size(self, size: int):
        self.home = daemon.make_home(self)
        self.state = self.home / "state"
        self.mount(size)
        config = self.home / "headway.conf"
        config.write_text("[Daemon]\nmax-parallel=3\n")
        process = self.start_ready("--config", str(config))
        ids = self.start_programs(3)

        status, name, why = self.fill()
        self.assertEqual((507, "no-space"), (status, name))
        self.assertIn("kept for what runs", why)
        (self.home / "go").touch()
        for task in self.wait_for(ids, "Completed"):
            self.assertEqual(0, task["exitCode"])
            self.assertEqual(5, task["outputSize"])
        self.assertEqual(200, self.ask("GET", "/api/v1/tasks")[0])
        self.assertIsNone(process.poll())
        daemon.stop(process)


class OrderedDiskTest(DiskTest):
    """What a program and its shim have on disk, and when."""

    def trace(self, process: subprocess.Popen) -> subprocess.Popen:
        """Notes what the daemon's children do to the disk from now on, each in its own file."""
        tracer = subprocess.Popen(
            ["strace", "-ff", "-p", str(process.pid), "-o", str(self.home / "calls"), "-s", "200",
             "-e",
             "trace=execve,fdatasync,fsync,openat,pwrite64,rename,renameat,renameat2,sendto"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(tracer.stderr.close)
        self.addCleanup(tracer.wait)
        self.addCleanup(tracer.terminate)
        said = daemon.read_line(tracer.stderr)
        if "attached" not in said:
            self.skipTest(f"no process may be traced here: {said}")
        return tracer

    def calls_of(self, program: str) -> list[str]:
        """What the process did that became a program at some time: one call after the other."""
        for path in self.home.glob("calls.*"):
            lines = path.read_text(errors="replace").splitlines()
            if any(line.startswith("execve(") and program in line.split(",")[0] for line in lines):
                return lines
        self.fail(f"nothing became {program}")

    def assert_order(self, calls: list[str], *words: str):
        """Each word is in a call that succeeds, behind that of the one before."""
        at = 0
        for word in words:
            while at < len(calls) and (word not in calls[at] or "= -1" in calls[at]):
                at += 1
            self.assertLess(at, len(calls), f"{word} in {calls}")
            at += 1

    def test_records_are_synced_before_what_they_tell_of(self):
        process = self.start_ready()
        tracer = self.trace(process)
        _, task = self.ask("POST", "/api/v1/tasks",
                           {"type": "command", "parameters": {"argv": ["/bin/true"]}})
        end = time.monotonic() + daemon.LIMIT
        while self.ask("GET", f"/api/v1/tasks/{task['id']}")[1]["state"] != "Completed":
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)
        daemon.stop(process)
        tracer.terminate()
        tracer.wait()

        self.assert_order(self.calls_of("/true"), '".start.', '"start"', 'pwrite64(4, "headway-start',
                          "fdatasync(4)", "execve(")
        self.assert_order(self.calls_of("headway-shim"), "execve(", 'pwrite64(4, "headway-end',
                          "fdatasync(4)", '"end"', "sendto(")


if __name__ == "__main__":
    tap.main()
