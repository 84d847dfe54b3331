/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "http-house.h"

#include "hw-await.h"
#include "hw-http-sockets.h"
#include "wait.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

/* A front door that is closed, as before its start. */
static void
set_up (HttpHouse    *house,
        gconstpointer test_data)
{
  http_house_set_up (house, test_data);
  hw_http_server_stop (house->server);
}

/* Makes a socket as another program would. */
static GSocket *
make_socket (GSocketAddress *address,
             GSocketType     type,
             gboolean        listens)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GSocket) socket = g_socket_new (g_socket_address_get_family (address), type,
                                            G_SOCKET_PROTOCOL_DEFAULT, &error);

  g_assert_no_error (error);
  g_socket_bind (socket, address, FALSE, &error);
  g_assert_no_error (error);
  if (listens)
    g_socket_listen (socket, &error);
  g_assert_no_error (error);

  return g_steal_pointer (&socket);
}

static GSocket *
listen_tcp (const char *host)
{
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string (host, 0);

  return make_socket (address, G_SOCKET_TYPE_STREAM, TRUE);
}

static GSocket *
listen_unix (HttpHouse  *house,
             const char *name)
{
  g_autofree char *path = g_build_filename (house->folder, name, NULL);
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new (path);

  return make_socket (address, G_SOCKET_TYPE_STREAM, TRUE);
}

static void
remove_socket (HttpHouse  *house,
               const char *name)
{
  g_autofree char *path = g_build_filename (house->folder, name, NULL);

  g_assert_cmpint (g_unlink (path), ==, 0);
}

static void
adopt (HttpHouse *house,
       GSocket   *socket)
{
  g_autoptr(GError) error = NULL;

  hw_http_server_adopt (house->server, socket, &error);
  g_assert_no_error (error);
}

static void
start (HttpHouse *house)
{
  g_autoptr(GError) error = NULL;

  hw_http_server_start (house->server, 0, house->socket_path, &error);
  g_assert_no_error (error);
  g_clear_object (&house->address);
  house->address = g_inet_socket_address_new_from_string ("127.0.0.1",
                                                          hw_http_server_get_port (house->server));
}

static void
assert_answers (GSocketAddress *address)
{
  const char *request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  g_autoptr(HttpAnswer) answer = http_probe_send (address, request, strlen (request));

  /* The check of the host comes first, so that a foreign one is an answer, too. */
  g_assert_cmpuint (answer->status, !=, 0);
}

