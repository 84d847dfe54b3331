/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-sockets.h"
#include "hw-port-owner.h"

#include "tests/support/remove-tree.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A port that nobody in a made-up /proc has to share with the machine. */
#define PORT 5031

/* How many connections a flood has. */
#define N_OTHERS 20000

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("headway-sockets-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "run", "api.sock", NULL);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  remove_tree (fixture->folder);
  g_clear_pointer (&fixture->path, g_free);
  g_clear_pointer (&fixture->folder, g_free);
}

static GPtrArray *
listen_tcp (guint port)
{
  g_autoptr(GError) error = NULL;
  GPtrArray *sockets = hw_http_sockets_listen_tcp (port, &error);

  g_assert_no_error (error);
  return sockets;
}

static void
test_http_sockets_loopback_only (void)
{
  g_autoptr(GPtrArray) sockets = listen_tcp (0);
  guint port = hw_http_sockets_get_port (g_ptr_array_index (sockets, 0));

  g_assert_cmpuint (port, >, 0);
  for (guint i = 0; i < sockets->len; i++)
    {
      GSocket *socket = g_ptr_array_index (sockets, i);
      g_autoptr(GSocketAddress) address = g_socket_get_local_address (socket, NULL);
      GInetAddress *host = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));

      g_assert_true (g_inet_address_get_is_loopback (host));
      g_assert_cmpuint (hw_http_sockets_get_port (socket), ==, port);
    }
}

/* As after a restart, when connections of the old daemon are still about to end. */
static void
test_http_sockets_port_at_once_again (void)
{
  g_autoptr(GPtrArray) sockets = listen_tcp (0);
  guint port = hw_http_sockets_get_port (g_ptr_array_index (sockets, 0));
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", port);
  g_autoptr(GSocket) client = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                                            G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr(GSocket) accepted = NULL;
  g_autoptr(GPtrArray) again = NULL;

  g_assert_true (g_socket_connect (client, address, NULL, NULL));
  accepted = g_socket_accept (g_ptr_array_index (sockets, 0), NULL, NULL);
  g_socket_close (accepted, NULL);
  g_clear_pointer (&sockets, g_ptr_array_unref);

  again = listen_tcp (port);
  g_assert_cmpuint (again->len, >, 0);
}

static void
test_http_sockets_taken (void)
{
  g_autoptr(GPtrArray) sockets = listen_tcp (0);
  guint port = hw_http_sockets_get_port (g_ptr_array_index (sockets, 0));
  g_autoptr(GError) error = NULL;
  g_autofree char *name = NULL;
  g_autofree char *sentence = NULL;

  g_assert_null (hw_http_sockets_listen_tcp (port, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);

  g_assert_true (g_file_get_contents ("/proc/self/comm", &name, NULL, NULL));
  sentence = g_strdup_printf ("Port %u is taken by %s (process %d). Stop it, or start this one "
                              "with --http-port 0.", port, g_strchomp (name), getpid ());
  g_assert_cmpstr (error->message, ==, sentence);
}

/* Writes a /proc of our own making. */
static void
write_proc (Fixture    *fixture,
            const char *name,
            const char *contents)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, contents, -1, NULL));
}

static void
link_proc (Fixture    *fixture,
           const char *name,
           const char *target)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_cmpint (symlink (target, path), ==, 0);
}

/* A line of the table as the kernel writes it: @address in its own order of bytes. */
static char *
make_line (const char *address,
           guint       port,
           guint       state,
           guint       uid,
           guint       inode)
{
  return g_strdup_printf ("   0: %s:%04X 00000000:0000 %02X 00000000:00000000 00:00000000 "
                          "00000000 %5u        0 %u 1 00000000cf53d12a 100 0 0 10 0\n",
                          address, port, state, uid, inode);
}

static char *
get_loopback (void)
{
  guint8 bytes[] = { 127, 0, 0, 1 };
  guint32 word;

  memcpy (&word, bytes, sizeof (word));
  return g_strdup_printf ("%08X", word);
}

static void
test_port_owner_user (Fixture      *fixture,
                      gconstpointer test_data)
{
  g_autofree char *address = get_loopback ();
  g_autofree char *line = make_line (address, PORT, 10, 1001, 4711);
  g_autofree char *owner = NULL;

  write_proc (fixture, "net/tcp", line);
  write_proc (fixture, "12/comm", "other\n");
  link_proc (fixture, "12/fd/3", "socket:[4712]");
  owner = hw_port_owner_describe (fixture->folder, PORT);

  g_assert_cmpstr (owner, ==, "a program of the user 1001");
}

