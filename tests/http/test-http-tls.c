/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "listener-house.h"

#include "hw-await.h"
#include "hw-http-crowd.h"
#include "hw-http-sockets.h"
#include "tls-fixture.h"
#include "wait.h"

#include <glib/gstdio.h>
#include <gnutls/gnutls.h>
#include <string.h>

#define ASK(path) "GET " path " HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define ASK_LAST(path) "GET " path " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

/* How the first message of a handshake begins. */
#define HELLO "\x16\x03\x01\x02"

/* A listener that speaks TLS, too. */
typedef struct
{
  ListenerHouse house;
  char *folder;           /* (owned) */
  char *certificate_path; /* (owned) */
  char *key_path;         /* (owned) */
  GSocketAddress *plain;
  GSocketAddress *secure;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  g_autoptr(HwTlsCertificate) certificate = NULL;
  g_autoptr(GPtrArray) addresses = g_ptr_array_new ();
  g_autoptr(GPtrArray) sockets = hw_http_sockets_listen_tcp (0, NULL);
  GSocket *socket = g_ptr_array_index (sockets, 0);
  ListenerHouse *house = &fixture->house;

  fixture->folder = g_dir_make_tmp ("headway-tls-XXXXXX", NULL);
  fixture->certificate_path = g_build_filename (fixture->folder, "certificate.pem", NULL);
  fixture->key_path = g_build_filename (fixture->folder, "key.pem", NULL);
  tls_fixture_write (fixture->certificate_path, fixture->key_path);
  certificate = hw_tls_certificate_new (fixture->certificate_path, fixture->key_path, NULL);

  listener_house_set_up (house, test_data);
  hw_http_entrances_set_tls (hw_http_listener_get_entrances (house->listener), certificate, 0,
                             addresses);
  hw_http_listener_add (house->listener, socket, HW_HTTP_ENTRANCE_TLS);
  fixture->plain = g_object_ref (house->address);
  fixture->secure = g_socket_get_local_address (socket, NULL);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  listener_house_tear_down (&fixture->house, test_data);
  g_clear_object (&fixture->plain);
  g_clear_object (&fixture->secure);
  g_unlink (fixture->certificate_path);
  g_unlink (fixture->key_path);
  g_rmdir (fixture->folder);
  g_free (fixture->certificate_path);
  g_free (fixture->key_path);
  g_free (fixture->folder);
}

/* Opens @n connections to an address that say @text, or nothing. */
static GPtrArray *
open_many (Fixture        *fixture,
           GSocketAddress *address,
           guint           n,
           const char     *text)
{
  g_set_object (&fixture->house.address, address);

  return listener_house_open_many (&fixture->house, n, text);
}

/* Says something in TLS. Returns: (transfer full): what was said to that, until the end */
static char *
ask_in_tls (Fixture    *fixture,
            const char *text)
{
  g_autoptr(GPtrArray) client = open_many (fixture, fixture->secure, 1, NULL);
  g_autoptr(GString) heard = g_string_new (NULL);
  gnutls_certificate_credentials_t credentials;
  gnutls_session_t session;
  char bytes[4096];
  gssize result;

  gnutls_init (&session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
  gnutls_set_default_priority (session);
  gnutls_certificate_allocate_credentials (&credentials);
  gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_transport_set_int (session, g_socket_get_fd (g_ptr_array_index (client, 0)));

  wait_until ((result = gnutls_handshake (session)) != GNUTLS_E_AGAIN);
  g_assert_cmpint (result, ==, GNUTLS_E_SUCCESS);
  g_assert_cmpint (gnutls_record_send (session, text, strlen (text)), ==, strlen (text));
  do
    {
      wait_until ((result = gnutls_record_recv (session, bytes, sizeof (bytes))) != GNUTLS_E_AGAIN);
      if (result > 0)
        g_string_append_len (heard, bytes, result);
    }
  while (result > 0);

  gnutls_deinit (session);
  gnutls_certificate_free_credentials (credentials);

  return g_strdup (heard->str);
}

/* Test that whoever comes to a full house is told so in TLS, and nobody goes for them. */
static void
test_tls_full (Fixture      *fixture,
               gconstpointer test_data)
{
  g_autoptr(GPtrArray) busy =
    open_many (fixture, fixture->plain, HW_HTTP_MAX_OF_PEER, ASK ("/wait"));
  g_autofree char *heard = ask_in_tls (fixture, ASK_LAST ("/a"));

  g_assert_cmpuint (count_answers (heard, "503"), ==, 1);
  g_assert_nonnull (strstr (heard, "application/problem+json"));
  g_assert_cmpuint (count_over (busy), ==, 0);
  g_assert_cmpuint (fixture->house.waiting->len, ==, HW_HTTP_MAX_OF_PEER);
}

/* Test that whoever has not asked makes room for somebody who comes with TLS. */
static void
test_tls_makes_room (Fixture      *fixture,
                     gconstpointer test_data)
{
  g_autoptr(GPtrArray) silent = open_many (fixture, fixture->plain, HW_HTTP_MAX_OF_PEER, NULL);
  g_autofree char *heard = NULL;

  listener_house_advance (&fixture->house, HW_HTTP_PATIENCE);
  heard = ask_in_tls (fixture, ASK_LAST ("/a"));

  g_assert_cmpuint (count_answers (heard, "200"), ==, 1);
  g_assert_cmpuint (count_over (silent), ==, 1);
}

/* Test that handshakes which do not come, or do not go on, hold no place that somebody else
 * wants, whether they speak TLS or not, and are over when their time is up.
 */
static void
test_tls_no_handshake (Fixture      *fixture,
                       gconstpointer test_data)
{
  g_autoptr(GPtrArray) held =
    open_many (fixture, fixture->secure, HW_HTTP_MAX_OF_PEER, test_data);
  g_autoptr(GPtrArray) client = NULL;
  g_autofree char *heard = NULL;
  g_autofree char *heard_in_tls = NULL;

  g_assert_cmpuint (hw_http_listener_get_n_connections (fixture->house.listener), ==, held->len);
  listener_house_advance (&fixture->house, HW_HTTP_PATIENCE);
  client = open_many (fixture, fixture->plain, 1, ASK_LAST ("/a"));
  heard = hear_all (g_ptr_array_index (client, 0));
  heard_in_tls = ask_in_tls (fixture, ASK_LAST ("/a"));

  g_assert_cmpuint (count_answers (heard, "200"), ==, 1);
  g_assert_cmpuint (count_answers (heard_in_tls, "200"), ==, 1);
  g_assert_cmpuint (count_over (held), <=, 2);

  listener_house_advance (&fixture->house, HW_HTTP_HEAD_TIMEOUT);
  g_assert_cmpuint (hw_http_listener_get_n_connections (fixture->house.listener), ==, 0);
  g_assert_cmpuint (count_over (held), ==, held->len);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test_data, function) \
  g_test_add ("/http-tls/" path, Fixture, test_data, set_up, function, tear_down)
  ADD ("full/is-told-in-tls", NULL, test_tls_full);
  ADD ("full/silent-ones-make-room", NULL, test_tls_makes_room);
  ADD ("handshake/that-never-comes-holds-no-place", NULL, test_tls_no_handshake);
  ADD ("handshake/that-does-not-go-on-holds-no-place", HELLO, test_tls_no_handshake);
#undef ADD

  return g_test_run ();
}
