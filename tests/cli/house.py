# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A home folder with a daemon of its own, and headway called as its user would.

HEADWAY and HEADWAYD are the programs.
"""

import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "ground"))

HEADWAY = os.environ["HEADWAY"]
HEADWAYD = os.environ["HEADWAYD"]
LIMIT = 60  # seconds after which something hangs


def until(what: str, look, limit: float = LIMIT):
    """Waits until something is so, at most for a time that only a hanging program needs."""
    end = time.monotonic() + limit
    while not (seen := look()):
        if time.monotonic() > end:
            raise AssertionError(f"In {limit} s it was not so: {what}")
        time.sleep(0.01)
    return seen


def is_alive(pid: int) -> bool:
    """Whether anything of a process is left: its sockets and locks go with its last thread."""
    process = Path(f"/proc/{pid}")
    try:
        return ("\nState:\tZ" not in (process / "status").read_text()
                or len(list((process / "task").iterdir())) > 1)
    except OSError:
        return False


class House(unittest.TestCase):
    """A user who has a home folder, a session, and no daemon yet."""

    def setUp(self):
        self.home = Path(tempfile.mkdtemp(prefix="headway-cli-"))
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        (self.home / "session").mkdir(mode=0o700)
        (self.home / ".config/headway").mkdir(parents=True)
        (self.home / ".config/headway/headway.conf").write_text("[Daemon]\nhttp-port=0\n"
                                                               "max-parallel=8\n")
        self.state = self.home / ".local/state/headway"
        self.socket = self.home / "session/headway/api.sock"
        self.environment = {
            "HOME": str(self.home),
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm",
            "G_DEBUG": "fatal-criticals",
            "XDG_RUNTIME_DIR": str(self.home / "session"),
        }
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        self.daemon = None
        self.addCleanup(self.end_daemons)

    def end_daemons(self):
        """Ends the daemon of the test, and one that headway started."""
        if self.daemon is not None:
            self.daemon.kill()
            self.daemon.wait()
            self.daemon.stdout.close()
        pid = self.daemon_pid()
        if pid is not None and is_alive(pid):
            os.kill(pid, signal.SIGKILL)
            until("the daemon has ended", lambda: not is_alive(pid))
        until("nothing of the test runs any more", self.kill_all)

    def kill_all(self) -> bool:
        """Kills all that has this home folder or stands in it, and tells whether there was nothing
        left. What was just about to begin does not carry the number of its task yet, and what
        watches a task stands in the folder of its attempt."""
        found = self.with_variables(f"HOME={self.home}") + self.standing_in(self.home)
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return not found

    @staticmethod
    def standing_in(folder: Path) -> list[int]:
        """The processes that have a folder below this one as theirs."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if (process / "cwd").readlink().is_relative_to(folder):
                    found.append(int(process.name))
            except OSError:
                continue
        return found

    def daemon_pid(self) -> int | None:
        """The process that has the state folder, or had it last."""
        try:
            return int((self.state / "lock").read_text())
        except (OSError, ValueError):
            return None

    @staticmethod
    def with_variables(*beginnings: str) -> list[int]:
        """The processes that have, for each of these, a variable that begins like it."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                variables = (process / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if all(any(variable.startswith(beginning.encode()) for variable in variables)
                   for beginning in beginnings):
                found.append(int(process.name))
        return found

    def programs(self) -> list[int]:
        """What runs for tasks of this home folder."""
        return self.with_variables(f"HOME={self.home}", "HEADWAY_TASK=")

    def begin_daemon(self, **options) -> subprocess.Popen:
        """Starts a daemon."""
        self.daemon = subprocess.Popen([HEADWAYD, "--http-port", "0"], env=self.environment,
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       text=True, cwd="/", **options)
        return self.daemon

    def wait_for_daemon(self):
        """Waits until the daemon that was started is ready."""
        readable, _, _ = select.select([self.daemon.stdout], [], [], LIMIT)
        self.assertTrue(readable, "the daemon did not become ready")
        self.assertRegex(self.daemon.stdout.readline(), "^Headway is ready at ")

    def start_daemon(self, **options):
        """Starts a daemon and waits until it is ready."""
        self.begin_daemon(**options)
        self.wait_for_daemon()

    def kill_daemon(self):
        self.daemon.kill()
        self.daemon.wait()
        self.daemon.stdout.close()
        self.daemon = None

    def headway(self, *arguments: str, **options):
        """Calls headway to its end. Its output is text unless something else is asked for."""
        return subprocess.run([HEADWAY, *arguments], **{
            "env": self.environment, "cwd": self.home, "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True,
            "timeout": LIMIT, **options})

    def begin(self, *arguments: str, **options) -> subprocess.Popen:
        """Calls headway, and ends it with the test."""
        process = subprocess.Popen([HEADWAY, *arguments], **{
            "env": self.environment, "cwd": self.home, "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options})
        self.addCleanup(self.forget, process)
        return process

    @staticmethod
    def forget(process: subprocess.Popen):
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()

    def tasks(self) -> list[dict]:
        """All tasks, the newest first."""
        return json.loads(self.headway("list", "--all", "--json").stdout)["tasks"]

    def task(self, task_id: int) -> dict:
        return json.loads(self.headway("show", str(task_id), "--json").stdout)

    def when(self, task_id: int, state: str) -> dict:
        """Waits until a task is in a state."""
        def look():
            task = self.task(task_id)
            return task if task["state"] == state else None
        return until(f"task {task_id} is {state}", look)


class Screen:
    """A terminal in which headway runs, and what it has printed there."""

    def __init__(self, house: House, *arguments: str, columns: int = 80, **environment: str):
        self.printed = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(house.home)
            os.system(f"stty columns {columns} rows 24")
            os.execve(HEADWAY, [HEADWAY, *arguments], house.environment | environment)
        self.house = house
        house.addCleanup(self.close)

    def close(self):
        """Takes the terminal away."""
        if self.fd is not None:
            os.close(self.fd)
            self.fd = None
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid = None

    def hang_up(self) -> int:
        """Closes the terminal, and waits until headway has ended."""
        os.close(self.fd)
        self.fd = None
        return self.wait()

    def wait(self) -> int:
        """Waits until headway has ended, and tells how."""
        status = os.waitpid(self.pid, 0)[1]
        self.pid = None
        return os.waitstatus_to_exitcode(status)

    def read(self, limit: float = LIMIT) -> bytes:
        """Reads what comes next; nothing at the end."""
        readable, _, _ = select.select([self.fd], [], [], limit)
        if not readable:
            raise AssertionError(f"Nothing came any more after {self.printed!r}")
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # the other side is closed
            return b""
        self.printed += data
        return data

    def until(self, pattern: str) -> re.Match:
        """Waits until something has been printed."""
        end = time.monotonic() + LIMIT
        while not (match := re.search(pattern.encode(), self.printed)):
            if time.monotonic() > end or not self.read():
                raise AssertionError(f"{pattern} never came, but {self.printed!r}")
        return match

    def finish(self) -> int:
        """Reads all to the end, and tells how headway ended."""
        while self.read():
            pass
        return self.wait()

    def type(self, text: str):
        os.write(self.fd, text.encode())

    def left(self) -> str:
        """What is to be seen at the end, for output without movements of the cursor but those
        of the bar: each line with what was written over it."""
        lines = []
        for line in self.printed.decode().replace("\r\n", "\n").split("\n"):
            shown = ""
            for part in line.split("\r"):
                cleared = part.split("\x1b[K")
                shown = cleared[-1] if len(cleared) > 1 and not part.endswith("\x1b[K") \
                    else "" if part == "\x1b[K" else part.replace("\x1b[K", "")
            lines.append(shown)
        return "\n".join(lines)
