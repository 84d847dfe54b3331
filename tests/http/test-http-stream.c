/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "listener-house.h"

#include "hw-await.h"
#include "hw-http-stream-private.h"
#include "wait.h"

#include <gio/gunixsocketaddress.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define SECOND G_USEC_PER_SEC

#define US "Host: localhost\r\n"
#define ASK(path) "GET " path " HTTP/1.1\r\n" US "\r\n"
#define ASK_LAST(path) "GET " path " HTTP/1.1\r\n" US "Connection: close\r\n\r\n"
#define BEGIN_BODY(length) "POST /add-task HTTP/1.1\r\n" US "Content-Length: " length "\r\n\r\n"

/* Test what is left of a connection on which nothing comes any more: libsoup has let go
 * of it, too.
 */
static void
assert_forgotten (ListenerHouse *house)
{
  wait_until (hw_http_listener_get_n_connections (house->listener) == 0);
  g_assert_cmpuint (hw_fake_clock_get_n_timers (house->clock), ==, 0);
}

static void
test_stream_left (ListenerHouse *house,
                  gconstpointer  test_data)
{
  g_autoptr(GSocket) client = listener_house_ask (house, ASK ("/a"));

  g_assert_cmpuint (hw_http_listener_get_n_connections (house->listener), ==, 1);
  g_socket_shutdown (client, FALSE, TRUE, NULL);

  assert_forgotten (house);
}

static void
test_stream_left_before (ListenerHouse *house,
                         gconstpointer  test_data)
{
  g_autoptr(GSocket) client = listener_house_ask (house, "GET / HT");

  g_socket_close (client, NULL);

  assert_forgotten (house);
  g_assert_cmpuint (house->paths->len, ==, 0);
}

static void
test_stream_left_in_body (ListenerHouse *house,
                          gconstpointer  test_data)
{
  g_autoptr(GSocket) client = listener_house_ask (house, BEGIN_BODY ("16") "{");

  g_socket_close (client, NULL);

  assert_forgotten (house);
  g_assert_cmpuint (house->paths->len, ==, 0);
}

static void
test_stream_says_nothing (ListenerHouse *house,
                          gconstpointer  test_data)
{
  g_autoptr(GSocket) client = listener_house_connect (house);
  g_autofree char *heard = NULL;

  listener_house_advance (house, HW_HTTP_HEAD_TIMEOUT - SECOND);
  g_assert_cmpuint (hw_http_listener_get_n_connections (house->listener), ==, 1);
  listener_house_advance (house, SECOND);

  heard = hear_all (client);
  g_assert_cmpstr (heard, ==, "");
  assert_forgotten (house);
}

static void
test_stream_idle (ListenerHouse *house,
                  gconstpointer  test_data)
{
  g_autoptr(GSocket) client = listener_house_ask (house, ASK ("/a"));
  g_autofree char *heard = NULL;

  listener_house_advance (house, HW_HTTP_MAX_IDLE - SECOND);
  g_assert_cmpuint (hw_http_listener_get_n_connections (house->listener), ==, 1);
  listener_house_advance (house, SECOND);

  heard = hear_all (client);
  g_assert_cmpuint (count_answers (heard, "200"), ==, 1);
  g_assert_true (g_str_has_suffix (heard, "ok\n"));
  assert_forgotten (house);
}

static void
test_stream_used (ListenerHouse *house,
                  gconstpointer  test_data)
{
  g_autoptr(GSocket) client = listener_house_connect (house);

  for (guint i = 0; i < 3; i++)
    {
      send_text (client, ASK ("/a"));
      listener_house_advance (house, HW_HTTP_MAX_IDLE - SECOND);
    }

  g_assert_cmpuint (house->paths->len, ==, 3);
  g_assert_cmpuint (hw_http_listener_get_n_connections (house->listener), ==, 1);
}

/* @text is sent, and so much time goes by as to have it refused with 408. */
static void
assert_too_slow (ListenerHouse *house,
                 const char    *text,
                 gint64         span)
{
  g_autoptr(GSocket) client = listener_house_ask (house, text);
  g_autofree char *heard = NULL;

  listener_house_advance (house, span - SECOND);
  g_assert_cmpuint (hw_http_listener_get_n_connections (house->listener), ==, 1);
  listener_house_advance (house, SECOND);

  heard = hear_all (client);
  g_assert_cmpuint (count_answers (heard, "408"), ==, 1);
  g_assert_nonnull (strstr (heard, "Connection: close\r\n"));
  g_socket_close (client, NULL);
  assert_forgotten (house);
}

