/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-wire.h"

#include "tls-fixture.h"

#include <glib/gstdio.h>
#include <gnutls/gnutls.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* More than any buffer of a socket in these tests takes. */
#define MUCH (1024 * 1024)

/* A wire, and who is at its other end. */
typedef struct
{
  char *folder;
  char *certificate_path;
  char *key_path;
  HwTlsCertificate *certificate;
  HwHttpWire *wire;
  int fd; /* the other end */
  gboolean has_tls;
  gnutls_session_t session;
  gnutls_certificate_credentials_t credentials;
} Fixture;

static void
set_up_wire (Fixture *fixture)
{
  const int size = 4096;
  g_autoptr(GSocket) socket = NULL;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), ==, 0);
  setsockopt (fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof (size));
  socket = g_socket_new_from_fd (fds[0], NULL);
  fixture->wire = hw_http_wire_new (socket);
  fixture->fd = fds[1];
}

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("headway-wire-XXXXXX", NULL);
  fixture->certificate_path = g_build_filename (fixture->folder, "certificate.pem", NULL);
  fixture->key_path = g_build_filename (fixture->folder, "key.pem", NULL);
  tls_fixture_write (fixture->certificate_path, fixture->key_path);
  fixture->certificate = hw_tls_certificate_new (fixture->certificate_path, fixture->key_path,
                                                 &error);
  g_assert_no_error (error);
  set_up_wire (fixture);

  gnutls_init (&fixture->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
  gnutls_set_default_priority (fixture->session);
  gnutls_certificate_allocate_credentials (&fixture->credentials);
  gnutls_credentials_set (fixture->session, GNUTLS_CRD_CERTIFICATE, fixture->credentials);
  gnutls_transport_set_int (fixture->session, fixture->fd);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  gnutls_deinit (fixture->session);
  gnutls_certificate_free_credentials (fixture->credentials);
  hw_http_wire_unref (fixture->wire);
  close (fixture->fd);
  g_assert_finalize_object (fixture->certificate);
  g_unlink (fixture->certificate_path);
  g_unlink (fixture->key_path);
  g_rmdir (fixture->folder);
  g_free (fixture->certificate_path);
  g_free (fixture->key_path);
  g_free (fixture->folder);
}

static void
begin_tls (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (hw_http_wire_begin_tls (
                   fixture->wire, hw_tls_certificate_get_credentials (fixture->certificate),
                   &error));
  g_assert_no_error (error);
  fixture->has_tls = TRUE;
}

/* Has both sides speak until the client is content. */
static void
shake_hands (Fixture *fixture)
{
  int result = GNUTLS_E_AGAIN;

  begin_tls (fixture);
  for (guint i = 0; i < 10 && result != GNUTLS_E_SUCCESS; i++)
    {
      g_autoptr(GError) error = NULL;
      char byte;

      result = gnutls_handshake (fixture->session);
      g_assert_cmpint (hw_http_wire_read (fixture->wire, &byte, 1, &error), ==, -1);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
    }
  g_assert_cmpint (result, ==, GNUTLS_E_SUCCESS);
}

static char *
make_much (void)
{
  char *bytes = g_malloc (MUCH);

  for (gsize i = 0; i < MUCH; i++)
    bytes[i] = (char) (i * 7 + i / 251);

  return bytes;
}

static gssize
hear (Fixture *fixture,
      char    *bytes,
      gsize    size)
{
  gssize n_read = fixture->has_tls ? gnutls_record_recv (fixture->session, bytes, size)
                                   : read (fixture->fd, bytes, size);

  return MAX (n_read, 0);
}

/* Writes it all to somebody who reads a little whenever nothing more goes out. */
static guint
write_much (Fixture    *fixture,
            const char *bytes,
            char       *heard)
{
  gsize n_sent = 0;
  gsize n_heard = 0;
  guint n_blocked = 0;

  while (n_heard < MUCH)
    {
      const GOutputVector vectors[] = { { bytes + n_sent, MIN (10, MUCH - n_sent) },
                                        { bytes + n_sent + MIN (10, MUCH - n_sent),
                                          MUCH - n_sent - MIN (10, MUCH - n_sent) } };
      gsize n_written = 0;
      GPollableReturn outcome = G_POLLABLE_RETURN_WOULD_BLOCK;

      if (n_sent < MUCH)
        outcome = hw_http_wire_write (fixture->wire, vectors, 2, &n_written, NULL);
      g_assert_cmpint (outcome, !=, G_POLLABLE_RETURN_FAILED);
      g_assert_true (outcome == G_POLLABLE_RETURN_OK || n_written == 0);
      n_sent += n_written;
      if (outcome == G_POLLABLE_RETURN_OK)
        continue;

      n_blocked++;
      n_heard += (gsize) hear (fixture, heard + n_heard, MIN (1000, MUCH - n_heard));
    }

  return n_blocked;
}

