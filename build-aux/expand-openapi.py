#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Makes the whole of data/openapi.json: what all operations have in common stands there once.

Usage: build-aux/expand-openapi.py INPUT VERSION OUTPUT
"""

import json
import sys
from pathlib import Path

# The operations that stand in the file: HEAD is made of GET.
METHODS = ["get", "post", "delete"]


def look_up(document: dict, value: dict) -> dict:
    """Follows a reference, if the value is one."""
    while "$ref" in value:
        found = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        value = found
    return value


def add_answers(operation: dict, common: dict) -> None:
    """Gives an operation the answers of all, but those of which it has its own."""
    answers = dict(common["always"])
    if operation.get("security") != []:
        answers |= common["known"]
    operation["responses"] = dict(sorted((answers | operation["responses"]).items()))


def make_head(document: dict, operation: dict) -> dict:
    """Makes the operation HEAD of a GET: the same answers without their bodies."""
    answers = {
        status: {
            name: value
            for name, value in look_up(document, answer).items()
            if name != "content"
        }
        for status, answer in operation["responses"].items()
    }
    return operation | {
        "operationId": operation["operationId"] + "Head",
        "summary": operation["summary"] + ", without the body of the answer",
        "responses": answers,
    }


def expand(document: dict, version: str) -> None:
    document["info"]["version"] = version
    common = document.pop("x-answers")
    for path in document["paths"].values():
        for method in METHODS:
            if method in path:
                add_answers(path[method], common)
        if "get" in path and "x-websocket" not in path["get"]:
            path["head"] = make_head(document, path["get"])


def main(source: str, version: str, target: str) -> int:
    document = json.loads(Path(source).read_text())
    expand(document, version)
    Path(target).write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
