#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Has the C sources looked at by gcc's analyzer, clang's analyzer and cppcheck.

Usage: build-aux/analyze.py [TOOL]… [-- FILE…]

TOOL is gcc, clang or cppcheck; all three unless told. What one of them finds and is not
explained in build-aux/explained-findings is told, and so is what is explained there and is
not found any more; then the exit status is 1. Needs a _build folder.
"""

import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"
EXPLAINED = ROOT / "build-aux" / "explained-findings"

GCC = re.compile(r"^(?P<file>\S+\.[ch]):(?P<line>\d+):\d+: warning: (?P<text>.*?) "
                 r"(\[CWE-\d+\] )?\[-W(?P<rule>analyzer-[a-z-]+)\]$")
CLANG = re.compile(r"^(?P<file>\S+\.[ch]):(?P<line>\d+):\d+: warning: (?P<text>.*) "
                   r"\[(?P<rule>[a-zA-Z.]+)\]$")
CPPCHECK = re.compile(r"^(?P<file>\S+\.[ch]):(?P<line>\d+):(?P<rule>\w+):(?P<text>.*)$")

# clang's analyzer does not know that a variable is cleaned up when it goes: for these checks, each
# g_autoptr is a leak, or a value that nobody reads. The sanitizers look for leaks.
UNFIT = [part for name in ("unix.Malloc", "deadcode.DeadStores")
         for part in ("-Xclang", "-analyzer-disable-checker", "-Xclang", name)]

# Macros of GLib that cppcheck has no configuration for, and that end in no semicolon.
MACROS = ["G_DEFINE_AUTOPTR_CLEANUP_FUNC(a,b)=", "G_DEFINE_EXTENDED_ERROR(a,b)=",
          "G_DEFINE_QUARK(a,b)=", "G_GNUC_PRINTF(a,b)="]


def compilations(files):
    """Yields how each of the sources is compiled: its folder, the file, the arguments."""
    for entry in json.loads((BUILD / "compile_commands.json").read_text()):
        file = (Path(entry["directory"]) / entry["file"]).resolve()
        if ROOT / "src" not in file.parents or (files and file not in files):
            continue
        arguments = shlex.split(entry["command"])
        while not arguments[0].startswith("-"):
            del arguments[0]
        del arguments[arguments.index("-o"):arguments.index("-o") + 2]
        unwanted = {"-Werror", "-fdiagnostics-color=always"}
        yield entry["directory"], file, [part for part in arguments if part not in unwanted]


def look(command, folder):
    return subprocess.run(command, cwd=folder, text=True, errors="replace", check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout


def look_with_compiler(command, files):
    """Compiles each source for what is said meanwhile alone."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(lambda way: look([*command, *way[2]], way[0]), compilations(files))


def look_with_cppcheck(files):
    folders = [f"-I{folder}" for folder in (ROOT / "src").iterdir() if folder.is_dir()]
    yield look(["cppcheck", "--quiet", "--enable=warning,performance,portability", "--std=c11",
                "--library=gtk,posix", "--suppress=missingInclude", f"-j{os.cpu_count()}",
                "--template={file}:{line}:{id}:{message}", *[f"-D{macro}" for macro in MACROS],
                *folders, *map(str, files or [ROOT / "src"])], ROOT)


TOOLS = {
    "gcc": (GCC, lambda files: look_with_compiler(
        ["gcc", "-fanalyzer", "-fdiagnostics-plain-output", "-o", "/dev/null"], files)),
    "clang": (CLANG, lambda files: look_with_compiler(
        ["clang", "--analyze", "--analyzer-output", "text", *UNFIT], files)),
    "cppcheck": (CPPCHECK, look_with_cppcheck),
}


def find(tool, files):
    """Returns what a tool finds: a file and a rule → the places and texts."""
    pattern, run = TOOLS[tool]
    findings = {}
    for output in run(files):
        for line in output.splitlines():
            match = pattern.match(line)
            if match is None:
                continue
            file = (BUILD / match["file"]).resolve()
            if ROOT not in file.parents:
                continue
            name = str(file.relative_to(ROOT))
            places = findings.setdefault((tool, name, match["rule"]), {})
            places[int(match["line"])] = match["text"]
    return findings


def explained():
    """Returns what is explained: lines of “tool file rule: reason”."""
    lines = [line for line in EXPLAINED.read_text().splitlines()
             if line and not line.startswith("#")]
    return {tuple(line.split(": ", 1)[0].split()) for line in lines}


def main():
    arguments = sys.argv[1:]
    split = arguments.index("--") if "--" in arguments else len(arguments)
    tools = arguments[:split] or list(TOOLS)
    files = [Path(name).resolve() for name in arguments[split + 1:]]
    if not set(tools) <= set(TOOLS):
        sys.exit(f"TOOL is one of these: {', '.join(TOOLS)}")

    expected = {entry for entry in explained() if entry[0] in tools}
    found = {}
    for tool in tools:
        found.update(find(tool, files))

    wrong = 0
    for entry, places in sorted(found.items()):
        if entry not in expected:
            for line, text in sorted(places.items()):
                print(f"{entry[1]}:{line}: {text} [{entry[0]} {entry[2]}]")
                wrong += 1
    for entry in sorted(expected - set(found)) if not files else []:
        print(f"build-aux/explained-findings: nobody finds this any more: {' '.join(entry)}")
        wrong += 1
    print(f"{len(found)} kinds of findings, {wrong} that nobody explained")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
