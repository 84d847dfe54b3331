#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Checks that every text for people can be translated, and is.

po/POTFILES has each source with such a text and nothing else. Each language of po/LINGUAS has a
translation of each text, without doubtful (fuzzy) or superfluous ones.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

# A text that goes through gettext: _("…"), N_("…"), ngettext ("…", "…", n).
MARKED = re.compile(r'(?:\b_|\bN_|\bC_|\bNC_|\bngettext|\bg_dngettext) ?\(\s*"')
# In the C files of these folders; of other files those that po/POTFILES names are read.
SOURCES = "src/**/*.[ch]"
KEYWORDS = ["_", "N_", "C_:1c,2", "NC_:1c,2", "ngettext:1,2"]


def read_list(path: Path) -> list[str]:
    """The lines of a file that are no comments."""
    lines = path.read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def faults_of_list(root: Path):
    """Yields what is wrong with the list of sources."""
    listed = read_list(root / "po/POTFILES")
    marked = [str(path.relative_to(root)) for path in sorted(root.glob(SOURCES))
              if MARKED.search(path.read_text())]

    for name in marked:
        if name not in listed:
            yield f"{name} has texts to translate, and po/POTFILES does not name it"
    for name in listed:
        if not (root / name).exists():
            yield f"po/POTFILES names {name}, which does not exist"
        elif name.endswith((".c", ".h")) and name not in marked:
            yield f"po/POTFILES names {name}, which has no texts to translate"
    if listed != sorted(listed):
        yield "po/POTFILES is not sorted"


def run(*command: str) -> str:
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stdout.strip()}")
    return done.stdout


def texts(*command: str) -> list[str]:
    """The texts of the entries that a command of gettext prints, without the head."""
    entries = re.findall(r'^msgid (.*(?:\n".*)*)$', run(*command), re.MULTILINE)
    return [text for entry in entries if (text := "".join(re.findall(r'"(.*)"', entry)))]


def faults_of_language(root: Path, template: str, language: str):
    """Yields what is wrong with the translation into one language."""
    name = f"po/{language}.po"
    path = str(root / name)
    if not (root / name).exists():
        yield f"po/LINGUAS names {language}, and there is no {name}"
        return

    run("msgfmt", "--check", "--output-file=/dev/null", path)
    with tempfile.NamedTemporaryFile(suffix=".po") as merged:
        run("msgmerge", "--quiet", "--no-fuzzy-matching", f"--output-file={merged.name}", path,
            template)
        for text in texts("msgattrib", "--untranslated", "--no-obsolete", merged.name):
            yield f"{name}: “{text}” is not translated"
        for text in texts("msgattrib", "--only-fuzzy", "--no-obsolete", merged.name):
            yield f"{name}: “{text}” is fuzzy: look at it, and take the mark away"
        if re.search(r"^#~ msgid", Path(merged.name).read_text(), re.MULTILINE):
            yield f"{name} translates texts that no source has"


def faults(root: Path):
    """Yields a sentence for each thing that is wrong."""
    found = list(faults_of_list(root))
    yield from found
    if found:
        return

    with tempfile.TemporaryDirectory(prefix="headway-translations-") as folder:
        template = f"{folder}/headway.pot"
        run("xgettext", f"--directory={root}", f"--output={template}", "--from-code=UTF-8",
            "--force-po", *(f"--keyword={keyword}" for keyword in KEYWORDS),
            *read_list(root / "po/POTFILES"))
        for language in read_list(root / "po/LINGUAS"):
            yield from faults_of_language(root, template, language)


def main(root: Path) -> int:
    try:
        found = list(faults(root))
    except RuntimeError as error:
        found = [str(error)]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()))
