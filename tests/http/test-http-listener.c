/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "listener-house.h"

#include "hw-await.h"
#include "hw-http-crowd.h"
#include "hw-http-sockets.h"
#include "wait.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define PAUSE (G_USEC_PER_SEC / 10)

#define ASK(path) "GET " path " HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define BEGIN_BODY(length) \
  "POST /add-task HTTP/1.1\r\nHost: localhost\r\nContent-Length: " length "\r\n\r\n"
#define ASK_LAST(path) "GET " path " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

/* Test that those who only hold connections keep nobody out. */
static void
test_listener_oldest_makes_room (ListenerHouse *house,
                                 gconstpointer  test_data)
{
  guint n_held = HW_HTTP_MAX_OF_PEER;
  g_autoptr(GPtrArray) held = listener_house_open_many (house, n_held, NULL);
  g_autoptr(GString) first_heard = g_string_new (NULL);
  g_autoptr(GSocket) client = NULL;
  g_autofree char *heard = NULL;

  g_assert_cmpuint (hw_http_listener_get_n_connections (house->listener), ==, n_held);
  listener_house_advance (house, PAUSE);
  client = listener_house_ask (house, ASK_LAST ("/a"));
  heard = hear_all (client);

  g_assert_cmpuint (count_answers (heard, "200"), ==, 1);
  g_assert_cmpuint (count_over (held), ==, 1);
}

/* Test that those who were refused keep nobody out, though they stay to hear why. */
static void
test_listener_refused_make_room (ListenerHouse *house,
                                 gconstpointer  test_data)
{
  g_autoptr(GPtrArray) refused = listener_house_open_many (house, HW_HTTP_MAX_OF_PEER, "x\r\n");
  g_autoptr(GSocket) client = NULL;
  g_autofree char *heard = NULL;

  listener_house_advance (house, PAUSE);
  client = listener_house_ask (house, ASK_LAST ("/a"));
  heard = hear_all (client);

  g_assert_cmpuint (count_answers (heard, "200"), ==, 1);
  g_assert_cmpuint (refused->len, ==, HW_HTTP_MAX_OF_PEER);
}

/* Test that of those who came, whoever asked and waits for its next request stays rather
 * than one who never asked.
 */
static void
test_listener_silent_goes_first (ListenerHouse *house,
                                 gconstpointer  test_data)
{
  g_autoptr(GPtrArray) idle = listener_house_open_many (house, HW_HTTP_MAX_STRANGERS / 2, ASK ("/a"));
  g_autoptr(GPtrArray) silent = listener_house_open_many (house, HW_HTTP_MAX_OF_PEER - idle->len, NULL);
  g_autoptr(GSocket) client = NULL;
  g_autofree char *heard = NULL;

  listener_house_advance (house, PAUSE);
  client = listener_house_ask (house, ASK_LAST ("/b"));
  heard = hear_all (client);

  g_assert_cmpuint (count_answers (heard, "200"), ==, 1);
  g_assert_cmpuint (count_over (idle), ==, 0);
  g_assert_cmpuint (count_over (silent), ==, 1);
}

/* Test that somebody who takes a moment to ask is not sent away for those who are slow, however
 * many of these come.
 */
static void
test_listener_slow_go_before_silent (ListenerHouse *house,
                                     gconstpointer  test_data)
{
  const char *slow = test_data;
  g_autoptr(GSocket) client = listener_house_connect (house);
  g_autoptr(GPtrArray) former = listener_house_open_many (house, HW_HTTP_MAX_OF_PEER - 1, slow);
  g_autoptr(GPtrArray) later = NULL;
  g_autofree char *heard = NULL;

  listener_house_advance (house, PAUSE);
  later = listener_house_open_many (house, HW_HTTP_MAX_OF_PEER - 1, slow);
  g_assert_cmpuint (count_over (later), ==, 0);
  g_assert_cmpuint (count_over (former), ==, former->len);

  send_text (client, ASK_LAST ("/a"));
  heard = hear_all (client);
  g_assert_cmpuint (count_answers (heard, "200"), ==, 1);
}

