#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tests of headway's other commands, as a script calls them."""

import hashlib
import json
import os
import select
import signal
import socketserver
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from house import HEADWAY, House, until

import tap
from daemon import UnixConnection

# What a task calls itself to take over a terminal: its title, a bell, a way back.
HOSTILE = "\x1b]0;taken\x07 \x9b31m \x7f \u202e red"



class Liar(BaseHTTPRequestHandler):
    """A daemon that says what no daemon of ours would."""

    protocol_version = "HTTP/1.1"
    TASK = {"id": 1, "seq": 3, "type": HOSTILE, "title": HOSTILE, "state": "Failed",
            "result": "error", "error": HOSTILE, "message": HOSTILE, "owner": HOSTILE,
            "parameters": {HOSTILE: HOSTILE}, "value": {HOSTILE: HOSTILE}, "attempt": 1,
            "createdAt": "2026-01-01T00:00:00.000000Z"}
    EVENTS = [{"kind": "snapshot", "epoch": 5, "seq": 3, "reset": False, "tasks": [TASK]},
              {"kind": "message", "epoch": 5, "seq": 4, "task": 1, "attempt": 1,
               "at": "2026-01-01T00:00:00.000000Z", "message": HOSTILE}]
    TYPE = {"name": "odd", "title": HOSTILE, "description": HOSTILE, "runner": "command",
            "localOnly": False, "onInterrupt": "fail",
            "schema": {"type": "object", "required": [], "additionalProperties": False,
                       "properties": {"p": {"type": "string", "title": HOSTILE,
                                            "enum": [HOSTILE], "default": HOSTILE}}}}

    def answer(self, status: int, value):
        body = json.dumps(value, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if "/events" in self.path:
            self.answer(200, {"epoch": 5, "seq": 4, "rev": 0, "ended": True,
                              "events": self.EVENTS if "after=4" not in self.path else []})
        elif self.path == "/api/v1/tasks/1":
            self.answer(200, self.TASK)
        elif self.path == "/api/v1/task-types":
            self.answer(200, {"taskTypes": [self.TYPE]})
        elif self.path == "/api/v1/link":
            self.answer(200, {"url": HOSTILE})
        else:
            self.answer(200, {"epoch": 5, "seq": 3, "tasks": [self.TASK], "next": None})

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/api/v1/tasks":
            self.answer(202, self.TASK)
        else:
            self.answer(409, {"status": 409, "error": "wrong-state", "detail": HOSTILE})

    def address_string(self):
        return "liar"

    def log_message(self, *_):
        pass


class CommandsTest(House):
    def setUp(self):
        super().setUp()
        self.start_daemon()

    def add(self, *arguments: str) -> int:
        done = self.headway("add", *arguments)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        return int(done.stdout)

    def begin_waiting(self) -> int:
        return int(self.headway("run", "--detach", "--", "sleep", "3600").stdout)

    def start_liar(self):
        class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
            daemon_threads = True
        server = Server(str(self.home / "liar.sock"), Liar)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)

    def assert_usage_error(self, *arguments: str, says: str = ""):
        done = self.headway(*arguments)
        self.assertEqual((2, ""), (done.returncode, done.stdout))
        self.assertTrue(done.stderr.startswith("headway: "), done.stderr)
        self.assertIn(says, done.stderr)

    def test_an_unknown_command_suggests_the_nearest(self):
        self.assert_usage_error("lst", says="Did you mean “list”?")
        self.assert_usage_error("wacth", says="Did you mean “watch”?")
        self.assert_usage_error("frobnicate", says="headway --help")
        self.assert_usage_error()

    def test_mistakes_in_arguments_exit_with_2(self):
        for arguments in (("list", "--bogus"), ("list", "word"), ("list", "--limit", "0"),
                          ("list", "--state", "Odd"), ("show",), ("show", "x"), ("show", "0"),
                          ("log", "1", "2"), ("cancel", "-1"), ("watch", "1", "2"),
                          ("open", "x"), ("add",), ("doctor", "me"), ("type", "demo", "noop")):
            with self.subTest(arguments=arguments):
                self.assert_usage_error(*arguments)

    def test_what_exits_with_codes_of_tasks_has_125_for_itself(self):
        for arguments in (("wait",), ("wait", "x"), ("wait", "9"), ("run",)):
            with self.subTest(arguments=arguments):
                self.assertEqual(125, self.headway(*arguments).returncode)

    def test_help_is_there_for_all_and_for_each_command(self):
        overview = self.headway("--help")
        self.assertEqual((0, ""), (overview.returncode, overview.stderr))
        for command in ("run", "add", "list", "show", "watch", "log", "wait", "cancel", "pause",
                        "resume", "retry", "open", "type", "doctor"):
            with self.subTest(command=command):
                self.assertRegex(overview.stdout, rf"(?m)^  {command} +\S")
                done = self.headway(command, "--help")
                self.assertEqual((0, ""), (done.returncode, done.stderr))
                self.assertIn(f"Usage: headway {command} ", done.stdout)
                self.assertRegex(done.stdout, rf"Examples:\n  .*headway {command}")

    def test_version(self):
        self.assertRegex(self.headway("--version").stdout, r"^headway \d+\.\d+\.\d+\n$")

    def test_add_types_its_values_by_the_parameters(self):
        task = self.task(self.add("demo", "steps=1", "delay=0.01", "fail=no", "--title", "T"))
        self.assertEqual({"steps": 1, "delay": 0.01, "fail": False}, task["parameters"])
        self.assertEqual("T", task["title"])
        (self.home / "relative").write_text("x")
        task = self.task(self.add("checksum", "path=relative"))
        self.assertEqual(str(self.home / "relative"), task["parameters"]["path"])

    def test_add_refuses_what_a_type_does_not_take(self):
        for arguments, says in (((("demo", "stps=1")), "Did you mean “steps”?"),
                                ((("demo", "steps=x")), "whole number"),
                                ((("demo", "steps=1", "steps=2")), "2 times"),
                                ((("demo", "steps")), "has no value"),
                                ((("demo", "steps=0")), "from 1 to 1000"),
                                ((("dmo",)), "Did you mean “demo”?"),
                                ((("noop", "x=1")), "no parameters")):
            with self.subTest(arguments=arguments):
                done = self.headway("add", *arguments)
                self.assertEqual((1, ""), (done.returncode, done.stdout))
                self.assertIn(says, done.stderr)
        self.assertEqual([], self.tasks())

    def test_add_and_wait_prints_what_the_task_gave_back(self):
        (self.home / "file").write_bytes(b"abc")
        done = self.headway("add", "checksum", "path=file", "--wait")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertIn(f"sha256: {hashlib.sha256(b'abc').hexdigest()}\n", done.stdout)

    def test_add_and_wait_tells_messages_and_failure_in_lines(self):
        done = self.headway("add", "demo", "steps=2", "delay=0.01", "fail", "--wait")
        self.assertEqual((1, ""), (done.returncode, done.stdout))
        self.assertRegex(done.stderr, r"^headway: Step 1 of 2\nheadway: Step 2 of 2\n"
                         r"headway: Task 1: Failed: .+\n$")
        self.assertNotIn("\x1b", done.stderr)

    def test_json_of_each_command_can_be_parsed(self):
        task_id = str(self.add("demo", "steps=1", "delay=0"))
        for arguments, member in ((("add", "noop"), "id"), (("add", "noop", "--wait"), "result"),
                                  (("list",), "tasks"), (("show", task_id), "title"),
                                  (("wait", task_id), "endedAt"), (("type",), "taskTypes"),
                                  (("open",), "url"), (("run", "-d", "--", "true"), "id")):
            with self.subTest(arguments=arguments):
                done = self.headway("--json", *arguments)
                self.assertEqual((0, ""), (done.returncode, done.stderr))
                self.assertIn(member, json.loads(done.stdout))
        self.assertIsInstance(json.loads(self.headway("doctor", "--json").stdout), list)
        waiting = str(self.begin_waiting())
        self.assertIn("activity", json.loads(self.headway("cancel", "--json", waiting).stdout))
        self.when(int(waiting), "Failed")
        self.assertIn("state", json.loads(self.headway("retry", "--json", waiting).stdout))

    def test_list_pages_and_filters(self):
        for _ in range(3):
            self.add("noop")
        self.headway("wait", "1", "2", "3")
        self.headway("run", "--", "false")
        def ids(*arguments):
            lines = self.headway("list", *arguments).stdout.splitlines()[1:]
            return [int(line.split()[0]) for line in lines]
        self.assertEqual([4, 3, 2, 1], ids())
        self.assertEqual([4, 3], ids("--limit", "2"))
        self.assertEqual([4], ids("--state", "failed"))
        self.assertEqual([3, 2, 1], ids("--type", "noop"))
        self.assertEqual([4, 3, 2, 1], ids("--all"))
        done = self.headway("list", "--state", "Pending")
        self.assertEqual((0, "", "headway: There are no such tasks.\n"),
                         (done.returncode, done.stdout, done.stderr))

    def test_list_finds_tasks_by_words_and_owner(self):
        (self.home / "Holiday photos.tar").write_text("x")
        self.add("checksum", "path=Holiday photos.tar", "--title", "Check what was copied")
        self.add("noop", "--title", "Holiday, at last")
        self.add("noop", "--title", "Work")
        self.headway("run", "--title", "Look", "--", "sh", "-c", "echo holidays; exit 3")
        def ids(*arguments):
            done = self.headway("list", "--json", *arguments)
            self.assertEqual(0, done.returncode, done.stderr)
            return [task["id"] for task in json.loads(done.stdout)["tasks"]]
        self.assertEqual([4, 2, 1], ids("--search", "holiday"))
        self.assertEqual([2, 1], ids("-S", "HOLIDAY "))
        self.assertEqual([1], ids("--search", "photos.tar holiday"))
        self.assertEqual([2], ids("--search", "holi", "--type", "noop"))
        self.assertEqual([4], ids("--search", "holiday", "--state", "failed"))
        self.assertEqual([4], ids("--search", "holiday", "--limit", "1"))
        self.assertEqual([4, 2, 1], ids("--search", "holiday", "--all"))
        self.assertEqual([], ids("--search", "nowhere"))
        self.assertEqual([3], ids("--search", "work", "--owner", f"uid:{os.getuid()}"))
        self.assertEqual([], ids("--search", "work", "--owner", "uid:4294967294"))
        done = self.headway("list", "--search", "nowhere")
        self.assertEqual((0, "", "headway: There are no such tasks.\n"),
                         (done.returncode, done.stdout, done.stderr))
        done = self.headway("list", "--search", "%&?")
        self.assertEqual((1, ""), (done.returncode, done.stdout))
        self.assertIn("There is no word in the search.", done.stderr)

    def test_list_has_all_of_more_tasks_than_a_page(self):
        self.headway("run", "--", "sh", "-c", "exit 0")
        for _ in range(4):
            self.add("noop")
        listed = json.loads(self.headway("list", "--all", "--json").stdout)
        self.assertEqual([5, 4, 3, 2, 1], [task["id"] for task in listed["tasks"]])
        self.assertIsNone(listed["next"])

    def test_show_tells_all_of_each_task(self):
        self.headway("run", "--", "sh", "-c", "exit 3")
        self.add("noop")
        done = self.headway("show", "1", "#2")
        self.assertEqual(0, done.returncode)
        self.assertRegex(done.stdout, r"(?s)^Task: +1\n.*Exit code: +3\n.*\n\nTask: +2\n")
        missing = self.headway("show", "9", "2")
        self.assertEqual(1, missing.returncode)
        self.assertIn("There is no task 9", missing.stderr)
        self.assertIn("Task:       2\n", missing.stdout)

    def test_wait_exits_as_run_would(self):
        self.add("noop")
        self.headway("run", "-d", "--", "sh", "-c", "exit 3")
        self.headway("run", "-d", "--", "sh", "-c", "kill -TERM $$")
        self.headway("run", "-d", "--", "no-such-program")
        for arguments, code in ((("1",), 0), (("2",), 3), (("3",), 143), (("4",), 127),
                                (("1", "3", "2"), 143), (("9",), 125)):
            with self.subTest(arguments=arguments):
                self.assertEqual(code, self.headway("wait", *arguments).returncode)

    def test_wait_waits_and_can_be_left(self):
        task_id = self.begin_waiting()
        process = self.begin("wait", str(task_id))
        self.assertEqual(([], [], []), select.select([process.stderr], [], [], 0.2))
        process.send_signal(signal.SIGINT)
        self.assertEqual(130, process.wait(30))
        self.assertIn(f"headway cancel {task_id}", process.stderr.read())
        self.assertEqual("Processing", self.task(task_id)["state"])

    def test_cancel_and_retry_do_what_they_can(self):
        first, second = self.begin_waiting(), self.begin_waiting()
        done = self.headway("cancel", str(first), "99", str(second))
        self.assertEqual(1, done.returncode)
        self.assertEqual(2, done.stdout.count("\n"))
        self.assertIn("99", done.stderr)
        self.assertEqual("canceled", self.when(first, "Failed")["result"])
        self.when(second, "Failed")
        self.assertEqual(0, self.headway("retry", str(first)).returncode)
        self.assertEqual(2, self.when(first, "Processing")["attempt"])
        self.headway("cancel", str(first))

    def test_log_has_the_bytes_of_each_attempt(self):
        self.headway("run", "-d", "--", "sh", "-c", r"printf '%s\377' x; exit 1")
        self.headway("wait", "1")
        self.headway("retry", "1")
        self.headway("wait", "1")
        for arguments in ((), ("--attempt", "1"), ("-f",), ("-f", "--attempt", "2")):
            with self.subTest(arguments=arguments):
                done = self.headway("log", "1", *arguments, text=False)
                self.assertEqual((0, b"x\xff"), (done.returncode, done.stdout))
        self.assertEqual(1, self.headway("log", "1", "--attempt", "3").returncode)

    def test_log_follows_until_the_end(self):
        os.mkfifo(self.home / "fifo")
        self.headway("run", "-d", "--", "sh", "-c", "echo begun; cat fifo")
        process = self.begin("log", "-f", "1")
        self.assertEqual("begun\n", process.stdout.readline())
        (self.home / "fifo").write_text("ended\n")
        self.assertEqual(("ended\n", ""), process.communicate(timeout=30))
        self.assertEqual(0, process.returncode)

    def test_watch_prints_the_story_of_a_task_as_it_is_kept(self):
        self.headway("add", "demo", "steps=2", "delay=0", "--wait")
        done = self.headway("watch", "1", "--from-start", "--json")
        events = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(["added", "state", "message", "message", "state"],
                         [event["kind"] for event in events])
        self.assertEqual(sorted(event["seq"] for event in events),
                         [event["seq"] for event in events])
        lines = self.headway("watch", "1", "--from-start").stdout.splitlines()
        self.assertEqual(5, len(lines))
        self.assertRegex(lines[-1], r"^\d\d:\d\d:\d\d #1 Completed$")

    def test_watch_prints_events_as_the_daemon_sends_them(self):
        def read(text):
            return json.loads(text, object_pairs_hook=list, parse_float=str, parse_int=str)
        (self.home / "file").write_bytes(b"x" * 100000)
        self.headway("add", "checksum", "path=file", "--title", "Ä “quoted” \\ 漢", "--wait")
        self.headway("add", "demo", "steps=2", "delay=0.25", "fail", "--wait")
        self.headway("run", "--", "sh", "-c", "kill -TERM $$ # \t\x1b\x7f")
        self.headway("run", "--", "no-such-program")
        for task_id in ("1", "2", "3", "4"):
            with self.subTest(task_id=task_id):
                connection = UnixConnection(self.socket)
                self.addCleanup(connection.close)
                connection.request("GET", f"/api/v1/tasks/{task_id}/events?epoch=0&after=0")
                sent = dict(read(connection.getresponse().read()))["events"]
                lines = self.headway("watch", task_id, "--from-start", "--json").stdout
                printed = [read(line) for line in lines.splitlines()]
                self.assertEqual(sent, printed)

    def test_watch_of_all_goes_on_over_a_restart_of_the_daemon(self):
        process = self.begin("watch", "--json")
        self.assertEqual("snapshot", json.loads(process.stdout.readline())["kind"])
        self.add("noop")
        seen = [json.loads(process.stdout.readline()) for _ in range(3)]
        self.kill_daemon()
        self.start_daemon()
        self.add("noop")
        seen += [json.loads(process.stdout.readline()) for _ in range(3)]
        self.assertEqual([(1, "added"), (1, "state"), (1, "state"),
                          (2, "added"), (2, "state"), (2, "state")],
                         [(event["task"], event["kind"]) for event in seen])
        process.send_signal(signal.SIGINT)
        self.assertEqual(130, process.wait(30))

    def test_watch_from_the_start_replays_all_tasks(self):
        self.add("noop")
        self.add("demo", "steps=1", "delay=0")
        self.headway("wait", "1", "2")
        process = self.begin("watch", "--from-start", "--json", "--type", "demo")
        kinds = [json.loads(process.stdout.readline())["kind"] for _ in range(4)]
        self.assertEqual(["added", "state", "message", "state"], kinds)

    def test_watch_of_one_that_has_ended_ends(self):
        self.add("noop")
        self.headway("wait", "1")
        done = self.headway("watch", "1")
        self.assertEqual(0, done.returncode)
        self.assertRegex(done.stdout, r"^\d\d:\d\d:\d\d #1 Completed: .+\n$")

    def open(self, *arguments: str) -> tuple[str, str]:
        """Has headway open something. Gives what the browser is called with, and which signals
        it blocks; it is no shell, as some of those unblock all."""
        program = self.home / "bin/xdg-open"
        program.parent.mkdir()
        program.write_text(f"#!{sys.executable}\nimport os, signal, sys\n"
                           "mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])\n"
                           "with open('opened.new', 'w') as file:\n"
                           "    print(*sys.argv[1:], sorted(mask), sep='\\n', file=file)\n"
                           "os.rename('opened.new', 'opened')\n")
        program.chmod(0o755)
        environment = self.environment | {
            "PATH": f"{program.parent}:{self.environment['PATH']}", "DISPLAY": ":99"}
        done = self.headway(*arguments, env=environment)
        self.assertEqual((0, "", ""), (done.returncode, done.stdout, done.stderr))
        opened = self.home / "opened"
        until("the browser was started", opened.exists)
        page, mask = opened.read_text().splitlines()
        return page, mask

    def test_open_writes_the_address_where_only_its_user_can_read_it(self):
        page, _ = self.open("open", "7")
        self.assertEqual(0o600, os.stat(page).st_mode & 0o777)
        address = self.headway("open", "7", "--print").stdout.strip()
        self.assertIn(address.replace("&", "&amp;"), (self.home / page).read_text())
        self.assertNotIn("token", page)

    def test_open_starts_a_browser_that_blocks_no_signals(self):
        _, mask = self.open("open")
        self.assertEqual("[]", mask)

    def test_open_writes_its_page_even_if_an_address_was_given(self):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Liar)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        page, _ = self.open("--url", f"http://127.0.0.1:{server.server_port}/", "open")
        self.assertEqual(str(self.state), os.path.dirname(page))

    def test_open_without_a_display_prints_the_address(self):
        done = self.headway("open")
        self.assertEqual(0, done.returncode)
        self.assertRegex(done.stdout, r"^http://127\.0\.0\.1:\d+/\S*#token=\S+\n$")

    def test_words_that_nobody_takes_cost_nothing(self):
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        size = os.write(writer, bytes(1 << 20))
        process = subprocess.Popen([HEADWAY, "show"], env=self.environment, stderr=writer)
        os.close(writer)
        with self.assertRaises(subprocess.TimeoutExpired):
            process.wait(1)
        with open(reader, "rb") as pipe:
            self.assertIn(b"Say which task", pipe.read()[size:])
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
        self.assertLess(usage.ru_utime + usage.ru_stime, 0.5)

    def test_type_tells_what_a_task_takes(self):
        self.assertRegex(self.headway("type").stdout, r"(?m)^checksum +\S")
        self.assertRegex(self.headway("type", "demo").stdout,
                         r"(?m)^steps +whole number, from 1 to 1000; 5 if not given +\S")

    def test_doctor_finds_what_is_wrong(self):
        done = self.headway("doctor")
        self.assertIn("✓ socket", done.stdout)
        self.assertRegex(done.stdout, r"✓ version +The daemon is headwayd \d")
        self.assertRegex(done.stdout, r"✓ ready +The daemon takes tasks")
        self.state.chmod(0o755)
        done = self.headway("doctor")
        self.assertEqual(1, done.returncode)
        self.assertIn("✗ state", done.stdout)
        self.kill_daemon()
        done = self.headway("doctor")
        self.assertIn("✗ socket", done.stdout)
        self.assertFalse(self.daemon_pid() and os.path.exists(f"/proc/{self.daemon_pid()}"))

    def test_output_that_begins_anew_for_ever_is_none(self):
        self.start_liar()
        for arguments in (("log", "1"), ("log", "-f", "1")):
            with self.subTest(arguments=arguments):
                done = self.headway("--socket", "liar.sock", *arguments, timeout=5)
                self.assertEqual((1, ""), (done.returncode, done.stdout))
                self.assertIn("no answer of Headway's", done.stderr)

    def test_what_a_task_says_cannot_command_a_terminal(self):
        self.start_liar()
        for arguments in (("list",), ("show", "1"), ("watch", "1"), ("watch",), ("type",),
                          ("type", "odd"), ("cancel", "1"), ("wait", "1"), ("open", "--print"),
                          ("add", "odd", "--wait")):
            with self.subTest(arguments=arguments):
                done = self.headway("--socket", "liar.sock", *arguments)
                printed = done.stdout + done.stderr
                self.assertIn("␛]0;taken␇", printed)
                for character in "\x1b\x07\x9b\x7f\u202e":
                    self.assertNotIn(character, printed)


if __name__ == "__main__":
    tap.main()
