/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-ws-frame.h"
#include "hw-ws-socket.h"
#include "socket-fixture.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  make_connection (fixture, SOCK_SEQPACKET, hw_ws_socket_new);
}

/* Sends a frame as a client does, with a mask of zeros. */
static void
send_frame (Fixture    *fixture,
            guint8      first_byte,
            const char *payload,
            guint8      length)
{
  char frame[256] = { (char) first_byte, (char) (0x80 | length) };

  memcpy (frame + 6, payload, length);
  g_assert_cmpint (send (fixture->fd, frame, 6u + length, 0), ==, 6 + length);
  hw_plane_socket_read (fixture->socket);
  hw_plane_socket_flush (fixture->socket);
}

/* Returns: how many bytes came in one piece, which is put into @bytes; -1 if there is none */
static gssize
take_piece (Fixture *fixture,
            char     bytes[65536])
{
  return recv (fixture->fd, bytes, 65536, MSG_DONTWAIT);
}

static void
test_data_are_told (Fixture      *fixture,
                    gconstpointer test_data)
{
  send_frame (fixture, 0x01, "he", 2);
  send_frame (fixture, 0x80, "llo", 3);

  g_assert_cmpstr (fixture->news->str, ==, "d[he]d[llo]");
}

/* Test that what is to be said at once is one piece for the kernel. */
static void
test_messages_go_out_together (Fixture      *fixture,
                               gconstpointer test_data)
{
  char bytes[65536];

  for (guint i = 0; i < 20; i++)
    push (fixture, "x");
  hw_plane_socket_flush (fixture->socket);

  g_assert_cmpint (take_piece (fixture, bytes), ==, 60);
  g_assert_cmpint (memcmp (bytes, "\x81\x01x\x81\x01x", 6), ==, 0);
  g_assert_cmpint (take_piece (fixture, bytes), ==, -1);
  g_assert_cmpstr (fixture->news->str, ==, "");
}

static void
test_ping_is_answered (Fixture      *fixture,
                       gconstpointer test_data)
{
  char bytes[65536];

  send_frame (fixture, 0x89, "now", 3);

  g_assert_cmpint (take_piece (fixture, bytes), ==, 5);
  g_assert_cmpint (memcmp (bytes, "\x8a\x03now", 5), ==, 0);
}

/* Test that a client is read only as far as somebody takes what it says. */
static void
test_untaken_data_stop_the_reading (Fixture      *fixture,
                                    gconstpointer test_data)
{
  g_autofree char *text = g_strnfill (100, 'a');

  for (guint i = 0; i < HW_PLANE_MAX_UNTAKEN / 100; i++)
    send_frame (fixture, 0x82, text, 100);
  g_assert_cmpuint (hw_plane_socket_get_interest (fixture->socket), ==, EPOLLIN);

  send_frame (fixture, 0x82, text, 100);
  g_assert_cmpuint (hw_plane_socket_get_interest (fixture->socket), ==, 0);

  hw_plane_socket_go_on (fixture->socket, 100);
  g_assert_cmpuint (hw_plane_socket_get_interest (fixture->socket), ==, EPOLLIN);
}

/* Test that a client that does not read is noticed once, each time that it has read a part of
 * what there is, and once when it has all.
 */
static void
test_slow_client_is_told_of (Fixture      *fixture,
                             gconstpointer test_data)
{
  g_autofree char *text = g_strnfill (30000, 'a');
  char bytes[65536];

  while (fixture->news->len == 0)
    {
      push (fixture, text);
      hw_plane_socket_flush (fixture->socket);
    }
  push (fixture, text);
  hw_plane_socket_flush (fixture->socket);
  g_assert_cmpstr (fixture->news->str, ==, "B");
  g_assert_cmpuint (hw_plane_socket_get_interest (fixture->socket), ==, EPOLLIN | EPOLLOUT);

  for (guint i = 0; i < 100 && strchr (fixture->news->str, 'D') == NULL; i++)
    {
      while (take_piece (fixture, bytes) > 0)
        continue;
      hw_plane_socket_flush (fixture->socket);
    }
  g_assert_cmpuint (strspn (fixture->news->str, "B"), ==, fixture->news->len - 1);
  g_assert_cmpuint (hw_plane_socket_get_interest (fixture->socket), ==, EPOLLIN);
}

static void
test_who_asks_hears_when_all_is_sent (Fixture      *fixture,
                                      gconstpointer test_data)
{
  push (fixture, "x");
  hw_plane_socket_ask (fixture->socket);
  g_assert_cmpstr (fixture->news->str, ==, "");

  hw_plane_socket_flush (fixture->socket);
  hw_plane_socket_flush (fixture->socket);
  g_assert_cmpstr (fixture->news->str, ==, "D");
}

/* Test that a client's goodbye is answered by its code, and is the end. */
static void
test_goodbye_is_answered (Fixture      *fixture,
                          gconstpointer test_data)
{
  char bytes[65536];

  push (fixture, "x");
  send_frame (fixture, 0x88, "\x0f\xa0", 2);

  g_assert_cmpint (take_piece (fixture, bytes), ==, 7);
  g_assert_cmpint (memcmp (bytes, "\x81\x01x\x88\x02\x0f\xa0", 7), ==, 0);
  g_assert_cmpint (take_piece (fixture, bytes), ==, 0);
  g_assert_cmpstr (fixture->news->str, ==, "GO");
  g_assert_cmpint (hw_plane_socket_get_fd (fixture->socket), ==, -1);
}

