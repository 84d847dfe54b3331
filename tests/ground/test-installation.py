#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tests what `meson install` puts where.

HEADWAY_BUILD_ROOT is a build, HEADWAY_SOURCE_ROOT the source tree.
"""

import configparser
import json
import os
import re
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

import bus
import daemon
import tap

BUILD = Path(os.environ["HEADWAY_BUILD_ROOT"])
ROOT = Path(os.environ["HEADWAY_SOURCE_ROOT"])
GOLDEN = ROOT / "tests/ground/golden/installed-files"


def read_places() -> dict[str, Path]:
    """Where the build installs, by the names that the golden list has for it."""
    printed = subprocess.run(["meson", "introspect", BUILD, "--buildoptions"], check=True,
                             capture_output=True, text=True).stdout
    options = {option["name"]: option["value"] for option in json.loads(printed)}
    prefix = Path(options["prefix"])
    places = {name: prefix / options[name]
              for name in ("bindir", "datadir", "libexecdir", "localedir", "mandir", "sysconfdir")}
    places["user_unit_dir"] = prefix / (options["user_unit_dir"] or "lib/systemd/user")
    return places


class InstallationTest(unittest.TestCase):
    """A package in the making: all files below one folder, as DESTDIR says."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="headway-install-")
        cls.addClassCleanup(folder.cleanup)
        cls.root = Path(folder.name)
        subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--quiet",
                        "--destdir", cls.root], check=True, stdout=subprocess.DEVNULL)
        cls.places = read_places()

    def in_root(self, path) -> Path:
        """Where a file is now that will be at a path once it is installed."""
        return self.root / Path(path).relative_to("/")

    def find(self, place: str, pattern: str) -> list[Path]:
        """Finds files; which there have to be, the golden list says."""
        return sorted(self.in_root(self.places[place]).glob(pattern))

    def find_desktop_files(self) -> list[Path]:
        return (self.find("datadir", "applications/*.desktop") +
                self.find("sysconfdir", "xdg/autostart/*.desktop"))

    def assert_runs(self, *command, **variables: str):
        done = subprocess.run(command, env=os.environ | variables, timeout=daemon.LIMIT,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual((0, ""), (done.returncode, done.stdout))

    def read_moved(self, path: Path) -> str:
        """What is in a file, with the programs that it names where they are now."""
        bin_dir = self.places["bindir"]
        return path.read_text().replace(f"={bin_dir}/", f"={self.in_root(bin_dir)}/")

    def read_keys(self, path: Path) -> configparser.ConfigParser:
        keys = configparser.ConfigParser(interpolation=None, strict=False)
        keys.optionxform = str
        keys.read_string(path.read_text())
        return keys

    def name_of(self, path: Path) -> str:
        """A file's path as the golden list has it: the innermost place, and what is in it."""
        installed = Path("/") / path.relative_to(self.root)
        place = max((name for name, folder in self.places.items()
                     if installed.is_relative_to(folder)),
                    key=lambda name: len(self.places[name].parts), default=None)
        self.assertIsNotNone(place, f"{installed} is where nobody looks")
        return f"{place}/{installed.relative_to(self.places[place])}"

    def test_files_are_those_of_the_list(self):
        files = sorted(self.name_of(path) for path in self.root.rglob("*") if not path.is_dir())
        listed = [line for line in GOLDEN.read_text().splitlines() if line and line[0] != "#"]
        self.assertEqual(listed, files)

    def test_no_file_names_the_build(self):
        for path in self.find("datadir", "**/*") + self.find("user_unit_dir", "*"):
            if path.is_file():
                text = path.read_bytes()
                self.assertNotIn(os.fsencode(BUILD), text, path)
                self.assertNotIn(os.fsencode(self.root), text, path)
                self.assertNotRegex(text, rb"@[a-z_]+@", path)

    def test_desktop_files_are_valid(self):
        for path in self.find_desktop_files():
            self.assert_runs("desktop-file-validate", path)

    def test_desktop_files_name_what_is_there(self):
        for path in self.find_desktop_files():
            entry = self.read_keys(path)["Desktop Entry"]
            icons = self.find("datadir", f"icons/hicolor/*/apps/{entry['Icon']}*.svg")
            self.assertEqual([f"{entry['Icon']}.svg", f"{entry['Icon']}-symbolic.svg"],
                             [icon.name for icon in icons])
            self.assertTrue(os.access(self.in_root(entry["Exec"].split()[0]), os.X_OK))

    def test_metainfo_is_valid(self):
        for path in self.find("datadir", "metainfo/*.metainfo.xml"):
            done = subprocess.run(["appstreamcli", "validate", "--no-net", path], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.assertEqual(0, done.returncode, done.stdout)

    def test_units_are_valid(self):
        # systemd looks for the programs where they will be: the copies name where they are.
        folder = tempfile.TemporaryDirectory(prefix="headway-units-")
        self.addCleanup(folder.cleanup)
        copies = Path(folder.name)
        for path in self.find("user_unit_dir", "*"):
            (copies / path.name).write_text(self.read_moved(path))
        self.assert_runs("systemd-analyze", "--user", "--man=no", "verify",
                         *sorted(copies.iterdir()), XDG_RUNTIME_DIR=folder.name)

    def test_units_name_pages_that_are_there(self):
        for path in self.find("user_unit_dir", "*"):
            for page, section in re.findall(r"man:([\w.-]+)\((\d)\)", path.read_text()):
                self.assertEqual(1, len(self.find("mandir", f"man{section}/{page}.{section}")), page)

    def test_what_units_start_does_not_end_with_them(self):
        # Shims of programs that go on, and browsers.
        for path in self.find("user_unit_dir", "*.service"):
            self.assertEqual("process", self.read_keys(path)["Service"]["KillMode"], path.name)

    def test_readme_enables_units_that_are_there(self):
        enabled = re.search(r"^systemctl --user enable --now (.*)$",
                            (ROOT / "README.md").read_text(), re.MULTILINE)[1]
        units = {path.name: path.read_text() for path in self.find("user_unit_dir", "*")}
        self.assertEqual(sorted(units), sorted(enabled.split()))
        for name, text in units.items():
            self.assertIn("\n[Install]\n", text, name)

    def test_bus_starts_the_unit_that_has_its_name(self):
        for path in self.find("datadir", "dbus-1/services/*.service"):
            service = self.read_keys(path)["D-BUS Service"]
            unit = self.read_keys(self.find("user_unit_dir", service["SystemdService"])[0])
            self.assertEqual(path.stem, service["Name"])
            self.assertEqual(service["Name"], unit["Service"]["BusName"])
            self.assertEqual(service["Exec"], unit["Service"]["ExecStart"])
            self.assertTrue(os.access(self.in_root(service["Exec"]), os.X_OK))

    def test_bus_starts_the_daemon(self):
        # Where no systemd does it for the bus; with the program where it is now, and a free port.
        home = daemon.make_home(self)
        (home / ".config/headway").mkdir(parents=True)
        (home / ".config/headway/headway.conf").write_text("[Daemon]\nhttp-port=0\n")
        (home / "services").mkdir()
        for path in self.find("datadir", "dbus-1/services/*.service"):
            (home / "services" / path.name).write_text(self.read_moved(path))
        environment = daemon.environment_of(home)
        session = bus.Bus(self, home)
        environment["DBUS_SESSION_BUS_ADDRESS"] = session.address
        session.start(environment)
        self.addCleanup(self.kill_daemon_of, home)

        done = subprocess.run(["gdbus", "call", "--session", "--dest", bus.NAME, "--object-path",
                               bus.PATH, "--method", "org.freedesktop.DBus.Properties.Get",
                               bus.QUEUE, "Version"], env=environment, timeout=daemon.LIMIT,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertRegex(done.stdout, r"^\(<'[0-9.]+'>,\)\n$")

    def kill_daemon_of(self, home: Path):
        """Ends a daemon that others started, by the process that it says has its state."""
        lock = home / ".local/state/headway/lock"
        if lock.exists():
            os.kill(int(lock.read_text()), signal.SIGKILL)

    def test_xml_is_well_formed(self):
        files = self.find("datadir", "**/*.xml") + self.find("datadir", "**/*.svg")
        self.assert_runs("xmllint", "--noout", "--nonet", *files)

    def test_manual_pages_are_clean(self):
        self.assert_runs("mandoc", "-Tlint", "-W", "warning", *self.find("mandir", "man?/*"))

    def test_daemon_runs_from_there(self):
        home = daemon.make_home(self)
        program = self.in_root(self.places["bindir"]) / "headwayd"
        process = daemon.start(self, [program, "--http-port", "0"], home,
                               {"XDG_DATA_DIRS": str(self.in_root(self.places["datadir"]))})
        self.assertRegex(daemon.read_line(process.stdout), "^Headway is ready at ")

        connection = daemon.UnixConnection(home / "session/headway/api.sock")
        types = daemon.ask(connection, "GET", "/api/v1/task-types")
        installed = {path.stem for path in self.find("datadir", "headway/task-types/*.task")}
        self.assertEqual(installed, {task_type["name"] for task_type in types["taskTypes"]})
        self.assertEqual((0, ""), daemon.stop(process))


if __name__ == "__main__":
    tap.main()
