#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tests that the manual says what the programs do.

HEADWAYD and HEADWAY_AGENT are the programs, HEADWAY_SOURCE_ROOT the source tree.
"""

import os
import re
import subprocess
import unittest
from pathlib import Path

import daemon
import tap

HEADWAYD = os.environ["HEADWAYD"]
HEADWAY_AGENT = os.environ["HEADWAY_AGENT"]
DATA = Path(os.environ["HEADWAY_SOURCE_ROOT"]) / "data"


def read_section(page: str, heading: str) -> str:
    """One section of a page of the manual."""
    text = (DATA / f"man/{page}.in").read_text()
    section = re.search(rf"^\.Sh {heading}$\n(.*?)(?=^\.Sh |\Z)", text, re.DOTALL | re.MULTILINE)
    return section[1]


def keys_in(section: str) -> list[str]:
    """The keys that a section explains."""
    lines = re.findall(r"^\.It (Cm .*)$", section, re.MULTILINE)
    return [key for line in lines for key in re.findall(r"Cm ([a-z-]+) Ns = Ns", line)]


class ConfigurationTest(unittest.TestCase):
    """headway.conf, headway.conf(5) and what reads them."""

    def setUp(self):
        self.home = daemon.make_home(self)

    def read(self, text: str, program: str = HEADWAYD) -> tuple[int, str]:
        """Has a program read a configuration, and gives what it says to that."""
        config = self.home / "headway.conf"
        config.write_text(text)
        done = subprocess.run([program, "--config", config, "--version"], text=True,
                              env=daemon.environment_of(self.home), timeout=daemon.LIMIT,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        return done.returncode, done.stderr

    def uncommented(self) -> str:
        """The shipped file with every value in force."""
        return re.sub(r"^#(?=[a-z-]+=)", "", (DATA / "headway.conf").read_text(), flags=re.MULTILINE)

    def keys_of_group(self, group: str) -> list[str]:
        """The keys of one group of the shipped file."""
        text = self.uncommented().partition(f"[{group}]")[2].partition("\n[")[0]
        return re.findall(r"^([a-z-]+)=", text, re.MULTILINE)

    def known_keys(self, group: str = "Daemon", program: str = HEADWAYD) -> list[str]:
        _, complaint = self.read(f"[{group}]\nno-such-key=1\n", program)
        return re.search(r"Write one of these: (.*)\.$", complaint)[1].split(", ")

    def test_shipped_file_is_accepted_as_it_is(self):
        self.assertEqual((0, ""), self.read((DATA / "headway.conf").read_text()))

    def test_shipped_file_is_accepted_with_all_in_force(self):
        self.assertEqual((0, ""), self.read(self.uncommented()))

    def test_shipped_file_has_every_key(self):
        self.assertEqual(self.known_keys(), self.keys_of_group("Daemon"))

    def test_manual_has_every_key(self):
        self.assertEqual(self.known_keys(), keys_in(read_section("headway.conf.5", "GROUP Daemon")))

    def test_unknown_group_is_named(self):
        status, complaint = self.read("[Demon]\n")
        self.assertEqual(2, status)
        self.assertIn("There is no group “Demon”. Write one of these: Daemon, Agent.", complaint)

    def test_word_that_is_no_truth_is_named(self):
        status, complaint = self.read("[Daemon]\ndbus=maybe\n")
        self.assertEqual(2, status)
        self.assertIn("dbus must be true or false.", complaint)

    def test_group_of_the_agent_is_not_the_daemon_s(self):
        self.assertEqual((0, ""), self.read("[Agent]\nwhatever=1\n"))

    def test_group_of_the_daemon_is_not_the_agent_s(self):
        self.assertEqual((0, ""), self.read("[Daemon]\nwhatever=1\n", HEADWAY_AGENT))

    def test_agent_accepts_the_shipped_file(self):
        shipped = (DATA / "headway.conf").read_text()
        self.assertEqual((0, ""), self.read(shipped, HEADWAY_AGENT))
        self.assertEqual((0, ""), self.read(self.uncommented(), HEADWAY_AGENT))

    def test_every_key_of_the_agent_is_explained(self):
        known = self.known_keys("Agent", HEADWAY_AGENT)
        self.assertEqual(known, self.keys_of_group("Agent"))
        self.assertEqual(known, keys_in(read_section("headway.conf.5", "GROUP Agent")))


class OptionsTest(unittest.TestCase):
    """What programs say to --help, and their pages."""

    def assert_explains(self, program: str, page: str):
        printed = subprocess.run([program, "--help"], check=True, capture_output=True,
                                 text=True).stdout
        offered = re.findall(r"^ +(?:-\w, )?--([a-z-]+)", printed, re.MULTILINE)
        explained = re.findall(r"^\.It Fl (?:\w , )?-([a-z-]+)",
                               read_section(page, "DESCRIPTION"), re.MULTILINE)
        self.assertEqual(sorted(offered), sorted(explained))

    def test_manual_has_every_option(self):
        self.assert_explains(HEADWAYD, "headwayd.1")

    def test_manual_has_every_option_of_the_agent(self):
        self.assert_explains(HEADWAY_AGENT, "headway-agent.1")


class TaskFileTest(unittest.TestCase):
    """headway-task(5) and what reads the files of task types."""

    def complain(self, text: str) -> str:
        """Has the daemon read a task type in which something is wrong, and gives what."""
        home = daemon.make_home(self)
        folder = home / "types"
        folder.mkdir()
        (folder / "wrong.task").write_text(text)
        process = daemon.start(self, [HEADWAYD, "--http-port", "0", "--task-types", str(folder)],
                               home, {"XDG_DATA_DIRS": str(home)})
        daemon.read_line(process.stdout)
        return daemon.stop(process)[1]

    def assert_explains(self, group: str, text: str):
        """The keys of a group are those that stand in the complaint about another one."""
        known = re.search(r"Write one of these: (.*)\.$", self.complain(text), re.MULTILINE)[1]
        explained = keys_in(read_section("headway-task.5", f"GROUP {group}"))
        self.assertEqual(sorted(known.split(", ")), sorted(explained))

    def assert_explains_choices(self, group: str, key: str, text: str):
        """The words that a key may have are those in the complaint about another word."""
        known = re.search(r"“none” is none of (.*?)\. ", self.complain(text))[1]
        line = re.search(rf"^\.It Cm {key} Ns = Ns Cm (.*)$",
                         read_section("headway-task.5", f"GROUP {group}"), re.MULTILINE)[1]
        self.assertEqual(known.split(", "), line.split(" | "))

    def test_manual_has_every_key_of_a_task(self):
        self.assert_explains("Task", "[Task]\nnone=1\n")

    def test_manual_has_every_key_of_a_command(self):
        self.assert_explains("Command", "[Task]\ntitle=Wrong\n[Command]\nnone=1\n")

    def test_manual_has_every_key_of_a_parameter(self):
        self.assert_explains("Parameter NAME", "[Task]\ntitle=Wrong\n[Parameter a]\nnone=1\n")

    def test_manual_has_every_type_of_a_parameter(self):
        self.assert_explains_choices("Parameter NAME", "type",
                                     "[Task]\ntitle=Wrong\n[Parameter a]\ntype=none\n")

    def test_manual_has_every_rule_of_an_interruption(self):
        self.assert_explains_choices("Task", "on-interrupt",
                                     "[Task]\ntitle=Wrong\non-interrupt=none\n")

    def test_example_of_the_manual_is_a_task_type(self):
        example = re.search(r"^\.Bd -literal.*?\n(.*?)^\.Ed", read_section("headway-task.5", "EXAMPLES"),
                            re.DOTALL | re.MULTILINE)[1]
        self.assertEqual("", self.complain(example))


if __name__ == "__main__":
    tap.main()
