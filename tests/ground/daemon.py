# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A daemon for tests, with a home folder of its own, which ends with its test."""

import http.client
import json
import os
import select
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

LIMIT = 30  # seconds after which something hangs


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path):
        super().__init__("localhost", timeout=LIMIT)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(LIMIT)
        self.sock.connect(str(self.path))


def end_programs(home: Path):
    """Ends what a daemon leaves running: the shims work below its home, and what they watch dies
    with them."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            is_shim = (process / "cmdline").read_bytes().startswith(b"headway-shim\0")
            if is_shim and (process / "cwd").readlink().is_relative_to(home):
                os.kill(int(process.name), signal.SIGKILL)
        except OSError:
            pass  # it ended meanwhile, or is somebody else's


def make_home(test) -> Path:
    """Makes a folder that goes with the test, in which a session may be."""
    folder = tempfile.TemporaryDirectory(prefix="headway-home-")
    test.addCleanup(folder.cleanup)
    home = Path(folder.name)
    test.addCleanup(end_programs, home)
    (home / "session").mkdir(mode=0o700)
    return home


def environment_of(home: Path) -> dict[str, str]:
    """All that a daemon gets to know of where it is."""
    return {"HOME": str(home), "LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"],
            "XDG_RUNTIME_DIR": str(home / "session")}


def start(test, command: list, home: Path, environment=None, **options) -> subprocess.Popen:
    """Starts a program that is ended with the test."""
    daemon = subprocess.Popen(command, env=environment_of(home) | (environment or {}),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, **options)
    test.addCleanup(daemon.stderr.close)
    test.addCleanup(daemon.stdout.close)
    test.addCleanup(daemon.wait)
    test.addCleanup(daemon.kill)
    return daemon


def read_line(stream) -> str:
    """Reads a line, which has to come."""
    ready, _, _ = select.select([stream], [], [], LIMIT)
    if not ready:
        raise TimeoutError("nothing was said in time")
    return stream.readline()


def stop(daemon: subprocess.Popen) -> tuple[int, str]:
    """Ends a daemon as a service manager does, and gives its status and what it complained of."""
    daemon.send_signal(signal.SIGTERM)
    _, complaints = daemon.communicate(timeout=LIMIT)
    return daemon.returncode, complaints


def try_ask(connection: http.client.HTTPConnection, method: str, path: str, body=None):
    """Asks once, and gives the answer's status and what it says."""
    text = None if body is None else json.dumps(body)
    connection.request(method, path, text, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    return answer.status, json.loads(said)


def ask(connection: http.client.HTTPConnection, method: str, path: str, body=None):
    """Asks once, and gives what the answer says."""
    return try_ask(connection, method, path, body)[1]