static void
assert_refused (HttpHouse  *house,
                GSocket    *socket,
                const char *words)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (hw_http_server_adopt (house->server, socket, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_http_adopt_tcp (HttpHouse    *house,
                     gconstpointer test_data)
{
  g_autoptr(GSocket) socket = listen_tcp ("127.0.0.1");
  guint port = hw_http_sockets_get_port (socket);
  g_autoptr(HttpAnswer) by_tcp = NULL;
  g_autoptr(HttpAnswer) by_path = NULL;

  adopt (house, socket);
  start (house);
  g_assert_cmpuint (hw_http_server_get_port (house->server), ==, port);

  /* The check of a request's host knows the port, too. */
  by_tcp = http_house_ask (house, "GET /api/v1/tasks", BY_OWNER, NULL);
  g_assert_cmpuint (by_tcp->status, ==, 200);
  by_path = http_house_ask_locally (house, "GET /api/v1/tasks", "Host: localhost\n", NULL);
  g_assert_cmpuint (by_path->status, ==, 200);
}

/* Test that nobody is let in before it is known what requests may call us. */
static void
test_http_adopt_closed (HttpHouse    *house,
                        gconstpointer test_data)
{
  const char *request = "GET /healthz HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n";
  g_autoptr(GSocket) socket = listen_tcp ("127.0.0.1");
  g_autoptr(GSocketAddress) address = g_socket_get_local_address (socket, NULL);
  g_autoptr(GSocket) client = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                                            G_SOCKET_PROTOCOL_TCP, NULL);
  char heard[64] = { 0 };

  adopt (house, socket);
  g_assert_true (g_socket_connect (client, address, NULL, NULL));
  g_assert_cmpint (g_socket_send (client, request, strlen (request), NULL, NULL), >, 0);
  hw_await_quiet ();
  g_assert_cmpint (g_socket_get_available_bytes (client), ==, 0);

  start (house);
  wait_until (g_socket_get_available_bytes (client) > 0);
  g_assert_cmpint (g_socket_receive (client, heard, sizeof (heard) - 1, NULL, NULL), >, 0);
  g_assert_true (g_str_has_prefix (heard, "HTTP/1.1 421 "));
}

static void
test_http_adopt_unix (HttpHouse    *house,
                      gconstpointer test_data)
{
  g_autoptr(GSocket) socket = listen_unix (house, "passed");
  g_autoptr(GSocketAddress) address = g_socket_get_local_address (socket, NULL);

  adopt (house, socket);
  start (house);

  assert_answers (address);
  assert_answers (house->address);
  g_assert_false (g_file_test (house->socket_path, G_FILE_TEST_EXISTS));
  remove_socket (house, "passed");
}

/* Whoever passed the socket listens there again as soon as we are gone. */
static void
test_http_adopt_stop (HttpHouse    *house,
                      gconstpointer test_data)
{
  g_autoptr(GSocket) socket = listen_unix (house, "passed");
  g_autoptr(GSocketAddress) address = g_socket_get_local_address (socket, NULL);

  adopt (house, socket);
  start (house);
  hw_http_server_stop (house->server);

  remove_socket (house, "passed");
}

static void
test_http_adopt_both_families (HttpHouse    *house,
                               gconstpointer test_data)
{
  g_autoptr(GPtrArray) sockets = hw_http_sockets_listen_tcp (0, NULL);

  for (guint i = 0; i < sockets->len; i++)
    adopt (house, g_ptr_array_index (sockets, i));
  start (house);

  assert_answers (house->address);
}

static void
test_http_adopt_two_ports (HttpHouse    *house,
                           gconstpointer test_data)
{
  g_autoptr(GSocket) first = listen_tcp ("127.0.0.1");
  g_autoptr(GSocket) second = listen_tcp ("127.0.0.1");

  adopt (house, first);
  assert_refused (house, second, "Give all the same port");
}

static void
test_http_adopt_two_paths (HttpHouse    *house,
                           gconstpointer test_data)
{
  g_autoptr(GSocket) first = listen_unix (house, "first");
  g_autoptr(GSocket) second = listen_unix (house, "second");

  adopt (house, first);
  assert_refused (house, second, "Leave one");
  remove_socket (house, "first");
  remove_socket (house, "second");
}

/* Headway is for this machine: one line in a unit must not open it to the network. */
static void
test_http_adopt_any_host (HttpHouse    *house,
                          gconstpointer test_data)
{
  g_autoptr(GSocket) socket = listen_tcp ("0.0.0.0");
  g_autofree char *address = g_strdup_printf ("0.0.0.0:%u", hw_http_sockets_get_port (socket));

  assert_refused (house, socket, address);
}

static void
test_http_adopt_abstract (HttpHouse    *house,
                          gconstpointer test_data)
{
  g_autofree char *name = g_strdup_printf ("headway-test-%d", getpid ());
  g_autoptr(GSocketAddress) address =
    g_unix_socket_address_new_with_type (name, -1, G_UNIX_SOCKET_ADDRESS_ABSTRACT);
  g_autoptr(GSocket) socket = make_socket (address, G_SOCKET_TYPE_STREAM, TRUE);

  assert_refused (house, socket, "or a path");
}

static void
test_http_adopt_datagrams (HttpHouse    *house,
                           gconstpointer test_data)
{
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr(GSocket) socket = make_socket (address, G_SOCKET_TYPE_DATAGRAM, FALSE);

  assert_refused (house, socket, "ListenStream=");
}

static void
test_http_adopt_deaf (HttpHouse    *house,
                      gconstpointer test_data)
{
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr(GSocket) socket = make_socket (address, G_SOCKET_TYPE_STREAM, FALSE);

  assert_refused (house, socket, "Accept=no");
}

static void
tear_down (HttpHouse    *house,
           gconstpointer test_data)
{
  g_autofree char *run = g_path_get_dirname (house->socket_path);

  /* What was adopted in its place may have kept the folder of the socket from being made. */
  hw_http_server_stop (house->server);
  g_mkdir (run, 0700);
  http_house_tear_down (house, test_data);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) g_test_add (path, HttpHouse, NULL, set_up, test, tear_down)
  ADD ("/http-adopt/tcp-takes-the-place-of-the-port", test_http_adopt_tcp);
  ADD ("/http-adopt/unix-takes-the-place-of-the-path", test_http_adopt_unix);
  ADD ("/http-adopt/file-of-another-stays", test_http_adopt_stop);
  ADD ("/http-adopt/nobody-is-let-in-before-all-is-known", test_http_adopt_closed);
  ADD ("/http-adopt/both-families-on-one-port", test_http_adopt_both_families);
  ADD ("/http-adopt/refuses/another-port", test_http_adopt_two_ports);
  ADD ("/http-adopt/refuses/another-path", test_http_adopt_two_paths);
  ADD ("/http-adopt/refuses/what-others-can-reach", test_http_adopt_any_host);
  ADD ("/http-adopt/refuses/abstract-name", test_http_adopt_abstract);
  ADD ("/http-adopt/refuses/datagrams", test_http_adopt_datagrams);
  ADD ("/http-adopt/refuses/what-does-not-listen", test_http_adopt_deaf);
#undef ADD

  return g_test_run ();
}
