# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A user of a machine that systemd booted, who has Headway: what real-systemd's checks need."""

import json
import os
import pwd
import subprocess
import time
import unittest
from pathlib import Path

USER = "somebody"
LIMIT = 600  # seconds after which something hangs, in a machine beside much else

UNITS = "headwayd.socket", "headwayd.service"
CGROUPS = Path("/sys/fs/cgroup")

# Says where it is, then lets its file say when to go on, and with which exit code.
LONG = 'echo "$$" > "$1/pid"; until [ -e "$1/go" ]; do sleep 0.05; done; exit 3'

# The same, and counts all the while: what is printed has no hole and no line twice.
TALKING = ('echo "$$" > "$1/pid"; i=0; until [ -e "$1/go" ]; do i=$((i + 1)); echo "line $i"; '
           'sleep 0.01; done; echo "$i" > "$1/lines"; exit 3')


def system(*command: str) -> str:
    """Has the machine do something, which has to go well."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=LIMIT)
    if done.returncode != 0:
        raise AssertionError(f"{command} ends with {done.returncode}: {done.stdout}")
    return done.stdout


def wait_until(is_so, what: str):
    """Waits for what nobody tells of."""
    end = time.monotonic() + LIMIT
    while not (answer := is_so()):
        if time.monotonic() > end:
            raise AssertionError(f"in {LIMIT} s: {what}")
        time.sleep(0.2)  # to look is work for the machine, too
    return answer


def read(path: Path) -> str:
    """What a file says, as far as it is there."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return ""


def await_pid(folder: Path) -> int:
    """Waits until a program has said which process it is."""
    return int(wait_until(lambda: read(folder / "pid"), f"a program writes into {folder}"))


def is_alive(pid: int) -> bool:
    """Tells whether there is a process."""
    return Path(f"/proc/{pid}").exists()


def cgroup_of(pid: int) -> Path:
    """The cgroup of version 2 that a process is in."""
    return CGROUPS / Path(f"/proc/{pid}/cgroup").read_text().partition("0::/")[2].strip()


def scope_of(pid: int) -> str:
    """The scope that a program is in, as systemd names it."""
    return cgroup_of(pid).parent.name


def boot_id() -> str:
    """What no two boots have in common."""
    return read(Path("/proc/sys/kernel/random/boot_id"))


class Session:
    """A session of the user, as systemd-logind knows them, from the login to the logout."""

    def __init__(self, name: str):
        self.unit = f"session-of-{name}.service"
        # systemd 252 waits for ever for a start of the type “exec” that has to do with PAM.
        system("systemd-run", "--quiet", f"--unit={self.unit}", "--service-type=simple",
               f"--property=User={USER}", "--property=PAMName=login", "sleep", "infinity")
        wait_until(self.is_there, "the session begins")

    @staticmethod
    def is_there() -> bool:
        return USER in system("loginctl", "list-sessions", "--no-legend")

    def close(self):
        system("systemctl", "stop", self.unit)
        wait_until(lambda: not self.is_there(), "the session ends")


class Guest:
    """The user, who is logged in or lingers."""

    def __init__(self):
        account = pwd.getpwnam(USER)
        self.uid, self.gid = account.pw_uid, account.pw_gid
        self.home = Path(account.pw_dir)
        self.added = set()  # the tasks whose end nobody has awaited
        self.environment = {"HOME": str(self.home), "USER": USER, "LOGNAME": USER,
                            "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8",
                            "XDG_RUNTIME_DIR": f"/run/user/{self.uid}"}

    def run_as_user(self, *command: str) -> subprocess.CompletedProcess:
        return subprocess.run(command, user=USER, group=self.gid, extra_groups=[],
                              env=self.environment, cwd=self.home, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=LIMIT)

    def order(self, *command: str) -> str:
        """Has the user do something, which has to go well."""
        done = self.run_as_user(*command)
        if done.returncode != 0:
            raise AssertionError(f"{command} ends with {done.returncode}: {done.stdout}")
        return done.stdout

    def systemctl(self, *arguments: str) -> str:
        return self.order("systemctl", "--user", *arguments)

    def show_unit(self, unit: str, what: str) -> str:
        return self.systemctl("show", "--value", f"--property={what}", unit).strip()

    def await_manager(self):
        """Waits for the user's own systemd, which starts beside the session."""
        system("systemctl", "start", f"user@{self.uid}.service")

    def start(self):
        """Has the daemon run."""
        self.systemctl("start", *UNITS)

    def folder(self, name: str) -> Path:
        """Makes a folder in which a program and its test tell each other something."""
        folder = self.home / "told" / name
        self.order("mkdir", "-p", str(folder))
        return folder

    def add(self, script: str, *arguments: str, task_type: str = "command") -> int:
        """Adds a task whose program is a shell script."""
        task_id = int(self.order("headway", "run", "--detach", f"--type={task_type}", "--",
                                 "sh", "-c", script, "sh", *arguments))
        self.added.add(task_id)
        return task_id

    def add_and_await(self, script: str, folder: Path) -> tuple[int, int]:
        """Adds a task, waits until its program has said which process it is, and gives both."""
        task_id = self.add(script, str(folder))
        return task_id, await_pid(folder)

    def show(self, task_id: int) -> dict:
        return json.loads(self.order("headway", "show", "--json", str(task_id)))

    def await_end(self, task_id: int) -> dict:
        """Waits until a task is done, and gives what is known of it."""
        self.run_as_user("headway", "wait", str(task_id))
        self.added.discard(task_id)
        return self.show(task_id)

    def list_scopes(self) -> str:
        return self.systemctl("list-units", "--plain", "--no-legend", "--type=scope", "headway-*")


class GuestTest(unittest.TestCase):
    """A test with the user."""

    maxDiff = None

    def setUp(self):
        self.user = Guest()

    def tearDown(self):
        """Nothing is left of a test that fails, which others would stumble over."""
        for task_id in self.user.added:
            self.user.run_as_user("headway", "cancel", "--now", str(task_id))

    def assert_goes_on(self, task_id: int, folder: Path):
        """Lets a program go, and holds it to its end, at the first attempt."""
        self.assertEqual("Processing", self.user.show(task_id)["state"])
        self.user.order("touch", str(folder / "go"))
        task = self.user.await_end(task_id)
        self.assertEqual(("exit-code", 3, 1), (task["result"], task["exitCode"], task["attempt"]))

    def assert_is_whole(self, task_id: int, folder: Path):
        """Holds what a program has counted against what it printed."""
        n_lines = int(read(folder / "lines"))
        wanted = "".join(f"line {i}\n" for i in range(1, n_lines + 1))
        self.assertEqual(wanted, self.user.order("headway", "log", str(task_id)))
