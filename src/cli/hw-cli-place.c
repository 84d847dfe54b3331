/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-place.h"

#include "hw-cli-error.h"
#include "hw-cli-i18n.h"

#include <gio/gunixsocketaddress.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAEMON "headwayd"

/**
 * hw_cli_place_is_listening:
 * @path: where a socket may be
 *
 * Tells whether somebody listens there. Nothing blocks: to a Unix socket, the kernel connects
 * at once or not at all.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_cli_place_is_listening (const char *path)
{
  g_autoptr(GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM,
                                            G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr(GError) error = NULL;

  if (socket == NULL)
    return FALSE;

  /* It would say so if its queue is full: then there is somebody, too. */
  g_socket_set_blocking (socket, FALSE);

  return g_socket_connect (socket, address, NULL, &error) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PENDING) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
}

/* Whether a link may be followed: it is ours, and leads to nothing or to a socket of ours. */
static gboolean
is_link_of_ours (const char *link)
{
  struct stat status;

  if (lstat (link, &status) != 0 || status.st_uid != geteuid ())
    return FALSE;

  return stat (link, &status) != 0 || (S_ISSOCK (status.st_mode) && status.st_uid == geteuid ());
}

/* Finds the socket in the state folder, or to which a link there leads: that is left by a
 * daemon that listens elsewhere. Returns (transfer full): a path, or %NULL.
 */
static char *
find_in_state_folder (const char *state_folder,
                      GError    **error)
{
  g_autofree char *path = g_build_filename (state_folder, "run", "api.sock", NULL);
  g_autofree char *target = g_file_read_link (path, NULL);

  if (target == NULL)
    return g_steal_pointer (&path);

  if (!is_link_of_ours (path))
    {
      g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_NO_DAEMON,
                   _("The link “%s” leads to what is not your daemon. Remove it."), path);
      return NULL;
    }

  /* A dead daemon may have left it: the next one listens at the place itself. */
  if (g_path_is_absolute (target) && hw_cli_place_is_listening (target))
    return g_steal_pointer (&target);

  return g_steal_pointer (&path);
}

/**
 * hw_cli_place_find_socket:
 * @runtime_folder: (nullable): the folder of the session, `XDG_RUNTIME_DIR`
 * @state_folder: the daemon's state folder
 * @error: return location for an error: %HW_CLI_ERROR_NO_DAEMON
 *
 * Finds where a daemon listens that was told nothing else; if none runs, where it would.
 * It may have been started where there is no session, as in cron, or we may have been.
 *
 * Returns: (transfer full): the path of its Unix socket, or %NULL
 */
char *
hw_cli_place_find_socket (const char *runtime_folder,
                          const char *state_folder,
                          GError    **error)
{
  g_autofree char *path = NULL;
  g_autofree char *other = NULL;

  if (runtime_folder == NULL || !g_path_is_absolute (runtime_folder))
    return find_in_state_folder (state_folder, error);

  path = g_build_filename (runtime_folder, "headway", "api.sock", NULL);
  if (!hw_cli_place_is_listening (path))
    other = find_in_state_folder (state_folder, NULL);

  return other != NULL && hw_cli_place_is_listening (other) ? g_steal_pointer (&other)
                                                            : g_steal_pointer (&path);
}

/**
 * hw_cli_place_find_state_folder:
 *
 * Finds where a daemon keeps its tasks that was told nothing else.
 *
 * Returns: (transfer full): a path
 */
char *
hw_cli_place_find_state_folder (void)
{
  return g_build_filename (g_get_user_state_dir (), "headway", NULL);
}

static char *
take_if_executable (char *path)
{
  if (g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
    return path;

  g_free (path);
  return NULL;
}

/**
 * hw_cli_place_find_daemon:
 * @program: (nullable): the path of this program
 *
 * Finds the daemon that belongs to this program: the one that was built with it, or that
 * was installed with it.
 *
 * Returns: (transfer full) (nullable): the path of a program
 */
char *
hw_cli_place_find_daemon (const char *program)
{
  g_autofree char *folder = NULL;
  char *beside;

  if (program != NULL && g_str_has_prefix (program, HW_BUILD_DIR "/"))
    return take_if_executable (g_build_filename (HW_BUILD_DIR, "src", "daemon", DAEMON, NULL));

  if (program != NULL)
    {
      folder = g_path_get_dirname (program);
      beside = take_if_executable (g_build_filename (folder, DAEMON, NULL));
      if (beside != NULL)
        return beside;
    }

  return take_if_executable (g_build_filename (HW_LIBEXEC_DIR, DAEMON, NULL));
}