/* Test that whoever never says anything does not keep those out who do, as slow as they are. */
static void
test_listener_long_silent_go_before_slow (ListenerHouse *house,
                                          gconstpointer  test_data)
{
  g_autoptr(GPtrArray) silent = listener_house_open_many (house, HW_HTTP_MAX_OF_PEER - 10, NULL);
  g_autoptr(GPtrArray) slow = NULL;
  g_autoptr(GPtrArray) later = NULL;

  listener_house_advance (house, HW_HTTP_LONG_SILENCE);
  slow = listener_house_open_many (house, 10, BEGIN_BODY ("3") "{");
  listener_house_advance (house, PAUSE);
  later = listener_house_open_many (house, 10, NULL);

  g_assert_cmpuint (count_over (silent), ==, 10);
  g_assert_cmpuint (count_over (slow), ==, 0);
}

/* Test that what somebody has sent is read before they are sent away for silence. */
static void
test_listener_reads_before_it_cuts (ListenerHouse *house,
                                    gconstpointer  test_data)
{
  g_autoptr(GSocket) first = listener_house_connect (house);
  g_autoptr(GSocket) client = NULL;
  g_autoptr(GPtrArray) silent = NULL;
  g_autofree char *heard = NULL;

  listener_house_advance (house, PAUSE);
  silent = listener_house_open_many (house, HW_HTTP_MAX_OF_PEER - 1, NULL);
  listener_house_advance (house, PAUSE);
  client = listener_house_connect (house);
  send_text (first, ASK_LAST ("/a"));
  hw_await_quiet ();

  heard = hear_all (first);
  g_assert_cmpuint (count_answers (heard, "200"), ==, 1);
}

/* Test that whoever showed who they are keeps their place, even if they are slow, and strangers
 * are not.
 */
static void
test_listener_known_stay (ListenerHouse *house,
                          gconstpointer  test_data)
{
  g_autoptr(GSocket) known = listener_house_ask (house, ASK ("/known") "GET /known HT");
  g_autoptr(GPtrArray) silent = listener_house_open_many (house, HW_HTTP_MAX_OF_PEER - 1, NULL);
  g_autoptr(GPtrArray) strangers = NULL;
  g_autofree char *heard = NULL;

  listener_house_advance (house, PAUSE);
  strangers = listener_house_open_many (house, HW_HTTP_MAX_OF_PEER, ASK ("/a"));
  listener_house_advance (house, PAUSE);
  send_text (known, "TP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

  heard = hear_all (known);
  g_assert_cmpuint (count_answers (heard, "200"), ==, 2);
}

/* Test that libsoup never has more than so many strangers, in whatever state they are, and that
 * those who have shown who they are do not count.
 */
static void
test_listener_strangers_are_few (ListenerHouse *house,
                                 gconstpointer  test_data)
{
  g_autoptr(GPtrArray) known = listener_house_open_many (house, 10, ASK ("/known"));
  g_autoptr(GPtrArray) strangers = listener_house_open_many (house, HW_HTTP_MAX_STRANGERS + 20, test_data);

  g_assert_cmpuint (count_over (strangers), ==, 20);
  g_assert_cmpuint (count_over (known), ==, 0);
  g_assert_cmpuint (hw_http_listener_get_n_connections (house->listener), ==,
                    HW_HTTP_MAX_STRANGERS + 10);
}

/* Test that libsoup does not hear of a small request before all of it is there. */
static void
test_listener_small_ones_are_gathered (ListenerHouse *house,
                                       gconstpointer  test_data)
{
  guint n = HW_HTTP_MAX_STRANGERS + 20;
  g_autoptr(GPtrArray) slow = listener_house_open_many (house, n, BEGIN_BODY ("3") "{");

  g_assert_cmpuint (count_over (slow), ==, 0);
  for (guint i = 0; i < n; i++)
    send_text (g_ptr_array_index (slow, i), "} ");
  hw_await_quiet ();

  g_assert_cmpuint (house->paths->len, ==, n);
}

/* Test that neither slow bodies nor slow readers keep anybody out. */
static void
test_listener_slow_make_room (ListenerHouse *house,
                              gconstpointer  test_data)
{
  guint half = HW_HTTP_MAX_STRANGERS / 2;
  g_autoptr(GPtrArray) bodies =
    listener_house_open_many (house, half, BEGIN_BODY ("3") "{");
  g_autoptr(GPtrArray) readers = listener_house_open_many (house, 4, ASK ("/large"));
  g_autoptr(GPtrArray) busy = listener_house_open_many (house, HW_HTTP_MAX_OF_PEER - half - 4, ASK ("/wait"));

  listener_house_advance (house, PAUSE);
  for (guint i = 0; i < half + 4; i++)
    {
      g_autoptr(GSocket) client = listener_house_ask (house, ASK ("/wait"));

      g_ptr_array_add (busy, g_steal_pointer (&client));
    }

  g_assert_cmpuint (house->waiting->len, ==, HW_HTTP_MAX_OF_PEER);
  g_assert_cmpuint (count_over (busy), ==, 0);
  g_assert_cmpuint (count_over (bodies), ==, half);
}

/* Descriptors that a process may have, for as long as it takes. */
static void
limit_descriptors (rlim_t         n,
                   struct rlimit *before)
{
  struct rlimit limit;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, before));
  limit = *before;
  limit.rlim_cur = n;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));
}