static void
test_port_owner_process (Fixture      *fixture,
                         gconstpointer test_data)
{
  g_autofree char *line = make_line ("00000000", PORT, 10, 0, 4711);
  g_autofree char *owner = NULL;

  write_proc (fixture, "net/tcp", line);
  write_proc (fixture, "1234/comm", "head\033[2Jwayd\n");
  link_proc (fixture, "1234/fd/3", "/dev/null");
  link_proc (fixture, "1234/fd/4", "socket:[4711]");
  owner = hw_port_owner_describe (fixture->folder, PORT);

  g_assert_cmpstr (owner, ==, "head?[2Jwayd (process 1234)");
}

static void
test_port_owner_ipv6 (Fixture      *fixture,
                      gconstpointer test_data)
{
  g_autofree char *line = make_line ("00000000000000000000000000000000", PORT, 10, 1001, 4711);
  g_autofree char *owner = NULL;

  write_proc (fixture, "net/tcp6", line);
  owner = hw_port_owner_describe (fixture->folder, PORT);

  g_assert_cmpstr (owner, ==, "a program of the user 1001");
}

/* Test that a flood's tens of thousands of connections in the table do not hold a start up: with a
 * look at all of the text for each line, a sanitizer's build took minutes here.
 */
static void
test_port_owner_among_many (Fixture      *fixture,
                            gconstpointer test_data)
{
  g_autofree char *address = get_loopback ();
  g_autofree char *other = make_line (address, PORT, 1, 1, 4711);
  g_autofree char *ours = make_line (address, PORT, 10, 1001, 4712);
  g_autoptr(GString) table = g_string_new (NULL);
  g_autofree char *owner = NULL;

  for (guint i = 0; i < N_OTHERS; i++)
    g_string_append (table, other);
  g_string_append (table, ours);
  write_proc (fixture, "net/tcp", table->str);
  owner = hw_port_owner_describe (fixture->folder, PORT);

  g_assert_cmpstr (owner, ==, "a program of the user 1001");
}

/* Other ports, states and addresses are not what keeps us from the port. */
static void
test_port_owner_nobody (Fixture      *fixture,
                        gconstpointer test_data)
{
  g_autofree char *address = get_loopback ();
  g_autofree char *port = make_line (address, PORT + 1, 10, 1, 4711);
  g_autofree char *state = make_line (address, PORT, 1, 1, 4711);
  g_autofree char *host = make_line ("0A0A0A0A", PORT, 10, 1, 4711);
  g_autofree char *table = g_strconcat (port, state, host, "nonsense\n", NULL);
  g_autofree char *owner = NULL;

  write_proc (fixture, "net/tcp", table);
  owner = hw_port_owner_describe (fixture->folder, PORT);

  g_assert_cmpstr (owner, ==, "another program");
}

static GSocket *
listen_unix (const char *path)
{
  g_autoptr(GError) error = NULL;
  GSocket *socket = hw_http_sockets_listen_unix (path, 0600, "--socket", &error);

  g_assert_no_error (error);
  return socket;
}

static void
assert_mode (const char *path,
             guint       mode)
{
  GStatBuf status;

  g_assert_cmpint (g_lstat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, mode);
}

static void
test_http_sockets_unix_mode (Fixture      *fixture,
                             gconstpointer test_data)
{
  mode_t mask = umask (0);
  g_autoptr(GSocket) socket = listen_unix (fixture->path);
  g_autofree char *folder = g_path_get_dirname (fixture->path);

  umask (mask);

  assert_mode (fixture->path, 0600);
  assert_mode (folder, 0700);
}

/* Test that a socket for others has its mode whatever the mask is, and a sentence its own advice. */
static void
test_http_sockets_unix_others (Fixture      *fixture,
                               gconstpointer test_data)
{
  mode_t mask = umask (0077);
  g_autoptr(GError) error = NULL;
  g_autoptr(GSocket) socket =
    hw_http_sockets_listen_unix (fixture->path, 0666, "“proxy-socket”", &error);

  umask (mask);
  g_assert_no_error (error);
  assert_mode (fixture->path, 0666);

  g_assert_null (hw_http_sockets_listen_unix (fixture->path, 0666, "“proxy-socket”", &error));
  g_assert_nonnull (strstr (error->message, "“proxy-socket”"));
  g_assert_null (strstr (error->message, "--socket"));
}

