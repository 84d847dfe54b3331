/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "http-house.h"

#include "hw-await.h"
#include "hw-error.h"
#include "hw-http-sockets.h"

#include <glib/gstdio.h>
#include <string.h>

#define UPGRADE \
  "Connection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\n" \
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n"

/* What stands where the hub will hang. */
typedef struct
{
  HwHttpServer *server;
  guint n_requests;
  guint n_sockets;
  char *principal;
} FakeHub;

static void
on_hub_request (SoupServer        *soup,
                SoupServerMessage *message,
                const char        *path,
                GHashTable        *query,
                gpointer           user_data)
{
  FakeHub *hub = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(HwPrincipal) principal = hw_http_server_authenticate (hub->server, message, &error);

  g_assert_no_error (error);
  hub->n_requests++;
  g_free (hub->principal);
  hub->principal = g_strdup (hw_principal_get_name (principal));

  if (g_str_equal (soup_server_message_get_method (message), "POST"))
    soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
}

static void
on_hub_socket (SoupServer              *soup,
               SoupServerMessage       *message,
               const char              *path,
               SoupWebsocketConnection *connection,
               gpointer                 user_data)
{
  FakeHub *hub = user_data;

  hub->n_sockets++;
  soup_websocket_connection_close (connection, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
}

static void
hang_hub (HttpHouse *house,
          FakeHub   *hub)
{
  SoupServer *soup = hw_http_server_get_soup_server (house->server);

  hub->server = house->server;
  soup_server_add_handler (soup, "/hub", on_hub_request, hub, NULL);
  soup_server_add_websocket_handler (soup, "/hub", NULL, NULL, on_hub_socket, hub, NULL);
}

static void
test_http_server_hub_negotiates (HttpHouse    *house,
                                 gconstpointer test_data)
{
  FakeHub hub = { NULL };
  g_autoptr(HttpAnswer) answer = NULL;

  hang_hub (house, &hub);
  answer = http_house_ask (house, "POST /hub/negotiate?negotiateVersion=1", BY_OWNER, "");

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_cmpuint (hub.n_requests, ==, 1);
  g_assert_cmpstr (hub.principal, ==, "token:owner");
  g_assert_cmpstr (http_answer_get (answer, "x-content-type-options"), ==, "nosniff");
  g_free (hub.principal);
}

/* Asks for a WebSocket and hangs up. Returns: the first line of the answer */
static char *
ask_for_socket (HttpHouse  *house,
                const char *target,
                const char *fields)
{
  g_autofree char *request = http_house_write (house, target, fields, NULL);
  g_autoptr(GString) upgrade = g_string_new (request);
  g_autoptr(GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                                            G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr(GError) error = NULL;
  char text[64] = "";

  g_string_replace (upgrade, "Connection: close\r\n", "", 0);
  g_socket_connect (socket, house->address, NULL, &error);
  g_assert_no_error (error);
  g_socket_send (socket, upgrade->str, upgrade->len, NULL, &error);
  g_assert_no_error (error);
  hw_await_quiet ();
  g_socket_set_timeout (socket, 1);
  g_socket_receive (socket, text, sizeof (text) - 1, NULL, &error);
  g_assert_no_error (error);
  g_socket_close (socket, NULL);
  hw_await_quiet ();

  return g_strndup (text, strcspn (text, "\r"));
}

static void
test_http_server_hub_upgrades (HttpHouse    *house,
                               gconstpointer test_data)
{
  FakeHub hub = { NULL };
  g_autofree char *line = NULL;

  hang_hub (house, &hub);
  line = ask_for_socket (house, "GET /hub?access_token={token}&id=1", TO_US UPGRADE);

  g_assert_cmpstr (line, ==, "HTTP/1.1 101 Switching Protocols");
  g_assert_cmpuint (hub.n_sockets, ==, 1);
  g_free (hub.principal);
}

/* The hub is not even asked. */
static void
test_http_server_hub_is_guarded (HttpHouse    *house,
                                 gconstpointer test_data)
{
  FakeHub hub = { NULL };
  g_autofree char *nobody = NULL;
  g_autofree char *foreign = NULL;
  g_autofree char *misdirected = NULL;

  hang_hub (house, &hub);
  nobody = ask_for_socket (house, "GET /hub?id=1", TO_US UPGRADE);
  foreign = ask_for_socket (house, "GET /hub?access_token={token}",
                            TO_US UPGRADE "Origin: http://evil.example\n");
  misdirected = ask_for_socket (house, "GET /hub?access_token={token}",
                                "Host: evil.example:{port}\n" UPGRADE);

  g_assert_cmpstr (nobody, ==, "HTTP/1.1 401 Unauthorized");
  g_assert_cmpstr (foreign, ==, "HTTP/1.1 403 Forbidden");
  g_assert_cmpstr (misdirected, ==, "HTTP/1.1 421 Misdirected Request");
  g_assert_cmpuint (hub.n_requests, ==, 0);
  g_assert_cmpuint (hub.n_sockets, ==, 0);
}

/* A message that unpacks to a thousand times its size is none of ours. */
static void
test_http_server_hub_unpacks_nothing (HttpHouse    *house,
                                      gconstpointer test_data)
{
  FakeHub hub = { NULL };
  g_autofree char *request =
    http_house_write (house, "GET /hub",
                      BY_OWNER UPGRADE "Sec-WebSocket-Extensions: permessage-deflate\n", NULL);
  g_autoptr(GString) upgrade = g_string_new (request);
  g_autoptr(HttpAnswer) answer = NULL;

  hang_hub (house, &hub);
  g_string_replace (upgrade, "Connection: close\r\n", "", 0);

  /* The client's own goodbye, so that the server hangs up. */
  g_string_append_len (upgrade, "\x88\x80\0\0\0\0", 6);
  answer = http_probe_send (house->address, upgrade->str, upgrade->len);

  g_assert_cmpuint (answer->status, ==, 101);
  g_assert_null (http_answer_get (answer, "sec-websocket-extensions"));
  g_free (hub.principal);
}

static void
test_http_server_both_families (HttpHouse    *house,
                                gconstpointer test_data)
{
  g_autoptr(GPtrArray) other = hw_http_sockets_listen_tcp (0, NULL);
  gboolean has_ipv6 = other->len == 2;
  g_autoptr(GSocketAddress) ipv6 =
    g_inet_socket_address_new_from_string ("::1", hw_http_server_get_port (house->server));
  g_autofree char *request = http_house_write (house, "GET /healthz", "Host: [::1]:{port}\n", NULL);
  g_autoptr(HttpAnswer) answer = NULL;

  /* A machine without IPv6 has one family only. */
  if (!has_ipv6)
    return;

  answer = http_probe_send (ipv6, request, strlen (request));
  g_assert_cmpstr (answer->text, ==, "ok\n");
}

static void
test_http_server_taken_port (HttpHouse    *house,
                             gconstpointer test_data)
{
  guint port = hw_http_server_get_port (house->server);
  g_autoptr(HwHttpServer) second = hw_http_server_new (house->house->queue,
                                                       HW_CLOCK (house->house->clock),
                                                       house->plane, "token");
  g_autofree char *path = g_build_filename (house->folder, "second.sock", NULL);
  g_autofree char *beginning = g_strdup_printf ("Port %u is taken by ", port);
  g_autoptr(GError) error = NULL;

  g_assert_false (hw_http_server_start (second, port, path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_assert_true (g_str_has_prefix (error->message, beginning));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_http_server_taken_socket (HttpHouse    *house,
                               gconstpointer test_data)
{
  g_autoptr(HwHttpServer) second = hw_http_server_new (house->house->queue,
                                                       HW_CLOCK (house->house->clock),
                                                       house->plane, "token");
  g_autoptr(GError) error = NULL;
  g_autoptr(HttpAnswer) answer = NULL;

  g_assert_false (hw_http_server_start (second, 0, house->socket_path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_assert_cmpuint (hw_http_server_get_port (second), ==, 0);

  answer = http_house_ask_locally (house, "GET /healthz", "Host: localhost\n", NULL);
  g_assert_cmpstr (answer->text, ==, "ok\n");
}

static void
test_http_server_stop (HttpHouse    *house,
                       gconstpointer test_data)
{
  g_autoptr(GSocket) client = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                                            G_SOCKET_PROTOCOL_TCP, NULL);

  hw_http_server_stop (house->server);

  g_assert_false (g_file_test (house->socket_path, G_FILE_TEST_EXISTS));
  g_assert_false (g_socket_connect (client, house->address, NULL, NULL));
}

/* The next daemon may be there already. */
static void
test_http_server_stop_leaves_others (HttpHouse    *house,
                                     gconstpointer test_data)
{
  g_autoptr(GSocket) next = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (g_unlink (house->socket_path), ==, 0);
  next = hw_http_sockets_listen_unix (house->socket_path, 0600, "--socket", &error);
  g_assert_no_error (error);
  hw_http_server_stop (house->server);

  g_assert_cmpint (g_unlink (house->socket_path), ==, 0);
}

static void
test_http_server_starts_again (HttpHouse    *house,
                               gconstpointer test_data)
{
  guint port = hw_http_server_get_port (house->server);
  g_autoptr(HttpAnswer) before = http_house_get (house, "/healthz");
  g_autoptr(HttpAnswer) after = NULL;
  g_autoptr(GError) error = NULL;

  hw_http_server_stop (house->server);
  hw_http_server_start (house->server, port, house->socket_path, &error);
  g_assert_no_error (error);
  after = http_house_get (house, "/healthz");

  g_assert_cmpuint (before->status, ==, 200);
  g_assert_cmpuint (after->status, ==, 200);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) \
  g_test_add (path, HttpHouse, NULL, http_house_set_up, test, http_house_tear_down)
  ADD ("/http-server/hub/negotiates-by-itself", test_http_server_hub_negotiates);
  ADD ("/http-server/hub/upgrades-by-itself", test_http_server_hub_upgrades);
  ADD ("/http-server/hub/is-guarded-by-us", test_http_server_hub_is_guarded);
  ADD ("/http-server/hub/unpacks-nothing", test_http_server_hub_unpacks_nothing);
  ADD ("/http-server/start/on-both-families", test_http_server_both_families);
  ADD ("/http-server/start/fails-whole-for-a-taken-port", test_http_server_taken_port);
  ADD ("/http-server/start/fails-whole-for-a-taken-socket", test_http_server_taken_socket);
  ADD ("/http-server/start/may-follow-stop-at-once", test_http_server_starts_again);
  ADD ("/http-server/stop/closes-and-cleans-up", test_http_server_stop);
  ADD ("/http-server/stop/leaves-the-next-one-alone", test_http_server_stop_leaves_others);
#undef ADD

  return g_test_run ();
}