static void
test_stream_slow_head (ListenerHouse *house,
                       gconstpointer  test_data)
{
  assert_too_slow (house, "GET / HTTP/1.1\r\n" US, HW_HTTP_HEAD_TIMEOUT);
  g_assert_cmpuint (house->paths->len, ==, 0);
}

/* Of a head that does not end, no line wins time. */
static void
test_stream_drip (ListenerHouse *house,
                  gconstpointer  test_data)
{
  g_autoptr(GSocket) client = listener_house_ask (house, "GET / HTTP/1.1\r\n" US);
  g_autofree char *heard = NULL;

  for (guint i = 0; i < 5; i++)
    {
      send_text (client, "X-More: x\r\n");
      listener_house_advance (house, SECOND);
    }

  heard = hear_all (client);
  g_assert_cmpuint (count_answers (heard, "408"), ==, 1);
}

static void
test_stream_slow_next_head (ListenerHouse *house,
                            gconstpointer  test_data)
{
  assert_too_slow (house, ASK ("/a") "GET / HT", HW_HTTP_HEAD_TIMEOUT);
  g_assert_cmpuint (house->paths->len, ==, 1);
}

static void
test_stream_slow_body (ListenerHouse *house,
                       gconstpointer  test_data)
{
  assert_too_slow (house, BEGIN_BODY ("16") "{", HW_HTTP_BODY_TIMEOUT);
  assert_too_slow (house, BEGIN_BODY ("65536") "{", HW_HTTP_BODY_TIMEOUT + 4 * SECOND);
  g_assert_cmpuint (house->paths->len, ==, 0);
}

static void
test_stream_slow_reader (ListenerHouse *house,
                         gconstpointer  test_data)
{
  g_autoptr(GSocket) client = listener_house_ask (house, ASK ("/large"));
  g_autofree char *heard = NULL;

  listener_house_advance (house, HW_HTTP_MAX_STALL);

  assert_forgotten (house);
  heard = hear_all (client);
  g_assert_cmpuint (strlen (heard), <, LISTENER_HOUSE_LARGE);
}

static void
test_stream_reader_takes_its_time (ListenerHouse *house,
                                   gconstpointer  test_data)
{
  g_autoptr(GSocket) client = listener_house_ask (house, ASK_LAST ("/large"));
  g_autoptr(GString) heard = g_string_new (NULL);

  while (!is_over (client, heard))
    listener_house_advance (house, heard->len < 1024 * 1024 ? SECOND : 0);

  g_assert_cmpuint (heard->len, >, LISTENER_HOUSE_LARGE);
}

/* Test that a page that is busy with something else for a few seconds misses nothing. */
static void
test_stream_reader_pauses (ListenerHouse *house,
                           gconstpointer  test_data)
{
  g_autoptr(GSocket) client = listener_house_ask (house, ASK_LAST ("/large"));
  g_autoptr(GString) heard = g_string_new (NULL);

  for (guint i = 0; i < 5; i++)
    listener_house_advance (house, SECOND);
  while (!is_over (client, heard))
    hw_await_quiet ();

  g_assert_cmpuint (heard->len, >, LISTENER_HOUSE_LARGE);
}

/* Test that the kernel takes little of an answer that nobody takes from it. */
static void
test_stream_little_waits (ListenerHouse *house,
                          gconstpointer  test_data)
{
  g_autoptr(GSocket) client = listener_house_ask (house, ASK ("/large"));
  HwTraffic traffic;

  hw_http_listener_get_traffic (house->listener, &traffic);

  g_assert_cmpuint (traffic.n_sent, >, 0);
  g_assert_cmpuint (traffic.n_sent, <, 1024 * 1024);
}

/* Whoever works at an answer has as much time as it takes. */
static void
test_stream_slow_answer (ListenerHouse *house,
                         gconstpointer  test_data)
{
  g_autoptr(GSocket) client = listener_house_ask (house, ASK ("/wait"));

  listener_house_advance (house, G_TIME_SPAN_HOUR);

  g_assert_cmpuint (hw_http_listener_get_n_connections (house->listener), ==, 1);
}

