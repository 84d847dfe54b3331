#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tests that headway speaks the language of its user, and to programs always the same.

HEADWAY and HEADWAYD are the programs.
"""

from house import House

import tap


class LanguageTest(House):
    """A user who reads German."""

    def setUp(self):
        super().setUp()
        self.environment["LANGUAGE"] = "de"

    def test_help_is_german(self):
        done = self.headway("run", "--help")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        first, _, summary = done.stdout.splitlines()[:3]
        self.assertEqual("Aufruf: headway run [OPTION…] [--] PROGRAMM [ARGUMENT…]", first)
        self.assertEqual("Ein Programm als Aufgabe ausführen und zeigen, was es ausgibt", summary)

    def test_mistakes_are_told_in_german(self):
        done = self.headway("show", "x")
        self.assertEqual("", done.stdout)
        self.assertIn("„x“ ist keine Nummer einer Aufgabe.", done.stderr)

    def test_tasks_are_told_in_german(self):
        self.start_daemon()
        self.headway("add", "noop", "--wait")
        self.assertIn("Abgeschlossen", self.headway("list").stdout)

    def test_programs_are_told_the_same_words(self):
        self.start_daemon()
        self.headway("add", "noop", "--wait")
        self.assertIn('"state":"Completed"', self.headway("list", "--json").stdout.replace(" ", ""))


if __name__ == "__main__":
    tap.main()
