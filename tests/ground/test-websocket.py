#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tests that the hub of a daemon is a WebSocket server as RFC 6455 has one.

HEADWAYD is the daemon. A hub echoes nothing. What is judged is whether calls are answered by
their names, pongs, and the codes of goodbyes.
"""

import os
import re
import time
import unittest

import daemon
import tap
from websocket import (ACCEPT, BINARY, CLOSE, CONTINUATION, FINAL, HELLO, KEY, MASK, PING, PONG,
                       SEPARATOR, TEXT, Line, make_call, make_frame, make_header)

NORMAL, PROTOCOL_ERROR, INVALID_TEXT = 1000, 1002, 1007
HUB_PING = b'{"type":6}'
MAX_RECORD = 32768


class House(unittest.TestCase):
    """A daemon for all tests of a group, and a connection for each."""

    @classmethod
    def setUpClass(cls):
        cls.addCleanup = cls.addClassCleanup  # what starts a daemon wants to end it
        home = daemon.make_home(cls)
        cls.daemon = daemon.start(cls, [os.environ["HEADWAYD"], "--http-port", "0", "--no-dbus"],
                                  home, {"G_DEBUG": "fatal-criticals"})
        cls.port = int(re.search(r":(\d+)/", daemon.read_line(cls.daemon.stdout))[1])
        cls.token = (home / ".local/state/headway/token").read_text().strip()
        del cls.addCleanup

    def setUp(self):
        self.line = Line(self.port, self.token)
        self.addCleanup(self.line.close)

    def tearDown(self):
        self.assertIsNone(self.daemon.poll())

    def assert_answered(self, name: str):
        """The call of that name is answered, and nothing else is said before."""
        record = self.line.take_record()
        self.assertIsNotNone(record)
        self.assertEqual((record["type"], record["invocationId"]), (3, name))

    def assert_alive(self):
        self.line.send(make_frame(FINAL | TEXT, make_call("alive")))
        self.assert_answered("alive")

    def assert_goodbye(self, code: int):
        """The server says goodbye so, and hangs up when it is answered."""
        self.assertEqual(self.line.take_goodbye()[0], code)
        try:
            self.line.send(make_frame(FINAL | CLOSE, code.to_bytes(2, "big")))
            self.line.socket.shutdown(1)
        except OSError:
            pass  # it did not wait for an answer
        self.assertEqual(self.line.take_goodbye(), (None, b""))

    def assert_refused(self, *frames: bytes, code=PROTOCOL_ERROR):
        self.line.open(HELLO, *frames)
        self.assert_goodbye(code)


def cases(group):
    """Has a group's `make_cases` make a test of each of its cases: a name, and a function."""
    for name, function in group.make_cases():
        setattr(group, f"test_{name}", function)
    return group


def refusal(*frames: bytes, code=PROTOCOL_ERROR):
    return lambda self: self.assert_refused(*frames, code=code)