/* Test that whoever asks on before the answer has come gets all answers, one by one. */
static void
test_stream_pipeline (ListenerHouse *house,
                      gconstpointer  test_data)
{
  g_autoptr(GSocket) client =
    listener_house_ask (house, ASK ("/wait") BEGIN_BODY ("3") "{} " ASK_LAST ("/c"));
  g_autofree char *heard = NULL;

  g_assert_cmpuint (house->paths->len, ==, 1);
  g_ptr_array_set_size (house->waiting, 0);

  heard = hear_all (client);
  g_assert_cmpuint (house->paths->len, ==, 3);
  g_assert_cmpstr (g_ptr_array_index (house->paths, 1), ==, "/add-task");
  g_assert_cmpstr (g_ptr_array_index (house->paths, 2), ==, "/c");
  g_assert_cmpuint (count_answers (heard, "200"), ==, 2);
}

/* Test that whoever sends many requests at once waits after each until others had their turn. */
static void
test_stream_turns (ListenerHouse *house,
                   gconstpointer  test_data)
{
  g_autoptr(GSocket) first = listener_house_connect (house);
  g_autoptr(GSocket) second = listener_house_connect (house);
  g_autofree char *order = NULL;

  send_text (first, ASK ("/a") ASK ("/b") ASK ("/c"));
  send_text (second, ASK ("/1") ASK ("/2") ASK ("/3"));
  hw_await_quiet ();

  g_ptr_array_add (house->paths, NULL);
  order = g_strjoinv ("", (char **) house->paths->pdata);
  g_assert_cmpstr (order, ==, "/a/1/b/2/c/3");
}

/* Test that what stands behind a refused request is not taken for another one. */
static void
test_stream_behind_refused (ListenerHouse *house,
                            gconstpointer  test_data)
{
  g_autoptr(GSocket) client =
    listener_house_ask (house, ASK ("/a") "GET /b HTTP/1.1\r\n" US US "\r\n" ASK ("/c"));
  g_autofree char *heard = hear_all (client);

  g_assert_cmpuint (house->paths->len, ==, 1);
  g_assert_cmpuint (count_answers (heard, "200"), ==, 1);
  g_assert_cmpuint (count_answers (heard, "400"), ==, 1);
  g_socket_close (client, NULL);
  assert_forgotten (house);
}

/* Somebody refused before it is told whether its body may come is not asked again. */
static void
test_stream_body_that_never_came (ListenerHouse *house,
                                  gconstpointer  test_data)
{
  g_autoptr(GSocket) client =
    listener_house_ask (house, "POST /add-task HTTP/1.1\r\n" US "Expect: 100-continue\r\n"
                        "Content-Length: 3\r\n\r\n");
  g_autofree char *heard = NULL;

  send_text (client, "{} " ASK_LAST ("/b"));

  heard = hear_all (client);
  g_assert_cmpuint (count_answers (heard, "100"), ==, 1);
  g_assert_cmpuint (house->paths->len, ==, 2);
}

/* Test that who goes on sending gets to hear the refusal, and is left in the end. */
static void
test_stream_refused_is_heard (ListenerHouse *house,
                              gconstpointer  test_data)
{
  g_autoptr(GSocket) client = listener_house_ask (house, BEGIN_BODY ("9000000000") "{");
  g_autofree char *filler = g_strnfill (100000, 'x');
  g_autoptr(GString) heard = g_string_new (NULL);

  for (guint i = 0; i < 10; i++)
    {
      send_text (client, filler);
      hw_await_quiet ();
    }
  is_over (client, heard);
  g_assert_cmpuint (count_answers (heard->str, "413"), ==, 1);

  listener_house_advance (house, HW_HTTP_LEAVE_TIMEOUT);
  assert_forgotten (house);
}

/* Test that nobody is heard for ever. */
static void
test_stream_refused_is_cut (ListenerHouse *house,
                            gconstpointer  test_data)
{
  g_autoptr(GSocket) client = listener_house_ask (house, BEGIN_BODY ("9000000000") "{");
  g_autofree char *filler = g_strnfill (64 * 1024, 'x');
  gsize n_sent = 0;
  gssize length;

  while ((length = g_socket_send (client, filler, 64 * 1024, NULL, NULL)) >= 0 ||
         hw_http_listener_get_n_connections (house->listener) > 0)
    {
      n_sent += (gsize) MAX (length, 0);
      hw_await_quiet ();
    }

  g_assert_cmpuint (n_sent, >, HW_HTTP_MAX_REFUSED_BODY);
  assert_forgotten (house);
}

