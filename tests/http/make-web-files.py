#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Packs a few files as a web client is packed, for test-web-files.

Usage: make-web-files.py DESCRIPTION OUTPUT
"""

import gzip
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree


def main(description: Path, output: Path) -> int:
    names = [file.text for file in ElementTree.parse(description).iter("file")]
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            text = f"This is {name.removesuffix('.gz')}.\n"
            path.write_bytes(gzip.compress(text.encode(), mtime=0))
        return subprocess.run(
            ["glib-compile-resources", "--generate-source", "--sourcedir", folder,
             "--target", output, description], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