def make_filled_call(name: str, size: int) -> bytes:
    """Makes what ends with a call, of exactly so many bytes, in records that are not too long."""
    call = make_call(name)
    rest = size - len(call)
    records = []
    while rest >= MAX_RECORD:
        records.append(HUB_PING.ljust(MAX_RECORD // 2 - 1) + SEPARATOR)
        rest -= MAX_RECORD // 2
    if rest >= MAX_RECORD // 4:
        records.append(HUB_PING.ljust(rest - 1) + SEPARATOR)
        rest = 0
    return b"".join(records) + b" " * rest + call


@cases
class Framing(House):
    """Each way to say a length, for text and for binary data, whole and in pieces."""

    @classmethod
    def make_cases(cls):
        for kind, opcode in (("text", TEXT), ("binary", BINARY)):
            for size in (125, 126, 127, 128, 65535, 65536, 65537, 262144):
                yield f"{kind}_of_{size}", cls.make_case(opcode, size, 0)
            for size, piece in ((125, 1), (127, 1), (65535, 997), (65536, 997), (65536, 4096)):
                yield f"{kind}_of_{size}_in_pieces_of_{piece}", cls.make_case(opcode, size, piece)

    @staticmethod
    def make_case(opcode, size, piece):
        def test(self):
            frame = make_frame(FINAL | opcode, make_filled_call("filled", size))
            self.line.greet()
            for at in range(0, len(frame), piece or len(frame)):
                self.line.send(frame[at:at + (piece or len(frame))])
            self.assert_answered("filled")
        return test

    def test_empty_text(self):
        self.line.greet()
        self.line.send(make_frame(FINAL | TEXT))
        self.assert_alive()

    def test_empty_binary(self):
        self.line.greet()
        self.line.send(make_frame(FINAL | BINARY))
        self.assert_alive()

    def test_many_frames_at_once(self):
        self.line.greet()
        self.line.send(*(make_frame(FINAL | TEXT, make_call(str(i))) for i in range(50)))
        for i in range(50):
            self.assert_answered(str(i))


@cases
class Pings(House):
    """Each ping has its pong, whatever else is going on."""

    @classmethod
    def make_cases(cls):
        for name, payload in (("empty", b""), ("text", b"Hello"), ("bytes", b"\x00\xff\xfe\xfd\x80"),
                              ("of_125", bytes(range(125)))):
            yield f"{name}_is_answered", cls.make_case(payload, False)
            yield f"{name}_byte_by_byte_is_answered", cls.make_case(payload, True)
        yield "of_126_is_refused", refusal(make_frame(FINAL | PING, b"a" * 126))
        yield "of_65536_is_refused", refusal(make_header(FINAL | PING, 65536))
        yield "in_fragments_is_refused", refusal(make_frame(PING, b"a"))
        yield "pong_of_126_is_refused", refusal(make_frame(FINAL | PONG, b"a" * 126))
        yield "pong_in_fragments_is_refused", refusal(make_frame(PONG, b"a"))

    @staticmethod
    def make_case(payload, is_slow):
        def test(self):
            self.line.greet()
            (self.line.send_slowly if is_slow else self.line.send)(make_frame(FINAL | PING, payload))
            self.assertEqual(self.line.take_control(), (FINAL | PONG, payload))
            self.assert_alive()
        return test

    def test_pong_that_nobody_asked_for(self):
        self.line.greet()
        self.line.send(make_frame(FINAL | PONG), make_frame(FINAL | PONG, b"unasked"),
                       make_frame(FINAL | PING, b"asked"))
        self.assertEqual(self.line.take_control(), (FINAL | PONG, b"asked"))
        self.assert_alive()

    def take_pongs(self, last: bytes) -> list[bytes]:
        pongs = []
        while not pongs or pongs[-1] != last:
            first, payload = self.line.take_control()
            self.assertEqual(first, FINAL | PONG)
            pongs.append(payload)
        return pongs

    def test_one_after_the_other(self):
        self.line.greet()
        for i in range(10):
            self.line.send(make_frame(FINAL | PING, b"%d" % i))
            self.assertEqual(self.line.take_control(), (FINAL | PONG, b"%d" % i))

    def test_many_at_once(self):
        """The newest is always answered; others may be passed over, but keep their order."""
        self.line.greet()
        self.line.send(*(make_frame(FINAL | PING, b"%d" % i) for i in range(10)))
        pongs = self.take_pongs(b"9")
        self.assertEqual(pongs, sorted(set(pongs)))
        self.assert_alive()

    def test_between_fragments(self):
        call = make_call("torn")
        self.line.greet()
        self.line.send(make_frame(TEXT, call[:9]), make_frame(FINAL | PING, b"between"))
        self.assertEqual(self.line.take_control(), (FINAL | PONG, b"between"))
        self.line.send(make_frame(FINAL | CONTINUATION, call[9:]))
        self.assert_answered("torn")

    def test_between_all_fragments_with_another_mask(self):
        call = make_call("torn")
        self.line.greet()
        self.line.send(make_frame(TEXT))
        for i in range(len(call) - 1):
            self.line.send(make_frame(CONTINUATION, call[i:i + 1]),
                           make_frame(FINAL | PING, b"%d" % i, b"\x01\x80\xff\x00"))
            self.assertEqual(self.line.take_frame(), (FINAL | PONG, b"%d" % i))
        self.line.send(make_frame(FINAL | CONTINUATION, call[-1:]))
        self.assert_answered("torn")

    def test_oversize_between_fragments_is_refused(self):
        self.assert_refused(make_frame(TEXT, b"{"), make_frame(FINAL | PING, b"a" * 126))


@cases
class ReservedBits(House):
    """No extension is agreed on, so none of the bits means anything."""

    @classmethod
    def make_cases(cls):
        for bits in range(1, 8):
            for kind, opcode in (("text", TEXT), ("binary", BINARY), ("ping", PING), ("pong", PONG),
                                 ("close", CLOSE)):
                yield f"{bits}_in_{kind}_are_refused", refusal(make_frame(FINAL | bits << 4 | opcode))
            yield f"{bits}_in_continuation_are_refused", refusal(
                make_frame(TEXT, b"{"), make_frame(FINAL | bits << 4, b"}"))
        yield "after_a_sound_text_are_refused", refusal(
            make_frame(FINAL | TEXT, make_call("sound")), make_frame(FINAL | 0x40 | TEXT, b"{}"))


@cases
class Opcodes(House):
    """What there is not is refused, empty or not, also within a message."""

    @classmethod
    def make_cases(cls):
        for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
            yield f"{opcode}_is_refused", refusal(make_frame(FINAL | opcode))
            yield f"{opcode}_with_payload_is_refused", refusal(make_frame(FINAL | opcode, b"a"))
            yield f"{opcode}_within_a_message_is_refused", refusal(
                make_frame(TEXT, b"{"), make_frame(FINAL | opcode, b"a"))


@cases
class Fragments(House):
    """A message may come in fragments, and only one at a time."""

    @classmethod
    def make_cases(cls):
        torn = make_frame(TEXT, b"{")
        for final, kind in ((FINAL, "last"), (0, "one")):
            frame = make_frame(final | CONTINUATION, b"a")
            yield f"{kind}_of_nothing_is_refused", refusal(frame)
            yield f"{kind}_after_the_last_is_refused", refusal(
                torn, make_frame(FINAL | CONTINUATION, b"}"), frame)
            yield f"{kind}_of_nothing_and_empty_is_refused", refusal(
                make_frame(final | CONTINUATION))
        for opcode, kind in ((TEXT, "text"), (BINARY, "binary")):
            yield f"{kind}_within_a_message_is_refused", refusal(torn, make_frame(FINAL | opcode))
            yield f"fragments_of_{kind}_within_a_message_are_refused", refusal(
                torn, make_frame(opcode, b"a"))
            yield f"call_in_two_fragments_of_{kind}", cls.make_case(opcode, 20)
            yield f"call_in_fragments_of_a_byte_of_{kind}", cls.make_case(opcode, 1)

    @staticmethod
    def make_case(opcode, size):
        def test(self):
            call = make_call("torn")
            pieces = [call[at:at + size] for at in range(0, len(call), size)]
            self.line.greet()
            self.line.send(make_frame(opcode, pieces[0]),
                           *(make_frame(CONTINUATION, piece) for piece in pieces[1:-1]),
                           make_frame(FINAL | CONTINUATION, pieces[-1]))
            self.assert_answered("torn")
        return test

    def test_empty_ones(self):
        call = make_call("torn")
        self.line.greet()
        self.line.send(make_frame(TEXT), make_frame(CONTINUATION), make_frame(CONTINUATION, call),
                       make_frame(CONTINUATION), make_frame(FINAL | CONTINUATION))
        self.assert_answered("torn")

    def test_only_empty_ones(self):
        self.line.greet()
        self.line.send(make_frame(TEXT), make_frame(CONTINUATION), make_frame(FINAL | CONTINUATION))
        self.assert_alive()

    def test_record_over_messages(self):
        call = make_call("torn")
        self.line.greet()
        self.line.send(make_frame(FINAL | TEXT, call[:7]), make_frame(FINAL | BINARY, call[7:]))
        self.assert_answered("torn")

    def test_thousand(self):
        self.line.greet()
        self.line.send(make_frame(TEXT), make_frame(CONTINUATION, b" ") * 1000,
                       make_frame(FINAL | CONTINUATION, make_call("torn")))
        self.assert_answered("torn")


SOUND_TEXT = {
    "greek": "κόσμε", "least_of_two_bytes": "\u0080", "most_of_two_bytes": "\u07ff",
    "least_of_three_bytes": "\u0800", "most_of_three_bytes": "\uffff", "noncharacter": "\ufffe",
    "before_the_surrogates": "\ud7ff", "after_the_surrogates": "\ue000", "replacement": "\ufffd",
    "least_of_four_bytes": "\U00010000", "last_of_all": "\U0010ffff", "smile": "😀",
    "far_noncharacter": "\U0001fffe", "combined": "e\u0301", "byte_order_mark": "\ufeff",
}
UNSOUND_TEXT = {
    "lone_following_byte": b"\x80", "last_following_byte": b"\xbf", "two_following_bytes": b"\x80\xbf",
    "follower_of_ascii": b"a\x80", "overlong_nul": b"\xc0\x80", "overlong_slash": b"\xc0\xaf",
    "overlong_of_two": b"\xc1\xbf", "overlong_of_three": b"\xe0\x80\x80",
    "longest_overlong_of_three": b"\xe0\x9f\xbf", "overlong_of_four": b"\xf0\x80\x80\x80",
    "longest_overlong_of_four": b"\xf0\x8f\xbf\xbf", "first_surrogate": b"\xed\xa0\x80",
    "last_surrogate": b"\xed\xbf\xbf", "pair_of_surrogates": b"\xed\xa0\xbd\xed\xb8\x80",
    "after_the_last_of_all": b"\xf4\x90\x80\x80", "beyond_the_last_of_all": b"\xf5\x80\x80\x80",
    "five_bytes": b"\xf8\x88\x80\x80\x80", "six_bytes": b"\xfc\x84\x80\x80\x80\x80", "fe": b"\xfe",
    "ff": b"\xff", "second_missing": b"\xc3a", "third_missing": b"\xe2\x82a",
    "fourth_missing": b"\xf0\x9f\x98a", "begun_twice": b"\xe2\xe2\x82\xac",
}
TORN_TEXT = {"of_two": b"\xc3", "of_three": b"\xe2", "of_three_later": b"\xe2\x82",
             "of_four": b"\xf0\x9f", "of_four_later": b"\xf0\x9f\x98"}


@cases
class Text(House):
    """Text is UTF-8, which is known at the first byte that is not."""

    @classmethod
    def make_cases(cls):
        for name, text in SOUND_TEXT.items():
            yield f"sound_{name}", cls.make_sound(text, False)
            yield f"sound_{name}_in_fragments_of_a_byte", cls.make_sound(text, True)
        for name, text in UNSOUND_TEXT.items():
            yield f"unsound_{name}_is_refused", refusal(
                make_frame(FINAL | TEXT, b'{"' + text + b'"}'), code=INVALID_TEXT)
            yield f"unsound_{name}_in_fragments_is_refused", refusal(
                make_frame(TEXT, b'{"'), *(make_frame(CONTINUATION, text[i:i + 1])
                                           for i in range(len(text))), code=INVALID_TEXT)
            # The rest of the frame never comes.
            yield f"unsound_{name}_is_refused_at_once", refusal(
                make_header(FINAL | TEXT, 1000, bytes(4)) + b'{"' + text, code=INVALID_TEXT)
        for name, text in TORN_TEXT.items():
            yield f"torn_{name}_is_refused", refusal(make_frame(FINAL | TEXT, b"a" + text),
                                                     code=INVALID_TEXT)
            yield f"torn_{name}_in_fragments_is_refused", refusal(
                make_frame(TEXT, text), make_frame(FINAL | CONTINUATION), code=INVALID_TEXT)

    @staticmethod
    def make_sound(text, is_torn):
        def test(self):
            call = make_call(f"x{text}y")
            self.line.greet()
            if is_torn:
                self.line.send(make_frame(TEXT), *(make_frame(CONTINUATION, call[i:i + 1])
                                                   for i in range(len(call))),
                               make_frame(FINAL | CONTINUATION))
            else:
                self.line.send(make_frame(FINAL | TEXT, call))
            self.assert_answered(f"x{text}y")
        return test

    def test_torn_by_a_ping(self):
        call = make_call("xκy")
        at = call.index("κ".encode()) + 1
        self.line.greet()
        self.line.send(make_frame(TEXT, call[:at]), make_frame(FINAL | PING, b"\xff"),
                       make_frame(FINAL | CONTINUATION, call[at:]))
        self.assert_answered("xκy")

    def test_binary_is_not_looked_at(self):
        """The hub's own rules for records come later."""
        self.line.greet()
        self.line.send(make_frame(FINAL | BINARY, b"\xff\xfe" + SEPARATOR))
        self.assertEqual(self.line.take_goodbye()[0], NORMAL)


@cases
class Goodbyes(House):
    """A goodbye is answered with its code, and ends it."""

    @classmethod
    def make_cases(cls):
        for code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999,
                     4000, 4999):
            yield f"with_{code}", cls.make_case(code.to_bytes(2, "big"), code)
            yield f"with_{code}_and_a_reason", cls.make_case(code.to_bytes(2, "big") + b"Why", code)
        for code in (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535):
            yield f"with_{code}_is_refused", refusal(
                make_frame(FINAL | CLOSE, code.to_bytes(2, "big")))
        yield "without_code", cls.make_case(b"", NORMAL)
        yield "with_the_longest_reason", cls.make_case(b"\x03\xe8" + b"a" * 123, NORMAL)
        yield "with_a_reason_in_greek", cls.make_case(b"\x03\xe8" + "κόσμε".encode(), NORMAL)
        yield "of_one_byte_is_refused", refusal(make_frame(FINAL | CLOSE, b"\x03"))
        yield "of_126_is_refused", refusal(make_frame(FINAL | CLOSE, b"\x03\xe8" + b"a" * 124))
        yield "in_fragments_is_refused", refusal(make_frame(CLOSE, b"\x03\xe8"))
        for name, text in (UNSOUND_TEXT | TORN_TEXT).items():
            yield f"with_an_unsound_reason_{name}_is_refused", refusal(
                make_frame(FINAL | CLOSE, b"\x03\xe8" + text), code=INVALID_TEXT)

    @staticmethod
    def make_case(payload, code):
        def test(self):
            self.line.greet()
            self.line.send(make_frame(FINAL | CLOSE, payload))
            self.assertEqual(self.line.take_goodbye()[0], code)
            self.assertEqual(self.line.take_frame(), (-1, b""))
        return test

    def assert_ends(self, *frames: bytes):
        """These say goodbye once, and what is behind that is not heard."""
        self.line.greet()
        self.line.send(*frames)
        self.assertEqual(self.line.take_control(), (FINAL | CLOSE, b"\x03\xe8"))
        self.assertEqual(self.line.take_frame(), (-1, b""))

    def test_twice(self):
        self.assert_ends(make_frame(FINAL | CLOSE), make_frame(FINAL | CLOSE))

    def test_call_behind_one(self):
        self.assert_ends(make_frame(FINAL | CLOSE), make_frame(FINAL | TEXT, make_call("late")))

    def test_ping_behind_one(self):
        self.assert_ends(make_frame(FINAL | CLOSE), make_frame(FINAL | PING, b"late"))

    def test_nonsense_behind_one(self):
        self.assert_ends(make_frame(FINAL | CLOSE), b"\xff" * 50)

    def test_within_a_message(self):
        self.assert_ends(make_frame(TEXT, b"{"), make_frame(FINAL | CLOSE))

    def test_byte_by_byte(self):
        self.line.greet()
        self.line.send_slowly(make_frame(FINAL | CLOSE, b"\x0f\xa0bye"))
        self.assertEqual(self.line.take_goodbye()[0], 4000)
        self.assertEqual(self.line.take_frame(), (-1, b""))

    def test_hub_that_is_left_without_one(self):
        self.line.greet()
        self.line.socket.shutdown(1)
        self.assertEqual(self.line.take_frame(), (-1, b""))


@cases
class Masks(House):
    """A client masks all it sends; with what is its own affair."""

    @classmethod
    def make_cases(cls):
        for kind, opcode in (("text", TEXT), ("binary", BINARY), ("ping", PING), ("pong", PONG),
                             ("close", CLOSE)):
            yield f"missing_in_{kind}_is_refused", refusal(make_frame(FINAL | opcode, b"", b""))
            yield f"missing_in_{kind}_with_payload_is_refused", refusal(
                make_frame(FINAL | opcode, b"\x03\xe8", b""))
        for name, mask in (("of_zeros", bytes(4)), ("of_ones", b"\xff" * 4), ("of_text", b"{\"a\"")):
            yield name, cls.make_case(mask)

    @staticmethod
    def make_case(mask):
        def test(self):
            self.line.greet()
            self.line.send(make_frame(FINAL | TEXT, make_call("masked"), mask))
            self.assert_answered("masked")
        return test

    def test_another_in_each_frame(self):
        self.line.greet()
        for i in range(50):
            self.line.send(make_frame(FINAL | TEXT, make_call(str(i)), bytes([i, 255 - i, 7, i * 5])))
            self.assert_answered(str(i))


@cases
class Limits(House):
    """What is too much is refused before it costs anything."""

    @classmethod
    def make_cases(cls):
        yield "length_of_64_bits_is_refused", refusal(
            b"\x81\xff\x80" + bytes(7) + MASK)
        for first, name in ((b"\x81\xfe\x00\x7d", "125_in_two"), (b"\x81\xfe\x00\x00", "0_in_two"),
                            (b"\x81\xff" + (125).to_bytes(8, "big"), "125_in_eight"),
                            (b"\x81\xff" + (65535).to_bytes(8, "big"), "65535_in_eight")):
            yield f"length_{name}_is_refused", refusal(first + MASK)

    def test_longest_length_costs_nothing(self):
        """What a client promises is not kept room for: what came of it is heard at once."""
        self.line.greet()
        self.line.send(b"\x82\xff\x7f" + b"\xff" * 7 + bytes(4) + make_call("promised"))
        self.assert_answered("promised")

    def assert_too_long(self, *frames: bytes):
        """The hub says what is wrong, and goodbye."""
        self.line.greet()
        self.line.send(*frames)
        record = self.line.take_record()
        self.assertEqual(record["type"], 7)
        self.assertIn("32768B", record["error"])
        self.assert_goodbye(NORMAL)

    def test_longest_record(self):
        self.line.greet()
        self.line.send(make_frame(FINAL | TEXT, b" " * (MAX_RECORD - len(make_call("long"))) +
                                  make_call("long")))
        self.assert_answered("long")

    def test_longer_record_is_refused(self):
        self.assert_too_long(make_frame(FINAL | TEXT, b"{".ljust(MAX_RECORD + 2)))

    def test_longer_record_in_fragments_is_refused(self):
        self.assert_too_long(make_frame(TEXT, b"{"), *[make_frame(CONTINUATION, b" " * 1000)] * 40)

    def test_longer_record_in_messages_is_refused(self):
        self.assert_too_long(*[make_frame(FINAL | TEXT, b" " * 1000)] * 40)


class Delivery(House):
    """It makes no difference in which pieces bytes come."""

    def test_all_byte_by_byte(self):
        self.line.send_slowly(self.line.make_request())
        self.assertEqual(self.line.take_head()[0], 101)
        self.line.send_slowly(HELLO + make_frame(FINAL | TEXT, make_call("slow")))
        self.assertEqual(self.line.take_record(), {})
        self.assert_answered("slow")

    def test_torn_at_every_byte(self):
        frames = make_frame(TEXT, make_call("torn")[:20]) + make_frame(FINAL | PING, b"a") + \
            make_frame(FINAL | CONTINUATION, make_call("torn")[20:])
        self.line.greet()
        for at in range(1, len(frames)):
            self.line.send(frames[:at])
            time.sleep(0)  # the other thread's turn, if it wants it
            self.line.send(frames[at:])
            self.assert_answered("torn")

    def test_handshake_with_the_request(self):
        """What comes right behind the request is the WebSocket's already."""
        self.line.open(HELLO, make_frame(FINAL | TEXT, make_call("early")))
        self.assertEqual(self.line.take_record(), {})
        self.assert_answered("early")


class Upgrade(House):
    """The request that begins it (RFC 6455, section 4.2)."""

    def ask(self, *fields: str, **options) -> tuple[int, dict[str, str]]:
        self.line.send(self.line.make_request(*fields, **options))
        return self.line.take_head()

    def test_key_is_answered(self):
        status, fields = self.ask()
        self.assertEqual((status, fields["sec-websocket-accept"]), (101, ACCEPT.lower()))

    def test_no_extension_is_agreed_on(self):
        status, fields = self.ask("Sec-WebSocket-Extensions: permessage-deflate")
        self.assertEqual(status, 101)
        self.assertNotIn("sec-websocket-extensions", fields)

    def test_no_subprotocol_is_agreed_on(self):
        self.assertNotIn("sec-websocket-protocol", self.ask("Sec-WebSocket-Protocol: chat")[1])

    def test_another_version_is_refused(self):
        for version in ("0", "8", "14", "x"):
            with self.subTest(version=version):
                line = Line(self.port, self.token)
                self.addCleanup(line.close)
                line.send(line.make_request(version=version))
                self.assertEqual(line.take_head()[0] // 100, 4)

    def test_missing_key_is_refused(self):
        request = self.line.make_request().replace(b"Sec-WebSocket-Key: " + KEY.encode() + b"\r\n", b"")
        self.line.send(request)
        self.assertEqual(self.line.take_head()[0] // 100, 4)

    def test_stranger_is_refused(self):
        self.line.token = "wrong"
        self.assertEqual(self.ask()[0], 401)


if __name__ == "__main__":
    tap.main()
