#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Builds the web client and packs it into one C file.

Each file of the client is compressed once, here, and stands in the daemon as the resource
/org/headway/Headway/web/NAME.gz. The same sources give the same bytes.
"""

import argparse
import fcntl
import gzip
import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.sax.saxutils import escape

PREFIX = "/org/headway/Headway/web"

# What the build reads, beside src/: a change in one of these builds the client anew.
INPUTS = [
    "bundle.py",
    "index.html",
    "package-lock.json",
    "package.json",
    "tsconfig.app.json",
    "tsconfig.json",
    "tsconfig.node.json",
    "vite.config.ts",
]
INPUT_FOLDERS = ["public", "scripts", "src"]
FOR_TESTS = {"__tests__", "testing"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ["node", "npm", "source", "work", "depfile", "output"]:
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    pages = options.work.absolute() / "pages"

    try:
        install_packages(options)
        build_pages(options, pages)
        compile_resources(pack(pages, options.work / "packed"), options.output)
    except subprocess.CalledProcessError as error:
        sys.stderr.write(error.stdout or "")
        print(f"{' '.join(map(str, error.cmd))} ended with {error.returncode}", file=sys.stderr)
        return 1
    write_depfile(options)
    return 0


def run(command: list, options: argparse.Namespace) -> None:
    """Runs a command of the Node.js that was chosen; its words are shown only when it fails."""
    path = os.pathsep.join([str(options.node.parent), os.environ.get("PATH", os.defpath)])
    subprocess.run(
        command,
        cwd=options.source,
        env={**os.environ, "PATH": path, "NODE_ENV": "production"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )


def install_packages(options: argparse.Namespace) -> None:
    """Installs what the lock file names, unless it is there."""
    lock = options.source / "package-lock.json"
    # npm writes down last of all what it installed.
    installed = options.source / "node_modules" / ".package-lock.json"

    # Several build folders share one node_modules.
    with lock.open(encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if installed.exists() and installed.stat().st_mtime > lock.stat().st_mtime:
            return
        run([options.npm, "ci", "--include=dev", "--loglevel=error"], options)


def build_pages(options: argparse.Namespace, pages: Path) -> None:
    vite = options.source / "node_modules" / "vite" / "bin" / "vite.js"
    run([options.node, vite, "build", "--emptyOutDir", "--outDir", pages], options)


def pack(pages: Path, packed: Path) -> Path:
    """Compresses every page and lists them for glib-compile-resources."""
    shutil.rmtree(packed, ignore_errors=True)
    names = sorted(p.relative_to(pages).as_posix() for p in pages.rglob("*") if p.is_file())
    for name in names:
        target = packed / f"{name}.gz"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(gzip.compress((pages / name).read_bytes(), compresslevel=9, mtime=0))

    listing = packed / "web.gresource.xml"
    files = "\n".join(f"    <file>{escape(name)}.gz</file>" for name in names)
    listing.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<gresources>\n'
        f'  <gresource prefix="{PREFIX}">\n{files}\n  </gresource>\n</gresources>\n',
        encoding="utf-8",
    )
    return listing


def compile_resources(listing: Path, output: Path) -> None:
    subprocess.run(
        [
            "glib-compile-resources",
            "--generate-source",
            "--internal",
            "--c-name=hw_web",
            f"--sourcedir={listing.parent}",
            f"--target={output}",
            listing,
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )


def write_depfile(options: argparse.Namespace) -> None:
    """Tells ninja what the output was made of."""
    inputs = [options.source / name for name in INPUTS]
    for folder in INPUT_FOLDERS:
        inputs += sorted(p for p in (options.source / folder).rglob("*") if p.is_file())
    read = [
        str(path).replace(" ", "\\ ")
        for path in inputs
        if not FOR_TESTS & set(path.relative_to(options.source).parts)
    ]
    options.depfile.write_text(f"{options.output}: {' '.join(read)}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
