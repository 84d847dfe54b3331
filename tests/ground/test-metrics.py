#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The daemon's metrics: read by Prometheus's own library, and beside what the API says.

It is run by the Python for which Debian installs that library; another may come before it.
"""

import math
import os
import re
import shutil
import subprocess
import time
import unittest
from pathlib import Path

import daemon
import tap
import yaml
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_new
from prometheus_client.parser import text_string_to_metric_families as read_old

HEADWAYD = os.environ["HEADWAYD"]
ROOT = Path(os.environ["HEADWAY_SOURCE_ROOT"])
SAMPLES = ROOT / "data/prometheus"
NEW = {"Accept": "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.3"}

# A line of the older format, as strictly as it can be said: Prometheus passes over much.
NAME = r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*"
LABEL = NAME + r'="(?:[^"\\\n]|\\[\\n"])*"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (\d+(?:\.\d+)?)")
HELP = re.compile(rf"# HELP ({NAME}) [A-Z].*\.")
TYPE = re.compile(rf"# TYPE ({NAME}) (counter|gauge|histogram)")

Labels = frozenset[tuple[str, str]]


def read_strictly(text: str) -> dict[tuple[str, str], float]:
    """Reads the older format, of which nothing may be odd: by name, and labels as they stand."""
    values, kinds, name = {}, {}, ""
    lines = text.split("\n")
    assert lines.pop() == "", "the last line has no end"
    while lines:
        helped, typed = HELP.fullmatch(lines.pop(0)), TYPE.fullmatch(lines.pop(0))
        assert helped and typed and helped[1] == typed[1], (helped, typed)
        name, kind = typed.groups()
        assert name not in kinds, f"{name} is there twice"
        assert (kind == "counter") == name.endswith("_total"), name
        kinds[name] = kind
        suffixes = ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)
        while lines and not lines[0].startswith("#"):
            sample = SAMPLE.fullmatch(lines.pop(0))
            assert sample and sample[1] in {name + suffix for suffix in suffixes}, sample
            key = (sample[1], sample[2] or "")
            assert key not in values, f"{key} is there twice"
            values[key] = float(sample[3])
    return values


class MetricsTest(unittest.TestCase):
    def setUp(self):
        self.home = daemon.make_home(self)
        self.state = self.home / "state"
        self.process = daemon.start(self, [
            HEADWAYD, "--http-port", "0", "--no-dbus", "--state-dir", self.state,
        ], self.home)
        self.assertIn("is ready", daemon.read_line(self.process.stdout))

    def connect(self):
        return daemon.UnixConnection(self.state / "run/api.sock")

    def ask(self, method: str, path: str, body=None):
        return daemon.ask(self.connect(), method, path, body)

    def scrape(self, fields=None) -> str:
        connection = self.connect()
        connection.request("GET", "/metrics", headers=fields or {})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        self.assertEqual(200, answer.status, text)
        return text

    def count(self) -> dict[str, dict[str, float]]:
        """What is counted: by name, and within that by the values of the labels."""
        counts: dict[str, dict[str, float]] = {}
        for (name, labels), value in read_strictly(self.scrape()).items():
            words = ",".join(re.findall(r'"([^"]*)"', labels))
            counts.setdefault(name, {})[words] = value
        return counts

    def add(self, *tasks: dict) -> list[int]:
        return self.ask("POST", "/api/v1/tasks", list(tasks))["ids"]

    def wait_for(self, ids: list[int], *states: str):
        end = time.monotonic() + daemon.LIMIT
        while time.monotonic() < end:
            tasks = [self.ask("GET", f"/api/v1/tasks/{number}") for number in ids]
            if all(task["state"] in states for task in tasks):
                return
            time.sleep(0.02)
        self.fail(f"not all are {states}")

    def count_by_api(self) -> dict[str, int]:
        states = ("Pending", "Processing", "Completed", "Failed")
        return {state: len(self.ask("GET", f"/api/v1/tasks?state={state}&limit=200")["tasks"])
                for state in states}

    def run_some(self) -> list[int]:
        """Has tasks of each end, while others run."""
        running = self.add({"type": "command", "parameters": {"argv": ["sleep", "3600"]}})
        over = self.add(*[{"type": "noop"}] * 20,
                        {"type": "command", "parameters": {"argv": ["false"]}},
                        {"type": "command", "parameters": {"argv": ["true"]}},
                        {"type": "command", "parameters": {"argv": ["/none"]}})
        self.wait_for(over, "Completed", "Failed")
        self.wait_for(running, "Processing")
        return running

    def test_counts_agree_with_the_api(self):
        before = self.count()
        self.assertEqual(0, sum(before["headway_tasks"].values()))
        running = self.run_some()

        counts = self.count()
        self.assertEqual(self.count_by_api(), counts["headway_tasks"])
        self.assertEqual({"noop": 20, "command": 4}, counts["headway_attempts_started_total"])
        self.assertEqual({"noop,success": 20, "command,exit-code": 1, "command,success": 1,
                          "command,spawn-failed": 1}, counts["headway_task_ends_total"])
        self.assertEqual(24, counts["headway_tasks_added_total"][""])
        self.assertEqual(24, counts["headway_task_wait_seconds_count"][""])
        self.assertEqual(23, counts["headway_attempt_duration_seconds_count"][""])
        self.assertEqual(self.ask("GET", "/api/v1/tasks?limit=1")["seq"],
                         counts["headway_events_total"][""])
        self.assertEqual({"": 1}, counts["headway_ready"])

        self.ask("POST", f"/api/v1/tasks/{running[0]}/cancel", {"now": True})
        self.wait_for(running, "Failed")
        counts = self.count()
        self.assertEqual(self.count_by_api(), counts["headway_tasks"])
        self.assertEqual(1, counts["headway_task_ends_total"]["command,canceled"])

    def test_who_is_answered_for_long_is_counted_once(self):
        n_ours = 0

        def watch(path: str, n_watchers: int) -> float:
            """Has one more watch, and tells how many were answered until then, but us."""
            nonlocal n_ours
            connection = self.connect()
            self.addCleanup(connection.close)
            connection.request("GET", path, headers={"Accept": "text/event-stream"})
            end = time.monotonic() + daemon.LIMIT
            while True:
                counts = self.count()
                n_ours += 1
                if counts["headway_watchers"]["http"] == n_watchers:
                    return sum(counts["headway_http_answers_total"].values()) - (n_ours - 1)
                self.assertLess(time.monotonic(), end)

        self.assertEqual(1, watch("/api/v1/events", 1))
        token = self.ask("POST", "/hub/negotiate?negotiateVersion=1")["connectionToken"]
        self.assertEqual(3, watch(f"/hub?id={token}", 2))

    def test_counters_never_fall(self):
        before = self.count()
        for _ in range(5):
            ids = self.add({"type": "noop"}, {"type": "noop"})
            counts = self.count()
            self.wait_for(ids, "Completed")
            for name, values in before.items():
                if name.endswith(("_total", "_count", "_bucket", "_sum")):
                    for labels, value in values.items():
                        self.assertGreaterEqual(counts[name][labels], value, (name, labels))
            before = counts

    def test_histograms_add_up(self):
        self.run_some()
        counts = self.count()
        names = [name.removesuffix("_bucket") for name in counts if name.endswith("_bucket")]
        self.assertEqual(4, len(names))
        for name in names:
            bounds = [float(bound) for bound in counts[f"{name}_bucket"]]
            buckets = list(counts[f"{name}_bucket"].values())
            self.assertEqual(sorted(bounds), bounds)
            self.assertEqual(math.inf, bounds[-1])
            self.assertEqual(sorted(buckets), buckets)
            self.assertEqual(counts[f"{name}_count"][""], buckets[-1])
            self.assertGreater(buckets[-1], 0, name)

    def test_prometheus_reads_both_formats_alike(self):
        self.run_some()
        old, new = list(read_old(self.scrape())), list(read_new(self.scrape(NEW)))

        # The older format has no word for what never changes.
        old_kinds = {family.name.removesuffix("_info"): family.type for family in old}
        new_kinds = {family.name: family.type for family in new}
        self.assertEqual("info", new_kinds.pop("headway_build"))
        self.assertEqual("gauge", old_kinds.pop("headway_build"))
        self.assertEqual(old_kinds, new_kinds)
        self.assertNotIn("unknown", new_kinds.values())

        def samples(families):
            return {(sample.name, frozenset(sample.labels.items()))
                    for family in families for sample in family.samples}
        self.assertEqual(samples(old), samples(new))
        for family in old:
            self.assertTrue(family.documentation, family.name)

    @staticmethod
    def run_promtool(*arguments, text=None) -> subprocess.CompletedProcess:
        tool = shutil.which("promtool")
        assert tool is not None, "there is no promtool: run build-aux/deps test"
        return subprocess.run([tool, *arguments], input=text, text=True, capture_output=True,
                              check=False, timeout=daemon.LIMIT)

    def test_promtool_finds_no_fault(self):
        self.run_some()
        checked = self.run_promtool("check", "metrics", text=self.scrape())
        self.assertEqual((0, ""), (checked.returncode, checked.stdout + checked.stderr))
        checked = self.run_promtool("check", "rules", SAMPLES / "headway-alerts.yml")
        self.assertEqual(0, checked.returncode, checked.stdout + checked.stderr)

    def test_alerts_are_raised_when_they_ought_to_be(self):
        tested = self.run_promtool("test", "rules", ROOT / "tests/ground/alerts.yml")
        self.assertEqual(0, tested.returncode, tested.stdout + tested.stderr)

    def test_manual_tells_of_each_metric(self):
        page = (ROOT / "data/man/headwayd.1.in").read_text()
        told = set(re.findall(r"^\.It Li (\w+)", page, re.MULTILINE))
        there = {TYPE.fullmatch(line)[1] for line in self.scrape().splitlines()
                 if line.startswith("# TYPE")}
        self.assertEqual(there, told)

    def test_sample_configuration_asks_as_it_must(self):
        config = yaml.safe_load((SAMPLES / "headway.yml").read_text())
        (job,) = config["scrape_configs"]
        self.assertEqual("/metrics", job["metrics_path"])
        self.assertEqual({"credentials_file"}, set(job["authorization"]))
        self.assertEqual(["headway-alerts.yml"], config["rule_files"])

    def test_each_alert_is_tried_raised_and_not(self):
        (group,) = yaml.safe_load((SAMPLES / "headway-alerts.yml").read_text())["groups"]
        tried = {(case["alertname"], "exp_alerts" in case)
                 for test in yaml.safe_load((ROOT / "tests/ground/alerts.yml").read_text())["tests"]
                 for case in test["alert_rule_test"]}
        self.assertEqual({(rule["alert"], is_raised)
                          for rule in group["rules"] for is_raised in (False, True)}, tried)

    def test_alerts_are_about_what_there_is(self):
        self.run_some()
        values = self.count()
        (group,) = yaml.safe_load((SAMPLES / "headway-alerts.yml").read_text())["groups"]
        self.assertGreater(len(group["rules"]), 5)
        for rule in group["rules"]:
            self.assertTrue(rule["annotations"]["summary"].endswith("."), rule)
            names = set(re.findall(r"\b(?:headway|process)_\w+", rule["expr"]))
            self.assertTrue(names or rule["alert"] == "HeadwayDown", rule)
            self.assertLessEqual(names, set(values), rule["alert"])

    def test_labels_are_few(self):
        self.run_some()
        values = read_strictly(self.scrape())
        self.assertLess(len(values), 200)
        self.assertLess(max(len(labels) for _, labels in values), 100)


if __name__ == "__main__":
    tap.main()
