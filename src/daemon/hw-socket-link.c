/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-socket-link.h"

#include "hw-state-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where who knows no session looks for the daemon. */
#define RUN_FOLDER "run"
#define LINK_NAME "api.sock"

/* Becomes the link by a rename, so that there is no moment without one. */
#define DRAFT_NAME "api.sock.new"

/* Opens the folder itself, not one that somebody else has it lead to. Returns a descriptor, or
 * -1 and errno.
 */
static int
open_folder (const char *path)
{
  return open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Whether what stands there is the daemon's to replace: nothing, a link, or a socket, which
 * nobody listens on, as we have the state folder's lock.
 */
static gboolean
is_replaceable (int folder)
{
  struct stat status;

  if (fstatat (folder, LINK_NAME, &status, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT;

  errno = EEXIST;

  return S_ISLNK (status.st_mode) || S_ISSOCK (status.st_mode);
}

/* Sets errno if it fails. */
static gboolean
replace (int         folder,
         const char *target)
{
  if (!is_replaceable (folder))
    return FALSE;

  unlinkat (folder, DRAFT_NAME, 0);

  return symlinkat (target, folder, DRAFT_NAME) == 0 &&
         renameat (folder, DRAFT_NAME, folder, LINK_NAME) == 0;
}

/**
 * hw_socket_link_make:
 * @state_folder: the state folder, whose lock is ours
 * @socket_path: where the daemon listens, an absolute path elsewhere
 * @error: return location for an error
 *
 * Leaves a link in the state folder to where the daemon listens. Who has no session, as in
 * cron, does not know the session's folder, and finds the daemon by this. One that a dead
 * daemon left is replaced; none is followed.
 *
 * Returns: whether it is there
 */
gboolean
hw_socket_link_make (const char *state_folder,
                     const char *socket_path,
                     GError    **error)
{
  g_autofree char *folder_path = g_build_filename (state_folder, RUN_FOLDER, NULL);
  gboolean is_made;
  int saved_errno;
  int folder;

  g_return_val_if_fail (g_path_is_absolute (socket_path), FALSE);

  if (!hw_state_folder_make (folder_path, error))
    return FALSE;

  folder = open_folder (folder_path);
  is_made = folder >= 0 && replace (folder, socket_path);
  saved_errno = errno;
  if (folder >= 0)
    close (folder);

  if (!is_made)
    g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (saved_errno),
                 "Could not make the link “%s/" LINK_NAME "”: %s. Move away what is there.",
                 folder_path, g_strerror (saved_errno));

  return is_made;
}

/**
 * hw_socket_link_remove:
 * @state_folder: the state folder, whose lock is ours
 *
 * Removes the link, if there is one: the daemon goes, or is to listen there itself.
 */
void
hw_socket_link_remove (const char *state_folder)
{
  g_autofree char *folder_path = g_build_filename (state_folder, RUN_FOLDER, NULL);
  struct stat status;
  int folder = open_folder (folder_path);

  if (folder < 0)
    return;

  if (fstatat (folder, LINK_NAME, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK (status.st_mode))
    unlinkat (folder, LINK_NAME, 0);
  close (folder);
}
