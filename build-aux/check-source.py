#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Checks the house rules that a machine can see.

A finding is waived in place by a comment on its line or the line above:
`check-source: allow RULE: REASON`. The rule long-file is waived anywhere in the file, and
long-function anywhere in the function.
"""

import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from measure import LONG as LONGEST_FUNCTION
from measure import functions

LONGEST_FILE = 700
# The whole of headway-shim, headers apart, so that one can read it in an afternoon: it runs
# beside each program, and outlives the daemon that could be mended.
LARGEST_SHIM = 1500
SPDX_LINES = 4  # the licence stands in the first lines, below a #! line or a doctype

TOKEN = re.compile(
    r"/\*.*?\*/"  # a comment
    r"|//[^\n]*"
    r'|"(?:\\.|[^"\\\n])*"'  # a string
    r"|'(?:\\.|[^'\\\n])*'",
    re.DOTALL,
)
WAIVER = re.compile(r"check-source: allow ([a-z-]+): \w")
SPDX = re.compile(r"SPDX-License-" r"Identifier: LGPL-2\.1-or-later")
UNFINISHED = re.compile(r"\b(?:FIX[M]E|TO[D]O)\b(?! ?\(?#\d+)")
# Folders of the machine that somebody worked on. The project speaks of itself alone.
MACHINE_PATH = re.compile(r"(?<![\w.*])/(?:work|farm)\b|/tmp/[a-z][-\w]*/")

# Of these the first lines are read; `reuse lint` holds all other files to it.
SOURCES = {".c", ".h", ".py", ".ts", ".vue", ".css", ".js", ".html", ".sh"}

# What must not stand in C code, outside comments and strings.
FORBIDDEN = [
    ("goto", re.compile(r"\bgoto\b"), "write a function instead of a goto"),
    ("g-error", re.compile(r"\bg_error \("), "g_error () ends the process: return a GError"),
    ("bare-check", re.compile(r"^\s*\w+_IS_\w+ \(.*\);", re.MULTILINE),
     "a type check alone does nothing: put g_return_if_fail () round it"),
    ("object-notify", re.compile(r"\bg_object_notify \("), "use g_object_notify_by_pspec ()"),
]
# The shim is plain C: it has no GLib types.
FORBIDDEN_WITH_GLIB = [
    ("c-types", re.compile(r"\b(?:gchar|gint|glong|gshort|gfloat|gdouble|u?int\d+_t)\b"),
     "write char, int, long, double, or GLib's types with a size (guint32)"),
]
FORBIDDEN_IN_TESTS = [
    ("g-assert", re.compile(r"\bg_assert \("),
     "use g_assert_cmp… () or g_assert_true (): they tell what was wrong"),
    ("sleep", re.compile(r"\b(?:g_usleep|usleep|nanosleep|sleep) \("),
     "wait for the event itself: a sleep hides a race"),
]
SOURCE_ADDED = re.compile(r"\bg_(?:timeout|idle)_add(?:_\w+)? \(")
TASK_MADE = re.compile(r"\bg_task_new \(")
TASK_TAG_WITHIN = 6  # lines after g_task_new () in which its source tag must be set
LISTED = re.compile(r"^ +'([^']+\.[ch])',$", re.MULTILINE)
SKIPPED_PATH = re.compile(r'"[^"\n]*/subprocess')


@dataclass
class Source:
    """One file: its text, and for C the same with comments and strings blanked out."""

    path: Path
    text: str
    code: str = ""
    strings: str = ""
    comments: list[tuple[int, str]] = field(default_factory=list)

    @property
    def is_c(self) -> bool:
        return self.path.suffix in {".c", ".h"}

    @property
    def is_test(self) -> bool:
        return self.path.parts[0] == "tests"

    def line_of(self, position: int) -> int:
        return self.text.count("\n", 0, position) + 1

    def split(self):
        """Tells the code of a C file from its comments and strings."""
        code, strings = list(self.text), [" "] * len(self.text)
        for match in TOKEN.finditer(self.text):
            start, end = match.span()
            if match[0].startswith("/"):
                self.comments.append((start, match[0]))
            else:
                strings[start:end] = match[0]
            code[start:end] = [c if c == "\n" else " " for c in match[0]]
        self.code, self.strings = "".join(code), "".join(strings)


@dataclass
class Finding:
    line: int
    rule: str
    text: str
    last_line: int = 0  # of what is too long, so that a waiver may stand inside


def check_size(source: Source):
    lines = source.text.count("\n")
    if source.path.suffix in SOURCES and lines > LONGEST_FILE:
        yield Finding(1, "long-file", f"{lines} lines, at most {LONGEST_FILE}", lines)
    if source.is_c:
        for start, length, name in functions(source.text):
            if length > LONGEST_FUNCTION:
                yield Finding(start, "long-function",
                              f"{name} () has {length} lines, at most {LONGEST_FUNCTION}",
                              start + length)


def check_words(source: Source):
    head = "\n".join(source.text.split("\n")[:SPDX_LINES])
    is_program = source.path.suffix in SOURCES or source.text.startswith("#!")
    if is_program and not SPDX.search(head):
        yield Finding(1, "spdx", "the first lines do not name the licence")
    for match in UNFINISHED.finditer(source.text):
        yield Finding(source.line_of(match.start()), "unfinished",
                      f"{match[0]} without the number of an issue (#123)")
    for match in MACHINE_PATH.finditer(source.text):
        yield Finding(source.line_of(match.start()), "machine-path",
                      f"{match[0]} is a folder of one machine")


def check_lists(source: Source):
    """A source that is named twice is compiled twice. Each list stands between brackets."""
    if source.path.name != "meson.build":
        return
    for part in re.finditer(r"[^()\[\]]+", source.text):
        named = set()
        for match in LISTED.finditer(part[0]):
            if match[1] in named:
                yield Finding(source.line_of(part.start() + match.start()), "listed-twice",
                              f"{match[1]} stands in this list before")
            named.add(match[1])


def check_code(source: Source):
    rules = FORBIDDEN + (FORBIDDEN_IN_TESTS if source.is_test else [])
    if source.path.parts[:2] != ("src", "shim"):
        rules = rules + FORBIDDEN_WITH_GLIB
    for rule, pattern, advice in rules:
        for match in pattern.finditer(source.code):
            yield Finding(source.line_of(match.start() + len(match[0]) - len(match[0].lstrip())),
                          rule, advice)
    for start, comment in source.comments:
        if comment.startswith("//"):
            yield Finding(source.line_of(start), "line-comment", "write /* … */")


def check_kept_sources(source: Source):
    """The ID of a timeout or idle source must go somewhere, or nobody can remove it."""
    for match in SOURCE_ADDED.finditer(source.code):
        statement = re.split(r"[;{}]", source.code[:match.start()])[-1]
        is_argument = statement.count("(") > statement.count(")")
        if not re.search(r"(?<![=!<>])=(?!=)|\breturn\b", statement) and not is_argument:
            yield Finding(source.line_of(match.start()), "source-id",
                          "keep the ID of the source and remove it with its owner")


def check_task_tags(source: Source):
    for match in TASK_MADE.finditer(source.code):
        after = "\n".join(source.code[match.start():].split("\n")[:TASK_TAG_WITHIN + 1])
        if "g_task_set_source_tag (" not in after:
            yield Finding(source.line_of(match.start()), "source-tag",
                          "set the source tag of the GTask right below")


def check_test_paths(source: Source):
    if not source.is_test:
        return
    for match in SKIPPED_PATH.finditer(source.strings):
        yield Finding(source.line_of(match.start()), "test-path",
                      "GLib skips every test with /subprocess in its path, in silence")


def check_shim_size(root: Path, paths: list[Path]):
    """Says whether the shim has too many lines with code on them, a lone brace being none."""
    sizes = {}
    for path in paths:
        if path.parts[:2] == ("src", "shim") and path.suffix == ".c":
            code = TOKEN.sub(lambda match: "" if match[0].startswith("/") else match[0],
                             (root / path).read_text())
            sizes[path.name] = sum(1 for line in code.split("\n") if re.search(r"\w", line))
    if sum(sizes.values()) > LARGEST_SHIM:
        parts = ", ".join(f"{name} {size}" for name, size in sizes.items())
        yield (f"src/shim: {sum(sizes.values())} lines of code, at most {LARGEST_SHIM}: {parts} "
               "[large-shim]")


C_CHECKS = [check_code, check_kept_sources, check_task_tags, check_test_paths]


def is_waived(source: Source, finding: Finding) -> bool:
    lines = source.text.split("\n")
    first = max(finding.line - 2, 0)
    around = lines[first:max(finding.last_line, finding.line)]
    return any(match[1] == finding.rule for line in around for match in WAIVER.finditer(line))


def check_file(root: Path, path: Path):
    """Yields what is wrong with one file that nobody waived."""
    try:
        source = Source(path, (root / path).read_text())
    except UnicodeDecodeError:
        return
    checks = [check_size, check_words, check_lists]
    if source.is_c:
        source.split()
        checks += C_CHECKS
    for check in checks:
        for finding in check(source):
            if not is_waived(source, finding):
                yield f"{path}:{finding.line}: {finding.text} [{finding.rule}]"


def files(root: Path):
    """The files that git would put into a clone of the tree, and new ones."""
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True, capture_output=True, text=True).stdout
    for name in sorted(set(listed.split("\0")) - {""}):
        path = Path(name)
        is_ours = path.parts[0] != "LICENSES" and path.name != "package-lock.json"
        if is_ours and (root / path).is_file() and not (root / path).is_symlink():
            yield path


def main(root: Path) -> int:
    paths = list(files(root))
    found = [text for path in paths for text in check_file(root, path)]
    found += check_shim_size(root, paths)
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
