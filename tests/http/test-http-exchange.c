/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "http-probe.h"

#include "hw-await.h"
#include "hw-fake-clock.h"
#include "hw-http-exchange.h"
#include "hw-http-listener.h"
#include "hw-http-sockets.h"

#include <string.h>

#define REQUEST "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

/* A server that puts off its answers. */
typedef struct
{
  SoupServer *soup;
  HwHttpListener *listener;
  HwFakeClock *clock;
  GSocketAddress *address;
  HwHttpExchange *exchange; /* of the request that waits */
} Fixture;

static void
on_soup_request (SoupServer        *soup,
                 SoupServerMessage *message,
                 const char        *path,
                 GHashTable        *query,
                 gpointer           user_data)
{
  Fixture *fixture = user_data;

  g_assert_null (fixture->exchange);
  fixture->exchange = hw_http_exchange_new (message);
}

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  g_autoptr(GPtrArray) sockets = hw_http_sockets_listen_tcp (0, NULL);
  GSocket *socket = g_ptr_array_index (sockets, 0);

  fixture->clock = hw_fake_clock_new ();
  fixture->soup = g_object_new (SOUP_TYPE_SERVER, NULL);
  fixture->listener = hw_http_listener_new (fixture->soup, HW_CLOCK (fixture->clock));
  hw_http_listener_add (fixture->listener, socket, HW_HTTP_ENTRANCE_LOOPBACK);
  soup_server_add_handler (fixture->soup, NULL, on_soup_request, fixture, NULL);
  fixture->address = g_socket_get_local_address (socket, NULL);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  hw_http_listener_close (fixture->listener);
  hw_await_quiet ();
  g_assert_finalize_object (fixture->listener);
  g_assert_finalize_object (fixture->soup);
  g_assert_finalize_object (fixture->clock);
  g_clear_object (&fixture->address);
}

static GSocket *
send_request (Fixture *fixture)
{
  GSocket *client = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, NULL);

  g_assert_true (g_socket_connect (client, fixture->address, NULL, NULL));
  g_assert_cmpint (g_socket_send (client, REQUEST, strlen (REQUEST), NULL, NULL), >, 0);
  while (fixture->exchange == NULL)
    g_main_context_iteration (NULL, TRUE);

  return client;
}

static void
test_http_exchange_waits (Fixture      *fixture,
                          gconstpointer test_data)
{
  g_autoptr(GSocket) client = send_request (fixture);
  char byte;

  hw_await_quiet ();
  g_socket_set_blocking (client, FALSE);

  g_assert_cmpint (g_socket_receive (client, &byte, 1, NULL, NULL), ==, -1);
  g_assert_false (g_cancellable_is_cancelled (
                    hw_http_exchange_get_cancellable (fixture->exchange)));
  hw_http_exchange_end (fixture->exchange);
}

static void
test_http_exchange_answers (Fixture      *fixture,
                            gconstpointer test_data)
{
  g_autoptr(GSocket) client = send_request (fixture);
  char text[64] = "";

  soup_server_message_set_status (hw_http_exchange_get_message (fixture->exchange), 204, NULL);
  hw_http_exchange_end (fixture->exchange);
  hw_await_quiet ();
  g_socket_receive (client, text, sizeof (text) - 1, NULL, NULL);

  g_assert_true (g_str_has_prefix (text, "HTTP/1.1 204 "));
}

static void
test_http_exchange_cancels (Fixture      *fixture,
                            gconstpointer test_data)
{
  g_autoptr(GSocket) client = send_request (fixture);
  g_autoptr(GCancellable) cancellable = NULL;

  cancellable = g_object_ref (hw_http_exchange_get_cancellable (fixture->exchange));
  hw_http_listener_close (fixture->listener);

  g_assert_true (g_cancellable_is_cancelled (cancellable));
  hw_http_exchange_end (fixture->exchange);
}

static void
test_http_exchange_watch_notices_who_leaves (Fixture      *fixture,
                                             gconstpointer test_data)
{
  g_autoptr(GSocket) client = send_request (fixture);
  GCancellable *cancellable = hw_http_exchange_get_cancellable (fixture->exchange);

  hw_http_exchange_watch (fixture->exchange);
  hw_await_quiet ();
  g_assert_false (g_cancellable_is_cancelled (cancellable));

  g_socket_close (client, NULL);
  hw_await_quiet ();
  g_assert_true (g_cancellable_is_cancelled (cancellable));
  hw_http_exchange_end (fixture->exchange);
}

/* Test that a client that sends its next request before it has the answer is taken for
 * one that is there.
 */
static void
test_http_exchange_watch_lets_who_asks_on (Fixture      *fixture,
                                           gconstpointer test_data)
{
  g_autoptr(GSocket) client = send_request (fixture);

  hw_http_exchange_watch (fixture->exchange);
  g_assert_cmpint (g_socket_send (client, REQUEST, strlen (REQUEST), NULL, NULL), >, 0);
  hw_await_quiet ();

  g_assert_false (g_cancellable_is_cancelled (
                    hw_http_exchange_get_cancellable (fixture->exchange)));
  soup_server_message_set_status (hw_http_exchange_get_message (fixture->exchange), 204, NULL);
  hw_http_exchange_end (fixture->exchange);
}

/* An answer to nobody is no error, and leaves nothing behind. */
static void
test_http_exchange_ends_without_connection (Fixture      *fixture,
                                            gconstpointer test_data)
{
  g_autoptr(GSocket) client = send_request (fixture);
  SoupServerMessage *message = g_object_ref (hw_http_exchange_get_message (fixture->exchange));

  hw_http_listener_close (fixture->listener);
  soup_server_message_set_status (message, 204, NULL);
  hw_http_exchange_end (fixture->exchange);
  hw_await_quiet ();

  g_assert_finalize_object (message);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)
  ADD ("/http-exchange/waits", test_http_exchange_waits);
  ADD ("/http-exchange/answers-when-it-ends", test_http_exchange_answers);
  ADD ("/http-exchange/cancels-when-nobody-is-there", test_http_exchange_cancels);
  ADD ("/http-exchange/watch/notices-who-leaves", test_http_exchange_watch_notices_who_leaves);
  ADD ("/http-exchange/watch/lets-who-asks-on", test_http_exchange_watch_lets_who_asks_on);
  ADD ("/http-exchange/ends-without-connection", test_http_exchange_ends_without_connection);
#undef ADD

  return g_test_run ();
}