/* Has the house hold no more than so many connections. */
static void
limit_house (ListenerHouse *house,
             guint          n_most)
{
  g_autoptr(GPtrArray) sockets = hw_http_sockets_listen_tcp (0, NULL);
  struct rlimit before;

  limit_descriptors (n_most * 4, &before);
  hw_http_listener_add (house->listener, g_ptr_array_index (sockets, 0),
                        HW_HTTP_ENTRANCE_LOOPBACK);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &before));
}

/* Those who showed who they are, and yet may have to go. */
typedef struct
{
  const char *text;    /* what each asks */
  gint64 span;         /* for how long they are left alone, again and again */
  gboolean are_taking; /* whether they take something meanwhile */
  guint n_gone;        /* how many of four make room at once for those who come */
} Readers;

static const Readers reader_kinds[] = {
  { ASK ("/known-large"), G_USEC_PER_SEC, FALSE, 4 },
  { ASK ("/known-large"), G_USEC_PER_SEC, TRUE, 1 },
  { ASK ("/known-large") ASK ("/known"), PAUSE, FALSE, 4 },
  { ASK ("/known-large"), PAUSE, FALSE, 1 },
};

/* Test that those who take nothing of their answers for a while, or ask on without doing so, are
 * no more than strangers: they go at once, where whoever comes would have to wait until the
 * strangers have had their moment.
 */
static void
test_listener_takes_nothing (ListenerHouse *house,
                             gconstpointer  test_data)
{
  const Readers *kind = test_data;
  g_autoptr(GPtrArray) readers = NULL;
  g_autoptr(GPtrArray) busy = NULL;
  g_autoptr(GPtrArray) strangers = NULL;
  HwTraffic traffic;

  limit_house (house, 8);
  readers = listener_house_open_many (house, 4, kind->text);
  busy = listener_house_open_many (house, 4, ASK ("/wait"));
  for (guint i = 0; i < 3; i++)
    {
      if (kind->are_taking)
        count_over (readers);
      listener_house_advance (house, kind->span);
    }
  strangers = listener_house_open_many (house, readers->len + 1, NULL);
  hw_http_listener_get_traffic (house->listener, &traffic);

  g_assert_cmpuint (traffic.n_displaced, ==, kind->n_gone);
  g_assert_cmpuint (count_over (strangers), ==, 0);
  g_assert_cmpuint (count_over (busy), ==, 0);
}

