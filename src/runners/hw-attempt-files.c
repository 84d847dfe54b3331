/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-attempt-files.h"

#include "hw-attempt-folder.h"
#include "hw-error.h"
#include "hw-folder-sync.h"
#include "hw-io.h"
#include "hw-marked-processes.h"
#include "hw-quote.h"
#include "hw-shim-output.h"
#include "hw-shim-records.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The files that an attempt leaves: its shim writes them, we read them. All of this
 * blocks, so none of it is for the main context.
 */

/* Somebody wants the attempt to end: who that is, and whether at once. Written before it is asked
 * to, by a daemon that may be gone before the attempt has ended.
 */
#define CANCELED "canceled"

#define CANCELED_TITLE "headway-canceled 1\n"
#define CANCELED_FORMAT CANCELED_TITLE "%s\nnow %d\nby %s\nend\n"

/* Characters of a path in a sentence: most paths are shorter. */
#define MAX_PATH_LENGTH 256

/**
 * hw_attempt_files_build_folder:
 * @root: the folder of all attempts
 * @run: the attempt
 *
 * Builds the name of the attempt's folder.
 *
 * Returns: (transfer full) (type filename): the folder
 */
char *
hw_attempt_files_build_folder (const char *root,
                               HwRun      *run)
{
  return hw_attempt_folder_build (root, hw_run_get_epoch (run), hw_run_get_task_id (run),
                                  hw_run_get_attempt (run));
}

/**
 * hw_attempt_files_build_results:
 * @root: the folder of all attempts
 * @run: the attempt
 *
 * Builds the name of the folder where the program may leave files as results.
 *
 * Returns: (transfer full) (type filename): the folder
 */
char *
hw_attempt_files_build_results (const char *root,
                                HwRun      *run)
{
  g_autofree char *folder = hw_attempt_files_build_folder (root, run);

  return g_build_filename (folder, HW_ATTEMPT_FILES_FOLDER, NULL);
}

/**
 * hw_attempt_files_build_place_name:
 * @run: the attempt
 *
 * Builds what the place is called that holds the attempt's processes together.
 *
 * Returns: (transfer full): a name
 */
char *
hw_attempt_files_build_place_name (HwRun *run)
{
  return g_strdup_printf ("headway-%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "-%u",
                          hw_run_get_epoch (run), hw_run_get_task_id (run),
                          hw_run_get_attempt (run));
}

/**
 * hw_attempt_files_set_error:
 * @path: what could not be written
 * @number: why, of `errno`
 * @error: return location for a #GError, or %NULL
 *
 * Says in a sentence that a file or folder cannot be written, and what to do.
 */
void
hw_attempt_files_set_error (const char *path,
                            int         number,
                            GError    **error)
{
  g_autofree char *text = g_filename_display_name (path);
  g_autofree char *quoted = hw_quote (text, MAX_PATH_LENGTH);

  g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
               "Headway cannot write %s, where the output goes: %s. Mend that, and retry the "
               "task.", quoted, g_strerror (number));
}

/* Always fails, with errno. */
static gboolean
fail (const char *path,
      int         number,
      GError    **error)
{
  hw_attempt_files_set_error (path, number, error);
  errno = number;

  return FALSE;
}

