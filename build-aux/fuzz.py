#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Fuzzes what reads bytes from outside, and tells how much of it the kept corpora reach.

Usage: build-aux/fuzz.py [--seconds N] [TARGET]…

Builds in _build-fuzz (with sanitizers) and _build-coverage, with clang. Each target of
tests/fuzz runs for N seconds (60 unless told, 0 for none); what it finds beyond its corpus is
left in _build-fuzz/found/TARGET. The exit status is 0 if nothing was found wrong, each ran
often enough, and the corpora reach enough of the branches, and the unit tests all of the
strictest parsers.
"""

import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORPORA = ROOT / "tests" / "fuzz" / "corpus"
FUZZ = ROOT / "_build-fuzz"
COVERAGE = ROOT / "_build-coverage"

# Of these files the kept corpora together have to reach so many percent of the branches: they
# read what anybody may send, or decide what a program is called with.
FLOOR = 95
COVERED = [
    "core/hw-command-template.c",
    "core/hw-parameter-check.c",
    "core/hw-parameter.c",
    "core/hw-task-type.c",
    "core/hw-template.c",
    "core/hw-type-file.c",
    "http/hw-http-head.c",
    "signalr/hw-hub-json.c",
    "signalr/hw-hub-members.c",
    "signalr/hw-hub-message.c",
    "signalr/hw-hub-msgpack.c",
    "signalr/hw-hub-protocol.c",
    "signalr/hw-hub-record.c",
    "plane/hw-ws-frame.c",
    "plane/hw-ws-text.c",
    "wire/hw-json-lexer.c",
    "wire/hw-json-scan.c",
    "wire/hw-msgpack-reader.c",
]

# Of these the unit tests of their own have to reach every branch: they decide what libsoup, and
# all that reads JSON or MessagePack, ever see.
EXACT = {
    "http/hw-http-head.c": "http-head",
    "wire/hw-json-lexer.c": "json-scan",
    "wire/hw-json-scan.c": "json-scan",
    "wire/hw-msgpack-reader.c": "msgpack",
}

# A target that runs less often in a second than this does something that it should not, even on
# a busy machine with sanitizers.
LEAST_PER_SECOND = 100


def run(*command, **options):
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT, **options)


def configure(folder, *options):
    """Makes a build folder in which clang builds the fuzz targets."""
    if not (folder / "build.ninja").exists():
        environment = dict(os.environ, CC=os.environ.get("CC_CLANG", "clang"))
        run("meson", "setup", folder, "-Dtests=true", "-Dweb=disabled", "-Dmsgpack=enabled",
            "-Dwslay=enabled", *options,
            env=environment, stdout=subprocess.DEVNULL)


def fuzz(target, seconds):
    """Runs a target on; returns what is wrong, or None."""
    found = FUZZ / "found" / target
    found.mkdir(parents=True, exist_ok=True)
    command = [FUZZ / "tests" / "fuzz" / f"fuzz-{target}", f"-max_total_time={seconds}",
               "-print_final_stats=1", "-rss_limit_mb=2048", f"-artifact_prefix={found}/",
               found, CORPORA / target]
    environment = dict(os.environ, G_SLICE="always-malloc",
                       UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1")
    ended = subprocess.run([str(part) for part in command], env=environment, text=True,
                           errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           check=False)
    count = re.search(r"number_of_executed_units: (\d+)", ended.stdout)
    executions = int(count[1]) if count else 0
    print(f"{target}: {executions} executions in {seconds} s", flush=True)
    if ended.returncode != 0:
        return f"{target} found something wrong:\n{ended.stdout[-4000:]}"
    if executions < LEAST_PER_SECOND * seconds:
        return f"{target} ran {executions} times only"
    return None


def fuzz_all(targets, seconds):
    configure(FUZZ, "-Dfuzz=true", "-Db_sanitize=address,undefined", "-Db_lundef=false")
    run("ninja", "-C", FUZZ, *[f"tests/fuzz/fuzz-{target}" for target in targets],
        stdout=subprocess.DEVNULL)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [wrong for wrong in pool.map(lambda target: fuzz(target, seconds), targets) if wrong]


def replay(target):
    """Replays a corpus; returns the program that did, and what it noted."""
    program = COVERAGE / "tests" / "fuzz" / f"replay-{target}"
    note = COVERAGE / f"{target}.profraw"
    run(program, CORPORA / target, env=dict(os.environ, LLVM_PROFILE_FILE=str(note)),
        stdout=subprocess.DEVNULL)
    return program, note


def test(name):
    """Runs a unit test; returns the program that does, and what it noted."""
    program = COVERAGE / "tests" / f"test-{name}"
    note = COVERAGE / f"test-{name}.profraw"
    run(program, env=dict(os.environ, LLVM_PROFILE_FILE=str(note), LC_ALL="C.UTF-8",
                          HEADWAY_SOURCE_ROOT=str(ROOT)), stdout=subprocess.DEVNULL)
    return program, note


def measure(programs, notes, sources):
    """Yields sources, and how many of their branches these programs reached."""
    profile = COVERAGE / "all.profdata"
    run("llvm-profdata", "merge", "-o", profile, *notes)
    objects = [f"-object={program}" for program in programs[1:]]
    told = subprocess.run(["llvm-cov", "export", "-summary-only", f"-instr-profile={profile}",
                           str(programs[0]), *objects], check=True, text=True,
                          stdout=subprocess.PIPE)
    files = json.loads(told.stdout)["data"][0]["files"]
    for source in sources:
        [file] = [file for file in files if file["filename"].endswith(f"/{source}")]
        branches = file["summary"]["branches"]
        yield source, branches["covered"], branches["count"]


def cover_all(targets):
    # What is checked of our own callers is no branch that bytes from outside could take.
    flags = ["-fprofile-instr-generate", "-fcoverage-mapping"]
    configure(COVERAGE, f"-Dc_args={[*flags, '-DG_DISABLE_CHECKS', '-DG_DISABLE_CAST_CHECKS']}",
              f"-Dc_link_args={flags}", "-Db_lundef=false")
    tests = sorted(set(EXACT.values()))
    run("ninja", "-C", COVERAGE, *[f"tests/fuzz/replay-{target}" for target in targets],
        *[f"tests/test-{name}" for name in tests], stdout=subprocess.DEVNULL)
    return [*judge("corpora", map(replay, targets), COVERED, FLOOR),
            *judge("unit tests", map(test, tests), EXACT, 100)]


def judge(who, runs, sources, floor):
    """Tells what of these sources was reached; yields what is wrong."""
    for source, covered, count in measure(*zip(*runs), sources):
        share = 100 * covered / count
        print(f"{source}: {who} reach {covered} of {count} branches, {share:.1f} %", flush=True)
        if share < floor:
            yield f"The {who} reach {share:.1f} % of {source}, and have to reach {floor} %"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    arguments = parser.parse_args()
    targets = arguments.targets or sorted(path.name for path in CORPORA.iterdir())

    wrong = [] if arguments.targets else cover_all(targets)
    if arguments.seconds > 0:
        wrong += fuzz_all(targets, arguments.seconds)
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