/* Test that nobody who is answered is sent away, and whoever comes is told why. */
static void
test_listener_busy_stay (ListenerHouse *house,
                         gconstpointer  test_data)
{
  g_autoptr(GPtrArray) busy = listener_house_open_many (house, HW_HTTP_MAX_OF_PEER, ASK ("/wait"));
  g_autoptr(GSocket) client = listener_house_ask (house, ASK_LAST ("/a"));
  g_autofree char *heard = hear_all (client);

  g_assert_cmpuint (count_answers (heard, "503"), ==, 1);
  g_assert_nonnull (strstr (heard, "application/problem+json"));
  g_assert_nonnull (strstr (heard, "X-Frame-Options: DENY\r\n"));
  g_assert_cmpuint (count_over (busy), ==, 0);
  g_assert_cmpuint (house->waiting->len, ==, HW_HTTP_MAX_OF_PEER);
}

static guint
find_free_descriptor (void)
{
  int fd = dup (STDIN_FILENO);

  g_assert_cmpint (fd, >=, 0);
  close (fd);

  return (guint) fd;
}

/* Whoever holds all descriptors there are, until they are gone. */
static void
test_listener_no_descriptors (ListenerHouse *house,
                              gconstpointer  test_data)
{
  g_autoptr(GPtrArray) held = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GSocket) client = NULL;
  g_autofree char *heard = NULL;
  struct rlimit before;

  for (guint i = 0; i < 40; i++)
    g_ptr_array_add (held, listener_house_connect (house));
  client = listener_house_connect (house);
  send_text (client, ASK_LAST ("/a"));

  limit_descriptors (find_free_descriptor () + 10, &before);
  hw_await_quiet ();
  g_assert_cmpuint (hw_http_listener_get_n_connections (house->listener), <=, 10);
  for (guint i = 0; i < 20; i++)
    listener_house_advance (house, PAUSE);
  heard = hear_all (client);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &before));

  g_assert_cmpuint (count_answers (heard, "200"), ==, 1);
}

/* With nobody who could make room, whoever comes is sent away; and later let in again. */
static void
test_listener_no_descriptors_and_all_busy (ListenerHouse *house,
                                           gconstpointer  test_data)
{
  g_autoptr(GPtrArray) busy = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GSocket) late = NULL;
  g_autoptr(GSocket) client = NULL;
  g_autofree char *late_heard = NULL;
  g_autofree char *heard = NULL;
  struct rlimit before;

  for (guint i = 0; i < 10; i++)
    {
      g_ptr_array_add (busy, listener_house_connect (house));
      send_text (g_ptr_array_index (busy, i), ASK ("/wait"));
    }
  late = listener_house_connect (house);
  client = listener_house_connect (house);

  limit_descriptors (find_free_descriptor () + 10, &before);
  hw_await_quiet ();
  late_heard = hear_all (late);
  g_assert_cmpstr (late_heard, ==, "");
  g_assert_cmpuint (house->waiting->len, ==, 10);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &before));

  send_text (client, ASK_LAST ("/a"));
  listener_house_advance (house, PAUSE);
  heard = hear_all (client);
  g_assert_cmpuint (count_answers (heard, "200"), ==, 1);
}

/* Test that nothing remains of those who come and are gone at once. */
static void
test_listener_resets (ListenerHouse *house,
                      gconstpointer  test_data)
{
  guint before = find_free_descriptor ();

  for (guint i = 0; i < 500; i++)
    {
      const struct linger at_once = { 1, 0 };
      g_autoptr(GSocket) client = listener_house_connect (house);

      if (i % 3 > 0)
        send_text (client, i % 3 == 1 ? "GET / HT" : ASK ("/a"));
      if (i % 2 > 0)
        hw_await_quiet ();
      g_assert_no_errno (setsockopt (g_socket_get_fd (client), SOL_SOCKET, SO_LINGER, &at_once,
                                     sizeof (at_once)));
      g_socket_close (client, NULL);
    }

  wait_until (hw_http_listener_get_n_connections (house->listener) == 0);
  g_assert_cmpuint (find_free_descriptor (), ==, before);
}

