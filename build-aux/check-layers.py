#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Checks that each folder under src/ includes only what it may know."""

import re
import sys
from pathlib import Path

# The arrows of src/README.md: a folder may include its own headers and those of the folders
# named here. Frontends do not meet each other, and only the daemon knows everyone.
MAY_INCLUDE = {
    "core": set(),
    "store": {"core", "shim"},
    "runners": {"core", "shim"},
    "shim": set(),
    "wire": {"core"},
    "plane": {"core"},
    "http": {"core", "wire", "plane"},
    "signalr": {"core", "wire", "plane"},
    "dbus": {"core"},
    "daemon": {"core", "store", "runners", "shim", "wire", "plane", "http", "signalr", "dbus",
               "settings"},
    "client": set(),
    "locale": set(),
    "link": set(),
    "settings": set(),
    "cli": {"core", "shim", "wire", "locale", "link", "settings"},
    "agent": {"client", "locale", "link", "settings"},
}

# Libraries that only some folders may know, by how their headers begin: SQL ends in the store,
# HTTP in what speaks it.
MAY_INCLUDE_LIBRARY = {
    "sqlite3.h": {"store"},
    "libsoup": {"http", "signalr", "daemon", "cli"},
    "gnutls": {"http"},
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]', re.MULTILINE)


def fault_of_header(layer: str, header: str, home: dict[str, str]) -> str | None:
    """Says why a file of the layer must not include a header, if so."""
    for library, layers in MAY_INCLUDE_LIBRARY.items():
        if header.startswith(library) and layer not in layers:
            return f"src/{layer} must not include {header}"

    name = Path(header).name
    other = home.get(name, layer)
    if other == layer:
        return None
    if name.endswith("-private.h"):
        return f"src/{layer} must not include {name}, which is private to src/{other}"
    if other not in MAY_INCLUDE[layer]:
        return f"src/{layer} must not include {name} of src/{other}"
    return None


def faults(root: Path):
    """Yields a sentence for each include that breaks the rules."""
    paths = sorted(path for path in root.glob("src/**/*.[ch]"))
    home = {path.name: path.relative_to(root).parts[1] for path in paths if path.suffix == ".h"}

    for path in paths:
        shown = path.relative_to(root)
        layer = shown.parts[1]
        if layer not in MAY_INCLUDE:
            yield f"{shown}: src/{layer} has no place in the table of build-aux/check-layers.py"
            continue
        for header in INCLUDE.findall(path.read_text()):
            if fault := fault_of_header(layer, header, home):
                yield f"{shown}: {fault}"


def main(root: Path) -> int:
    found = list(faults(root))
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()))
