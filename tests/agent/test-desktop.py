#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tests the daemon and the agent on a desktop: a message bus of their own, a notification server,
and somebody who presses buttons.

HEADWAYD and HEADWAY_AGENT are the programs.
"""

import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "ground"))
import tap  # noqa: E402

LIMIT = 40  # seconds after which something hangs; a slow machine takes a few
PYTHON = "/usr/bin/python3"  # for which Debian installs dbusmock; another may come before it

BUS_CONFIG = """<busconfig>
  <type>session</type>
  <listen>unix:path={folder}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""

DUNST_CONFIG = """[global]
  dmenu = {folder}/choose
  width = 420
  font = DejaVu Sans 10
  show_age_threshold = -1
"""

BUS_NAME = "org.headway.Headway1"
QUEUE = f"{BUS_NAME}.Queue"
NOTIFICATIONS = "org.freedesktop.Notifications"


def wait_for(condition, what):
    """Waits until a condition gives something, and gives that; `what` says what, if it is late."""
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what() if callable(what) else what}: not in time")


class Printed:
    """What a program prints, as it comes."""

    def __init__(self, stream):
        self.text = ""
        self.stream = stream
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.stream:
            self.text += line

    def close(self):
        """Reads what is left, once the program has ended."""
        self.reader.join(LIMIT)
        self.stream.close()