static void
test_listener_close_hangs_up (ListenerHouse *house,
                              gconstpointer  test_data)
{
  g_autoptr(GSocket) silent = listener_house_ask (house, "GET /");
  g_autoptr(GSocket) idle = listener_house_ask (house, ASK ("/a"));
  g_autoptr(GSocket) busy = listener_house_ask (house, ASK ("/wait"));
  g_autoptr(GSocket) refused = listener_house_ask (house, "GET\r\n");
  GSocket *clients[] = { silent, idle, busy, refused };

  hw_http_listener_close (house->listener);

  g_assert_cmpuint (hw_http_listener_get_n_connections (house->listener), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      g_autofree char *heard = hear_all (clients[i]);

      g_assert_nonnull (heard);
    }
}

/* Test that all bytes are counted once, both ways, those of connections that have gone too. */
static void
test_listener_counts_bytes (ListenerHouse *house,
                            gconstpointer  test_data)
{
  HwTraffic traffic;
  gsize n_heard = 0;

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(GSocket) client = listener_house_ask (house, ASK_LAST ("/a"));
      g_autofree char *heard = hear_all (client);

      n_heard += strlen (heard);
    }
  hw_await_quiet ();
  hw_http_listener_get_traffic (house->listener, &traffic);

  g_assert_cmpuint (traffic.n_open, ==, 0);
  g_assert_cmpuint (traffic.n_ever, ==, 3);
  g_assert_cmpuint (traffic.n_received, ==, 3 * strlen (ASK_LAST ("/a")));
  g_assert_cmpuint (traffic.n_sent, ==, n_heard);
}

/* Test that what was refused, what has gone on sending, and what is open still are counted. */
static void
test_listener_counts_refused_bytes (ListenerHouse *house,
                                    gconstpointer  test_data)
{
  g_autoptr(GSocket) open = listener_house_ask (house, BEGIN_BODY ("300") "{");
  g_autoptr(GSocket) wrong = listener_house_ask (house, "nonsense\r\n");
  g_autoptr(GString) heard = g_string_new (NULL);
  HwTraffic traffic;

  is_over (wrong, heard);
  send_text (wrong, "and more");
  hw_await_quiet ();
  hw_http_listener_get_traffic (house->listener, &traffic);

  g_assert_cmpuint (traffic.n_open, ==, 2);
  g_assert_cmpuint (traffic.n_received, ==,
                    strlen (BEGIN_BODY ("300") "{") + strlen ("nonsense\r\nand more"));
  g_assert_cmpuint (traffic.n_sent, ==, heard->len);
  g_assert_cmpuint (heard->len, >, 0);
}

/* Test that whoever made room and whoever found none are counted. */
static void
test_listener_counts_the_full_house (ListenerHouse *house,
                                     gconstpointer  test_data)
{
  g_autoptr(GPtrArray) silent = listener_house_open_many (house, HW_HTTP_MAX_OF_PEER, NULL);
  g_autoptr(GPtrArray) busy = NULL;
  g_autoptr(GSocket) client = NULL;
  g_autofree char *heard = NULL;
  HwTraffic traffic;

  listener_house_advance (house, PAUSE);
  busy = listener_house_open_many (house, HW_HTTP_MAX_OF_PEER, ASK ("/wait"));
  client = listener_house_ask (house, ASK_LAST ("/a"));
  heard = hear_all (client);
  hw_http_listener_get_traffic (house->listener, &traffic);

  g_assert_cmpuint (count_answers (heard, "503"), ==, 1);
  g_assert_cmpuint (traffic.n_refused, ==, 1);
  g_assert_cmpuint (traffic.n_refused_peer, ==, 1);
  g_assert_cmpuint (traffic.n_refused_unfit, ==, 0);
  g_assert_cmpuint (traffic.n_answers[5], ==, 1);
  g_assert_cmpuint (traffic.n_displaced, ==, HW_HTTP_MAX_OF_PEER);
  g_assert_cmpuint (traffic.n_ever, ==, 2 * HW_HTTP_MAX_OF_PEER + 1);
  g_assert_cmpuint (count_over (silent), ==, HW_HTTP_MAX_OF_PEER);
}

/* Test that all connections together are as many as there may be, a share of the descriptors, and
 * that whoever comes then is told so, unless somebody can make room.
 */
