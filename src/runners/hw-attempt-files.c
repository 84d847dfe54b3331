/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-attempt-files.h"

#include "hw-attempt-folder.h"
#include "hw-error.h"
#include "hw-quote.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The files that an attempt leaves. All of this blocks, so none of it is for the main
 * context.
 */

/* What programs print may be secret. */
#define FILE_MODE 0600
#define FOLDER_MODE 0700

/* Characters of a path in a sentence: most paths are shorter. */
#define MAX_PATH_LENGTH 256

static char *
build_folder (const char *root,
              HwRun      *run)
{
  return hw_attempt_folder_build (root, hw_run_get_epoch (run), hw_run_get_task_id (run),
                                  hw_run_get_attempt (run));
}

static char *
build_path (const char *root,
            HwRun      *run,
            const char *name)
{
  g_autofree char *folder = build_folder (root, run);

  return g_build_filename (folder, name, NULL);
}

/* Always fails. */
static gboolean
fail (const char *path,
      int         number,
      GError    **error)
{
  g_autofree char *text = g_filename_display_name (path);
  g_autofree char *quoted = hw_quote (text, MAX_PATH_LENGTH);

  g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
               "Headway cannot write %s, where the output goes: %s. Mend that, and add the task "
               "again.", quoted, g_strerror (number));

  return FALSE;
}

/* A name is on disk once the folder that it is in is. */
static gboolean
sync_folder (const char *path,
             GError    **error)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int number = 0;

  if (fd < 0 || fsync (fd) < 0)
    number = errno;
  if (fd >= 0)
    close (fd);

  return number == 0 || fail (path, number, error);
}

/* Makes a folder and those above it, as far down as they are missing, each on disk
 * before the next one: else a crash could take the record of an attempt with it.
 */
static gboolean
make_folder (const char *path,
             GError    **error)
{
  g_autofree char *parent = NULL;

  if (mkdir (path, FOLDER_MODE) == 0)
    {
      parent = g_path_get_dirname (path);
      return sync_folder (parent, error);
    }

  if (errno == EEXIST)
    return TRUE;
  if (errno != ENOENT)
    return fail (path, errno, error);

  /* Ends at the latest at the root of all, which is there. */
  parent = g_path_get_dirname (path);

  return make_folder (parent, error) && make_folder (path, error);
}

/**
 * hw_attempt_files_create:
 * @root: the folder of all attempts
 * @run: the attempt
 * @error: return location for a #GError, or %NULL
 *
 * Makes the attempt's folder, and in it the file for what it prints. The file is
 * opened to append, so nothing is lost or written over even if a child of the
 * program goes on to print after it.
 *
 * Returns: a descriptor of the file, or -1 with a sentence for a person
 */
int
hw_attempt_files_create (const char *root,
                         HwRun      *run,
                         GError    **error)
{
  g_autofree char *folder = build_folder (root, run);
  g_autofree char *path = build_path (root, run, HW_ATTEMPT_OUTPUT);
  int fd;

  if (!make_folder (folder, error))
    return -1;

  fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
  if (fd < 0)
    fail (path, errno, error);

  return fd;
}

static gboolean
write_all (int         fd,
           const char *text)
{
  gsize length = strlen (text);

  while (length > 0)
    {
      gssize written = write (fd, text, length);

      if (written < 0 && errno != EINTR)
        return FALSE;
      if (written > 0)
        {
          text += written;
          length -= (gsize) written;
        }
    }

  return TRUE;
}

/**
 * hw_attempt_files_write_start:
 * @root: the folder of all attempts
 * @run: the attempt, after hw_attempt_files_create()
 * @mark: what its processes are known by
 * @error: return location for a #GError, or %NULL
 *
 * Writes down that the attempt's work may begin from now on, and returns when that
 * is on disk. An attempt can begin only once: a second record is refused.
 *
 * Returns: %TRUE on success, %FALSE with a sentence for a person otherwise
 */
gboolean
hw_attempt_files_write_start (const char *root,
                              HwRun      *run,
                              const char *mark,
                              GError    **error)
{
  g_autofree char *folder = build_folder (root, run);
  g_autofree char *path = build_path (root, run, HW_ATTEMPT_START);
  g_autofree char *line = g_strconcat (mark, "\n", NULL);
  int number = 0;
  int fd;

  fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
  if (fd < 0)
    return fail (path, errno, error);

  if (!write_all (fd, line) || fsync (fd) < 0)
    number = errno;
  close (fd);

  if (number != 0)
    return fail (path, number, error);

  return sync_folder (folder, error);
}

/**
 * hw_attempt_files_has_start:
 * @root: the folder of all attempts
 * @run: the attempt
 *
 * Tells whether the attempt's work may have begun. If that cannot be found out, it
 * may have.
 *
 * Returns: %FALSE if it never began
 */
gboolean
hw_attempt_files_has_start (const char *root,
                            HwRun      *run)
{
  g_autofree char *path = build_path (root, run, HW_ATTEMPT_START);
  struct stat status;

  return lstat (path, &status) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/**
 * hw_attempt_files_get_output_size:
 * @root: the folder of all attempts
 * @run: the attempt
 *
 * Gets how much the attempt has printed so far.
 *
 * Returns: bytes, 0 if there is no file
 */
guint64
hw_attempt_files_get_output_size (const char *root,
                                  HwRun      *run)
{
  g_autofree char *path = build_path (root, run, HW_ATTEMPT_OUTPUT);
  struct stat status;

  return lstat (path, &status) == 0 ? (guint64) status.st_size : 0;
}
