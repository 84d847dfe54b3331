#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tests that headway finds the daemon, or starts one."""

import fcntl
import os
import signal
import socket
import stat
import subprocess
from pathlib import Path

from house import HEADWAYD, LIMIT, House, is_alive, until

import tap

SERVICE = """[D-BUS Service]
Name=org.headway.Headway1
Exec={program}
"""

# Stands in for the installed service: a bus starts it, and it starts the daemon in its place.
ACTIVATED = """#!/bin/sh
echo activated > {home}/activated
exec {daemon} --http-port 0 > /dev/null
"""


class StartTest(House):
    def daemon_is_ours(self) -> bool:
        pid = self.daemon_pid()
        return pid is not None and is_alive(pid)

    def test_a_daemon_is_started_if_none_runs(self):
        done = self.headway("run", "--", "echo", "hello")
        self.assertEqual((0, "hello\n", ""), (done.returncode, done.stdout, done.stderr))
        self.assertTrue(self.daemon_is_ours())

    def test_the_daemon_that_was_started_stays_and_has_a_session_of_its_own(self):
        self.headway("run", "--", "true")
        pid = self.daemon_pid()
        self.assertEqual(pid, os.getsid(pid))
        self.assertEqual("/", os.readlink(f"/proc/{pid}/cwd"))
        log = self.state / "headwayd.log"
        self.assertEqual(0o600, stat.S_IMODE(log.stat().st_mode))
        for fd, target in ((0, "/dev/null"), (1, str(log)), (2, str(log))):
            self.assertEqual(target, os.readlink(f"/proc/{pid}/fd/{fd}"))
        self.headway("run", "--", "true")
        self.assertEqual(pid, self.daemon_pid())

    def test_a_started_daemon_blocks_and_ignores_no_signals(self):
        self.headway("run", "--", "true")
        status = Path(f"/proc/{self.daemon_pid()}/status").read_text()
        self.assertIn("SigBlk:\t0000000000000000", status)
        os.kill(self.daemon_pid(), signal.SIGTERM)
        until("the daemon ended as it should", lambda: not self.daemon_is_ours())

    def test_without_a_session_it_is_found_in_the_state_folder(self):
        del self.environment["XDG_RUNTIME_DIR"]
        self.assertEqual("hello\n", self.headway("run", "--", "echo", "hello").stdout)
        self.assertTrue(stat.S_ISSOCK((self.state / "run/api.sock").stat().st_mode))

    def without_session(self) -> dict:
        """The environment of cron, of ssh without a session, of sudo."""
        return {name: value for name, value in self.environment.items()
                if name != "XDG_RUNTIME_DIR"}

    @property
    def link(self) -> Path:
        """What who has no session finds the daemon by."""
        return self.state / "run/api.sock"

    def test_without_a_session_the_daemon_of_the_session_is_found(self):
        self.start_daemon()
        done = self.headway("run", "--", "echo", "hello", env=self.without_session())
        self.assertEqual((0, "hello\n", ""), (done.returncode, done.stdout, done.stderr))
        self.assertEqual(self.daemon.pid, self.daemon_pid())
        self.assertEqual(1, len(self.tasks()))
        self.assertEqual(self.socket, self.link.readlink())
        found = self.headway("doctor", env=self.without_session()).stdout
        self.assertIn(f"A daemon listens at “{self.socket}”.", found)

    def test_in_a_session_a_daemon_without_one_is_found(self):
        self.headway("run", "--", "true", env=self.without_session())
        pid = self.daemon_pid()
        self.assertEqual("hello\n", self.headway("run", "--", "echo", "hello").stdout)
        self.assertEqual(pid, self.daemon_pid())
        self.assertEqual(2, len(self.tasks()))

    def test_a_daemon_takes_its_link_along(self):
        self.start_daemon()
        self.assertTrue(self.link.is_symlink())
        self.daemon.terminate()
        self.assertEqual(0, self.daemon.wait(30))
        self.assertFalse(self.link.is_symlink())

    def test_a_link_that_is_left_over_is_replaced(self):
        self.start_daemon()
        self.kill_daemon()
        self.assertTrue(self.link.is_symlink())
        self.assertEqual("hello\n", self.headway("run", "--", "echo", "hello",
                                                 env=self.without_session()).stdout)
        self.assertTrue(stat.S_ISSOCK(self.link.lstat().st_mode))
        os.kill(self.daemon_pid(), signal.SIGKILL)
        until("it has ended", lambda: not self.daemon_is_ours())
        self.start_daemon()
        self.assertEqual(self.socket, self.link.readlink())

    def test_a_link_to_what_is_not_ours_is_not_followed(self):
        precious = self.home / "precious"
        precious.write_text("precious")
        self.link.parent.mkdir(parents=True)
        self.link.symlink_to(precious)
        done = self.headway("list", env=self.without_session())
        self.assertEqual((1, ""), (done.returncode, done.stdout))
        self.assertIn(f"The link “{self.link}” leads to what is not your daemon.", done.stderr)
        self.assertIsNone(self.daemon_pid())
        self.start_daemon()
        self.assertEqual(("precious", self.socket), (precious.read_text(), self.link.readlink()))

    def test_a_link_that_somebody_else_made_is_not_followed(self):
        self.start_daemon()
        if os.geteuid() == 0:  # nobody else may give a link away
            os.chown(self.link, 4242, 4242, follow_symlinks=False)
            done = self.headway("list", env=self.without_session())
            self.assertEqual((1, ""), (done.returncode, done.stdout))
            self.assertIn("is not your daemon", done.stderr)

    def test_what_is_no_link_stays(self):
        self.link.parent.mkdir(parents=True)
        self.link.write_text("precious")
        self.start_daemon()
        self.assertEqual("precious", self.link.read_text())
        self.daemon.terminate()
        self.assertEqual(0, self.daemon.wait(30))
        self.assertEqual("precious", self.link.read_text())

    def test_a_run_folder_that_leads_elsewhere_gets_no_link(self):
        elsewhere = self.home / "elsewhere"
        elsewhere.mkdir()
        self.state.mkdir(parents=True)
        (self.state / "run").symlink_to(elsewhere)
        self.start_daemon()
        self.assertEqual([], list(elsewhere.iterdir()))

    def test_a_socket_that_is_left_over_counts_as_none(self):
        self.socket.parent.mkdir(mode=0o700)
        with socket.socket(socket.AF_UNIX) as left_over:
            left_over.bind(str(self.socket))
            left_over.listen()
        self.assertEqual("hello\n", self.headway("run", "--", "echo", "hello").stdout)

    def test_after_a_crash_of_the_daemon_another_is_started(self):
        self.headway("run", "--", "true")
        crashed = self.daemon_pid()
        os.kill(crashed, signal.SIGKILL)
        until("it has ended", lambda: not is_alive(crashed))
        self.assertEqual("hello\n", self.headway("run", "--", "echo", "hello").stdout)
        self.assertEqual(2, len(self.tasks()))

    def test_who_is_about_to_end_is_waited_for(self):
        self.state.mkdir(parents=True)
        with open(self.state / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            daemon = self.begin_daemon()
            files = Path(f"/proc/{daemon.pid}/fd")
            until("it wants the lock", lambda: any(
                os.path.realpath(file) == os.path.realpath(self.state / "lock")
                for file in files.iterdir()))
        self.wait_for_daemon()

    def test_many_at_once_start_one_daemon(self):
        processes = [self.begin("run", "--", "echo", str(i)) for i in range(8)]
        printed = sorted(process.communicate(timeout=LIMIT)[0] for process in processes)
        self.assertEqual([f"{i}\n" for i in range(8)], printed)
        self.assertEqual(8, len(self.tasks()))

    def test_a_task_that_starts_a_daemon_does_not_take_it_along(self):
        environment = self.environment | {"HEADWAY_TASK": "1/2/3"}
        self.headway("run", "--", "true", env=environment)
        variables = Path(f"/proc/{self.daemon_pid()}/environ").read_bytes()
        self.assertNotIn(b"HEADWAY_TASK", variables)

    def test_a_daemon_that_ends_at_once_is_quoted(self):
        (self.home / ".config/headway/headway.conf").write_text("[Daemon]\nbogus=1\n")
        done = self.headway("run", "--", "true")
        self.assertEqual((125, ""), (done.returncode, done.stdout))
        self.assertIn(str(self.state / "headwayd.log"), done.stderr)
        self.assertIn("There is no key “bogus”", done.stderr)

    def test_none_is_started_where_somebody_said_where_it_is(self):
        for place in (("--socket", "nowhere.sock"), ("--url", "http://127.0.0.1:1/")):
            with self.subTest(place=place):
                done = self.headway(*place, "list")
                self.assertEqual((1, ""), (done.returncode, done.stdout))
                self.assertIn("No daemon answers at", done.stderr)
        self.assertIsNone(self.daemon_pid())

    def test_a_given_socket_is_the_one_that_is_asked(self):
        self.start_daemon()
        path = os.path.relpath(self.socket, self.home)
        self.assertEqual(0, self.headway("--socket", path, "list").returncode)
        self.assertEqual(0, self.headway("list", "--socket", path).returncode)

    def test_an_address_is_asked_with_its_token(self):
        self.start_daemon()
        address = self.headway("open", "--print").stdout.strip()
        url, token = address.split("#token=")
        self.headway("run", "--", "true")
        denied = self.headway("--url", url, "list")
        self.assertEqual(1, denied.returncode)
        allowed = self.headway("--url", url, "list",
                               env=self.environment | {"HEADWAY_TOKEN": token})
        self.assertEqual(0, allowed.returncode, allowed.stderr)
        self.assertIn("true", allowed.stdout)
        refused = self.headway("--url", url, "--token", token, "run", "--", "true")
        self.assertEqual(125, refused.returncode)
        self.assertEqual(1, len(self.tasks()))

    def test_a_token_with_a_line_break_is_no_token(self):
        done = self.headway("--url", "http://127.0.0.1:1/", "list",
                            env=self.environment | {"HEADWAY_TOKEN": "secret\n"})
        self.assertEqual((2, ""), (done.returncode, done.stdout))
        self.assertIn("line break in the token", done.stderr)
        self.assertNotIn("secret", done.stderr)

    def test_what_was_never_sent_was_never_done(self):
        # No name has so long a part, so that nobody is asked for it.
        done = self.headway("--url", f"http://{'x' * 64}.invalid/", "cancel", "1")
        self.assertEqual((1, ""), (done.returncode, done.stdout))
        self.assertIn("No daemon answers at", done.stderr)

    def start_bus(self) -> Path:
        """Starts a session bus that knows our service."""
        services = self.home / "services"
        services.mkdir()
        program = self.home / "activated-daemon"
        program.write_text(ACTIVATED.format(home=self.home, daemon=HEADWAYD))
        program.chmod(0o755)
        (services / "org.headway.Headway1.service").write_text(SERVICE.format(program=program))
        config = self.home / "bus.conf"
        config.write_text(f"""<busconfig><type>session</type>
            <listen>unix:path={self.home}/bus</listen><auth>EXTERNAL</auth>
            <servicedir>{services}</servicedir>
            <policy context="default"><allow send_destination="*" eavesdrop="true"/>
            <allow eavesdrop="true"/><allow own="*"/></policy></busconfig>""")
        bus = subprocess.Popen(["dbus-daemon", f"--config-file={config}", "--nofork"],
                               env=self.environment, stdin=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        self.addCleanup(bus.wait)
        self.addCleanup(bus.kill)
        until("the bus listens", (self.home / "bus").exists)
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={self.home}/bus"

    def test_a_bus_that_knows_the_daemon_starts_it(self):
        self.start_bus()
        self.assertEqual("hello\n", self.headway("run", "--", "echo", "hello").stdout)
        self.assertTrue((self.home / "activated").exists())
        self.assertFalse((self.state / "headwayd.log").exists())

    def test_a_bus_that_does_not_answer_is_done_without(self):
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={self.home}/nowhere"
        self.assertEqual("hello\n", self.headway("run", "--", "echo", "hello").stdout)
        self.assertTrue((self.state / "headwayd.log").exists())


if __name__ == "__main__":
    tap.main()
