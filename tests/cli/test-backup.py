#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tests backups that are made and put back, and exports, as the user calls for them.

HEADWAY and HEADWAYD are the programs.
"""

import json
import os
import signal
import subprocess
import threading
from pathlib import Path

from house import HEADWAY, HEADWAYD, House, is_alive, until

import tap

# How many steps of a restore are tried, at least: it makes, links, removes and renames files.
RESTORE_STEPS = 4
RESTORE_STEPS_MAX = 100

# What changes the names of files. A process is killed before one of them is done.
NAME_CALLS = "link,linkat,unlink,unlinkat,rename,renameat,renameat2"


class BackupTest(House):
    def setUp(self):
        super().setUp()
        self.backup = self.home / "tasks.backup"

    def epoch(self) -> int:
        return json.loads(self.headway("list", "--json").stdout)["epoch"]

    def ids(self) -> list[int]:
        return [task["id"] for task in self.tasks()]

    def add(self, count: int) -> list[int]:
        return [int(self.headway("add", "noop", "--wait", "--json").stdout.split('"id":')[1]
                    .split(",")[0]) for _ in range(count)]

    def make(self, *options: str):
        done = self.headway("backup", *options, str(self.backup))
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        return done

    def restore(self, **options):
        return self.headway("restore", str(self.backup), **options)

    def restart_with_backup(self):
        self.kill_daemon()
        done = self.restore()
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.start_daemon()

    def test_has_all_that_was_accepted_before_under_load(self):
        self.start_daemon()
        accepted, is_over = [], threading.Event()

        def load():
            while not is_over.is_set():
                accepted.append(int(self.headway("add", "noop").stdout))

        threads = [threading.Thread(target=load) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(5):
                seen = len(accepted)
                until("more were accepted", lambda: len(accepted) > seen + 10)
                before = list(accepted)
                self.make("--force")
                at_end = len(accepted)
        finally:
            is_over.set()
            for thread in threads:
                thread.join()
        self.assertGreaterEqual(at_end, len(before))
        epoch = self.epoch()
        self.restart_with_backup()
        self.assertEqual(set(), set(before) - set(self.ids()))
        self.assertNotEqual(epoch, self.epoch())
        self.assertGreater(self.add(1)[0], max(accepted))

    def test_is_for_its_owner_and_replaces_nothing_unasked(self):
        self.start_daemon()
        self.add(1)
        done = self.make()
        self.assertEqual(f"The backup {self.backup} has 1 tasks, of which 0 wait and 0 are in "
                         "progress.\n", done.stdout)
        self.assertEqual(0o600, self.backup.stat().st_mode & 0o777)
        self.assertEqual([self.backup], [*self.home.glob("tasks*")])
        contents = self.backup.read_bytes()
        self.add(1)
        again = self.headway("backup", str(self.backup))
        self.assertEqual(1, again.returncode)
        self.assertIn("--force", again.stderr)
        self.assertEqual(contents, self.backup.read_bytes())
        self.make("--force")
        self.assertNotEqual(contents, self.backup.read_bytes())

    def test_needs_no_daemon_and_starts_none(self):
        self.start_daemon()
        self.add(2)
        self.kill_daemon()
        self.make()
        self.assertFalse(is_alive(self.daemon_pid()))
        self.assertIn(": 2, of which 0 wait", self.restore().stdout)

    def test_says_what_is_wrong_with_the_place(self):
        missing = self.headway("backup", str(self.backup))
        self.assertEqual(1, missing.returncode)
        self.assertIn("There is no such file", missing.stderr)
        self.start_daemon()
        for place, sentence in (("nowhere/x", "There is no folder"), (".", "is a folder"),
                                (str(self.state / "headway.db"), "is the database itself")):
            done = self.headway("backup", "--force", place)
            self.assertEqual(1, done.returncode)
            self.assertIn(sentence, done.stderr)
        self.assertEqual(2, self.headway("backup").returncode)
        self.assertEqual(2, self.headway("--socket", str(self.socket), "backup", "x").returncode)
        self.assertEqual([], [*self.home.glob("*draft*")])

    def test_a_full_disk_leaves_nothing(self):
        self.start_daemon()
        self.add(1)
        done = self.headway("backup", "/dev/full/x")
        self.assertEqual(1, done.returncode)
        # A limit of the size of files is as good as a disk that is full.
        full = subprocess.run(["prlimit", "--fsize=8192", "--", HEADWAYD, "--backup",
                               str(self.backup)], env=self.environment, text=True, cwd=self.home,
                              capture_output=True, preexec_fn=lambda: signal.signal(
                                  signal.SIGXFSZ, signal.SIG_IGN))
        self.assertEqual(1, full.returncode, full.stderr)
        self.assertIn("There is no space left", full.stderr)
        self.assertEqual([], [*self.home.glob("tasks*")])

    def test_is_not_put_back_beside_a_daemon(self):
        self.start_daemon()
        self.add(1)
        self.make()
        epoch = self.epoch()
        done = self.restore()
        self.assertEqual(1, done.returncode)
        self.assertIn("Stop it", done.stderr)
        self.assertEqual(epoch, self.epoch())
        self.assertEqual([], [*self.state.glob("*restore*")])

    def test_what_is_no_backup_is_refused(self):
        self.start_daemon()
        self.add(1)
        self.make()
        self.kill_daemon()
        backup = self.backup.read_bytes()
        version = 60  # where the file has it, of four bytes
        newer = backup[:version] + b"\0\0\0\x63" + backup[version + 4:]
        for contents, sentence in (
                (b"", "not a database of Headway"), (b"x" * 8192, "not a database"),
                (backup[:len(backup) // 2], "damaged"), (newer, "made by a newer Headway")):
            self.backup.write_bytes(contents)
            done = self.restore()
            self.assertEqual(1, done.returncode)
            self.assertIn("Cannot restore", done.stderr)
            self.assertIn(sentence, done.stderr)
        self.backup.unlink()
        self.assertIn("no such file", self.restore().stderr)
        self.backup.mkdir()
        self.assertIn("It is a folder", self.restore().stderr)
        self.start_daemon()
        self.assertEqual([1], self.ids())

    def test_former_database_is_kept(self):
        self.start_daemon()
        self.add(1)
        self.make()
        self.add(1)
        self.kill_daemon()
        done = self.restore()
        self.assertEqual(0, done.returncode, done.stderr)
        [kept] = self.state.glob("headway.db.before-restore-*")
        self.assertIn(str(kept), done.stdout)
        done = self.headway("restore", str(kept))
        self.assertEqual(0, done.returncode, done.stderr)
        self.start_daemon()
        self.assertEqual([2, 1], self.ids())

    def test_killed_at_any_step_leaves_the_former_or_the_new(self):
        self.start_daemon()
        self.add(1)
        self.make()
        self.add(1)
        self.kill_daemon()
        for steps in range(1, RESTORE_STEPS_MAX):
            log = self.home / "trace"
            done = subprocess.run(["strace", "-f", "-o", str(log), "-e", f"trace={NAME_CALLS}",
                                   "-e", f"inject={NAME_CALLS}:signal=KILL:when={steps}",
                                   HEADWAYD, "--restore", str(self.backup)],
                                  # Leaks cannot be looked for in a process that is traced.
                                  env=self.environment | {"ASAN_OPTIONS": "detect_leaks=0"},
                                  cwd=self.home, capture_output=True)
            self.start_daemon()
            found = self.ids()
            self.assertIn(found, ([2, 1], [1]))
            self.assertEqual([], [*self.state.glob("*restored*")])
            if done.returncode == 0:
                break
            if found == [1]:
                # It was done but for the rest; begin with the former one again.
                self.kill_daemon()
                [kept] = self.state.glob("headway.db.before-restore-*")
                os.rename(kept, self.state / "headway.db")
            else:
                self.kill_daemon()
            self.assertEqual([], [*self.state.glob("headway.db.before-restore-*")])
        self.assertEqual([1], found)
        self.assertGreaterEqual(steps, RESTORE_STEPS)

    def test_what_was_in_progress_goes_on(self):
        self.start_daemon()
        held = int(self.headway("run", "-d", "--", "sh", "-c", "echo begun; read x < end; exit 3")
                   .stdout)
        os.mkfifo(self.home / "end")
        self.when(held, "Processing")
        [program] = until("it runs", self.programs)
        self.make()
        self.restart_with_backup()
        self.assertEqual("Processing", self.task(held)["state"])
        self.assertTrue(is_alive(program))
        (self.home / "end").write_text("x\n")
        ended = self.when(held, "Failed")
        self.assertEqual((3, 1), (ended["exitCode"], ended["attempt"]))
        self.assertEqual("begun\n", self.headway("log", str(held)).stdout)

    def test_what_ended_meanwhile_has_ended_so(self):
        self.start_daemon()
        os.mkfifo(self.home / "end")
        held = int(self.headway("run", "-d", "--", "sh", "-c", "read x < end; exit 7").stdout)
        self.when(held, "Processing")
        self.make()
        (self.home / "end").write_text("x\n")
        self.when(held, "Failed")
        self.restart_with_backup()
        ended = self.when(held, "Failed")
        self.assertEqual((7, 1), (ended["exitCode"], ended["attempt"]))

    def test_without_its_files_it_was_interrupted_and_is_not_done_again(self):
        self.start_daemon()
        held = int(self.headway("run", "-d", "--", "sh", "-c", "echo x >> runs; sleep 600").stdout)
        self.when(held, "Processing")
        until("it runs", (self.home / "runs").exists)
        self.make()
        self.kill_daemon()
        self.kill_all()
        until("nothing runs", self.kill_all)
        for path in sorted(self.state.glob("**/*"), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        self.assertEqual(0, self.restore().returncode)
        self.start_daemon()
        ended = self.when(held, "Failed")
        self.assertEqual("interrupted", ended["result"])
        self.assertEqual("x\n", (self.home / "runs").read_text())

    def test_nothing_runs_beside_what_the_backup_does_not_know(self):
        self.start_daemon()
        blocker = [int(self.headway("run", "-d", "--", "sleep", "600").stdout) for _ in range(8)]
        for task_id in blocker:
            self.when(task_id, "Processing")
        # It waits in the backup, and runs when that is put back.
        waiting = int(self.headway("run", "-d", "--", "sh", "-c",
                                   "echo $$ >> runs; sleep 600").stdout)
        self.make()
        self.headway("cancel", "--now", str(blocker[0]))
        self.when(waiting, "Processing")
        until("it runs", lambda: (self.home / "runs").exists() and (self.home / "runs").read_text())
        first = int((self.home / "runs").read_text())
        stray = int(self.headway("add", "command", "argv=sleep", "argv=601").stdout)
        self.headway("cancel", "--now", str(blocker[1]))
        self.when(stray, "Processing")
        self.restart_with_backup()
        self.assertFalse(is_alive(first))
        self.assertEqual("Failed", self.when(blocker[0], "Failed")["state"])
        self.when(waiting, "Processing")
        until("it runs again", lambda: len((self.home / "runs").read_text().split()) == 2)
        running = {dict(part.split("=", 1) for part in
                        Path(f"/proc/{pid}/environ").read_text().split("\0") if "=" in part)
                   ["HEADWAY_TASK"].split("/")[1] for pid in self.programs()}
        self.assertEqual({str(task_id) for task_id in (*blocker[2:], waiting)}, running)

    def test_output_from_before_can_be_read(self):
        self.start_daemon()
        task_id = int(self.headway("run", "-d", "--", "echo", "from before").stdout)
        self.when(task_id, "Completed")
        self.make()
        self.restart_with_backup()
        self.assertEqual("from before\n", self.headway("log", str(task_id)).stdout)

    def test_output_from_before_is_there_when_it_was_tried_again(self):
        self.start_daemon()
        task_id = int(self.headway("run", "-d", "--", "sh", "-c",
                                   "echo from $(ls); touch later; false").stdout)
        self.when(task_id, "Failed")
        self.make()
        self.restart_with_backup()
        self.headway("retry", str(task_id))
        until("it was tried again", lambda: "later" in self.headway("log", str(task_id)).stdout)
        former = self.headway("log", "--attempt", "1", str(task_id)).stdout
        self.assertTrue(former.startswith("from"))
        self.assertNotIn("later", former)

    def test_database_that_somebody_copied_is_noticed(self):
        self.start_daemon()
        self.add(2)
        epoch = self.epoch()
        self.daemon.send_signal(signal.SIGTERM)
        self.daemon.wait()
        self.daemon.stdout.close()
        older = (self.state / "headway.db").read_bytes()
        self.start_daemon()
        newest = self.add(3)[-1]
        self.daemon.send_signal(signal.SIGTERM)
        self.daemon.wait()
        self.daemon.stdout.close()
        (self.state / "headway.db").write_bytes(older)
        self.start_daemon()
        self.assertNotEqual(epoch, self.epoch())
        self.assertGreater(self.add(1)[0], newest)


class ExportTest(House):
    def setUp(self):
        super().setUp()
        self.start_daemon()

    def lines(self, text: str) -> list[dict]:
        return [json.loads(line) for line in text.splitlines()]

    def add_many(self, count: int):
        for _ in range(count):
            self.headway("add", "noop")
        until("all have ended", lambda: all(task["state"] == "Completed" for task in self.tasks()))

    def test_has_all_tasks_as_they_are_the_newest_first(self):
        self.add_many(3)
        done = self.headway("export")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertEqual(self.tasks(), self.lines(done.stdout))

    def test_goes_through_pages(self):
        tasks = [{"type": "noop"}] * 450
        subprocess.run(["curl", "--silent", "--fail", "--unix-socket", str(self.socket),
                        "--json", json.dumps(tasks), "http://localhost/api/v1/tasks"], check=True,
                       stdout=subprocess.DEVNULL)
        ids = [task["id"] for task in self.lines(self.headway("export").stdout)]
        self.assertEqual([*range(450, 0, -1)], ids)

    def test_events_follow_their_task(self):
        self.add_many(2)
        lines = self.lines(self.headway("export", "--events").stdout)
        heads = [number for number, line in enumerate(lines) if "kind" not in line]
        self.assertEqual([2, 1], [lines[number]["id"] for number in heads])
        self.assertEqual(0, heads[0])
        for task_id, events in ((2, lines[1:heads[1]]), (1, lines[heads[1] + 1:])):
            self.assertEqual({task_id}, {event["task"] for event in events})
            self.assertEqual("added", events[0]["kind"])
            self.assertEqual("Completed", events[-1]["state"])

    def test_file_is_there_as_a_whole_and_replaces_nothing_unasked(self):
        self.add_many(1)
        path = self.home / "tasks.jsonl"
        done = self.headway("export", str(path))
        self.assertEqual((0, "", ""), (done.returncode, done.stdout, done.stderr))
        self.assertEqual(self.tasks(), self.lines(path.read_text()))
        self.assertEqual(0o600, path.stat().st_mode & 0o777)
        self.assertEqual([path], [*self.home.glob("tasks*")])
        self.assertEqual(2, self.headway("export", str(path)).returncode)
        self.assertEqual(0, self.headway("export", "--force", str(path)).returncode)

    def test_names_its_file_where_a_rename_cannot_spare_another(self):
        # As on a network file system.
        self.add_many(1)
        path = self.home / "tasks.jsonl"
        command = ["strace", "-f", "-o", "/dev/null", "-e", "trace=renameat2",
                   "-e", "inject=renameat2:error=EINVAL",
                   HEADWAY, "--socket", str(self.socket), "export", str(path)]
        environment = self.environment | {"ASAN_OPTIONS": "detect_leaks=0"}
        done = subprocess.run(command, env=environment, cwd=self.home, text=True,
                              capture_output=True)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertEqual(self.tasks(), self.lines(path.read_text()))
        self.assertEqual([path], [*self.home.glob("tasks*")])

    def test_full_disk_is_said_to_be_full(self):
        self.add_many(1)
        with open("/dev/full", "wb") as full:
            done = subprocess.run([HEADWAY, "--socket", str(self.socket), "export"], stdout=full,
                                  env=self.environment, stderr=subprocess.PIPE, text=True)
        self.assertEqual(1, done.returncode)
        self.assertIn("The export is not whole. There is no room for it.", done.stderr)

    def test_says_that_it_is_not_whole(self):
        for number in range(60):
            self.headway("add", "noop", "--title", "x" * 100)
        self.daemon.send_signal(signal.SIGSTOP)
        path = self.home / "tasks.jsonl"
        # A place where it is known is never replaced by another daemon.
        process = self.begin("--socket", str(self.socket), "export", str(path))
        until("it has begun", lambda: [*self.home.glob("tasks*")])
        self.daemon.kill()
        self.daemon.wait()
        _, said = process.communicate()
        self.assertEqual(1, process.returncode)
        self.assertIn("The export is not whole.", said)
        self.assertEqual([], [*self.home.glob("tasks*")])


if __name__ == "__main__":
    tap.main()
