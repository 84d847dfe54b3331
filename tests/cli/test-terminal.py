#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tests of what headway shows in a terminal."""

import os
import re
import signal

from house import House, Screen, until

import tap

CLEAR = b"\r\x1b[K"


class TerminalTest(House):
    def setUp(self):
        super().setUp()
        self.start_daemon()

    def open_demo(self, *, steps: int = 4, columns: int = 80, **environment: str) -> Screen:
        """A bar that goes on as long as there are steps."""
        return Screen(self, "add", "demo", f"steps={steps}", "delay=0.5", "--wait",
                      columns=columns, **environment)

    def bars(self, screen: Screen) -> list[str]:
        """Everything that was drawn as a bar, without colours."""
        text = re.sub(r"\x1b\[[0-9;]*m", "", screen.printed.decode())
        return re.findall(r"\r(#\d+[^\r\n\x1b]*)\x1b\[K", text)

    def test_a_bar_shows_how_far_it_is_and_is_gone_at_the_end(self):
        screen = self.open_demo(columns=100)
        self.assertEqual(0, screen.finish())
        bars = self.bars(screen)
        self.assertGreater(len(bars), 2)
        self.assertTrue(all("Demo with 4 steps" in bar and "%" in bar for bar in bars), bars)
        percents = [int(re.search(r"(\d+) %", bar)[1]) for bar in bars]
        self.assertEqual(sorted(percents), percents)
        self.assertTrue(any("2 of 4 steps" in bar for bar in bars), bars)
        self.assertRegex(screen.left(), r"^headway: Task 1: Completed after \d:\d\d\n$")

    def test_a_bar_is_never_wider_than_the_terminal(self):
        screens = {columns: self.open_demo(columns=columns)
                   for columns in (12, 24, 40, 64, 100, 200)}
        for columns, screen in screens.items():
            with self.subTest(columns=columns):
                screen.finish()
                self.assertTrue(self.bars(screen))
                for bar in self.bars(screen):
                    self.assertLess(len(bar), columns - 1)

    def test_nothing_quick_flashes(self):
        screen = Screen(self, "run", "--", "echo", "hello")
        self.assertEqual((0, b"hello\r\n"), (screen.finish(), screen.printed))

    def test_no_color_means_no_colours(self):
        coloured = self.open_demo(steps=3)
        plain = self.open_demo(steps=3, NO_COLOR="1")
        coloured.finish()
        plain.finish()
        self.assertRegex(coloured.printed, rb"\x1b\[[0-9]+m")
        self.assertNotRegex(plain.printed, rb"\x1b\[[0-9]*m")
        self.assertIn(b"%", plain.printed)
        listed = Screen(self, "list", NO_COLOR="1")
        listed.finish()
        self.assertNotIn(b"\x1b", listed.printed)

    def test_a_dumb_terminal_gets_lines(self):
        screen = self.open_demo(steps=2, TERM="dumb")
        self.assertEqual(0, screen.finish())
        self.assertEqual(b"headway: Step 1 of 2\r\nheadway: Step 2 of 2\r\n", screen.printed)

    def test_a_terminal_without_unicode_gets_ascii(self):
        screen = self.open_demo(steps=3, LC_ALL="C")
        screen.finish()
        screen.printed.decode("ascii")
        self.assertRegex(screen.printed, rb"\[(\x1b\[\d+m)?#+-+")

    def test_a_program_moves_its_bar(self):
        os.mkfifo(self.home / "fifo")
        script = ("echo PROGRESS=0.25 >&$HEADWAY_PROGRESS_FD; cat fifo; "
                  "printf 'TOTAL=8\nUNIT=files\nDONE=6\n' >&3; cat fifo")
        screen = Screen(self, "run", "--", "sh", "-c", script, NO_COLOR="1", columns=100)
        screen.until(r"#1 [^\r]*25 %")
        (self.home / "fifo").write_text("")
        screen.until(r"#1 [^\r]*75 %[^\r]*6 of 8 files")
        (self.home / "fifo").write_text("")
        self.assertEqual(0, screen.finish())
        self.assertEqual("", screen.left())

    def test_output_never_meets_the_bar(self):
        os.mkfifo(self.home / "fifo")
        script = "echo first; cat fifo; printf half; cat fifo; echo; cat fifo"
        screen = Screen(self, "run", "--", "sh", "-c", script, NO_COLOR="1")
        screen.until(r"#1 [^\r]*Processing")
        (self.home / "fifo").write_text("second\n")
        screen.until("half")
        self.assertIn(CLEAR + b"second\r\nhalf", screen.printed)
        drawn = len(self.bars(screen))
        (self.home / "fifo").write_text("way")
        screen.until("way\r\n")
        self.assertIn(b"halfway\r\n", screen.printed)
        self.assertEqual(drawn, len(self.bars(screen)))
        (self.home / "fifo").write_text("")
        screen.finish()
        self.assertEqual("first\nsecond\nhalfway\n", screen.left())

    def test_an_interrupt_takes_the_bar_away(self):
        screen = self.open_demo(steps=100)
        screen.until(r"\d %")
        screen.type("\x03")
        self.assertEqual(130, screen.finish())
        self.assertRegex(screen.left(), r"^headway: Task 1 goes on; .*\n$")
        self.assertNotIn("%", screen.left())

    def test_a_stop_takes_the_bar_away_and_going_on_draws_it_again(self):
        screen = self.open_demo(steps=100)
        screen.until(r"\d %")
        os.kill(screen.pid, signal.SIGTSTP)
        os.waitpid(screen.pid, os.WUNTRACED)
        screen.until(r"\r\x1b\[K$")
        drawn = len(screen.printed)
        os.kill(screen.pid, signal.SIGCONT)
        until("it is drawn again", lambda: screen.read() and b"%" in screen.printed[drawn:])

    def test_a_bar_is_drawn_at_most_ten_times_a_second(self):
        (self.home / "zero").write_bytes(b"")
        os.truncate(self.home / "zero", 1 << 30)
        screen = Screen(self, "add", "checksum", "path=zero", "--wait")
        screen.finish()
        task = self.task(1)
        begun, ended = (float(task[name][17:-1]) for name in ("startedAt", "endedAt"))
        self.assertLessEqual(len(self.bars(screen)), ((ended - begun) % 60) * 10 + 2)

    def test_a_table_fits_its_terminal(self):
        self.headway("run", "--title", "A title that is far too long " * 4, "--", "true")
        for columns in (60, 100):
            screen = Screen(self, "list", columns=columns)
            screen.finish()
            lines = re.sub(r"\x1b\[[0-9;]*m", "", screen.printed.decode()).splitlines()
            self.assertEqual(columns, max(map(len, lines)))
            self.assertTrue(lines[1].endswith("…"))

    def test_a_table_does_not_wrap_in_a_narrow_terminal(self):
        self.headway("run", "--title", "A title that is far too long " * 4, "--", "true")
        for command in (("list",), ("type",), ("type", "demo")):
            for columns in (43, 30, 20, 9):
                with self.subTest(command=command, columns=columns):
                    screen = Screen(self, *command, columns=columns)
                    screen.finish()
                    lines = re.sub(r"\x1b\[[0-9;]*m", "", screen.printed.decode()).splitlines()
                    table = lines[2:] if command == ("type", "demo") else lines
                    self.assertLessEqual(max(map(len, table)), columns)

    def test_json_in_a_terminal_is_harmless_and_the_same(self):
        self.headway("run", "--", "sh", "-c", ": \x9b31m \u202e \x7f \x1b[31m")
        screen = Screen(self, "show", "1", "--json")
        screen.finish()
        for character in ("\x9b", "\u202e", "\x7f", "\x1b"):
            self.assertNotIn(character, screen.printed.decode())
        self.assertIn(r": \u009b31m \u202e \u007f \u001b[31m", screen.printed.decode())

    def test_output_of_a_program_reaches_the_terminal_as_it_is(self):
        screen = Screen(self, "run", "--", "printf", r"\033[31mred\033[0m\n")
        screen.finish()
        self.assertEqual(b"\x1b[31mred\x1b[0m\r\n", screen.printed)


if __name__ == "__main__":
    tap.main()