/* Test that a ping is answered though a goodbye came together with it. */
static void
test_ping_is_answered_before_a_goodbye (Fixture      *fixture,
                                        gconstpointer test_data)
{
  static const char frames[] = "\x89\x81\0\0\0\0p\x88\x82\0\0\0\0\x0f\xa0";
  char bytes[65536];

  g_assert_cmpint (send (fixture->fd, frames, sizeof (frames) - 1, 0), ==, sizeof (frames) - 1);
  hw_plane_socket_read (fixture->socket);
  hw_plane_socket_flush (fixture->socket);

  g_assert_cmpint (take_piece (fixture, bytes), ==, 7);
  g_assert_cmpint (memcmp (bytes, "\x8a\x01p\x88\x02\x0f\xa0", 7), ==, 0);
}

/* Test that the answer to our goodbye is waited for, and that nothing is said after it. */
static void
test_our_goodbye_is_the_last_word (Fixture      *fixture,
                                   gconstpointer test_data)
{
  char bytes[65536];

  hw_plane_socket_say_goodbye (fixture->socket, HW_WS_CLOSE_CODE_NORMAL);
  push (fixture, "x");
  send_frame (fixture, 0x81, "late", 4);
  g_assert_cmpint (take_piece (fixture, bytes), ==, 4);
  g_assert_false (hw_plane_socket_is_over (fixture->socket));

  send_frame (fixture, 0x88, "\x03\xe8", 2);
  g_assert_true (hw_plane_socket_is_over (fixture->socket));
  g_assert_cmpstr (fixture->news->str, ==, "O");
}

static void
test_fault_is_told_before_the_end (Fixture      *fixture,
                                   gconstpointer test_data)
{
  char bytes[65536];

  send_frame (fixture, 0xc1, "", 0);

  g_assert_cmpint (take_piece (fixture, bytes), ==, 4);
  g_assert_cmpint (memcmp (bytes, "\x88\x02\x03\xea", 4), ==, 0);
  g_assert_cmpstr (fixture->news->str, ==, "G");
  shutdown (fixture->fd, SHUT_WR);
  hw_plane_socket_read (fixture->socket);
  g_assert_cmpstr (fixture->news->str, ==, "GO");
}

static void
test_early_bytes_come_first (Fixture      *fixture,
                             gconstpointer test_data)
{
  g_autoptr(GBytes) early = g_bytes_new_static ("\x81\x85\0\0\0\0he", 8);

  hw_plane_socket_give (fixture->socket, early);
  g_assert_cmpint (send (fixture->fd, "llo", 3, 0), ==, 3);
  hw_plane_socket_read (fixture->socket);

  g_assert_cmpstr (fixture->news->str, ==, "d[he]d[llo]");
}

/* Test that a WebSocket whose bytes go through something, as in TLS, works the same way. */
static void
test_through_a_stream (void)
{
  g_autoptr(GSocket) socket = NULL;
  HwPlaneWire wire = { -1, NULL };
  Fixture fixture = { .news = g_string_new (NULL) };
  char bytes[65536];
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  socket = g_socket_new_from_fd (fds[0], NULL);
  wire.fd = fds[0];
  wire.stream = G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
  fixture.fd = fds[1];
  fixture.socket = hw_ws_socket_new (&wire, on_news, &fixture);

  send_frame (&fixture, 0x81, "hello", 5);
  push (&fixture, "x");
  hw_plane_socket_flush (fixture.socket);
  g_assert_cmpint (take_piece (&fixture, bytes), ==, 3);
  shutdown (fixture.fd, SHUT_WR);
  hw_plane_socket_read (fixture.socket);

  g_assert_cmpstr (fixture.news->str, ==, "d[hello]O");
  tear_down (&fixture, NULL);
}

#define ADD(path, function) \
  g_test_add ("/ws-socket/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("data-are-told", test_data_are_told);
  ADD ("messages-go-out-together", test_messages_go_out_together);
  ADD ("ping-is-answered", test_ping_is_answered);
  ADD ("untaken-data-stop-the-reading", test_untaken_data_stop_the_reading);
  ADD ("slow-client-is-told-of", test_slow_client_is_told_of);
  ADD ("who-asks-hears-when-all-is-sent", test_who_asks_hears_when_all_is_sent);
  ADD ("goodbye/is-answered", test_goodbye_is_answered);
  ADD ("goodbye/ping-is-answered-before", test_ping_is_answered_before_a_goodbye);
  ADD ("goodbye/ours-is-the-last-word", test_our_goodbye_is_the_last_word);
  ADD ("fault-is-told-before-the-end", test_fault_is_told_before_the_end);
  ADD ("early-bytes-come-first", test_early_bytes_come_first);
  g_test_add_func ("/ws-socket/through-a-stream", test_through_a_stream);

  return g_test_run ();
}