static void
test_listener_no_room_at_all (ListenerHouse *house,
                              gconstpointer  test_data)
{
  const guint n_most = 20;
  g_autoptr(GPtrArray) busy = NULL;
  g_autoptr(GSocket) client = NULL;
  g_autoptr(GSocket) slow = NULL;
  g_autofree char *heard = NULL;
  HwTraffic traffic;

  limit_house (house, n_most);
  slow = listener_house_ask (house, "GET / HT");
  listener_house_advance (house, PAUSE);
  busy = listener_house_open_many (house, n_most, ASK ("/wait"));
  client = listener_house_ask (house, ASK_LAST ("/a"));
  heard = hear_all (client);
  hw_http_listener_get_traffic (house->listener, &traffic);

  g_assert_cmpuint (count_answers (heard, "503"), ==, 1);
  g_assert_nonnull (strstr (heard, "as many requests as it can"));
  g_assert_cmpuint (house->waiting->len, ==, n_most);
  g_assert_cmpuint (traffic.n_most, ==, n_most);
  g_assert_cmpuint (traffic.n_displaced, ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD_WITH(path, test_data, function) \
  g_test_add ("/http-listener/" path, ListenerHouse, test_data, listener_house_set_up, function, \
              listener_house_tear_down)
#define ADD(path, function) ADD_WITH (path, NULL, function)
  ADD ("full/oldest-without-request-makes-room", test_listener_oldest_makes_room);
  ADD ("full/who-was-refused-makes-room", test_listener_refused_make_room);
  ADD ("full/who-never-asked-goes-first", test_listener_silent_goes_first);
  ADD_WITH ("full/slow-heads-go-before-who-is-about-to-ask", "GET / HTTP/1.1\r\n",
            test_listener_slow_go_before_silent);
  ADD_WITH ("full/slow-bodies-go-before-who-is-about-to-ask", BEGIN_BODY ("3"),
            test_listener_slow_go_before_silent);
  ADD ("full/who-never-says-anything-goes-before-slow-ones",
       test_listener_long_silent_go_before_slow);
  ADD ("full/what-was-sent-is-read-first", test_listener_reads_before_it_cuts);
  ADD ("full/who-is-known-stays", test_listener_known_stay);
  ADD ("full/slow-ones-make-room", test_listener_slow_make_room);
  ADD_WITH ("full/who-takes-nothing-makes-room", &reader_kinds[0], test_listener_takes_nothing);
  ADD_WITH ("full/who-takes-something-stays-longer", &reader_kinds[1],
            test_listener_takes_nothing);
  ADD_WITH ("full/who-asks-on-and-takes-nothing-makes-room", &reader_kinds[2],
            test_listener_takes_nothing);
  ADD_WITH ("full/who-takes-nothing-for-a-moment-stays-longer", &reader_kinds[3],
            test_listener_takes_nothing);
  ADD ("full/who-is-answered-stays", test_listener_busy_stay);
  ADD ("full/all-together-are-limited", test_listener_no_room_at_all);
  ADD_WITH ("strangers/few-send-bodies", BEGIN_BODY ("9000"), test_listener_strangers_are_few);
  ADD_WITH ("strangers/few-are-idle", ASK ("/a"), test_listener_strangers_are_few);
  ADD ("strangers/small-requests-are-gathered", test_listener_small_ones_are_gathered);
  ADD ("no-descriptors/oldest-makes-room", test_listener_no_descriptors);
  ADD ("no-descriptors/goes-on-when-there-are-some", test_listener_no_descriptors_and_all_busy);
  ADD ("resets/leave-nothing", test_listener_resets);
  ADD ("close/hangs-up-on-all", test_listener_close_hangs_up);
  ADD ("traffic/bytes-are-counted", test_listener_counts_bytes);
  ADD ("traffic/bytes-of-the-refused-are-counted", test_listener_counts_refused_bytes);
  ADD ("traffic/full-house-is-counted", test_listener_counts_the_full_house);
#undef ADD
#undef ADD_WITH

  return g_test_run ();
}