class DesktopTest(unittest.TestCase):
    """A session with a bus and a daemon, in a home folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="headway-desktop-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.processes, self.readers = [], {}
        self.addCleanup(self.end_all)
        (self.folder / "runtime").mkdir(mode=0o700)
        (self.folder / "bus.conf").write_text(BUS_CONFIG.format(folder=self.folder))
        self.environment = {
            "HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            "PATH": os.environ["PATH"],
            "XDG_RUNTIME_DIR": str(self.folder / "runtime"),
            "XDG_DATA_DIRS": str(self.folder / "share"),
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self.folder}/bus",
            **{name: value for name, value in os.environ.items()
               if name.endswith("SAN_OPTIONS") or name == "G_SLICE"},
        }
        self.install_browser()
        settings = self.folder / ".config/headway/headway.conf"
        settings.parent.mkdir(parents=True)
        settings.write_text("[Daemon]\nmax-parallel=2\n")
        self.start_bus()
        self.daemon = self.start_daemon()

    # Programs.

    def spawn(self, *command: str, **options) -> subprocess.Popen:
        process = subprocess.Popen(command, text=True, stdin=subprocess.DEVNULL,
                                   **{"env": self.environment, **options})
        self.processes.append(process)
        return process

    def end(self, process: subprocess.Popen, number: int = signal.SIGKILL) -> int:
        self.processes.remove(process)
        process.send_signal(number)
        ended = process.wait(LIMIT)
        for stream in (process.stdout, process.stderr):
            if stream:
                self.readers.pop(stream, stream).close()
        return ended

    def read(self, stream) -> Printed:
        """Reads what a program prints until it is ended."""
        self.readers[stream] = Printed(stream)
        return self.readers[stream]

    def end_all(self):
        for process in reversed(list(self.processes)):
            self.end(process)

    def start_bus(self):
        (self.folder / "bus").unlink(missing_ok=True)
        self.bus = self.spawn("dbus-daemon", f"--config-file={self.folder}/bus.conf", "--nofork",
                              "--nosyslog", "--print-address",
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.assertNotEqual("", self.bus.stdout.readline())

    def start_daemon(self) -> subprocess.Popen:
        daemon = self.spawn(os.environ["HEADWAYD"], "--http-port", "0", stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL)
        said_something, _, _ = select.select([daemon.stdout], [], [], LIMIT)
        self.assertTrue(said_something, "the daemon did not become ready")
        self.uri = daemon.stdout.readline().split()[-1]
        self.wait_for_name(BUS_NAME)
        return daemon

    def start_agent(self, config: str = "minimum-duration=0", **environment: str):
        """Starts the agent and waits until it follows; the test fails if it ever complains."""
        path = self.folder / "agent.conf"
        path.write_text(f"[Agent]\n{config}\n")
        self.agent = self.spawn(
            os.environ["HEADWAY_AGENT"], f"--config={path}",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**self.environment, "G_MESSAGES_DEBUG": "headway-agent", **environment})
        self.said = self.read(self.agent.stdout)
        self.addCleanup(self.assert_ends_quietly, self.agent, self.read(self.agent.stderr))
        self.wait_until_it_follows()

    def wait_until_it_follows(self, times: int = 1):
        wait_for(lambda: self.said.text.count("All is told") >= times, "the agent follows")

    def assert_ends_quietly(self, agent: subprocess.Popen, complained: Printed):
        ended = self.end(agent, signal.SIGTERM)
        self.assertEqual((0, ""), (ended, complained.text))

    def install_browser(self):
        """Has web pages be opened by a program that writes down what it is given."""
        program = self.folder / "browser"
        program.write_text('#!/bin/sh\necho "$1 $XDG_ACTIVATION_TOKEN" >> "$HOME/opened"\n')
        program.chmod(0o700)
        applications = self.folder / ".local/share/applications"
        applications.mkdir(parents=True)
        (applications / "browser.desktop").write_text(
            f"[Desktop Entry]\nType=Application\nName=Browser\nExec={program} %u\n")
        (applications / "mimeapps.list").write_text(
            "[Default Applications]\nx-scheme-handler/http=browser.desktop\n")

    def opened(self) -> list[str]:
        path = self.folder / "opened"
        return path.read_text().splitlines() if path.exists() else []

    def assert_leads_to(self, page: str, address: str):
        """The page, as the browser is called with it, which everybody on the machine can read."""
        path = Path(page.removeprefix("file://"))
        self.assertEqual(0o600, path.stat().st_mode & 0o777)
        self.assertIn(f"url={address}", path.read_text())

    # The bus.

    def call(self, name: str, path: str, method: str, *arguments: str) -> str:
        done = subprocess.run(["gdbus", "call", "--session", "--dest", name, "--object-path", path,
                               "--method", method, *arguments], env=self.environment, text=True,
                              timeout=LIMIT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(0, done.returncode, done.stdout)
        return done.stdout

    def queue(self, method: str, *arguments: str) -> str:
        return self.call(BUS_NAME, "/org/headway/Headway1", f"{QUEUE}.{method}", *arguments)

    def wait_for_name(self, name: str):
        def has_owner():
            return "true" in self.call("org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner",
                                       name)
        wait_for(has_owner, f"the name {name}")

    def submit(self, kind: str, parameters: str, title: str) -> int:
        answer = self.queue("Submit", kind, parameters, f"{{'title': <'{title}'>}}")
        return int(re.search(r"uint64 (\d+)", answer)[1])

    def run_shell(self, script: str, title: str) -> int:
        return self.submit("command", shell(script), title)

    def assert_task(self, number: int, *facts: str):
        """Waits until the daemon says so of a task."""
        wait_for(lambda: all(fact in self.queue("GetTask", str(number), "{}") for fact in facts),
                 f"task {number}: {facts}")


class Mock:
    """A notification server that writes down what it is told."""

    TOLD = re.compile(r'^[\d.]+ Notify "Headway" (\d+) "[^"]*" "([^"]*)" "([^"]*)" (\[.*?\]) ',
                      re.MULTILINE)

    def __init__(self, test: DesktopTest, abilities: str = "body actions persistence"):
        self.test = test
        self.process = test.spawn(PYTHON, "-m", "dbusmock", "--session", "--template",
                                  "notification_daemon", "--parameters",
                                  json.dumps({"capabilities": abilities}),
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  env={**test.environment, "PYTHONUNBUFFERED": "1"})
        self.printed = test.read(self.process.stdout)
        test.wait_for_name(NOTIFICATIONS)

    def told(self) -> list[tuple[str, str, str, str]]:
        """What it was to show: which to replace, summary, body and actions."""
        return self.TOLD.findall(self.printed.text)

    def summaries(self) -> list[str]:
        return [summary for _, summary, _, _ in self.told()]

    def wait_for(self, summary: str) -> tuple[str, str, str, str]:
        return wait_for(lambda: next((told for told in self.told() if told[1] == summary), None),
                        lambda: f"“{summary}” among {self.summaries()}")

    def emit(self, name: str, signature: str, *arguments: str):
        self.test.call(NOTIFICATIONS, "/org/freedesktop/Notifications",
                       "org.freedesktop.DBus.Mock.EmitSignal", NOTIFICATIONS, name, signature,
                       f"[{', '.join(f'<{argument}>' for argument in arguments)}]")

    def press(self, number: int, action: str):
        self.emit("ActionInvoked", "us", f"uint32 {number}", f"'{action}'")
        self.emit("NotificationClosed", "uu", f"uint32 {number}", "uint32 2")


class MockedDesktopTest(DesktopTest):
    """On a desktop whose notification server is not real, so that all it is told can be seen."""

    def test_failure_says_why_and_retry_retries(self):
        desktop = Mock(self)
        self.start_agent()
        number = self.run_shell(f"test -e {self.folder}/second || "
                                f"{{ touch {self.folder}/second; exit 23; }}", "Copy photos")

        _, _, body, actions = desktop.wait_for("“Copy photos” failed")
        self.assertIn("ended with exit code 23.", body)
        self.assertEqual(["default", "Show", "retry", "Retry"], json.loads(actions))

        desktop.press(1, "retry")
        desktop.wait_for("“Copy photos” is done")
        self.assert_task(number, "'state': <'Completed'>", "'attempt': <uint32 2>")
        self.assertEqual(2, len(desktop.told()))

    def test_show_opens_the_page(self):
        desktop = Mock(self)
        self.start_agent()
        number = self.run_shell("exit 1", "Copy photos")
        desktop.wait_for("“Copy photos” failed")

        desktop.emit("ActivationToken", "us", "uint32 1", "'let-me-front'")
        desktop.press(1, "default")
        page, token = wait_for(self.opened, "the page")[0].split()
        self.assert_leads_to(page, f"{self.uri}tasks/{number}#token=")
        self.assertEqual("let-me-front", token)

    def test_short_and_canceled_tasks_are_silent(self):
        desktop = Mock(self)
        self.start_agent("minimum-duration=3")
        canceled = self.run_shell("sleep 60", "Canceled")
        self.submit("noop", "{}", "Nothing")
        self.run_shell("exit 1", "Short")
        self.run_shell("sleep 4; exit 1", "Long")
        desktop.wait_for("“Long” failed")

        self.queue("Cancel", f"[{canceled}]", "{}")
        self.assert_task(canceled, "'result': <'canceled'>")
        self.run_shell("sleep 4; exit 1", "Last")
        desktop.wait_for("“Last” failed")
        self.assertEqual(["“Long” failed", "“Last” failed"], desktop.summaries())

    def test_several_at_once_become_one(self):
        desktop = Mock(self)
        self.start_agent()
        failing = ", ".join(f"('command', {shell('exit 1')}, {{'title': <'F{i}'>}})"
                            for i in range(30))
        self.queue("SubmitMany", f"[{failing}]", "{}")
        self.queue("SubmitMany", "[" + ", ".join(["('noop', @a{sv} {}, @a{sv} {})"] * 20) + "]",
                   "{}")

        desktop.wait_for("30 tasks failed")
        desktop.wait_for("20 tasks completed")
        self.assertLess(len(desktop.told()), 12)

    def test_speaks_german(self):
        desktop = Mock(self)
        self.start_agent(LANGUAGE="de")
        self.run_shell("exit 1", "Fotos")
        _, _, _, actions = desktop.wait_for("„Fotos“ ist fehlgeschlagen")
        self.assertEqual(["default", "Anzeigen", "retry", "Erneut versuchen"], json.loads(actions))

    def test_no_server_and_no_display(self):
        self.start_agent()
        for i in range(5):
            self.run_shell("exit 1", f"F{i}")
        self.assert_task(5, "'state': <'Failed'>")
        Mock(self).wait_for("5 tasks failed")

    def test_dead_server_hangs_nobody(self):
        desktop = Mock(self)
        desktop.process.send_signal(signal.SIGSTOP)
        self.start_agent()
        self.run_shell("exit 1", "Copy photos")
        wait_for(lambda: "does not help" in self.said.text, "the agent gives up")

        self.end(desktop.process)
        Mock(self).wait_for("“Copy photos” failed")

    def test_second_agent_has_nothing_to_do(self):
        self.start_agent()
        second = self.spawn(os.environ["HEADWAY_AGENT"], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)
        self.assertEqual(("", None), second.communicate(timeout=LIMIT))
        self.assertEqual(0, second.returncode)

    def test_without_a_session_it_ends(self):
        environment = {name: value for name, value in self.environment.items()
                       if name != "DBUS_SESSION_BUS_ADDRESS"}
        for address in ({}, {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={self.folder}/no-bus"}):
            done = subprocess.run([os.environ["HEADWAY_AGENT"]], env={**environment, **address},
                                  timeout=LIMIT, text=True, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)
            self.assertEqual((0, ""), (done.returncode, done.stdout))

    def test_daemon_is_not_started(self):
        self.start_agent()
        self.end(self.daemon)
        wait_for(lambda: "false" in self.call("org.freedesktop.DBus", "/",
                                              "org.freedesktop.DBus.NameHasOwner", BUS_NAME),
                 "the end of the daemon")
        self.daemon = self.start_daemon()
        self.wait_until_it_follows(2)

    def test_bus_dies_under_load(self):
        count, before = 300, Mock(self)
        self.start_agent()
        failing = ", ".join([f"('command', {shell('sleep 0.03; exit 1')}, @a{{sv}} {{}})"] * count)
        self.queue("SubmitMany", f"[{failing}]", "{}")
        wait_for(before.told, "the first of them")

        self.end(self.bus)
        self.end(before.process)
        self.start_bus()
        after = Mock(self)
        self.wait_for_name(BUS_NAME)
        self.assert_task(count, "'state': <'Failed'>")

        # What one server has shown is not told to the next, and nothing is lost between them.
        shown = [number_of(summary) for summary in before.summaries()]
        wait_for(lambda: any(number_of(summary) + number in (count, count + number)
                             for summary in after.summaries() for number in [0, *shown]),
                 lambda: f"{count} in {shown} and {after.summaries()}")
        self.assertIsNone(self.agent.poll())


class Dunst:
    """A real notification server, on a display that nobody sees."""

    def __init__(self, test: DesktopTest):
        self.test = test
        test.environment["DISPLAY"] = self.start_display()
        (test.folder / "dunstrc").write_text(DUNST_CONFIG.format(folder=test.folder))
        self.process = test.spawn("dunst", "-config", str(test.folder / "dunstrc"), "-print",
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.printed = test.read(self.process.stdout)
        test.wait_for_name(NOTIFICATIONS)

    def start_display(self) -> str:
        """Starts an X server on a number that is free, and gives its name."""
        display = self.test.spawn("Xvfb", "-displayfd", "1", "-screen", "0", "800x600x24",
                                  "-nolisten", "tcp", stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL)
        return ":" + display.stdout.readline().strip()

    def wait_for(self, *texts: str):
        wait_for(lambda: all(text in self.printed.text for text in texts),
                 lambda: f"{texts} in {self.printed.text}")

    def control(self, *command: str) -> str:
        return subprocess.run(["dunstctl", *command], env=self.test.environment, text=True,
                              timeout=LIMIT, check=True, stdout=subprocess.PIPE).stdout

    def choose(self, label: str):
        """Chooses a button out of the menu of the newest notification."""
        program = self.test.folder / "choose"
        program.write_text(f"#!/bin/sh\ngrep -m 1 -F '{label}'\n")
        program.chmod(0o700)
        self.control("context")


class RealDesktopTest(DesktopTest):
    """On a desktop with dunst."""

    def test_failure_says_why_and_retry_retries(self):
        desktop = Dunst(self)
        self.start_agent()
        number = self.run_shell(f"test -e {self.folder}/second || "
                                f"{{ touch {self.folder}/second; exit 23; }}", "Copy <photos>")
        desktop.wait_for("“Copy <photos>” failed", "ended with exit code 23.")
        self.assertEqual("1", desktop.control("count", "displayed").strip())

        desktop.choose("Retry")
        desktop.wait_for("“Copy <photos>” is done")
        self.assert_task(number, "'state': <'Completed'>", "'attempt': <uint32 2>")

    def test_show_opens_the_page(self):
        desktop = Dunst(self)
        self.start_agent()
        number = self.run_shell("exit 1", "Copy photos")
        desktop.wait_for("“Copy photos” failed")

        desktop.control("action", "0")
        page = wait_for(self.opened, "the page")[0].strip()
        self.assert_leads_to(page, f"{self.uri}tasks/{number}#token=")

    def test_server_dies_and_comes_back(self):
        desktop = Dunst(self)
        self.start_agent()
        self.run_shell("exit 1", "First")
        desktop.wait_for("“First” failed")
        desktop.control("count")  # when this is answered, so is what was asked before

        self.end(desktop.process)
        self.run_shell("exit 1", "Second")
        desktop = Dunst(self)
        desktop.wait_for("“Second” failed")
        self.assertNotIn("First", desktop.printed.text)


def number_of(summary: str) -> int:
    """How many tasks a notification is about."""
    found = re.match(r"\d+", summary)
    return int(found[0]) if found else 1


def shell(script: str) -> str:
    """The parameters of a task that runs a line of shell."""
    return f"{{'argv': <['sh', '-c', '{script}']>}}"


if __name__ == "__main__":
    tap.main()
