#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tests that shells complete what headway understands: all of it, and nothing else.

HEADWAY is the program, HEADWAY_SOURCE_ROOT the source tree. Each shell is asked as its user asks
it, so that a file that it cannot read is found, too.
"""

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import house  # noqa: F401, where tap is found
import tap

HEADWAY = os.environ["HEADWAY"]
COMPLETIONS = Path(os.environ["HEADWAY_SOURCE_ROOT"]) / "data/completions"
LIMIT = 60  # seconds after which something hangs
STATES = {"Pending", "Processing", "Completed", "Failed"}

# What an interactive zsh reads: every match goes into a file, and the end of a completion is told
# by another.
ZSHRC = """
PS1='ready> ' LISTMAX=0
setopt no_beep
fpath=({home}/functions $fpath)
autoload -Uz compinit
compinit -u -d {home}/dump
zmodload zsh/complist
compadd () {{
  local -a hits
  if [[ ${{@[1,(i)(-|--)]}} != *-[a-zA-Z]#[OAD]\\ * ]]; then
    builtin compadd -A hits "$@"
    print -rl -- $hits >> {home}/hits
  fi
  builtin compadd "$@"
}}
tell () {{ : > {home}/done }}
comppostfuncs=(tell)
"""


class Shell:
    """How to ask a shell what may come at the end of a line."""

    def __init__(self, test: unittest.TestCase):
        self.home = Path(tempfile.mkdtemp(prefix="headway-shell-"))
        test.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.environment = {"HOME": str(self.home), "PATH": os.environ["PATH"], "TERM": "xterm",
                            "LC_ALL": "C.UTF-8", "ZDOTDIR": str(self.home),
                            "XDG_RUNTIME_DIR": str(self.home)}
        # What no machine has, and some lines begin to write.
        program = self.home / "headway-rare-program"
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
        self.environment["PATH"] += f":{self.home}"

    def run(self, *command: str) -> list[str]:
        done = subprocess.run(command, env=self.environment, cwd=self.home, text=True, check=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=LIMIT)
        assert not done.stderr, done.stderr
        return done.stdout.splitlines()

    def offers(self, line: str) -> set[str]:
        raise NotImplementedError


class Bash(Shell):
    def offers(self, line: str) -> set[str]:
        script = """
            _command_offset () { compgen -c -- "${COMP_WORDS[COMP_CWORD]}"; exit 0; }
            source "$1"
            shift
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
            _headway headway "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\\n' "${COMPREPLY[@]}"
        """
        return set(self.run("bash", "-c", script, "bash", str(COMPLETIONS / "headway.bash"),
                            *line.split(" "))) - {""}


class Fish(Shell):
    def offers(self, line: str) -> set[str]:
        printed = self.run("fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]",
                           str(COMPLETIONS / "headway.fish"), line)
        return {offered.partition("\t")[0] for offered in printed}


class Zsh(Shell):
    def __init__(self, test: unittest.TestCase):
        super().__init__(test)
        (self.home / "functions").mkdir()
        shutil.copy(COMPLETIONS / "headway.zsh", self.home / "functions/_headway")
        (self.home / ".zshrc").write_text(ZSHRC.format(home=self.home))

    def offers(self, line: str) -> set[str]:
        hits, done = self.home / "hits", self.home / "done"
        hits.write_text("")
        done.unlink(missing_ok=True)
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(self.home)
            os.execvpe("zsh", ["zsh", "-i"], self.environment)
        try:
            self.read_until(fd, lambda printed: b"ready> " in printed)
            os.write(fd, line.encode() + b"\t")
            self.read_until(fd, lambda printed: done.exists())
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            os.close(fd)
        return {hit.rstrip("=") for hit in hits.read_text().splitlines()} - {""}

    @staticmethod
    def read_until(fd: int, is_there):
        printed, end = b"", time.monotonic() + LIMIT
        while not is_there(printed):
            if time.monotonic() > end:
                raise AssertionError(f"zsh printed only {printed!r}")
            if select.select([fd], [], [], 0.01)[0]:
                printed += os.read(fd, 65536)


def options_of(*command: str) -> set[str]:
    """The long options that the help explains."""
    printed = subprocess.run([HEADWAY, *command, "--help"], check=True, text=True,
                             stdout=subprocess.PIPE, timeout=LIMIT).stdout
    return set(re.findall(r"^ +(?:-\w, )?(--[a-z-]+)", printed, re.MULTILINE))


def commands() -> set[str]:
    """The commands that the help names."""
    printed = subprocess.run([HEADWAY, "--help"], check=True, text=True, stdout=subprocess.PIPE,
                             timeout=LIMIT).stdout
    listed = re.search(r"Commands:\n(.*?)\n\n", printed, re.DOTALL)[1]
    return set(re.findall(r"^  ([a-z]+) ", listed, re.MULTILINE))


class CompletionTest:
    """What is so in every shell."""

    def setUp(self):
        self.shell = self.kind(self)

    def test_every_command_is_offered(self):
        self.assertEqual(commands(), self.shell.offers("headway "))

    def test_every_option_is_offered_with_its_command(self):
        for command in sorted(commands()):
            with self.subTest(command=command):
                self.assertEqual(options_of(command), self.shell.offers(f"headway {command} --"))

    def test_options_may_come_before_the_command(self):
        self.assertEqual(options_of(), self.shell.offers("headway --"))
        self.assertEqual(commands(), self.shell.offers("headway --socket x "))

    def test_states_are_offered(self):
        self.assertEqual(STATES, self.shell.offers("headway list --state "))

    def test_programs_are_offered_to_be_run(self):
        for line in ("headway run headway-rare-pro", "headway run --title x headway-rare-pro",
                     "headway run -- headway-rare-pro", "headway --json run -d headway-rare-pro"):
            with self.subTest(line=line):
                self.assertIn("headway-rare-program", self.shell.offers(line))

    def test_options_of_the_program_are_its_own(self):
        self.assertNotIn("--detach", self.shell.offers("headway run headway-rare-program --"))


class BashTest(CompletionTest, unittest.TestCase):
    kind = Bash


class FishTest(CompletionTest, unittest.TestCase):
    kind = Fish


class ZshTest(CompletionTest, unittest.TestCase):
    kind = Zsh


if __name__ == "__main__":
    tap.main()