/* Makes a folder and those above it, as far down as they are missing. */
static gboolean
make_folder (const char *path,
             GError    **error)
{
  g_autofree char *parent = NULL;

  if (hw_io_make_folder (path) || errno == EEXIST)
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
 * Makes the attempt's folder, and in it the one for the results of its program. Nothing is synced:
 * its shim does that, once there is something in it that is to be kept.
 *
 * Returns: (transfer full) (type filename): the folder, or %NULL with a sentence for a
 *   person, and `errno`
 */
char *
hw_attempt_files_create (const char *root,
                         HwRun      *run,
                         GError    **error)
{
  g_autofree char *folder = hw_attempt_files_build_folder (root, run);
  g_autofree char *results = hw_attempt_files_build_results (root, run);

  if (!make_folder (folder, error))
    return NULL;

  if (!hw_io_make_folder (results) && errno != EEXIST)
    {
      fail (results, errno, error);
      return NULL;
    }

  return g_steal_pointer (&folder);
}

/* Reads a record. Returns its length, or -1 with errno. No link leads elsewhere, and no
 * pipe holds the thread: a program may run as the same user.
 */
static gssize
read_record (int         folder_fd,
             const char *name,
             char       *text)
{
  int fd = openat (folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  gssize length;
  int number;

  if (fd < 0)
    return -1;

  length = read (fd, text, HW_RECORD_SIZE);
  number = errno;
  close (fd);
  errno = number;

  return length;
}

/* Whether a record is of this attempt. */
static gboolean
is_marked (const char *mark,
           HwRun      *run)
{
  g_autofree char *own = hw_mark_build (run);

  return g_str_equal (mark, own);
}

/**
 * hw_attempt_files_read_start:
 * @folder_fd: the attempt's folder
 * @run: the attempt
 * @start: (out caller-allocates): its start record
 *
 * Reads the start record of an attempt.
 *
 * Returns: 0, `ENOENT` if there is none, `EBADMSG` if it cannot be understood, or another
 *   number of `errno`
 */
int
hw_attempt_files_read_start (int          folder_fd,
                             HwRun       *run,
                             HwShimStart *start)
{
  char text[HW_RECORD_SIZE];
  gssize length = read_record (folder_fd, HW_SHIM_START, text);

  if (length < 0)
    return errno;

  return hw_shim_start_parse (text, (gsize) length, start) && is_marked (start->mark, run) ? 0
         : EBADMSG;
}

/**
 * hw_attempt_files_forbid_start:
 * @folder_fd: the attempt's folder
 * @run: the attempt
 *
 * Writes a start record that says that the attempt must not begin any more. A shim that
 * was about to begin finds it, and ends; one that was quicker has its own there.
 *
 * Returns: 0, `EEXIST` if the attempt has begun, or another number of `errno`
 */
int
hw_attempt_files_forbid_start (int    folder_fd,
                               HwRun *run)
{
  g_autofree char *mark = hw_mark_build (run);
  HwShimStart start = { .is_never = TRUE };
  char text[HW_RECORD_SIZE];
  gsize length;

  g_strlcpy (start.mark, mark, sizeof start.mark);
  length = hw_shim_start_build (&start, text, sizeof text);

  return hw_io_write_record (folder_fd, HW_SHIM_START, text, length, FALSE, TRUE) ? 0 : errno;
}

/**
 * hw_attempt_files_read_end:
 * @folder_fd: the attempt's folder
 * @run: the attempt
 * @end: (out caller-allocates): its exit record
 *
 * Reads the exit record of an attempt.
 *
 * Returns: 0, `ENOENT` if there is none, `EBADMSG` if it cannot be understood, or another
 *   number of `errno`
 */
int
hw_attempt_files_read_end (int        folder_fd,
                           HwRun     *run,
                           HwShimEnd *end)
{
  char text[HW_RECORD_SIZE];
  gssize length = read_record (folder_fd, HW_SHIM_END, text);

  if (length < 0)
    return errno;

  return hw_shim_end_parse (text, (gsize) length, end) && is_marked (end->mark, run) ? 0
         : EBADMSG;
}

/* Writes who canceled the attempt into @text. Returns its length, or 0 if nobody has such a
 * name.
 */
static gsize
build_canceled (HwRun      *run,
                const char *actor,
                gboolean    is_now,
                char       *text,
                gsize       size)
{
  g_autofree char *mark = hw_mark_build (run);
  int length = g_snprintf (text, size, CANCELED_FORMAT, mark, is_now, actor);

  return actor[0] != '\0' && strchr (actor, '\n') == NULL && g_utf8_validate (actor, -1, NULL) &&
         length > 0 && (gsize) length < size ? (gsize) length : 0;
}

/* Returns 0, or a number of errno. */
static int
write_canceled (int         folder_fd,
                HwRun      *run,
                const char *actor,
                gboolean    is_now)
{
  gboolean was_now = FALSE;
  g_autofree char *first = hw_attempt_files_read_canceled (folder_fd, run, &was_now);
  char text[HW_RECORD_SIZE];
  gsize length = build_canceled (run, first != NULL ? first : actor, is_now, text, sizeof text);

  if (first != NULL && (was_now || !is_now))
    return 0;
  if (length == 0)
    return EINVAL;

  return hw_io_write_record (folder_fd, CANCELED, text, length, first != NULL, TRUE) ? 0 : errno;
}

/* Makes the attempt's folder, and gets the names of all above it to disk: from above, as some file
 * systems sync what is above a new folder together with it.
 */
static gboolean
make_kept_folder (const char *root,
                  const char *folder,
                  GError    **error)
{
  g_autofree char *of_task = g_path_get_dirname (folder);
  g_autofree char *of_epoch = g_path_get_dirname (of_task);
  const char *const above[] = { root, of_epoch, of_task };

  if (!make_folder (folder, error))
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (above); i++)
    {
      int number = hw_folder_sync_now (above[i]);

      if (number != 0)
        return fail (above[i], number, error);
    }

  return TRUE;
}

/**
 * hw_attempt_files_write_canceled:
 * @root: the folder of all attempts
 * @run: the attempt, of which it is known who canceled it
 * @is_now: whether force is to be used at once
 * @error: return location for a #GError, or %NULL
 *
 * Writes down who canceled the attempt, whether it has begun or not. Who was first stays it,
 * and that somebody wanted it at once stays, too.
 *
 * Returns: %FALSE with a sentence for a person if it is not on disk
 */
gboolean
hw_attempt_files_write_canceled (const char *root,
                                 HwRun      *run,
                                 gboolean    is_now,
                                 GError    **error)
{
  g_autofree char *folder = hw_attempt_files_build_folder (root, run);
  int folder_fd, number;

  if (!make_kept_folder (root, folder, error))
    return FALSE;

  folder_fd = hw_io_open_folder (folder);
  number = folder_fd < 0 ? errno
                         : write_canceled (folder_fd, run, hw_run_get_canceled_by (run), is_now);
  if (folder_fd >= 0)
    close (folder_fd);

  return number == 0 || number == EEXIST || fail (folder, number, error);
}

/**
 * hw_attempt_files_read_canceled:
 * @folder_fd: the attempt's folder
 * @run: the attempt
 * @is_now: (out): whether force is to be used at once
 *
 * Reads who canceled the attempt. What is read must be what would have been written.
 *
 * Returns: (transfer full) (nullable): who, or %NULL if nobody is known to have
 */
char *
hw_attempt_files_read_canceled (int       folder_fd,
                                HwRun    *run,
                                gboolean *is_now)
{
  g_autofree char *mark = hw_mark_build (run);
  char text[HW_RECORD_SIZE + 1];
  char again[HW_RECORD_SIZE];
  gssize length = read_record (folder_fd, CANCELED, text);
  g_autofree char *actor = NULL;

  *is_now = FALSE;
  if (length <= 0)
    return NULL;

  text[length] = '\0';
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *head = g_strdup_printf (CANCELED_TITLE "%s\nnow %u\nby ", mark, i);

      if (!g_str_has_prefix (text, head))
        continue;

      *is_now = i == 1;
      actor = g_strndup (text + strlen (head), strcspn (text + strlen (head), "\n"));
    }
  if (actor == NULL || build_canceled (run, actor, *is_now, again, sizeof again) != (gsize) length ||
      memcmp (again, text, (gsize) length) != 0)
    return NULL;

  return g_steal_pointer (&actor);
}

