#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tests that a command under headway run does as it does without it."""

import hashlib
import json
import os
import re
import resource
import select
import signal
import socket
import subprocess
from pathlib import Path

from house import HEADWAY, House, Screen, until

import tap

MIB = 1024 * 1024
OUTPUT_SIZE = 100 * MIB
SEGMENT = 4 * MIB  # so much of the output is dropped at once


class RunTest(House):
    def setUp(self):
        super().setUp()
        self.start_daemon()

    def write_program(self, name: str, text: str, mode: int = 0o755) -> Path:
        path = self.home / name
        path.write_text(text)
        path.chmod(mode)
        return path

    def code_of_shell(self, *command: str) -> int:
        """The exit code that a shell has for a command."""
        return subprocess.run(["sh", "-c", '"$@"; exit $?', "sh", *command], env=self.environment,
                              cwd=self.home, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=30).returncode

    def test_exit_codes_are_those_of_the_command(self):
        self.write_program("plain", "no program", 0o644)
        self.write_program("no-interpreter", "#!/nonexistent/interpreter\n")
        expected = {
            ("true",): 0,
            ("false",): 1,
            ("sh", "-c", "exit 3"): 3,
            ("sh", "-c", "exit 124"): 124,
            ("sh", "-c", "exit 255"): 255,
            ("sh", "-c", "kill -TERM $$"): 143,
            ("sh", "-c", "kill -KILL $$"): 137,
            ("sh", "-c", "kill -SEGV $$"): 139,
            ("sh", "-c", "kill -USR1 $$"): 138,
            ("no-such-program",): 127,
            ("./no-such-program",): 127,
            ("./no-interpreter",): 127,
            ("./plain",): 126,
            (str(self.home),): 126,
        }
        for command, code in expected.items():
            with self.subTest(command=command):
                self.assertEqual(code, self.code_of_shell(*command))
                self.assertEqual(code, self.headway("run", "--", *command).returncode)

    def test_output_is_that_of_the_command_and_nothing_else(self):
        done = self.headway("run", "--", "printf", r"a\000\377\033[31mb", text=False)
        self.assertEqual((0, b"a\0\xff\x1b[31mb", b""),
                         (done.returncode, done.stdout, done.stderr))

    def test_errors_of_the_command_come_with_its_output(self):
        done = self.headway("run", "--", "sh", "-c", "echo one; echo two >&2; echo three; exit 7")
        self.assertEqual((7, "one\ntwo\nthree\n", ""),
                         (done.returncode, done.stdout, done.stderr))

    def test_output_comes_while_the_command_runs(self):
        fifo = self.home / "fifo"
        os.mkfifo(fifo)
        process = self.begin("run", "--", "sh", "-c", "echo begun; cat fifo")
        self.assertEqual("begun\n", process.stdout.readline())
        fifo.write_text("ended\n")
        self.assertEqual(("ended\n", ""), process.communicate(timeout=30))

    def test_a_hundred_megabytes_arrive_byte_for_byte(self):
        data = os.urandom(OUTPUT_SIZE)
        (self.home / "large").write_bytes(data)
        process = self.begin("run", "--", "cat", "large", text=False)
        digest, size = hashlib.sha256(), 0
        while piece := process.stdout.read(1 << 20):
            digest.update(piece)
            size += len(piece)
        self.assertEqual((0, OUTPUT_SIZE, hashlib.sha256(data).hexdigest()),
                         (process.wait(30), size, digest.hexdigest()))

    def limit_output(self):
        """Has a daemon keep no more than 8 MiB of what a command prints, and its ends of that."""
        types = self.home / ".local/share/headway/task-types"
        types.mkdir(parents=True)
        source = Path(__file__).resolve().parents[2] / "data/task-types/command.task"
        text = re.sub("^output-limit=.*$", "output-limit=8", source.read_text(), flags=re.M)
        (types / "command.task").write_text(text)
        self.kill_daemon()
        self.start_daemon()

    def assert_has_a_hole(self, data: bytes, printed: bytes, said: bytes):
        """Asserts that output is as it was printed but for one hole, and that a line says so."""
        missing = len(data) - len(printed)
        self.assertGreaterEqual(missing, SEGMENT)
        self.assertEqual(0, missing % SEGMENT)
        self.assertEqual(f"headway: {missing // MIB}.0\xa0MiB of output are missing here: "
                         "there was too much to keep.\n", said.decode())
        begin = next((i for i, (a, b) in enumerate(zip(data, printed)) if a != b), len(printed))
        begin -= begin % SEGMENT
        self.assertEqual(printed, data[:begin] + data[begin + missing:])

    def test_a_hole_in_the_output_is_a_line_on_standard_error(self):
        self.limit_output()
        data = os.urandom(16 * MIB + 5)
        (self.home / "large").write_bytes(data)
        (self.home / "program").write_text("cat large; touch printed")

        process = self.begin("run", "--", "sh", "program", text=False)
        until("all is printed, while nobody reads", (self.home / "printed").exists)
        self.assert_has_a_hole(data, *process.communicate(timeout=30))
        self.assertEqual(0, process.returncode)

        for options in ([], ["--follow"]):
            with self.subTest(options=options):
                done = self.headway("log", "1", *options, text=False)
                self.assertEqual(0, done.returncode)
                self.assert_has_a_hole(data, done.stdout, done.stderr)

    def test_the_command_stands_where_its_caller_stands(self):
        folder = self.home / "a folder, ä"
        folder.mkdir()
        script = "pwd; umask; env | grep -Ev '^(HEADWAY_|NOTIFY_SOCKET=)' | sort"
        options = {
            "cwd": folder,
            "env": self.environment | {"PWD": str(folder), "MIXED": "a=b \n“c”", "EMPTY": ""},
            "preexec_fn": lambda: os.umask(0o027),
        }
        under = self.headway("run", "--", "/bin/sh", "-c", script, **options)
        direct = subprocess.run(["/bin/sh", "-c", script], text=True, stdout=subprocess.PIPE,
                                timeout=30, **options)
        self.assertEqual(direct.stdout, under.stdout)
        self.assertIn("0027\n", under.stdout)

    def test_a_variable_that_is_not_utf8_is_left_out_and_named(self):
        done = self.headway("run", "--", "sh", "-c", "echo ${BAD-none} $GOOD",
                            env=self.environment | {"BAD": b"\xff", "GOOD": "good"})
        self.assertEqual((0, "none good\n"), (done.returncode, done.stdout))
        self.assertIn("BAD", done.stderr)

    def test_an_argument_that_is_not_utf8_is_refused_with_125(self):
        done = self.headway("run", "--", "echo", b"\xff")
        self.assertEqual((125, ""), (done.returncode, done.stdout))
        self.assertIn("Argument 1", done.stderr)
        self.assertEqual([], self.tasks())

    def test_input_that_the_command_does_not_get_is_told(self):
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        self.addCleanup(os.close, writing)

        done = self.headway("run", "--", "cat", stdin=reading)
        self.assertEqual((0, "", ""), (done.returncode, done.stdout, done.stderr))

        os.write(writing, b"something")
        for options in (), ("--detach",):
            done = self.headway("run", *options, "--", "cat", stdin=reading)
            self.assertEqual(0, done.returncode)
            self.assertIn("does not reach the task", done.stderr)

        with open("/etc/os-release", "rb") as file:
            done = self.headway("run", "--", "cat", stdin=file)
            self.assertEqual((0, ""), (done.returncode, done.stdout))
            self.assertIn("does not reach the task", done.stderr)

    def test_closed_standard_input_is_no_trouble(self):
        done = self.headway("run", "--", "cat", stdin=None, preexec_fn=lambda: os.close(0))
        self.assertEqual((0, "", ""), (done.returncode, done.stdout, done.stderr))

    def test_all_closed_descriptors_are_no_trouble(self):
        def close_all():
            for fd in range(3):
                os.close(fd)
        done = self.headway("run", "--", "sh", "-c", "echo lost; exit 5", preexec_fn=close_all)
        self.assertEqual(5, done.returncode)
        self.assertEqual("exit-code", self.tasks()[0]["result"])

    def test_a_reader_who_leaves_ends_it_quietly_and_the_task_goes_on(self):
        (self.home / "fifo").unlink(missing_ok=True)
        os.mkfifo(self.home / "fifo")
        script = "echo first; cat fifo; yes | head -c 1000000; echo done > done"
        process = self.begin("run", "--", "sh", "-c", script)
        self.assertEqual("first\n", process.stdout.readline())
        process.stdout.close()
        (self.home / "fifo").write_text("go\n")
        self.assertEqual(128 + signal.SIGPIPE, process.wait(30))
        self.assertEqual("", process.stderr.read())
        self.when(1, "Completed")
        self.assertTrue((self.home / "done").exists())

    def test_head_gets_its_line(self):
        line = f"{HEADWAY} run -- yes | head -1"
        done = subprocess.run(["bash", "-c", line], env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=30)
        self.assertEqual(("y\n", ""), (done.stdout, done.stderr))
        self.headway("cancel", "1")

    def test_detached_prints_the_number_alone(self):
        done = self.headway("run", "--detach", "--title", "Late", "--", "sh", "-c", "exit 4")
        self.assertEqual((0, "1\n", ""), (done.returncode, done.stdout, done.stderr))
        self.assertEqual(4, self.headway("wait", "1").returncode)
        self.assertEqual("Late", self.task(1)["title"])

    def test_json_is_the_task_as_it_ended(self):
        done = self.headway("run", "--json", "--", "sh", "-c", "echo hidden; exit 9")
        task = json.loads(done.stdout)
        self.assertEqual((9, 9, "Failed"), (done.returncode, task["exitCode"], task["state"]))

    def test_options_behind_the_program_are_the_programs(self):
        done = self.headway("run", "echo", "--json", "-d", "--", "--help")
        self.assertEqual("--json -d -- --help\n", done.stdout)

    def test_nothing_to_run_is_a_failure_of_headway(self):
        self.assertEqual(125, self.headway("run").returncode)
        self.assertEqual(125, self.headway("run", "--bogus", "--", "true").returncode)

    def test_another_type_gets_the_command(self):
        done = self.headway("run", "--type", "commanx", "--", "true")
        self.assertEqual(125, done.returncode)
        self.assertIn("“command”", done.stderr)
        self.assertEqual(0, self.headway("run", "--type", "command", "--", "true").returncode)

    def begin_waiting(self) -> subprocess.Popen:
        process = self.begin("run", "--", "sh", "-c", "echo begun; exec sleep 3600")
        self.assertEqual("begun\n", process.stdout.readline())
        return process

    def test_interrupt_cancels_the_task(self):
        process = self.begin_waiting()
        process.send_signal(signal.SIGINT)
        self.assertEqual(130, process.wait(30))
        self.assertEqual("canceled", self.task(1)["result"])
        self.assertIn("Canceling", process.stderr.read())

    def begin_stubborn(self) -> subprocess.Popen:
        """Begins what does not end when it is asked to."""
        self.write_program("stubborn", "#!/bin/sh\ntrap '' TERM\necho begun\n"
                           "while [ $((n+=1)) -lt 300 ]; do sleep 1; done\n")
        process = self.begin("run", "--", "./stubborn")
        self.assertEqual("begun\n", process.stdout.readline())
        process.send_signal(signal.SIGINT)
        until("it was canceled", lambda: self.task(1)["activity"] == "stopping")
        return process

    def test_second_interrupt_kills_the_task(self):
        process = self.begin_stubborn()
        process.send_signal(signal.SIGINT)
        self.assertEqual(130, process.wait(30))
        task = self.task(1)
        self.assertEqual(("Failed", "canceled"), (task["state"], task["result"]))
        self.assertEqual([], self.programs())
        self.assertRegex(process.stderr.read(), "(?s)Canceling the task.*Killing the task")

    def test_third_interrupt_leaves_the_task(self):
        process = self.begin_stubborn()
        os.kill(self.daemon.pid, signal.SIGSTOP)
        try:
            for word in ("Canceling", "Killing"):  # each was heard before the next is sent
                self.assertIn(word, process.stderr.readline())
                process.send_signal(signal.SIGINT)
            self.assertEqual(130, process.wait(30))
        finally:
            os.kill(self.daemon.pid, signal.SIGCONT)
        self.assertIn("headway show 1", process.stderr.read())

    def test_ctrl_z_leaves_the_task_running(self):
        screen = Screen(self, "run", "--", "sh", "-c",
                        "echo begun; until [ -e go ]; do sleep 0.05; done; touch gone; echo ended")
        screen.until("begun")
        screen.type("\x1a")
        os.waitpid(screen.pid, os.WUNTRACED)
        (self.home / "go").touch()
        until("the task went on", (self.home / "gone").exists)
        os.kill(screen.pid, signal.SIGCONT)
        screen.until("ended")
        self.assertEqual(0, screen.finish())

    def test_other_signals_leave_the_task_to_itself(self):
        for number, name in ((signal.SIGTERM, 1), (signal.SIGHUP, 2)):
            with self.subTest(number=number):
                process = self.begin_waiting()
                process.send_signal(number)
                self.assertEqual(128 + number, process.wait(30))
                self.assertIn(f"headway log -f {name}", process.stderr.read())
                self.assertEqual("Processing", self.task(name)["state"])

    def test_killing_it_leaves_the_task_to_itself(self):
        process = self.begin_waiting()
        process.kill()
        process.wait()
        self.assertEqual("Processing", self.task(1)["state"])

    def test_a_task_outlives_its_terminal(self):
        os.mkfifo(self.home / "fifo")
        screen = Screen(self, "run", "--", "sh", "-c", "echo begun; cat fifo; exit 6")
        screen.until("begun")
        self.assertEqual(128 + signal.SIGHUP, screen.hang_up())
        (self.home / "fifo").write_text("go on\n")
        self.assertEqual(("exit-code", 6), (lambda task: (task["result"], task["exitCode"]))(
            self.when(1, "Failed")))
        self.assertEqual("begun\ngo on\n", self.headway("log", "1").stdout)

    def test_control_c_in_a_terminal_cancels_and_gives_130(self):
        screen = Screen(self, "run", "--", "sh", "-c", "echo begun; exec sleep 3600")
        screen.until("begun")
        screen.type("\x03")
        self.assertEqual(130, screen.finish())
        self.assertEqual("canceled", self.task(1)["result"])

    def begin_reading(self) -> subprocess.Popen:
        os.mkfifo(self.home / "fifo")
        process = self.begin("run", "--", "sh", "-c", "echo begun; cat fifo; exit 6")
        self.assertEqual("begun\n", process.stdout.readline())
        return process

    def test_death_of_the_daemon_is_not_that_of_the_task(self):
        process = self.begin_reading()
        self.kill_daemon()
        self.start_daemon()
        (self.home / "fifo").write_text("go on\n")
        self.assertEqual(6, process.wait(30))
        self.assertEqual("go on\n", process.stdout.read())
        task = self.task(1)
        self.assertEqual(("exit-code", 1), (task["result"], task["attempt"]))

    def test_many_who_wait_are_waited_for(self):
        # More than may wait where so few files may be open; two calls of headway for each of
        # many tasks soon are as many.
        self.kill_daemon()
        self.start_daemon(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE,
                                                                (256, 256)))
        task_id = self.headway("run", "--detach", "--", "sleep", "3600").stdout.strip()
        crowd = [socket.socket(socket.AF_UNIX) for _ in range(250)]
        for one in crowd:
            self.addCleanup(one.close)
            one.connect(str(self.home / "session/headway/api.sock"))
            one.sendall(f"GET /api/v1/tasks/{task_id}/log?wait=60 HTTP/1.1\r\n"
                        "Host: localhost\r\n\r\n".encode())
        until("there is no room", lambda: select.select(crowd, [], [], 0)[0])
        process = self.begin("run", "--", "echo", "hello")
        until("it was added", lambda: len(self.tasks()) == 2)
        self.when(2, "Completed")
        with self.assertRaises(subprocess.TimeoutExpired):
            process.wait(0.5)
        for one in crowd:
            one.close()
        self.assertEqual((0, "hello\n", ""), (process.wait(30), *process.communicate()))

    def test_a_daemon_that_stays_away_is_told_of(self):
        process = self.begin_reading()
        self.kill_daemon()
        self.assertIn("The daemon does not answer", process.stderr.readline())
        self.start_daemon()
        (self.home / "fifo").write_text("go on\n")
        self.assertEqual(6, process.wait(30))
        self.assertIn("The daemon answers again", process.stderr.read())


if __name__ == "__main__":
    tap.main()
