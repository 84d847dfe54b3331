/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-checksum.h"

#include "hw-error.h"
#include "hw-quote.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes that are read at once. From 64 KiB on the digest is what takes the time; a
 * few times that makes some hundred reports and looks at the cancellable a second.
 */
#define BUFFER_SIZE (256 * 1024)

/* Characters of a path in a sentence: most paths are shorter. */
#define MAX_PATH_LENGTH 256

/* What a person can do about a file that cannot be opened: a sentence round its name. */
static const struct
{
  int number;
  const char *before;
  const char *after;
} sentences[] = {
  { ENOENT, "There is no file ", ". Check the path and add the task again." },
  { ENOTDIR, "There is no file ", ". Check the path and add the task again." },
  { ENAMETOOLONG, "There is no file ", ". Check the path and add the task again." },
  { ELOOP, "Links that go in a circle lead to the file ",
    ". Correct them, and retry the task." },
  { EACCES, "Headway may not read the file ",
    ". Change who may read it, and retry the task." },
  { EPERM, "Headway may not read the file ",
    ". Change who may read it, and retry the task." },
};

/* Always fails. */
static gboolean
refuse_to_open (const char *path,
                int         number,
                GError    **error)
{
  g_autofree char *quoted = hw_quote (path, MAX_PATH_LENGTH);

  for (guint i = 0; i < G_N_ELEMENTS (sentences); i++)
    if (sentences[i].number == number)
      {
        g_set_error (error, HW_ERROR, HW_ERROR_FAILED, "%s%s%s",
                     sentences[i].before, quoted, sentences[i].after);
        return FALSE;
      }

  g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
               "The file %s cannot be opened: %s. Mend that, and retry the task.",
               quoted, g_strerror (number));

  return FALSE;
}

/* A device may never end, and a pipe gives what it has only once. */
static gboolean
check_mode (const char *path,
            mode_t      mode,
            GError    **error)
{
  g_autofree char *quoted = NULL;

  if (S_ISREG (mode))
    return TRUE;

  quoted = hw_quote (path, MAX_PATH_LENGTH);
  g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
               "%s is %s. Choose a file, and add the task again.", quoted,
               S_ISDIR (mode) ? "a folder, which has no checksum"
                              : "a device or a pipe, which may have no end");

  return FALSE;
}

/* Opens a file to read all of it. Returns -1 with an error. */
static int
open_file (const char  *path,
           struct stat *status,
           GError     **error)
{
  int fd;

  /* Looked at first, because already to open a device may do something to it. */
  if (stat (path, status) < 0)
    {
      refuse_to_open (path, errno, error);
      return -1;
    }
  if (!check_mode (path, status->st_mode, error))
    return -1;

  /* It may be another file by now; then at least opening it does not wait. */
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    {
      refuse_to_open (path, errno, error);
      return -1;
    }

  if (fstat (fd, status) < 0)
    refuse_to_open (path, errno, error);
  else if (check_mode (path, status->st_mode, error))
    return fd;

  close (fd);

  return -1;
}

/* A digest of a file that somebody writes to meanwhile is the digest of nothing. */
static gboolean
check_unchanged (const char        *path,
                 int                fd,
                 const struct stat *before,
                 GError           **error)
{
  struct stat now;
  g_autofree char *quoted = NULL;

  if (fstat (fd, &now) == 0 &&
      now.st_size == before->st_size &&
      now.st_mtim.tv_sec == before->st_mtim.tv_sec &&
      now.st_mtim.tv_nsec == before->st_mtim.tv_nsec)
    return TRUE;

  quoted = hw_quote (path, MAX_PATH_LENGTH);
  g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
               "The file %s changed while it was read, so its checksum would be of no use. "
               "Wait until nothing writes to it, and retry the task.", quoted);

  return FALSE;
}

/* Reads the next piece of a file. Returns its length, 0 at the end, -1 with an error. */
static gssize
read_piece (const char *path,
            int         fd,
            guint8     *buffer,
            guint64     done,
            GError    **error)
{
  g_autofree char *quoted = NULL;
  gssize length;
  int number;

  do
    length = read (fd, buffer, BUFFER_SIZE);
  while (length < 0 && errno == EINTR);

  if (length >= 0)
    return length;

  number = errno;
  quoted = hw_quote (path, MAX_PATH_LENGTH);
  g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
               "The file %s could not be read beyond byte %" G_GUINT64_FORMAT ": %s. "
               "Check the disk, and retry the task.", quoted, done, g_strerror (number));

  return -1;
}

/* Reads all of a file. Returns how much that was, in @size. */
static gboolean
read_all (HwRun             *run,
          const char        *path,
          int                fd,
          const struct stat *status,
          GChecksum         *checksum,
          guint64           *size,
          GCancellable      *cancellable,
          GError           **error)
{
  g_autofree guint8 *buffer = g_malloc (BUFFER_SIZE);
  guint64 total = (guint64) status->st_size;
  guint64 done = 0;
  gssize length;

  hw_run_set_progress (run, 0, total, "bytes");

  while ((length = read_piece (path, fd, buffer, done, error)) > 0)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;

      g_checksum_update (checksum, buffer, length);
      done += (guint64) length;

      /* One that grows as fast as it is read would have no end. Some files of the
       * kernel have contents though their size is 0; these do not change by that.
       */
      if (done > total && !check_unchanged (path, fd, status, error))
        return FALSE;

      hw_run_set_progress (run, done, total, "bytes");
    }

  *size = done;

  return length == 0 && check_unchanged (path, fd, status, error);
}

/**
 * hw_checksum_work:
 * @run: the attempt
 * @parameters: `path` (s)
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError, or %NULL
 *
 * Makes the SHA-256 of a file of any size. A #HwWorkFunction.
 *
 * Returns: (transfer full): an `a{sv}` of `sha256` (s), in hexadecimal, and `size`
 *   (x), or %NULL with an error
 */
GVariant *
hw_checksum_work (HwRun        *run,
                  GVariant     *parameters,
                  GCancellable *cancellable,
                  GError      **error)
{
  g_autoptr(GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_auto(GVariantDict) value = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *path = NULL;
  struct stat status;
  guint64 size = 0;
  gboolean is_read;
  int fd;

  if (!g_variant_lookup (parameters, "path", "s", &path))
    {
      g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
                   "The task has no “path”. Add a required parameter of that name to its type.");
      return NULL;
    }

  fd = open_file (path, &status, error);
  if (fd < 0)
    return NULL;

  is_read = read_all (run, path, fd, &status, checksum, &size, cancellable, error);
  close (fd);
  if (!is_read)
    return NULL;

  g_variant_dict_insert (&value, "sha256", "s", g_checksum_get_string (checksum));
  g_variant_dict_insert (&value, "size", "x", (gint64) size);

  return g_variant_ref_sink (g_variant_dict_end (&value));
}
