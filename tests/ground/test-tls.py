#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tests that the daemon speaks TLS, and to whom it speaks beyond this machine.

HEADWAYD and HEADWAY are the programs.
"""

import contextlib
import http.client
import json
import os
import re
import select
import socket
import ssl
import stat
import subprocess
import time
import unittest
import warnings
from pathlib import Path

import daemon
import tap

HEADWAYD = os.environ["HEADWAYD"]
HEADWAY = os.environ["HEADWAY"]
NAME = "headway.example.org"


class House(unittest.TestCase):
    """A home folder in which there may be a certificate."""

    def setUp(self):
        self.home = daemon.make_home(self)
        self.state = self.home / ".local/state/headway"
        self.certificate = self.state / "tls/certificate.pem"
        self.key = self.state / "tls/key.pem"
        self.port = 0

    def cert(self, *arguments, check=True) -> subprocess.CompletedProcess:
        return subprocess.run([HEADWAY, "cert", *arguments], env=daemon.environment_of(self.home),
                              check=check, capture_output=True, text=True, timeout=daemon.LIMIT)

    def configure(self, *lines: str):
        folder = self.home / ".config/headway"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "headway.conf").write_text("\n".join(["[Daemon]", *lines, ""]))

    def start(self, *arguments: str) -> subprocess.Popen:
        """Starts a daemon that speaks TLS on a free port."""
        process = daemon.start(self, [HEADWAYD, "--http-port", "0", "--https-port", "0", "--no-dbus",
                                      *arguments], self.home, {"G_DEBUG": "fatal-criticals"})
        self.assertTrue(daemon.read_line(process.stdout))
        self.port = int(re.search(r"HTTPS is spoken on port (\d+)",
                                  daemon.read_line(process.stderr))[1])
        return process

    def refuse(self, *arguments: str) -> str:
        """Starts a daemon that does not start, and gives what it says to that."""
        process = daemon.start(self, [HEADWAYD, "--http-port", "0", "--no-dbus", *arguments],
                               self.home)
        _, complaint = process.communicate(timeout=daemon.LIMIT)
        self.assertNotEqual(0, process.returncode)
        return complaint

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))

    def connect(self, context=None, name="localhost") -> ssl.SSLSocket:
        plain = socket.create_connection(("127.0.0.1", self.port), daemon.LIMIT)
        self.addCleanup(plain.close)
        secure = (context or self.trust()).wrap_socket(plain, server_hostname=name)
        self.addCleanup(secure.close)
        return secure

    def ask(self, method="GET", path="/healthz", fields=None, body=None, host=None):
        """Asks once, and gives status, fields and body."""
        connection = http.client.HTTPSConnection("localhost", self.port, timeout=daemon.LIMIT,
                                                 context=self.trust())
        with contextlib.closing(connection):
            connection.request(method, path, body, {"Host": host or f"localhost:{self.port}",
                                                    **(fields or {})})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def bearer(self) -> dict[str, str]:
        return {"Authorization": "Bearer " + (self.state / "token").read_text().strip()}

    def wait_for_watcher(self):
        """Waits until somebody's answer waits where libsoup does not give it."""
        end = time.monotonic() + daemon.LIMIT
        while b'\nheadway_watchers{transport="http"} 1\n' not in self.ask(
                path="/metrics", fields=self.bearer())[2]:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)

    def serial(self) -> int:
        """The number of the certificate that the daemon shows."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return hash(self.connect(context).getpeercert(binary_form=True))


class CertificateTest(House):
    """headway cert."""

    def test_it_is_made_where_the_daemon_looks_and_the_key_is_ours_alone(self):
        printed = self.cert().stdout
        self.assertEqual(f"{self.certificate}\n", printed)
        self.assertEqual(0o600, stat.S_IMODE(self.key.stat().st_mode))
        self.assertEqual(0o700, stat.S_IMODE(self.key.parent.stat().st_mode))
        self.assertEqual(["certificate.pem", "key.pem"], sorted(os.listdir(self.key.parent)))

    def test_it_is_for_all_names_of_this_machine_for_a_year_and_vouches_for_no_other(self):
        self.cert("--name", NAME, "--name", "192.0.2.7")
        text = subprocess.run(["openssl", "x509", "-in", self.certificate, "-noout", "-text"],
                              check=True, capture_output=True, text=True).stdout
        for part in ("DNS:localhost", "IP Address:127.0.0.1", "IP Address:0:0:0:0:0:0:0:1",
                     f"DNS:{NAME}", "IP Address:192.0.2.7", "prime256v1", "CA:FALSE"):
            self.assertIn(part, text)
        if socket.gethostname() != "localhost":
            self.assertIn(f"DNS:{socket.gethostname()}", text)
        after = subprocess.run(["openssl", "x509", "-in", self.certificate, "-checkend",
                                str(366 * 86400)], stdout=subprocess.DEVNULL, check=False)
        before = subprocess.run(["openssl", "x509", "-in", self.certificate, "-checkend",
                                 str(364 * 86400)], stdout=subprocess.DEVNULL, check=False)
        self.assertEqual((1, 0), (after.returncode, before.returncode))

    def test_it_replaces_nothing_unless_told(self):
        self.cert()
        before = self.key.read_bytes()
        again = self.cert(check=False)
        self.assertEqual(1, again.returncode)
        self.assertIn("--force", again.stderr)
        self.assertEqual(before, self.key.read_bytes())
        self.cert("--force")
        self.assertNotEqual(before, self.key.read_bytes())

    def test_a_name_that_is_none_is_refused(self):
        for name in ("a,IP:1.2.3.4", "a b", "", "a\nCN=b", "*"):
            with self.subTest(name=name):
                self.assertEqual(2, self.cert("--name", name, check=False).returncode)

    def test_the_doctor_looks_at_it(self):
        def ask(**environment):
            return subprocess.run([HEADWAY, "doctor"], capture_output=True, text=True, check=False,
                                  env=daemon.environment_of(self.home) | environment,
                                  timeout=daemon.LIMIT).stdout
        self.assertNotIn("https", ask())
        self.cert()
        self.assertRegex(ask(), "✓ https +The certificate is valid until")
        self.assertRegex(ask(GIO_MODULE_DIR=str(self.home)), "✗ https .*Install glib-networking")
        subprocess.run(["openssl", "req", "-x509", "-key", self.key, "-days", "13", "-subj", "/CN=x",
                        "-out", self.certificate], check=True, capture_output=True)
        self.assertRegex(ask(), "✗ https .*--force")
        self.certificate.write_text("nonsense")
        self.assertRegex(ask(), "✗ https .*is no certificate")

    def test_without_openssl_it_says_what_to_install(self):
        environment = {**daemon.environment_of(self.home), "PATH": str(self.home)}
        done = subprocess.run([HEADWAY, "cert"], env=environment, capture_output=True, text=True,
                              timeout=daemon.LIMIT, check=False)
        self.assertEqual(1, done.returncode)
        self.assertIn("apt install openssl", done.stderr)


class TlsTest(House):
    """The door with TLS, on this machine."""

    def setUp(self):
        super().setUp()
        self.cert()

    def test_what_plain_http_answers_is_answered(self):
        self.start()
        self.assertEqual(b"ok\n", self.ask()[2])
        self.assertEqual(401, self.ask(path="/api/v1/tasks")[0])
        status, _, body = self.ask("POST", "/api/v1/tasks", self.bearer() | {
            "Content-Type": "application/json"}, json.dumps({"type": "noop", "title": "a" * 60000}))
        self.assertIn(status, (202, 400), body)
        self.assertEqual(200, self.ask(path="/api/v1/tasks", fields=self.bearer())[0])

    def test_many_requests_follow_each_other_on_one_connection(self):
        self.start()
        request = f"GET /healthz HTTP/1.1\r\nHost: localhost:{self.port}\r\n\r\n".encode()
        connection = self.connect()
        connection.sendall(request * 20)
        heard = b""
        while heard.count(b"\r\n\r\nok\n") < 20:
            heard += connection.recv(65536)
        self.assertEqual(20, heard.count(b"HTTP/1.1 200 OK"))

    def test_a_long_answer_reaches_a_slow_reader_whole(self):
        self.start()
        connection = daemon.UnixConnection(self.home / "session/headway/api.sock")
        task = daemon.ask(connection, "POST", "/api/v1/tasks", {
            "type": "command", "parameters": {"argv": ["seq", "1000000", "1120000"]}})
        while daemon.ask(connection, "GET", f"/api/v1/tasks/{task['id']}")["state"] != "Completed":
            time.sleep(0.02)
        secure = self.connect()
        secure.sendall((f"GET /api/v1/tasks/{task['id']}/log HTTP/1.1\r\nConnection: close\r\n"
                        f"Host: localhost:{self.port}\r\n"
                        f"Authorization: {self.bearer()['Authorization']}\r\n\r\n").encode())
        heard = bytearray()
        while piece := secure.recv(1000):
            heard += piece
        body = heard.partition(b"\r\n\r\n")[2]
        expected = "".join(f"{number}\n" for number in range(1000000, 1120001)).encode()
        self.assertEqual(expected[:len(body)], bytes(body))
        self.assertGreater(len(body), 200000)

    def test_the_hub_speaks_over_a_websocket(self):
        self.start()
        fields = "".join(f"{name}: {value}\r\n" for name, value in self.bearer().items())
        connection = self.connect()
        connection.sendall(f"GET /hub HTTP/1.1\r\nHost: localhost:{self.port}\r\n{fields}"
                           "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                           "Sec-WebSocket-Version: 13\r\n\r\n".encode())
        stream = connection.makefile("rb")
        self.assertIn(b"101", stream.readline())
        while stream.readline() != b"\r\n":
            pass

        # Most of what comes does not fit into one record of TLS, nor into what the network keeps.
        calls = [{"protocol": "json", "version": 1}] + [
            {"type": 1, "invocationId": str(number), "target": "NoMethod" + "x" * 30_000,
             "arguments": []} for number in range(100)]
        records = self.talk(connection, calls)
        self.assertEqual({}, records[0])
        self.assertEqual([str(number) for number in range(100)],
                         [record["invocationId"] for record in records[1:]])

        connection.sendall(b"\x88\x82\0\0\0\0\x03\xe8")
        self.assertEqual(b"\x88\x02\x03\xe8", connection.recv(4))

    def test_events_come_as_they_happen_and_all_reach_a_slow_reader(self):
        self.start()
        self.ask("POST", "/api/v1/tasks", self.bearer() | {"Content-Type": "application/json"},
                 json.dumps([{"type": "noop"}] * 500).encode())
        connection = http.client.HTTPSConnection("localhost", self.port, timeout=daemon.LIMIT,
                                                 context=self.trust())
        with contextlib.closing(connection):
            connection.request("GET", "/api/v1/tasks/500/events", headers=self.bearer() | {
                "Host": f"localhost:{self.port}", "Accept": "text/event-stream"})
            kinds = [json.loads(line[6:])["kind"] for line in connection.getresponse()
                     if line.startswith(b"data: ")]
        self.assertEqual(("added", "state"), (kinds[0], kinds[-1]))

        feed = self.connect()
        fields = "".join(f"{name}: {value}\r\n" for name, value in self.bearer().items())
        epoch = json.loads(self.ask(path="/api/v1/events", fields=self.bearer())[2])["epoch"]
        feed.sendall(f"GET /api/v1/events?epoch={epoch}&after=0 HTTP/1.1\r\n"
                     f"Host: localhost:{self.port}\r\nAccept: text/event-stream\r\n{fields}\r\n"
                     .encode())
        stream = feed.makefile("rb", 1000)
        self.assertEqual(b"HTTP/1.1 200 OK\r\n", stream.readline())
        for number in range(1, 1501):
            line = b""
            while not line.startswith(b"id: "):
                line = stream.readline()
            self.assertEqual(f"id: {epoch}-{number}\n", line.decode())

    def test_who_asks_on_gets_all_of_an_answer_that_was_waited_for(self):
        self.start()
        gate = self.home / "gate"
        os.mkfifo(gate)
        connection = daemon.UnixConnection(self.home / "session/headway/api.sock")
        task = daemon.ask(connection, "POST", "/api/v1/tasks", {"type": "command", "parameters": {
            "argv": ["sh", "-c", 'read line < "$0"; seq 100000 190000', str(gate)]}})
        plain = socket.socket()
        self.addCleanup(plain.close)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plain.settimeout(daemon.LIMIT)
        plain.connect(("127.0.0.1", self.port))
        secure = self.trust().wrap_socket(plain, server_hostname="localhost")
        self.addCleanup(secure.close)
        secure.sendall((f"GET /api/v1/tasks/{task['id']}/log?wait=60 HTTP/1.1\r\n"
                        f"Host: localhost:{self.port}\r\n"
                        f"Authorization: {self.bearer()['Authorization']}\r\n\r\n").encode())
        self.wait_for_watcher()
        with gate.open("w") as stream:
            stream.write("open\n")
        while daemon.ask(connection, "GET", f"/api/v1/tasks/{task['id']}")["state"] != "Completed":
            time.sleep(0.02)

        # Were the connection closed as soon as all has gone out, this would have it reset.
        heard = bytearray()
        while piece := secure.recv(2000):
            heard += piece
            secure.sendall(b"GET / HTTP/1.1\r\n")
        head, _, body = heard.partition(b"\r\n\r\n")
        length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
        expected = "".join(f"{number}\n" for number in range(100000, 190001)).encode()
        self.assertGreater(length, 0)
        self.assertEqual(expected[:length], bytes(body[:length]))

    @staticmethod
    def make_frame(message: dict) -> bytes:
        payload = json.dumps(message).encode() + b"\x1e"
        length = bytes([0x80 | len(payload)]) if len(payload) < 126 else (
            b"\xfe" + len(payload).to_bytes(2, "big"))
        return b"\x81" + length + b"\0\0\0\0" + payload

    def take_record(self, heard: bytearray) -> list[dict]:
        """Takes the records of a frame that is there whole, if there is one."""
        if len(heard) < 2:
            return []
        self.assertEqual(0x81, heard[0])
        size = {126: 2, 127: 8}.get(heard[1], 0)
        begin = 2 + size
        length = int.from_bytes(heard[2:begin], "big") if size else heard[1]
        if len(heard) < begin or len(heard) < begin + length:
            return []
        text = bytes(heard[begin:begin + length])
        del heard[:begin + length]
        return [json.loads(record) for record in text.split(b"\x1e")[:-1]]

    def talk(self, connection: ssl.SSLSocket, messages: list[dict]) -> list[dict]:
        """Sends all, and reads as many records meanwhile. In one thread, as OpenSSL allows no
        two in one connection."""
        rest = memoryview(b"".join(self.make_frame(message) for message in messages))
        heard = bytearray()
        records = []
        end = time.monotonic() + daemon.LIMIT
        connection.setblocking(False)
        while len(records) < len(messages):
            self.assertLess(time.monotonic(), end, "not all was answered in time")
            select.select([connection], [connection] if rest else [], [], 0.1)
            with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLWantWriteError):
                rest = rest[connection.send(rest[:16384]):] if rest else rest
            with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLWantWriteError):
                data = connection.recv(65536)
                self.assertTrue(data, "the hub has hung up")
                heard += data
            while found := self.take_record(heard):
                records += found
        connection.settimeout(daemon.LIMIT)
        return records

    def test_http_1_1_is_all_that_is_offered(self):
        self.start()
        context = self.trust()
        context.set_alpn_protocols(["h2", "http/1.1"])
        self.assertEqual("http/1.1", self.connect(context).selected_alpn_protocol())
        context.set_alpn_protocols(["h2"])
        with self.assertRaises(ssl.SSLError):
            self.connect(context)

    def test_broken_versions_are_not_spoken(self):
        self.start()
        context = self.trust()
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        with self.assertRaises((ssl.SSLError, OSError)):
            self.connect(context)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        self.assertEqual("TLSv1.2", self.connect(context).version())

    def test_plain_http_at_its_port_harms_nobody(self):
        process = self.start()
        for sent in (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\0" * 5000, b"\x16\x03\x01"):
            with socket.create_connection(("127.0.0.1", self.port), daemon.LIMIT) as plain:
                plain.sendall(sent)
                with contextlib.suppress(OSError):  # it has hung up already
                    plain.shutdown(socket.SHUT_WR)
                with contextlib.suppress(ConnectionError):
                    self.assertNotIn(b"200", plain.recv(65536))
        self.assertEqual(b"ok\n", self.ask()[2])
        self.assertIsNone(process.poll())

    def hello(self) -> bytes:
        """The first words of a client."""
        bios = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = self.trust().wrap_bio(*bios, server_hostname="localhost")
        with self.assertRaises(ssl.SSLWantReadError):
            client.do_handshake()
        return bios[1].read()

    def test_a_handshake_that_is_cut_anywhere_harms_nobody(self):
        process = self.start()
        hello = self.hello()
        for length in range(0, len(hello) + 1, 7):
            with socket.create_connection(("127.0.0.1", self.port), daemon.LIMIT) as plain:
                plain.sendall(hello[:length])
                if length % 2 == 0:
                    plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.assertEqual(b"ok\n", self.ask()[2])
        self.assertIsNone(process.poll())
        self.assertEqual((0, ""), daemon.stop(process))

    def test_a_handshake_that_does_not_go_on_is_ended(self):
        self.start()
        hello = self.hello()
        ends = [socket.create_connection(("127.0.0.1", self.port), daemon.LIMIT) for _ in range(3)]
        for end, length in zip(ends, (0, 20, len(hello))):
            self.addCleanup(end.close)
            end.sendall(hello[:length])
        self.assertEqual(b"ok\n", self.ask()[2])
        for end in ends:
            with contextlib.suppress(ConnectionError):
                while end.recv(65536):
                    pass

    def test_those_who_only_shake_hands_keep_nobody_out(self):
        self.start()
        hello = self.hello()
        for i in range(300):
            end = socket.create_connection(("127.0.0.1", self.port), daemon.LIMIT)
            self.addCleanup(end.close)
            end.sendall(hello[:i % len(hello)])
        for _ in range(5):
            self.assertEqual(b"ok\n", self.ask()[2])

    def test_a_session_is_for_tls_alone(self):
        self.start()
        token = (self.state / "token").read_text().strip()
        origin = {"Origin": f"https://localhost:{self.port}", "Content-Type": "application/json"}
        status, fields, body = self.ask("POST", "/api/v1/session", origin,
                                        json.dumps({"token": token}))
        self.assertEqual(200, status)
        cookie = fields["Set-Cookie"]
        self.assertTrue(cookie.startswith("__Host-headway_"), cookie)
        for part in ("HttpOnly", "SameSite=Strict", "Path=/", "Secure"):
            self.assertIn(part, cookie.split("; "))
        key = json.loads(body)["key"]
        pair = {"Cookie": cookie.split(";")[0], "Authorization": f"Bearer {key}"}
        self.assertEqual(200, self.ask(path="/api/v1/tasks", fields=pair)[0])
        plain = origin | pair | {"Origin": f"http://localhost:{self.port}"}
        self.assertEqual(403, self.ask("POST", "/api/v1/tasks", plain, "{}")[0])

    def test_no_address_is_promised_to_have_tls_for_ever(self):
        self.configure(f"public-host={NAME};192.0.2.7")
        self.start()
        for host in (f"localhost:{self.port}", f"127.0.0.1:{self.port}", f"{NAME}:{self.port}"):
            status, fields, _ = self.ask(host=host)
            self.assertEqual((200, None), (status, fields["Strict-Transport-Security"]))

    def test_other_names_are_refused(self):
        self.configure(f"public-host={NAME}")
        self.start()
        for host in (NAME, f"{NAME}:{self.port}"):
            self.assertEqual(200, self.ask(host=host)[0], host)
        for host in ("evil.example", f"evil.example:{self.port}", f"{NAME}:1",
                     f"x{NAME}:{self.port}"):
            self.assertEqual(421, self.ask(host=host)[0], host)

    def test_a_new_certificate_is_taken_and_a_broken_one_is_not(self):
        process = self.start()
        first = self.serial()
        self.cert("--force")
        second = self.serial()
        self.assertNotEqual(first, second)
        self.certificate.write_text("-----BEGIN CERTIFICATE-----\nnonsense\n")
        self.assertEqual(second, self.serial())
        self.key.unlink()
        self.assertEqual(second, self.serial())
        self.cert("--force")
        self.assertNotEqual(second, self.serial())
        _, complaints = daemon.stop(process)
        self.assertIn("The former certificate stays in force", complaints)

    def test_headway_speaks_it_with_a_certificate_that_it_knows(self):
        self.start()
        def ask(**environment):
            return subprocess.run([HEADWAY, "--url", f"https://localhost:{self.port}/", "list"],
                                  env=daemon.environment_of(self.home) | environment, check=False,
                                  capture_output=True, text=True, timeout=daemon.LIMIT)
        token = (self.state / "token").read_text().strip()
        known = ask(HEADWAY_TOKEN=token, HEADWAY_CERTIFICATE=str(self.certificate))
        self.assertEqual(0, known.returncode, known.stderr)
        unknown = ask(HEADWAY_TOKEN=token)
        self.assertIn("HEADWAY_CERTIFICATE", unknown.stderr)
        self.assertEqual(2, ask(HEADWAY_CERTIFICATE=str(self.home / "none")).returncode)
        lacking = ask(HEADWAY_TOKEN=token, GIO_MODULE_DIR=str(self.home))
        self.assertIn("Install glib-networking", lacking.stderr)

    def test_a_connection_outlives_its_certificate(self):
        self.start()
        connection = self.connect()
        self.cert("--force")
        self.serial()
        connection.sendall(f"GET /healthz HTTP/1.1\r\nHost: localhost:{self.port}\r\n\r\n".encode())
        self.assertTrue(connection.recv(15).startswith(b"HTTP/1.1 200 OK"))


class StartTest(House):
    """What the daemon does not do."""

    def test_without_a_certificate_there_is_no_tls(self):
        process = daemon.start(self, [HEADWAYD, "--http-port", "0", "--no-dbus"], self.home)
        self.assertTrue(daemon.read_line(process.stdout))
        self.assertEqual((0, ""), daemon.stop(process))

    def test_a_port_without_a_certificate_is_refused(self):
        self.assertIn("headway cert", self.refuse("--https-port", "0"))

    def test_half_a_pair_is_refused(self):
        self.configure("certificate=/tmp/c.pem")
        self.assertIn("goes with its key", self.refuse())

    def test_a_key_that_others_can_read_is_refused(self):
        self.cert()
        self.key.chmod(0o644)
        self.assertIn("chmod", self.refuse())

    def test_a_key_of_another_certificate_is_refused(self):
        self.cert()
        self.cert("--folder", str(self.home / "other"))
        self.configure(f"certificate={self.certificate}", f"key={self.home}/other/key.pem")
        self.assertIn("cannot be used together", self.refuse())

    def test_a_port_that_is_taken_is_named(self):
        self.cert()
        with socket.create_server(("127.0.0.1", 0)) as taken:
            complaint = self.refuse("--https-port", str(taken.getsockname()[1]))
        self.assertIn("--https-port 0", complaint)

    def test_nothing_is_open_beyond_this_machine_until_it_is_safe(self):
        self.configure("listen=0.0.0.0")
        complaint = self.refuse()
        self.assertIn("at 0.0.0.0 without a certificate", complaint)
        self.cert()
        complaint = self.refuse()
        self.assertIn("at 0.0.0.0 without a name", complaint)
        self.assertIn("public-host=", complaint)

    def test_what_is_open_beyond_this_machine_speaks_tls_only(self):
        self.cert("--name", NAME)
        self.configure("listen=0.0.0.0;::", f"public-host={NAME}")
        process = self.start()
        self.assertEqual(b"ok\n", self.ask()[2])
        table = subprocess.run(["cat", f"/proc/{process.pid}/net/tcp"], check=True,
                               capture_output=True, text=True).stdout
        inodes = {link.readlink().name for link in Path(f"/proc/{process.pid}/fd").iterdir()
                  if str(link.readlink()).startswith("socket:")}
        open_ports = {int(line.split()[1].split(":")[1], 16) for line in table.splitlines()[1:]
                      if line.split()[3] == "0A" and f"socket:[{line.split()[9]}]" in inodes
                      and line.split()[1].startswith("00000000:")}
        self.assertEqual({self.port}, open_ports)

    def test_a_socket_that_is_passed_follows_the_same_rule(self):
        with socket.create_server(("0.0.0.0", 0)) as outside:
            os.set_inheritable(outside.fileno(), True)
            command = ["sh", "-c", f"exec 3<&{outside.fileno()}; LISTEN_PID=$$ LISTEN_FDS=1 exec "
                       f"{HEADWAYD} --http-port 0 --no-dbus"]
            process = daemon.start(self, command, self.home, pass_fds=[outside.fileno()])
            _, complaint = process.communicate(timeout=daemon.LIMIT)
            self.assertNotEqual(0, process.returncode)
            self.assertIn("without a certificate", complaint)

            self.cert("--name", NAME)
            self.configure(f"public-host={NAME}")
            process = daemon.start(self, command, self.home, pass_fds=[outside.fileno()])
            self.assertTrue(daemon.read_line(process.stdout))
            self.port = outside.getsockname()[1]
            self.assertEqual(b"ok\n", self.ask()[2])

    def test_a_proxy_needs_a_name_and_its_user(self):
        self.configure(f"proxy-socket={self.home}/proxy.sock")
        self.assertIn("proxy-user=", self.refuse())
        self.configure(f"proxy-socket={self.home}/proxy.sock", f"proxy-user={os.getuid()}")
        self.assertIn("public-host=", self.refuse())
        self.configure(f"proxy-socket={self.home}/none/proxy.sock", f"proxy-user={os.getuid()}",
                       f"public-host={NAME}")
        self.assertIn("There is no folder", self.refuse())
        self.configure(f"proxy-socket={self.home}/proxy.sock", "proxy-user=nobody-at-all")
        self.assertIn("there is no user", self.refuse())

    def test_a_list_that_is_none_is_named(self):
        for line in ("listen=here", "listen=fe80::1%lo", "public-host=a b", "public-host=a:99999", "listen=1.2.3.4;x"):
            with self.subTest(line=line):
                self.configure(line)
                self.assertIn(line.partition("=")[0], self.refuse())


if __name__ == "__main__":
    tap.main()