/* Whether it is a segment that is not packed, as the last one never is, and where it begins. */
static gboolean
parse_segment_name (const char *name,
                    guint64    *offset)
{
  char again[HW_IO_NAME_MAX];

  if (sscanf (name, HW_SEGMENT_PREFIX "%" G_GUINT64_FORMAT, offset) != 1)
    return FALSE;

  hw_segment_build_name (again, *offset);

  return g_str_equal (again, name);
}

/**
 * hw_attempt_files_get_output_size:
 * @folder_fd: the attempt's folder
 *
 * Gets how much the attempt has printed so far, what was dropped of it included.
 *
 * Returns: bytes, 0 if there is no file
 */
guint64
hw_attempt_files_get_output_size (int folder_fd)
{
  int fd = openat (folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *folder = fd >= 0 ? fdopendir (fd) : NULL;
  const struct dirent *entry;
  guint64 size = 0;

  if (folder == NULL)
    {
      if (fd >= 0)
        close (fd);
      return 0;
    }

  while ((entry = readdir (folder)) != NULL)
    {
      struct stat status;
      guint64 offset;

      if (parse_segment_name (entry->d_name, &offset) &&
          fstatat (folder_fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0)
        size = MAX (size, offset + (guint64) status.st_size);
    }
  closedir (folder);

  return size;
}
