#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Measures the files and C functions of folders: median / 90th percentile / longest."""

import re
import sys
from pathlib import Path
from statistics import median

NAME = re.compile(r"^(?:[A-Za-z_][\w\s*]*?[\s*])?([A-Za-z_]\w*) ?\(")
LONG = 60
SHOWN = 5


def functions(text: str):
    """Yields (line of the opening brace, lines of the body, name) of each function in C code.

    A function is what uncrustify makes of one: its name and its braces stand in column one,
    and its brace follows a parenthesis, which tells it from a struct and a table.
    """
    name, start, before = "?", None, ""
    for number, line in enumerate(text.split("\n"), 1):
        if start is not None:
            if line.startswith("}"):
                yield start, number - start - 1, name
                start = None
        elif (match := NAME.match(line)) and not line.rstrip().endswith(";"):
            name = match[1]
        elif line.rstrip() == "{" and before.endswith(")"):
            start = number
        if line.strip():
            before = line.rstrip()


def spread(values: list[int]) -> str:
    """Puts the median, the 90th percentile and the largest of some values into words."""
    values = sorted(values) or [0]
    return f"{median(values):g} / {values[int(len(values) * 0.9)]} / {values[-1]}"


def measure_files(folder: Path, language: str, *endings: str) -> list[str]:
    """Prints the sizes of the files in one language, and gives their texts."""
    paths = [path for path in sorted(folder.rglob("*"))
             if path.suffix in endings and "node_modules" not in path.parts]
    texts = [path.read_text(errors="replace") for path in paths]
    sizes = [len(text.splitlines()) for text in texts]

    if sizes:
        print(f"{folder}: {sum(sizes)} lines of {language}")
        print(f"  files     {len(sizes):5}  median / p90 / max  {spread(sizes)}")
    return texts


def measure_functions(texts: list[str]):
    """Prints the sizes of the functions in C files, and the longest ones."""
    bodies = sorted((body, name) for text in texts for _, body, name in functions(text))
    long = [body for body in bodies if body[0] > LONG]

    print(f"  functions {len(bodies):5}  median / p90 / max  {spread([b[0] for b in bodies])}")
    print(f"  over {LONG} lines: {100 * len(long) / max(len(bodies), 1):.1f} %")
    for length, name in reversed(bodies[-SHOWN:]):
        print(f"    {length:5}  {name}")


def measure(folder: Path):
    """Prints the figures of one folder."""
    if texts := measure_files(folder, "C", ".c", ".h"):
        measure_functions(texts)
    measure_files(folder, "TypeScript", ".ts", ".vue")


if __name__ == "__main__":
    for argument in sys.argv[1:] or ["src", "tests", "web/src"]:
        measure(Path(argument))
