/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-event-socket.h"
#include "socket-fixture.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  make_connection (fixture, SOCK_STREAM, hw_event_socket_new);
}

/* Returns: (transfer full): what has come, with an exclamation mark at the end */
static char *
hear (Fixture *fixture)
{
  char bytes[1024];
  GString *heard = g_string_new (NULL);
  gssize n_read;

  while ((n_read = recv (fixture->fd, bytes, sizeof (bytes), MSG_DONTWAIT)) > 0)
    g_string_append_len (heard, bytes, n_read);

  return g_string_free (g_string_append (heard, n_read == 0 ? "!" : ""), FALSE);
}

static void
test_says_what_it_is_told (Fixture      *fixture,
                           gconstpointer test_data)
{
  g_autofree char *heard = NULL;

  push (fixture, "head\r\n\r\n");
  push (fixture, "");
  push (fixture, "data: 1\n\n");
  hw_plane_socket_flush (fixture->socket);
  hw_plane_socket_say (fixture->socket, "data: 2\n\n", strlen ("data: 2\n\n"));

  heard = hear (fixture);
  g_assert_cmpstr (heard, ==, "head\r\n\r\ndata: 1\n\ndata: 2\n\n");
  g_assert_cmpstr (fixture->news->str, ==, "");
}

/* Test that its last words are heard, and that it waits for the client to hang up. */
static void
test_goodbye_is_the_end (Fixture      *fixture,
                         gconstpointer test_data)
{
  g_autofree char *heard = NULL;

  push (fixture, "data: 1\n\n");
  hw_plane_socket_say_goodbye (fixture->socket, 0);
  push (fixture, "data: 2\n\n");
  hw_plane_socket_flush (fixture->socket);
  heard = hear (fixture);
  g_assert_cmpstr (heard, ==, "data: 1\n\n!");
  g_assert_cmpstr (fixture->news->str, ==, "");

  g_assert_cmpint (send (fixture->fd, "more", 4, 0), ==, 4);
  hw_plane_socket_read (fixture->socket);
  hw_plane_socket_flush (fixture->socket);
  g_assert_cmpuint (hw_plane_socket_get_interest (fixture->socket), ==, EPOLLIN);
  g_assert_cmpstr (fixture->news->str, ==, "");

  g_assert_cmpint (shutdown (fixture->fd, SHUT_WR), ==, 0);
  hw_plane_socket_read (fixture->socket);
  g_assert_cmpstr (fixture->news->str, ==, "O");
  g_assert_true (hw_plane_socket_is_over (fixture->socket));
}

/* Test that whoever wants to know when all has gone out is told before the client hangs up. */
static void
test_goodbye_has_gone_out (Fixture      *fixture,
                           gconstpointer test_data)
{
  push (fixture, "data: 1\n\n");
  hw_plane_socket_say_goodbye (fixture->socket, 0);
  hw_plane_socket_ask (fixture->socket);
  hw_plane_socket_flush (fixture->socket);

  g_assert_cmpstr (fixture->news->str, ==, "D");
}

static void
test_what_comes_is_dropped (Fixture      *fixture,
                            gconstpointer test_data)
{
  g_autofree char *bytes = g_strnfill (HW_EVENT_SOCKET_MAX_HEARD, 'a');
  g_autoptr(GBytes) early = g_bytes_new (bytes, HW_EVENT_SOCKET_MAX_HEARD - 1);

  hw_plane_socket_give (fixture->socket, early);
  g_assert_cmpint (send (fixture->fd, "b", 1, 0), ==, 1);
  hw_plane_socket_read (fixture->socket);
  g_assert_cmpuint (hw_plane_socket_get_interest (fixture->socket), ==, EPOLLIN);
  g_assert_cmpstr (fixture->news->str, ==, "");

  g_assert_cmpint (send (fixture->fd, "c", 1, 0), ==, 1);
  hw_plane_socket_read (fixture->socket);
  g_assert_cmpstr (fixture->news->str, ==, "O");
}

static void
test_client_leaves (Fixture      *fixture,
                    gconstpointer test_data)
{
  g_assert_cmpint (shutdown (fixture->fd, SHUT_WR), ==, 0);
  hw_plane_socket_read (fixture->socket);

  g_assert_cmpstr (fixture->news->str, ==, "O");
}

/* Test that what is not taken is told of, again after each part that is taken and not before,
 * and goes out when it is.
 */
static void
test_blocked (Fixture      *fixture,
              gconstpointer test_data)
{
  const gsize length = 4 * 1024 * 1024;
  g_autofree char *text = g_strnfill (length, 'a');
  gsize n_heard = 0;
  guint n_parts = 0;

  hw_plane_socket_say (fixture->socket, text, length);
  g_assert_cmpstr (fixture->news->str, ==, "B");
  g_assert_false (hw_plane_socket_is_open (fixture->socket));
  hw_plane_socket_flush (fixture->socket);
  g_assert_cmpstr (fixture->news->str, ==, "B");

  while (!hw_plane_socket_is_open (fixture->socket))
    {
      g_autofree char *heard = hear (fixture);

      n_heard += strlen (heard);
      hw_plane_socket_flush (fixture->socket);
      n_parts++;
    }
  g_assert_cmpuint (n_parts, >, 2);
  g_assert_cmpuint (strspn (fixture->news->str, "B"), ==, n_parts);
  g_assert_cmpstr (fixture->news->str + n_parts, ==, "D");

  g_free (text);
  text = hear (fixture);
  g_assert_cmpuint (n_heard + strlen (text), ==, length);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) \
  g_test_add ("/event-socket/" path, Fixture, NULL, set_up, test_ ## test, tear_down)
  ADD ("says-what-it-is-told", says_what_it_is_told);
  ADD ("goodbye-is-the-end", goodbye_is_the_end);
  ADD ("goodbye-has-gone-out", goodbye_has_gone_out);
  ADD ("what-comes-is-dropped", what_comes_is_dropped);
  ADD ("client-leaves", client_leaves);
  ADD ("blocked", blocked);
#undef ADD

  return g_test_run ();
}
