# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A WebSocket's client that may send anything, for tests of the hub (RFC 6455)."""

import json
import socket

LIMIT = 30  # seconds after which something hangs

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
FINAL = 0x80
MASK = b"\x37\xfa\x21\x3d"
SEPARATOR = b"\x1e"

# The key and its answer of RFC 6455, section 1.3.
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def make_header(first: int, length: int, mask: bytes = MASK) -> bytes:
    """Makes the header of a frame; without a mask it is a server's."""
    flag = 0x80 if mask else 0
    if length < 126:
        said = bytes([flag | length])
    elif length < 65536:
        said = bytes([flag | 126]) + length.to_bytes(2, "big")
    else:
        said = bytes([flag | 127]) + length.to_bytes(8, "big")
    return bytes([first]) + said + mask


def make_frame(first: int, payload: bytes = b"", mask: bytes = MASK) -> bytes:
    if not mask:
        return make_header(first, len(payload), mask) + payload
    pad = (mask * (len(payload) // 4 + 1))[:len(payload)]
    masked = int.from_bytes(payload, "big") ^ int.from_bytes(pad, "big")
    return make_header(first, len(payload), mask) + masked.to_bytes(len(payload), "big")


def make_call(name: str) -> bytes:
    """Makes a call of a method that there is not: its answer has the call's name in it."""
    return json.dumps({"type": 1, "invocationId": name, "target": "Nothing", "arguments": []},
                      ensure_ascii=False).encode() + SEPARATOR


HELLO = make_frame(FINAL | TEXT, b'{"protocol":"json","version":1}' + SEPARATOR)


class Line:
    """A connection to the hub."""

    def __init__(self, port: int, token: str):
        self.port = port
        self.token = token
        self.socket = socket.create_connection(("127.0.0.1", port), LIMIT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.heard = b""
        self.records = b""

    def close(self):
        self.socket.close()

    def send(self, *pieces: bytes):
        self.socket.sendall(b"".join(pieces))

    def send_slowly(self, data: bytes):
        """Sends each byte by itself."""
        for at in range(len(data)):
            self.socket.sendall(data[at:at + 1])

    def receive(self, length: int) -> bytes:
        """Gives so many bytes, or fewer if it ends before."""
        while len(self.heard) < length:
            try:
                piece = self.socket.recv(65536)
            except ConnectionResetError:
                piece = b""
            if not piece:
                break
            self.heard += piece
        taken, self.heard = self.heard[:length], self.heard[length:]
        return taken

    def make_request(self, *fields: str, version: str = "13", key: str = KEY) -> bytes:
        lines = ["GET /hub HTTP/1.1", f"Host: 127.0.0.1:{self.port}",
                 f"Authorization: Bearer {self.token}", "Connection: Upgrade",
                 "Upgrade: websocket", f"Sec-WebSocket-Version: {version}",
                 f"Sec-WebSocket-Key: {key}", *fields, "", ""]
        return "\r\n".join(lines).encode()

    def take_head(self) -> tuple[int, dict[str, str]]:
        """Takes the head of an answer: its status, and its fields in small letters."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = self.receive(1)
            if not byte:
                break
            head += byte
        status, *lines = head.decode().split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in lines if line)
        return int(status.split(" ")[1]), fields

    def open(self, *frames: bytes):
        """Asks for the upgrade, and sends frames right behind that."""
        self.send(self.make_request(), *frames)
        status, _ = self.take_head()
        if status != 101:
            raise ConnectionError(f"The upgrade is answered with {status}")

    def greet(self):
        """Says hello as a client of SignalR does."""
        self.open(HELLO)
        if self.take_record() != {}:
            raise ConnectionError("The handshake is refused")

    def take_frame(self) -> tuple[int, bytes]:
        """Takes a frame: its first byte, or -1 at the end, and what it carries."""
        header = self.receive(2)
        if len(header) < 2:
            return -1, b""
        if header[1] & 0x80:
            raise ValueError("A server must not mask")
        length = header[1]
        if length > 125:
            length = int.from_bytes(self.receive(2 if length == 126 else 8), "big")
        return header[0], self.receive(length)

    def take_record(self) -> dict | None:
        """Takes what the hub says next, but for its pings; None if it says goodbye instead."""
        while True:
            while SEPARATOR not in self.records:
                first, payload = self.take_frame()
                if first == FINAL | PONG:
                    continue
                if first != FINAL | TEXT:
                    return None
                self.records += payload
            record, self.records = self.records.split(SEPARATOR, 1)
            message = json.loads(record)
            if message.get("type") != 6:
                return message

    def take_control(self) -> tuple[int, bytes]:
        """Takes the next frame that is no text."""
        while True:
            first, payload = self.take_frame()
            if first != FINAL | TEXT:
                return first, payload

    def take_goodbye(self) -> tuple[int | None, bytes]:
        """Takes the next goodbye: its code and reason, or None and nothing at the end."""
        while True:
            first, payload = self.take_control()
            if first == -1:
                return None, b""
            if first == FINAL | CLOSE:
                return int.from_bytes(payload[:2], "big"), payload[2:]