/* Test that the answer to HEAD ends with its head, as whoever asks waits for no more (RFC 9110,
 * 9.3.2), whyever it is refused.
 */
static void
test_stream_refused_head_method (ListenerHouse *house,
                                 gconstpointer  test_data)
{
  static const char *const heads[] = {
    "HEAD /a HTTP/1.1\r\n" US US "\r\n",
    "HEAD /%2e%2e/a HTTP/1.1\r\n" US "\r\n",
    "HEAD /add-task HTTP/1.1\r\n" US "Content-Length: 3\r\n\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_autoptr(GSocket) client = listener_house_ask (house, heads[i]);
      g_autofree char *heard = hear_all (client);

      g_assert_nonnull (strstr (heard, "Content-Length: "));
      g_assert_true (g_str_has_suffix (heard, "\r\n\r\n"));
      g_assert_null (strchr (heard, '{'));
    }

  assert_too_slow (house, "HEAD / HTTP/1.1\r\n" US, HW_HTTP_HEAD_TIMEOUT);
}

/* Whether the main context would sleep now. */
static gboolean
is_asleep (void)
{
  GMainContext *context = g_main_context_default ();
  GPollFD polls[16];
  int priority, timeout, n_polls, n_ready;

  g_assert_true (g_main_context_acquire (context));
  g_main_context_prepare (context, &priority);
  n_polls = g_main_context_query (context, priority, &timeout, polls, G_N_ELEMENTS (polls));
  g_assert_cmpint (n_polls, <=, G_N_ELEMENTS (polls));
  n_ready = g_poll (polls, (guint) n_polls, 0);
  g_main_context_check (context, priority, polls, n_polls);
  g_main_context_release (context);

  return n_ready == 0 && timeout != 0;
}

/* Test that a connection costs nothing while nothing happens on it, whatever it waits for. */
static void
test_stream_sleeps (ListenerHouse *house,
                    gconstpointer  test_data)
{
  static const char *const texts[] = {
    "", "GET / HT", BEGIN_BODY ("3"), BEGIN_BODY ("9000"), ASK ("/a"), ASK ("/wait"), ASK ("/large"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(GSocket) client = listener_house_ask (house, texts[i]);

      g_test_message ("After “%s”", texts[i]);
      g_assert_true (is_asleep ());
      g_socket_close (client, NULL);
      g_ptr_array_set_size (house->waiting, 0);
      assert_forgotten (house);
    }
}

/* Counts how often the main context is woken up by itself: what comes of a connection comes over
 * its own descriptor.
 */
static guint n_wakes;

static int
poll_and_count (GPollFD *polls,
                guint    n_polls,
                int      timeout)
{
  int n_ready = g_poll (polls, n_polls, timeout);

  for (guint i = 0; n_ready > 0 && i < n_polls; i++)
    {
      g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", polls[i].fd);
      g_autofree char *what = g_file_read_link (path, NULL);

      if (polls[i].revents != 0 && g_strcmp0 (what, "anon_inode:[eventfd]") == 0)
        n_wakes++;
    }

  return n_ready;
}

/* Test that a connection is polled from its beginning to its end: a descriptor that came and went
 * with each request would wake the main context up twice.
 */
static void
test_stream_wakes_nobody (ListenerHouse *house,
                          gconstpointer  test_data)
{
  g_autoptr(GSocket) client = listener_house_ask (house, ASK ("/a"));
  g_autoptr(GString) heard = g_string_new (NULL);

  n_wakes = 0;
  g_main_context_set_poll_func (NULL, poll_and_count);
  for (guint i = 0; i < 10; i++)
    {
      send_text (client, i % 2 == 0 ? ASK ("/a") : BEGIN_BODY ("3") "{} ");
      hw_await_quiet ();
    }
  g_main_context_set_poll_func (NULL, NULL);

  g_assert_false (is_over (client, heard));
  g_assert_cmpuint (count_answers (heard->str, "200"), ==, 11);
  g_assert_cmpuint (n_wakes, ==, 0);
}

/* A stream on a socket that keeps apart what is sent apart. Returns: the other end */
static GSocket *
open_packets (ListenerHouse *house,
              HwHttpStream **stream)
{
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new ("/");
  g_autoptr(GSocket) socket = NULL;
  GSocket *other;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), ==,
                   0);
  socket = g_socket_new_from_fd (fds[0], NULL);
  other = g_socket_new_from_fd (fds[1], NULL);
  g_socket_set_blocking (other, FALSE);
  *stream = hw_http_stream_new (socket, address, NULL, HW_CLOCK (house->clock));

  return other;
}