static void
test_http_sockets_unix_stale (Fixture      *fixture,
                              gconstpointer test_data)
{
  g_autoptr(GSocket) dead = listen_unix (fixture->path);
  g_autoptr(GSocket) socket = NULL;
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new (fixture->path);
  g_autoptr(GSocket) client = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM,
                                            G_SOCKET_PROTOCOL_DEFAULT, NULL);

  g_socket_close (dead, NULL);
  g_assert_true (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
  socket = listen_unix (fixture->path);

  assert_mode (fixture->path, 0600);
  g_assert_true (g_socket_connect (client, address, NULL, NULL));
}

static void
test_http_sockets_unix_living (Fixture      *fixture,
                               gconstpointer test_data)
{
  g_autoptr(GSocket) living = listen_unix (fixture->path);
  g_autofree char *process = g_strdup_printf ("process %d", getpid ());
  g_autoptr(GError) error = NULL;

  g_assert_null (hw_http_sockets_listen_unix (fixture->path, 0600, "--socket", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_assert_nonnull (strstr (error->message, process));
  g_assert_nonnull (strstr (error->message, fixture->path));
  g_assert_true (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

/* One that is too busy to answer has more callers waiting than it lets wait. */
static void
test_http_sockets_unix_busy (Fixture      *fixture,
                             gconstpointer test_data)
{
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new (fixture->path);
  g_autoptr(GSocket) busy = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM,
                                          G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr(GSocket) caller = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM,
                                            G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autofree char *folder = g_path_get_dirname (fixture->path);
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_socket_set_listen_backlog (busy, 0);
  g_assert_true (g_socket_bind (busy, address, FALSE, NULL));
  g_assert_true (g_socket_listen (busy, NULL));
  g_assert_true (g_socket_connect (caller, address, NULL, NULL));

  g_assert_null (hw_http_sockets_listen_unix (fixture->path, 0600, "--socket", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
}

static void
test_http_sockets_unix_no_socket (Fixture      *fixture,
                                  gconstpointer test_data)
{
  g_autofree char *folder = g_path_get_dirname (fixture->path);
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (fixture->path, "precious", -1, NULL));

  g_assert_null (hw_http_sockets_listen_unix (fixture->path, 0600, "--socket", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_assert_true (g_file_test (fixture->path, G_FILE_TEST_IS_REGULAR));
}

static void
test_http_sockets_unix_long_path (Fixture      *fixture,
                                  gconstpointer test_data)
{
  g_autofree char *name = g_strnfill (108, 'x');
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_null (hw_http_sockets_listen_unix (path, 0600, "--socket", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG);
}

static void
test_http_sockets_unix_no_folder (Fixture      *fixture,
                                  gconstpointer test_data)
{
  g_autofree char *file = g_build_filename (fixture->folder, "file", NULL);
  g_autofree char *path = g_build_filename (file, "api.sock", NULL);
  g_autoptr(GError) error = NULL;

  g_assert_true (g_file_set_contents (file, "", -1, NULL));

  g_assert_null (hw_http_sockets_listen_unix (path, 0600, "--socket", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY);
  g_assert_nonnull (strstr (error->message, file));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http-sockets/tcp/is-loopback-only", test_http_sockets_loopback_only);
  g_test_add_func ("/http-sockets/tcp/has-its-port-at-once-again",
                   test_http_sockets_port_at_once_again);
  g_test_add_func ("/http-sockets/tcp/taken-says-whose", test_http_sockets_taken);

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)
  ADD ("/http-sockets/owner/by-process", test_port_owner_process);
  ADD ("/http-sockets/owner/by-user", test_port_owner_user);
  ADD ("/http-sockets/owner/on-ipv6", test_port_owner_ipv6);
  ADD ("/http-sockets/owner/among-many", test_port_owner_among_many);
  ADD ("/http-sockets/owner/is-nobody-else", test_port_owner_nobody);
  ADD ("/http-sockets/unix/is-this-user's-alone", test_http_sockets_unix_mode);
  ADD ("/http-sockets/unix/may-be-for-others", test_http_sockets_unix_others);
  ADD ("/http-sockets/unix/replaces-a-stale-one", test_http_sockets_unix_stale);
  ADD ("/http-sockets/unix/leaves-a-living-one", test_http_sockets_unix_living);
  ADD ("/http-sockets/unix/leaves-a-busy-one", test_http_sockets_unix_busy);
  ADD ("/http-sockets/unix/leaves-what-is-no-socket", test_http_sockets_unix_no_socket);
  ADD ("/http-sockets/unix/refuses-a-long-path", test_http_sockets_unix_long_path);
  ADD ("/http-sockets/unix/refuses-a-path-without-folder", test_http_sockets_unix_no_folder);
#undef ADD

  return g_test_run ();
}
