/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-passed-sockets.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Where nothing of the test's own is. */
#define FIRST_FD 100

/* Opens @n_sockets sockets in a row, as over exec(2): nothing closes them. */
static void
pass_sockets (guint n_sockets)
{
  for (guint i = 0; i < n_sockets; i++)
    {
      int fd = socket (AF_UNIX, SOCK_STREAM, 0);

      g_assert_cmpint (fd, >=, 0);
      g_assert_cmpint (dup2 (fd, FIRST_FD + (int) i), ==, FIRST_FD + (int) i);
      close (fd);
    }
}

static void
test_passed_sockets_in_order (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) sockets = NULL;

  pass_sockets (3);
  sockets = hw_passed_sockets_take (FIRST_FD, 3, "a:b:c", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (sockets->len, ==, 3);
  for (guint i = 0; i < sockets->len; i++)
    g_assert_cmpint (g_socket_get_fd (g_ptr_array_index (sockets, i)), ==, FIRST_FD + (int) i);
}

static void
test_passed_sockets_close_on_exec (void)
{
  g_autoptr(GPtrArray) sockets = NULL;

  pass_sockets (2);
  g_assert_cmpint (fcntl (FIRST_FD, F_GETFD) & FD_CLOEXEC, ==, 0);
  sockets = hw_passed_sockets_take (FIRST_FD, 2, NULL, NULL);

  for (guint i = 0; i < sockets->len; i++)
    g_assert_cmpint (fcntl (FIRST_FD + (int) i, F_GETFD) & FD_CLOEXEC, ==, FD_CLOEXEC);
}

static void
test_passed_sockets_none (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) sockets = hw_passed_sockets_take (FIRST_FD, 0, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (sockets->len, ==, 0);
}

static void
test_passed_sockets_file (void)
{
  g_autoptr(GError) error = NULL;
  int fd = open ("/dev/null", O_RDONLY);

  g_assert_cmpint (dup2 (fd, FIRST_FD), ==, FIRST_FD);
  close (fd);

  g_assert_null (hw_passed_sockets_take (FIRST_FD, 1, "log", &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "“log” (descriptor 100)"));
  close (FIRST_FD);
}

/* The variables say more than there is. */
static void
test_passed_sockets_closed (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (hw_passed_sockets_take (FIRST_FD, 1, "", &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "passed as descriptor 100"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/passed-sockets/come-in-their-order", test_passed_sockets_in_order);
  g_test_add_func ("/passed-sockets/are-closed-on-exec", test_passed_sockets_close_on_exec);
  g_test_add_func ("/passed-sockets/may-be-none", test_passed_sockets_none);
  g_test_add_func ("/passed-sockets/file-is-named-and-refused", test_passed_sockets_file);
  g_test_add_func ("/passed-sockets/closed-one-is-refused", test_passed_sockets_closed);

  return g_test_run ();
}