/* Has libsoup's part done by hand. Returns: (transfer full): what comes in one piece, or NULL */
static char *
hear_piece (GSocket *client)
{
  char bytes[4096];
  gssize length = g_socket_receive (client, bytes, sizeof (bytes), NULL, NULL);

  return length > 0 ? g_strndup (bytes, (gsize) length) : NULL;
}

static void
write_text (HwHttpStream *stream,
            const char   *text)
{
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (stream));

  g_assert_cmpint (g_output_stream_write (output, text, strlen (text), NULL, NULL), ==,
                   strlen (text));
}

static void
read_text (HwHttpStream *stream)
{
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (stream));
  char bytes[4096];

  while (g_input_stream_read (input, bytes, sizeof (bytes), NULL, NULL) > 0)
    ;
}

/* Test that the head of an answer waits for its body, if that comes at once; nothing else waits. */
static void
test_stream_one_piece (ListenerHouse *house,
                       gconstpointer  test_data)
{
  static const struct
  {
    const char *request;
    const char *head;
    const char *body; /* (nullable) */
    gboolean is_one;
  } rows[] = {
    { ASK ("/a"), "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "ok\n", TRUE },
    { ASK ("/a"), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", NULL, FALSE },
    { ASK ("/a"), "HTTP/1.1 204 No Content\r\n\r\n", NULL, FALSE },
    { ASK ("/a"), "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", "data: 1\n", FALSE },
    { "HEAD /a HTTP/1.1\r\n" US "\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", NULL, FALSE },
    { ASK ("/a"), "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n", NULL, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(HwHttpStream) stream = NULL;
      g_autoptr(GSocket) client = open_packets (house, &stream);
      g_autofree char *head = NULL;
      g_autofree char *body = NULL;

      send_text (client, rows[i].request);
      hw_http_stream_start (stream);
      read_text (stream);
      write_text (stream, rows[i].head);
      head = hear_piece (client);
      g_assert_cmpint (head != NULL, ==, !rows[i].is_one);
      if (rows[i].body != NULL)
        write_text (stream, rows[i].body);
      body = hear_piece (client);
      g_assert_cmpint (body != NULL, ==, rows[i].body != NULL);
      g_assert_cmpint (body != NULL && g_str_has_prefix (body, "HTTP/1.1 200 OK\r\n"), ==,
                       rows[i].is_one);
      g_assert_null (hear_piece (client));
      hw_http_stream_cut (stream);
    }
}

/* Test that what lets a body come is no answer: that comes behind it, and is whole. */
static void
test_stream_continue (ListenerHouse *house,
                      gconstpointer  test_data)
{
  g_autoptr(HwHttpStream) stream = NULL;
  g_autoptr(GSocket) client = open_packets (house, &stream);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  send_text (client, "POST /add-task HTTP/1.1\r\n" US "Expect: 100-continue\r\n"
             "Content-Length: 3\r\n\r\n");
  hw_http_stream_start (stream);
  read_text (stream);
  write_text (stream, "HTTP/1.1 100 Continue\r\n\r\n");
  first = hear_piece (client);
  g_assert_cmpstr (first, ==, "HTTP/1.1 100 Continue\r\n\r\n");

  send_text (client, "{} ");
  read_text (stream);
  write_text (stream, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n");
  write_text (stream, "ok\n");
  second = hear_piece (client);
  g_assert_true (g_str_has_prefix (second, "HTTP/1.1 200 OK\r\nX-Content-Type-Options: nosniff\r\n"));
  g_assert_true (g_str_has_suffix (second, "\r\nContent-Length: 3\r\n\r\nok\n"));

  hw_http_stream_cut (stream);
}

static void
test_stream_byte_by_byte (ListenerHouse *house,
                          gconstpointer  test_data)
{
  const char *text = ASK ("/a") ASK_LAST ("/b");
  g_autoptr(GSocket) client = listener_house_connect (house);
  g_autofree char *heard = NULL;

  for (const char *p = text; *p != '\0'; p++)
    {
      g_assert_cmpint (g_socket_send (client, p, 1, NULL, NULL), ==, 1);
      hw_await_quiet ();
    }

  heard = hear_all (client);
  g_assert_cmpuint (count_answers (heard, "200"), ==, 2);
}

static void
on_request_started (SoupServer        *soup,
                    SoupServerMessage *message,
                    HwHttpStream     **stream)
{
  g_set_object (stream, hw_http_stream_get (message));
}

/* Whether the other side takes no more, and has said so of all that it took. */
static gboolean
is_full (HwHttpStream *stream)
{
  int n_left = 0;
  int n_unsent = 0;

  g_assert_cmpint (ioctl (hw_http_stream_get_fd (stream), SIOCOUTQ, &n_left), ==, 0);
  g_assert_cmpint (ioctl (hw_http_stream_get_fd (stream), SIOCOUTQNSD, &n_unsent), ==, 0);

  return n_left > 0 && n_left == n_unsent;
}

/* Test that an answer that has only just gone out is none that somebody does not take. */
static void
test_stream_stuck (ListenerHouse *house,
                   gconstpointer  test_data)
{
  g_autoptr(HwHttpStream) stream = NULL;
  g_autoptr(GSocket) client = NULL;

  g_signal_connect (house->soup, "request-started", G_CALLBACK (on_request_started), &stream);
  client = listener_house_ask (house, ASK ("/large"));
  wait_until_seen (is_full (stream));
  /* As if it had taken as much before. */
  stream->n_taken = G_MAXINT64;
  hw_http_stream_tick (stream);
  g_assert_false (hw_http_stream_is_stuck (stream));
  hw_http_stream_tick (stream);
  g_assert_true (hw_http_stream_is_stuck (stream));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) \
  g_test_add ("/http-stream/" path, ListenerHouse, NULL, listener_house_set_up, function, \
              listener_house_tear_down)
  ADD ("left/is-forgotten", test_stream_left);
  ADD ("left/before-its-request-is-forgotten", test_stream_left_before);
  ADD ("left/in-its-body-is-forgotten", test_stream_left_in_body);
  ADD ("time/who-says-nothing-leaves", test_stream_says_nothing);
  ADD ("time/idle-too-long-leaves", test_stream_idle);
  ADD ("time/used-stays", test_stream_used);
  ADD ("time/slow-head-is-refused", test_stream_slow_head);
  ADD ("time/dripping-head-is-refused", test_stream_drip);
  ADD ("time/slow-next-head-is-refused", test_stream_slow_next_head);
  ADD ("time/slow-body-is-refused", test_stream_slow_body);
  ADD ("time/reader-who-takes-nothing-is-cut", test_stream_slow_reader);
  ADD ("time/reader-who-takes-something-is-not", test_stream_reader_takes_its_time);
  ADD ("time/reader-who-pauses-gets-all", test_stream_reader_pauses);
  ADD ("time/an-answer-takes-as-long-as-it-takes", test_stream_slow_answer);
  ADD ("time/nothing-happens-while-nothing-comes", test_stream_sleeps);
  ADD ("order/one-after-the-other", test_stream_pipeline);
  ADD ("order/each-in-turn", test_stream_turns);
  ADD ("order/nothing-behind-a-refused-one", test_stream_behind_refused);
  ADD ("order/body-comes-after-continue", test_stream_body_that_never_came);
  ADD ("refused/gets-to-hear-it", test_stream_refused_is_heard);
  ADD ("refused/is-cut-in-the-end", test_stream_refused_is_cut);
  ADD ("refused/head-has-no-body", test_stream_refused_head_method);
  ADD ("time/a-request-wakes-nobody-up", test_stream_wakes_nobody);
  ADD ("answer/that-has-just-gone-out-is-not-stuck", test_stream_stuck);
  ADD ("answer/little-of-it-waits-in-the-kernel", test_stream_little_waits);
  ADD ("answer/is-one-piece", test_stream_one_piece);
  ADD ("answer/continue-goes-before-it", test_stream_continue);
  ADD ("torn/byte-by-byte", test_stream_byte_by_byte);
#undef ADD

  return g_test_run ();
}
