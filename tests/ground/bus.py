# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A bus for tests, which starts nothing of the machine and ends with its test."""

import queue
import signal
import subprocess
import threading
from pathlib import Path

NAME = "org.headway.Headway1"
PATH = "/org/headway/Headway1"
QUEUE = f"{NAME}.Queue"
LIMIT = 30  # seconds after which something hangs

CONFIGURATION = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={folder}/bus</listen>
  <auth>EXTERNAL</auth>
  <servicedir>{folder}/services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class Lines:
    """What a program says, line by line, each of which has to come."""

    def __init__(self, process: subprocess.Popen):
        self.lines = queue.Queue()
        self.thread = threading.Thread(target=self._read, args=[process.stdout], daemon=True)
        self.thread.start()

    def _read(self, stream):
        for line in stream:
            self.lines.put(line)
        self.lines.put("")

    def next(self) -> str:
        """Waits for the next line; an empty one is the end."""
        return self.lines.get(timeout=LIMIT)


def start(test, command: list, environment: dict) -> tuple[subprocess.Popen, Lines]:
    """Starts a program that ends with the test, and reads what it says."""
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lines = Lines(process)

    def end():
        process.kill()
        process.wait()
        lines.thread.join()
        process.stdout.close()

    test.addCleanup(end)
    return process, lines


class Bus:
    """A bus in a folder; it may end and start again there.

    It starts the services that the folder `services` in it describes.
    """

    def __init__(self, test, folder: Path):
        self.folder = folder
        self.address = f"unix:path={folder}/bus"
        self.process = None
        self.lines = None
        (folder / "bus.conf").write_text(CONFIGURATION.format(folder=folder))
        test.addCleanup(self.kill)

    def start(self, environment: dict | None = None):
        """Starts the bus, and waits until it listens. What it starts gets its environment."""
        self.process = subprocess.Popen(
            ["dbus-daemon", "--nofork", "--print-address=1",
             f"--config-file={self.folder}/bus.conf"],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.lines = Lines(self.process)
        if not self.lines.next():
            raise RuntimeError("the bus did not start")

    def kill(self):
        """Ends the bus as a session that breaks down."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait()
        self.lines.thread.join()
        self.process.stdout.close()
        self.process = None
        (self.folder / "bus").unlink(missing_ok=True)

    def hang(self):
        """Has the bus take nothing more."""
        self.process.send_signal(signal.SIGSTOP)
