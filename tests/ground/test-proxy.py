#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tests the daemon behind proxies, each with the configuration that comes with it.

HEADWAYD and HEADWAY are the programs, HEADWAY_SOURCE_ROOT the source tree.
"""

import base64
import concurrent.futures
import contextlib
import http.client
import itertools
import json
import os
import re
import socket
import ssl
import subprocess
import time
import unittest
from pathlib import Path

import daemon
import proxies
import tap

HEADWAYD = os.environ["HEADWAYD"]
HEADWAY = os.environ["HEADWAY"]
NAME = proxies.NAME
ORIGIN = {"Origin": f"https://{NAME}"}
JSON = {"Content-Type": "application/json"}


class House(unittest.TestCase):
    """A daemon, and a proxy before it."""

    kind = proxies.Nginx

    def setUp(self):
        self.home = daemon.make_home(self)
        self.socket = self.home / "proxy/api.sock"
        self.socket.parent.mkdir()
        subprocess.run([HEADWAY, "cert", "--name", NAME, "--folder", self.home / "cert"], check=True,
                       env=daemon.environment_of(self.home), capture_output=True)
        self.context = ssl.create_default_context(cafile=str(self.home / "cert/certificate.pem"))
        self.daemon = self.start_daemon()
        self.token = (self.home / ".local/state/headway/token").read_text().strip()
        self.bearer = {"Authorization": f"Bearer {self.token}"}
        self.port = 0
        self.start_proxy()

    def start_daemon(self, user=os.getuid()) -> subprocess.Popen:
        config = self.home / "headway.conf"
        config.write_text(f"[Daemon]\npublic-host={NAME}\nproxy-socket={self.socket}\n"
                          f"proxy-user={user}\n")
        process = daemon.start(self, [HEADWAYD, "--http-port", "0", "--no-dbus", "--config", config],
                               self.home, {"G_DEBUG": "fatal-criticals"})
        self.assertTrue(daemon.read_line(process.stdout))
        return process

    def start_proxy(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.proxy = self.kind(self.home, self.socket, self.port)
        process = self.proxy.start()
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        end = time.monotonic() + daemon.LIMIT
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), daemon.LIMIT).close()
                return
            except OSError:
                self.assertIsNone(process.poll())
                self.assertLess(time.monotonic(), end)
                time.sleep(0.02)

    def connect(self) -> ssl.SSLSocket:
        plain = socket.create_connection(("127.0.0.1", self.port), daemon.LIMIT)
        return self.context.wrap_socket(plain, server_hostname=NAME)

    def ask(self, method="GET", path="/api/v1/tasks", fields=None, body=None):
        """Asks through the proxy, and gives status, fields and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=daemon.LIMIT)
        connection.sock = self.connect()
        with contextlib.closing(connection):
            connection.request(method, path, body, {"Host": NAME, **(fields or {})})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def ask_owner(self, method: str, path: str, body=None):
        """Asks over the owner's own socket."""
        return daemon.ask(daemon.UnixConnection(self.home / "session/headway/api.sock"), method, path,
                          body)

    def speak_unix(self, path: Path, *lines: str) -> bytes:
        """Says something over a Unix socket, and gives all that is answered."""
        with socket.socket(socket.AF_UNIX) as plain:
            plain.settimeout(daemon.LIMIT)
            plain.connect(str(path))
            plain.sendall("".join(f"{line}\r\n" for line in (*lines, "Connection: close", ""))
                          .encode())
            heard = b""
            while piece := plain.recv(65536):
                heard += piece
            return heard


