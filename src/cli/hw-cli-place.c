/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-place.h"

#include <string.h>

#define DAEMON "headwayd"

/**
 * hw_cli_place_find_socket:
 * @runtime_folder: (nullable): the folder of the session, `XDG_RUNTIME_DIR`
 * @state_folder: the daemon's state folder
 *
 * Finds where a daemon listens that was told nothing else.
 *
 * Returns: (transfer full): the path of its Unix socket
 */
char *
hw_cli_place_find_socket (const char *runtime_folder,
                          const char *state_folder)
{
  if (runtime_folder != NULL && g_path_is_absolute (runtime_folder))
    return g_build_filename (runtime_folder, "headway", "api.sock", NULL);

  return g_build_filename (state_folder, "run", "api.sock", NULL);
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