/* What does not fit waits, and comes once and in order. */
static void
test_http_wire_slow_reader (Fixture      *fixture,
                            gconstpointer has_tls)
{
  g_autofree char *bytes = make_much ();
  g_autofree char *heard = g_malloc (MUCH);

  if (has_tls)
    shake_hands (fixture);

  g_assert_cmpuint (write_much (fixture, bytes, heard), >, 10);
  g_assert_cmpmem (heard, MUCH, bytes, MUCH);
}

/* Before hands were shaken nothing is said. */
static void
test_http_wire_says_nothing_in_the_clear (Fixture      *fixture,
                                          gconstpointer test_data)
{
  const GOutputVector vector = { "secret", strlen ("secret") };
  gsize n_written = 1;
  char bytes[100];

  begin_tls (fixture);
  g_assert_cmpint (hw_http_wire_write (fixture->wire, &vector, 1, &n_written, NULL), ==,
                   G_POLLABLE_RETURN_FAILED);
  g_assert_cmpuint (n_written, ==, 0);
  g_assert_cmpint (read (fixture->fd, bytes, sizeof (bytes)), ==, -1);
}

static gboolean
on_ring (gpointer user_data)
{
  (*(guint *) user_data)++;

  return G_SOURCE_REMOVE;
}

/* What is in the session already is not waited for in vain. */
static void
test_http_wire_rings_for_what_is_decrypted (Fixture      *fixture,
                                            gconstpointer test_data)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(GSource) source = NULL;
  char bytes[16] = { 0 };
  guint n_rings = 0;

  shake_hands (fixture);
  g_assert_cmpint (gnutls_record_send (fixture->session, "0123456789", 10), ==, 10);
  g_assert_cmpint (hw_http_wire_read (fixture->wire, bytes, 3, NULL), ==, 3);

  source = hw_http_wire_create_source (fixture->wire, G_IO_IN);
  g_source_set_callback (source, on_ring, &n_rings, NULL);
  g_source_attach (source, context);
  g_assert_true (g_main_context_iteration (context, FALSE));
  g_assert_cmpuint (n_rings, ==, 1);
  g_assert_cmpint (hw_http_wire_read (fixture->wire, bytes + 3, 10, NULL), ==, 7);
  g_assert_cmpstr (bytes, ==, "0123456789");
}

/* Nobody rings while the other side has its turn in a handshake. */
static void
test_http_wire_is_silent_in_a_handshake (Fixture      *fixture,
                                         gconstpointer test_data)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(GSource) source = NULL;
  guint n_rings = 0;

  begin_tls (fixture);
  source = hw_http_wire_create_source (fixture->wire, G_IO_IN);
  g_source_set_callback (source, on_ring, &n_rings, NULL);
  g_source_attach (source, context);
  g_assert_false (g_main_context_iteration (context, FALSE));
  g_assert_cmpint (gnutls_handshake (fixture->session), ==, GNUTLS_E_AGAIN);
  g_assert_true (g_main_context_iteration (context, FALSE));
  g_assert_cmpuint (n_rings, ==, 1);
}

/* Gets the first words of the client, without their being sent. */
static gssize
take_hello (Fixture *fixture,
            char    *hello,
            gsize    size)
{
  int fds[2];
  gssize length;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), ==, 0);
  gnutls_transport_set_int (fixture->session, fds[0]);
  g_assert_cmpint (gnutls_handshake (fixture->session), ==, GNUTLS_E_AGAIN);
  length = read (fds[1], hello, size);
  g_assert_cmpint (length, >, 100);
  close (fds[0]);
  close (fds[1]);

  return length;
}

/* A handshake that ends after any of its bytes ends the connection, and nothing else. */
static void
test_http_wire_cut_handshake (Fixture      *fixture,
                              gconstpointer test_data)
{
  char hello[4096];
  gssize length = take_hello (fixture, hello, sizeof (hello));

  for (gssize i = 0; i <= length; i++)
    {
      g_autoptr(GError) error = NULL;
      char byte;

      begin_tls (fixture);
      g_assert_cmpint (write (fixture->fd, hello, (gsize) i), ==, i);
      g_assert_cmpint (hw_http_wire_read (fixture->wire, &byte, 1, &error), ==, -1);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
      g_clear_error (&error);

      shutdown (fixture->fd, SHUT_WR);
      g_assert_cmpint (hw_http_wire_read (fixture->wire, &byte, 1, &error), <=, 0);
      g_assert_false (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK));

      close (fixture->fd);
      hw_http_wire_unref (fixture->wire);
      set_up_wire (fixture);
    }
}