class ProxyTest(House):
    """What goes through."""

    def test_the_page_comes_with_its_rules_and_the_name_is_promised_to_tls(self):
        status, fields, _ = self.ask(path="/")
        self.assertIn(status, (200, 404))  # there may be no page in this build
        self.assertIn("default-src 'none'", fields["Content-Security-Policy"])
        self.assertEqual("max-age=31536000", fields["Strict-Transport-Security"])

    def test_a_program_with_the_token_is_answered(self):
        body = json.dumps({"type": "noop", "title": "through the proxy"})
        status, _, answer = self.ask("POST", fields=self.bearer | JSON, body=body)
        self.assertEqual(202, status, answer)
        status, _, answer = self.ask(fields=self.bearer)
        self.assertEqual(["through the proxy"],
                         [task["title"] for task in json.loads(answer)["tasks"]])

    def test_without_the_token_nobody_is_the_owner(self):
        for fields in ({}, {"Authorization": "Bearer x"}, {"Cookie": "headway_5031=x"},
                       {"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"},
                       {"X-Forwarded-For": "unix:", "X-Real-IP": "127.0.0.1"}):
            for method, path in (("GET", "/api/v1/tasks"), ("POST", "/api/v1/tasks"),
                                 ("GET", "/api/v1/link")):
                with self.subTest(fields=fields, path=path):
                    self.assertEqual(401, self.ask(method, path, fields)[0])
        # With the token, too, one is nobody who may have links or run programs.
        self.assertEqual(403, self.ask(path="/api/v1/link", fields=self.bearer)[0])
        self.assertEqual(403, self.ask("POST", fields=self.bearer | JSON, body=json.dumps(
            {"type": "command", "parameters": {"argv": ["true"]}}))[0])

    def test_what_is_said_of_the_visitor_changes_nothing(self):
        spoofed = {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": "localhost",
                   "X-Forwarded-Proto": "http", "Forwarded": "for=127.0.0.1;proto=http"}
        self.assertEqual(200, self.ask(fields=self.bearer | spoofed)[0])
        self.assertEqual(403, self.ask("POST", fields=self.bearer | spoofed | JSON |
                                       {"Origin": "http://localhost"}, body="{}")[0])

    def test_another_name_is_refused(self):
        for host in ("evil.example", "localhost", "127.0.0.1", f"x.{NAME}"):
            status, _, answer = self.ask(fields=self.bearer | {"Host": host})
            self.assertEqual(self.proxy.foreign_status, status, host)
            self.assertNotIn(b'"tasks"', answer)

    def test_a_browser_gets_a_session_for_tls_and_its_page_alone_may_use_it(self):
        body = json.dumps({"token": self.token})
        status, fields, answer = self.ask("POST", "/api/v1/session", ORIGIN | JSON, body)
        self.assertEqual(200, status)
        self.assertIn("; Secure", fields["Set-Cookie"])
        pair = {"Cookie": fields["Set-Cookie"].split(";")[0],
                "Authorization": f"Bearer {json.loads(answer)['key']}"}
        self.assertEqual(200, self.ask(fields=pair)[0])
        task = json.dumps({"type": "noop"})
        self.assertEqual(202, self.ask("POST", fields=pair | ORIGIN | JSON, body=task)[0])
        for origin in (f"http://{NAME}", "https://evil.example", "null"):
            self.assertEqual(403, self.ask("POST", fields=pair | JSON | {"Origin": origin},
                                           body=task)[0])

    def test_the_hub_speaks_over_a_websocket(self):
        status, _, answer = self.ask("POST", "/hub/negotiate?negotiateVersion=1", self.bearer)
        self.assertEqual(200, status)
        connection = self.connect()
        self.addCleanup(connection.close)
        key = base64.b64encode(os.urandom(16)).decode()
        connection.sendall(
            (f"GET /hub?id={json.loads(answer)['connectionToken']}&access_token={self.token} "
             f"HTTP/1.1\r\nHost: {NAME}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        stream = connection.makefile("rb")
        self.assertIn(b"101", stream.readline())
        while stream.readline() != b"\r\n":
            pass
        self.send_record(connection, {"protocol": "json", "version": 1})
        self.send_record(connection, {"type": 1, "invocationId": "1", "target": "AddTask",
                                      "arguments": ["noop", {}, {}]})
        heard = b""
        while b'"invocationId":"1"' not in heard:
            first, length = stream.read(2)
            self.assertEqual(0x81, first)
            if length == 126:
                length = int.from_bytes(stream.read(2), "big")
            heard += stream.read(length)
        self.assertNotIn(b'"error"', heard)
        self.assertEqual(1, len(self.ask_owner("GET", "/api/v1/tasks")["tasks"]))
        for log in (self.proxy.log, self.home / "error.log"):
            self.assertNotIn(self.token, log.read_text())

    def send_record(self, connection: ssl.SSLSocket, message: dict):
        payload = json.dumps(message).encode() + b"\x1e"
        self.assertLess(len(payload), 126)
        mask = b"\1\2\3\4"
        connection.sendall(bytes([0x81, 0x80 | len(payload)]) + mask +
                           bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload)))

    def test_news_come_when_they_happen(self):
        before = json.loads(self.ask(fields=self.bearer)[2])
        path = f"/api/v1/events?epoch={before['epoch']}&after={before['seq']}&wait=60"
        with concurrent.futures.ThreadPoolExecutor() as pool:
            poll = pool.submit(self.ask, "GET", path, self.bearer)
            time.sleep(0.1)
            self.assertFalse(poll.done())
            self.ask_owner("POST", "/api/v1/tasks", {"type": "noop"})
            status, _, answer = poll.result(daemon.LIMIT)
        self.assertEqual(200, status, answer)
        self.assertIn(b'"added"', answer)

    def test_events_come_one_by_one_and_go_on_where_somebody_was(self):
        for path in ("/api/v1/events", "/api/v1/events?type=noop"):
            with self.subTest(path=path), contextlib.closing(self.follow(path)) as first:
                self.assertEqual("snapshot", self.hear(first)[1]["kind"])
                self.ask_owner("POST", "/api/v1/tasks", {"type": "noop"})
                place, event = self.hear(first)
                self.assertEqual("added", event["kind"])
                with contextlib.closing(self.follow(path, {"Last-Event-ID": place})) as second:
                    self.assertEqual([self.hear(first), self.hear(first)],
                                     [self.hear(second), self.hear(second)])

    def follow(self, path: str, fields=None) -> http.client.HTTPResponse:
        """Begins to hear of events, as they come."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=daemon.LIMIT)
        connection.sock = self.connect()
        connection.request("GET", path, headers={"Host": NAME, "Accept": "text/event-stream",
                                                 **self.bearer, **(fields or {})})
        answer = connection.getresponse()
        self.assertEqual((200, "text/event-stream"), (answer.status, answer.headers["Content-Type"]))
        self.assertEqual(b"retry: 1000\n", answer.readline())
        return answer

    def hear(self, feed: http.client.HTTPResponse) -> tuple[str, dict]:
        """Waits for an event, and gives its place and what it says."""
        place, said, end = (feed.readline().decode() for _ in range(3))
        self.assertEqual("\n", end)
        return place.removeprefix("id: ").strip(), json.loads(said.removeprefix("data: "))

    def test_a_result_is_downloaded_whole(self):
        task = self.ask_owner("POST", "/api/v1/tasks", {"type": "command", "parameters": {
            "argv": ["sh", "-c", 'seq 1 200000 > "$HEADWAY_RESULT_DIR/numbers"']}})
        while self.ask_owner("GET", f"/api/v1/tasks/{task['id']}")["state"] != "Completed":
            time.sleep(0.02)
        status, fields, body = self.ask(path=f"/api/v1/tasks/{task['id']}/files/numbers",
                                        fields=self.bearer)
        self.assertEqual(200, status, body[:500])
        self.assertIn("attachment", fields["Content-Disposition"])
        self.assertEqual("".join(f"{number}\n" for number in range(1, 200001)).encode(), body)

    def test_a_body_that_is_too_long_is_refused(self):
        too_long = b" " * (3 * 1024 * 1024)
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            self.assertEqual(413, self.ask("POST", fields=self.bearer | JSON, body=too_long)[0])

    def test_who_sends_in_chunks_is_taken_or_told_how_to_send_instead(self):
        chunks = iter([b'{"type":', b'"noop"}'])
        status, _, answer = self.ask("POST", fields=self.bearer | JSON, body=chunks)
        if self.proxy.takes_chunks:
            self.assertEqual(202, status, answer)
        else:
            self.assertEqual(501, status, answer)
            self.assertIn("Send it whole, with its Content-Length", json.loads(answer)["detail"])
            self.assertEqual([], self.ask_owner("GET", "/api/v1/tasks")["tasks"])

        # As curl sends what it reads from a pipe, and as the refusal says it should.
        for option, expected in ((["--upload-file", "-", "--request", "POST"], status),
                                 (["--data-binary", "@-"], 202)):
            with self.subTest(option=option):
                sent = subprocess.run(
                    ["curl", "--silent", "--output", os.devnull, "--write-out", "%{http_code}",
                     "--cacert", self.home / "cert/certificate.pem",
                     "--resolve", f"{NAME}:{self.port}:127.0.0.1", "--noproxy", "*", *option,
                     "--header", "Content-Type: application/json", "--header", f"Host: {NAME}",
                     "--header", f"Authorization: Bearer {self.token}",
                     f"https://{NAME}:{self.port}/api/v1/tasks"],
                    input='{"type":"noop"}', text=True, capture_output=True, check=True,
                    timeout=daemon.LIMIT)
                self.assertEqual(str(expected), sent.stdout)


class SocketTest(House):
    """The two sockets, without the proxy."""

    def test_the_owner_is_nobody_on_the_proxy_s_socket(self):
        request = ["GET /api/v1/tasks HTTP/1.1", f"Host: {NAME}"]
        self.assertIn(b" 401 ", self.speak_unix(self.socket, *request))
        answer = self.speak_unix(self.socket, *request, f"Authorization: Bearer {self.token}")
        self.assertIn(b" 200 ", answer)
        self.assertIn(b" 421 ", self.speak_unix(self.socket, request[0], "Host: localhost"))

    def test_what_was_passed_on_is_never_the_owner_s(self):
        own = self.home / "session/headway/api.sock"
        request = ["GET /api/v1/tasks HTTP/1.1", "Host: localhost"]
        self.assertIn(b" 200 ", self.speak_unix(own, *request))
        for field in ("Forwarded: for=1.2.3.4", "X-Forwarded-For: 127.0.0.1", "X-Real-IP: ::1",
                      "X-Forwarded-Proto: https", "X-Forwarded-Host: a", "Via: 1.1 proxy"):
            with self.subTest(field=field):
                answer = self.speak_unix(own, *request, field)
                self.assertIn(b" 403 ", answer)
                self.assertIn(b"proxy-socket", answer)

    def test_the_proxy_s_socket_is_the_proxy_s_alone(self):
        daemon.stop(self.daemon)
        self.start_daemon(user=os.getuid() + 1)
        answer = self.speak_unix(self.socket, "GET /healthz HTTP/1.1", f"Host: {NAME}")
        self.assertIn(b" 403 ", answer)
        self.assertIn(b"proxy-user", answer)

    def test_the_socket_goes_with_the_daemon(self):
        self.assertEqual(0o666, self.socket.stat().st_mode & 0o777)
        self.assertEqual((0, ""), daemon.stop(self.daemon))
        self.assertFalse(self.socket.exists())


# What two readers may read in two ways: fields, and what stands where the body would.
TAILS = {
    "length and chunks": ("Content-Length: {n}\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
    "chunks and length": ("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n"),
    "no length and chunks": ("Content-Length: 0\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
    "two lengths": ("Content-Length: 0\r\nContent-Length: {n}", ""),
    "two lengths turned": ("Content-Length: {n}\r\nContent-Length: 0", ""),
    "a list of lengths": ("Content-Length: 0, {n}", ""),
    "the same length twice": ("Content-Length: {n}\r\nContent-Length: {n}", ""),
    "a signed length": ("Content-Length: +{n}", ""),
    "a negative length": ("Content-Length: -1", ""),
    "a length in hexadecimal": ("Content-Length: 0x{n}", ""),
    "a length with a zero": ("Content-Length: 0{n}", ""),
    "a length of another word": ("Content-Length: {n} 0", ""),
    "a huge length": ("Content-Length: 18446744073709551616", ""),
    "a blank before the colon": ("Transfer-Encoding : chunked", "0\r\n\r\n"),
    "a blank before the colon of the length": ("Content-Length : {n}", ""),
    "a tab before the value": ("Transfer-Encoding:\tchunked", "0\r\n\r\n"),
    "another coding": ("Transfer-Encoding: xchunked", "0\r\n\r\n"),
    "two codings": ("Transfer-Encoding: identity, chunked", "0\r\n\r\n"),
    "two fields of codings": ("Transfer-Encoding: chunked\r\nTransfer-Encoding: x", "0\r\n\r\n"),
    "a coding in quotes": ('Transfer-Encoding: "chunked"', "0\r\n\r\n"),
    "a coding in capitals": ("Transfer-Encoding: CHUNKED", "0\r\n\r\n"),
    "a coding with an underscore": ("Transfer_Encoding: chunked", "0\r\n\r\n"),
    "a folded coding": ("Transfer-Encoding:\r\n chunked", "0\r\n\r\n"),
    "a folded field": ("X: a\r\n b", ""),
    "a line that ends too early": ("X: a\nTransfer-Encoding: chunked", "0\r\n\r\n"),
    "a return in a line": ("X: a\rTransfer-Encoding: chunked", "0\r\n\r\n"),
    "a zero byte": ("X: a\0b", ""),
    "a chunk with a lone line feed": ("Transfer-Encoding: chunked", "0\n\n"),
    "a chunk with an extension": ("Transfer-Encoding: chunked", "0;a=b\r\n\r\n"),
    "a chunk with a bad extension": ("Transfer-Encoding: chunked", "1;a\nb\r\nx\r\n0\r\n\r\n"),
    "a chunk of another size": ("Transfer-Encoding: chunked", "00000000\r\n\r\n"),
    "a chunk of a bad size": ("Transfer-Encoding: chunked", "0x0\r\n\r\n"),
    "a chunk with a trailer": ("Transfer-Encoding: chunked", "0\r\nContent-Length: 9\r\n\r\n"),
    "an expectation": ("Expect: 100-continue\r\nContent-Length: {n}", ""),
    "another expectation": ("Expect: x\r\nContent-Length: {n}", ""),
    "another host": ("Host: evil.example", ""),
    "a field without a name": (": x", ""),
    "a field without a colon": ("Transfer-Encoding chunked", "0\r\n\r\n"),
    "an upgrade": ("Upgrade: websocket\r\nConnection: Upgrade", ""),
    "an upgrade to HTTP/2": ("Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                             "HTTP2-Settings: AAMAAABkAAQAAP__", ""),
    "a field of the connection": ("Connection: Host, Authorization", ""),
    "a range": ("Range: bytes=0-99999999", ""),
}
FIRST_LINES = {
    "GET": "GET /healthz?n={i} HTTP/1.1",
    "POST": "POST /api/v1/tasks?n={i} HTTP/1.1",
    "DELETE": "DELETE /api/v1/tasks/1?n={i} HTTP/1.1",
}
LINES = {
    "an absolute address": "GET http://evil.example/healthz HTTP/1.1",
    "an absolute address of ours": f"GET https://{NAME}/healthz HTTP/1.1",
    "HTTP/1.0": "GET /healthz HTTP/1.0",
    "HTTP/0.9": "GET /healthz",
    "HTTP/2.0": "GET /healthz HTTP/2.0",
    "two blanks": "GET  /healthz  HTTP/1.1",
    "a tab": "GET\t/healthz\tHTTP/1.1",
    "a blank in the path": "GET /a b HTTP/1.1",
    "dots": "GET /x/../healthz HTTP/1.1",
    "hidden dots": "GET /x/%2e%2e/healthz HTTP/1.1",
    "a hidden slash": "GET /x%2f..%2fhealthz HTTP/1.1",
    "a hidden end of a line": "GET /%0d%0aX:%20y HTTP/1.1",
    "a hidden zero": "GET /%00 HTTP/1.1",
    "a backslash": "GET /\\evil HTTP/1.1",
    "two slashes": "GET //healthz HTTP/1.1",
    "a star": "OPTIONS * HTTP/1.1",
    "CONNECT": "CONNECT evil.example:80 HTTP/1.1",
    "TRACE": "TRACE / HTTP/1.1",
}

# Of these nobody reads anything but two requests. All others are one, and refused.
CLEAR = {"an upgrade", "an upgrade to HTTP/2", "a field of the connection", "a range",
         "a hidden slash", "a hidden end of a line", "two slashes"}


class Smuggler(House):
    """Requests that two readers may read in two ways."""

    def make_inner(self) -> str:
        """A request that is to be carried out as often as the proxy has seen it."""
        body = '{"type":"noop","title":"smuggled"}'
        return (f"POST /api/v1/tasks HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n"
                f"Authorization: Bearer {self.token}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}")

    def make_all(self) -> list[tuple[str, bytes]]:
        inner = self.make_inner()
        requests = []
        for i, ((name, (fields, start)), (method, line)) in enumerate(
                itertools.product(TAILS.items(), FIRST_LINES.items())):
            length = len(start) + len(inner)
            requests.append((f"{name} ({method})", f"{line.format(i=i)}\r\nHost: {NAME}\r\n"
                             f"{fields.format(n=length)}\r\n\r\n{start}{inner}"))
        for name, line in LINES.items():
            requests.append((name, f"{line}\r\nHost: {NAME}\r\n\r\n{inner}"))
        return [(name, text.encode("latin-1")) for name, text in requests]

    def send(self, request: bytes) -> bytes:
        """Sends bytes, and hears until the other side hangs up."""
        heard = b""
        with contextlib.suppress(OSError), self.connect() as connection:
            connection.sendall(request)
            while piece := connection.recv(65536):
                heard += piece
        return heard


class SmugglingTest(Smuggler):
    """What a proxy makes of them, and the daemon of that."""

    def test_proxy_and_daemon_see_the_same_requests(self):
        requests = self.make_all()
        self.assertGreater(len(requests), 100)
        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            answers = list(pool.map(self.send, [request for _, request in requests]))

        seen = self.proxy.count_added()
        answered = sum(len(re.findall(rb"HTTP/1.1 202 ", answer)) for answer in answers)
        tasks = self.ask_owner("GET", "/api/v1/tasks?limit=500")["tasks"]
        self.assertEqual((seen, answered), (len(tasks), len(tasks)))
        self.assertGreater(seen, 0)  # some are two requests, for all who read them
        self.assertEqual({"smuggled"}, {task["title"] for task in tasks})
        for (name, _), answer in zip(requests, answers):
            with self.subTest(name=name):
                # Each connection had two requests at most, and one got nothing of another.
                self.assertLessEqual(len(re.findall(rb"HTTP/1.1 [2-5]\d\d ", answer)), 2)
                self.assertLessEqual(answer.count(b" 202 "), 1)

    def test_daemon_goes_on(self):
        for _, request in self.make_all()[:40]:
            with self.connect() as connection:
                connection.sendall(request[:len(request) // 2])
        self.assertEqual(200, self.ask(fields=self.bearer)[0])
        self.assertEqual((0, ""), daemon.stop(self.daemon))


class AloneTest(Smuggler):
    """What the daemon makes of them without a proxy."""

    def speak(self, request: bytes) -> bytes:
        """Sends bytes to the daemon itself, says that this is all, and hears what is answered."""
        heard = b""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as plain:
            plain.settimeout(daemon.LIMIT)
            plain.connect(str(self.socket))
            plain.sendall(request)
            plain.shutdown(socket.SHUT_WR)
            while piece := plain.recv(65536):
                heard += piece
        return heard

    def test_daemon_alone_refuses_all_that_is_unclear(self):
        taken = 0
        for name, request in self.make_all():
            with self.subTest(name=name):
                answer = self.speak(request)
                first, *others = [int(status)
                                  for status in re.findall(rb"HTTP/1.1 ([2-5]\d\d) ", answer)]
                if name.partition(" (")[0] in CLEAR:
                    self.assertEqual([202], others)
                elif name.startswith("a coding with an underscore"):
                    self.assertEqual([400], others)  # what would be a chunk is a bad request
                else:
                    self.assertGreaterEqual(first, 400)
                    self.assertEqual([], others)
                taken += others.count(202)
        self.assertEqual(taken, len(self.ask_owner("GET", "/api/v1/tasks?limit=500")["tasks"]))


def without(names: set[str]) -> dict[str, None]:
    """Attributes that leave tests of a class out, unless all are to be run."""
    return dict.fromkeys(names) if os.environ.get("HEADWAY_SCALE") != "full" else {}


# Of the other proxies what they do in their own way is always looked at: what lasts, what they add,
# and what they pass on.
LONG = {name for test in (ProxyTest, SmugglingTest) for name in dir(test)
        if name.startswith("test_")} - {
    "test_the_hub_speaks_over_a_websocket",
    "test_events_come_one_by_one_and_go_on_where_somebody_was",
    "test_what_is_said_of_the_visitor_changes_nothing",
    "test_a_body_that_is_too_long_is_refused",
    "test_who_sends_in_chunks_is_taken_or_told_how_to_send_instead",
}
for proxy in (proxies.Haproxy, proxies.Caddy):
    for test in (ProxyTest, SmugglingTest):
        name = proxy.__name__ + test.__name__.removeprefix("Proxy")
        globals()[name] = type(name, (test,), {"kind": proxy, **without(LONG)})
del test

if __name__ == "__main__":
    tap.main()