/* Who says goodbye is heard, and who leaves without is gone all the same. */
static void
test_http_wire_end (Fixture      *fixture,
                    gconstpointer says_goodbye)
{
  g_autoptr(GError) error = NULL;
  char byte;

  shake_hands (fixture);
  if (says_goodbye)
    gnutls_bye (fixture->session, GNUTLS_SHUT_WR);
  shutdown (fixture->fd, SHUT_WR);

  g_assert_cmpint (hw_http_wire_read (fixture->wire, &byte, 1, &error), ==, 0);
  g_assert_no_error (error);

  hw_http_wire_close (fixture->wire);
  g_assert_cmpint (gnutls_record_recv (fixture->session, &byte, 1), ==, 0);
}

/* What is no TLS is an error at once. */
static void
test_http_wire_no_tls (Fixture      *fixture,
                       gconstpointer test_data)
{
  static const char *const texts[] = {
    "GET / HTTP/1.1\r\n\r\n", "SSH-2.0-x\r\n", "\x16\x03\x01\xff\xff", "\x15\x03\x01\x00\x02\x02\x28",
  };
  const char *text = texts[GPOINTER_TO_UINT (test_data)];
  gsize length = test_data == GUINT_TO_POINTER (3) ? 7 : strlen (text);
  g_autoptr(GError) error = NULL;
  char byte;

  begin_tls (fixture);
  g_assert_cmpint (write (fixture->fd, text, length), ==, (gssize) length);
  shutdown (fixture->fd, SHUT_WR);
  g_assert_cmpint (hw_http_wire_read (fixture->wire, &byte, 1, &error), ==, -1);
  g_assert_nonnull (error);
  g_assert_false (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK));
}

static gboolean
on_time_over (gpointer user_data)
{
  gboolean *is_over = user_data;

  *is_over = TRUE;

  return G_SOURCE_REMOVE;
}

static gboolean
on_nothing (gpointer user_data)
{
  g_assert_not_reached ();
}

/* A connection that waits has the main context sleep: with one that wakes it up in each round
 * these would be thousands.
 */
static void
test_http_wire_lets_others_sleep (Fixture      *fixture,
                                  gconstpointer has_tls)
{
  g_autoptr(GSource) source = NULL;
  gboolean is_over = FALSE;
  guint n_rounds = 0;
  guint id;

  if (has_tls)
    shake_hands (fixture);
  source = hw_http_wire_create_source (fixture->wire, G_IO_IN);
  g_source_set_callback (source, on_nothing, NULL, NULL);
  g_source_attach (source, NULL);
  id = g_timeout_add (50, on_time_over, &is_over);
  g_assert_cmpuint (id, !=, 0);

  while (!is_over)
    {
      g_main_context_iteration (NULL, TRUE);
      n_rounds++;
    }
  g_assert_cmpuint (n_rounds, <, 20);

  g_source_destroy (source);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, data, test) \
  g_test_add ("/http-wire/" path, Fixture, data, set_up, test, tear_down)

  ADD ("slow-reader/plain", NULL, test_http_wire_slow_reader);
  ADD ("slow-reader/tls", "tls", test_http_wire_slow_reader);
  ADD ("says-nothing-in-the-clear", NULL, test_http_wire_says_nothing_in_the_clear);
  ADD ("rings-for-what-is-decrypted", NULL, test_http_wire_rings_for_what_is_decrypted);
  ADD ("is-silent-in-a-handshake", NULL, test_http_wire_is_silent_in_a_handshake);
  ADD ("lets-others-sleep/plain", NULL, test_http_wire_lets_others_sleep);
  ADD ("lets-others-sleep/tls", "tls", test_http_wire_lets_others_sleep);
  ADD ("cut-handshake", NULL, test_http_wire_cut_handshake);
  ADD ("end/with-goodbye", "goodbye", test_http_wire_end);
  ADD ("end/without-a-word", NULL, test_http_wire_end);
  ADD ("no-tls/http", GUINT_TO_POINTER (0), test_http_wire_no_tls);
  ADD ("no-tls/ssh", GUINT_TO_POINTER (1), test_http_wire_no_tls);
  ADD ("no-tls/too-long", GUINT_TO_POINTER (2), test_http_wire_no_tls);
  ADD ("no-tls/alert", GUINT_TO_POINTER (3), test_http_wire_no_tls);
#undef ADD

  return g_test_run ();
}
