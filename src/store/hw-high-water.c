/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-high-water.h"

#include "hw-db.h"
#include "hw-io.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* What the file of the mark is called, behind the database's name. */
#define ENDING ".high-water"

/* A line of three numbers, each as long as the longest, and their sum: so a newer one covers
 * an older one, and it is in one sector, which a disk writes as a whole.
 */
#define NUMBER "%020" G_GUINT64_FORMAT
#define LINE "headway-high-water " NUMBER " " NUMBER " " NUMBER
#define LINE_SIZE 128

/**
 * HwHighWater:
 *
 * A small file beside the database that says how far this was, so that one that was replaced
 * by an older one, or that lost its end, is noticed. It is written after each commit and
 * before that is told of, but not synced: a process that dies leaves what it wrote, and after
 * a power failure the mark is never above the database, which was synced before it. One
 * thread at a time.
 */
struct _HwHighWater
{
  int fd;
  HwHighWaterMark mark;
  guint64 synced_task;
};

/* Any bit that turns makes another sum. */
static guint
add_up (const char *line,
        gsize       length)
{
  g_autofree char *numbers = g_strndup (line, length);

  return g_str_hash (numbers);
}

static void
write_line (const HwHighWaterMark *mark,
            char                   line[LINE_SIZE])
{
  int length = g_snprintf (line, LINE_SIZE, LINE, mark->epoch, mark->last_event, mark->last_task);

  g_snprintf (line + length, (gulong) (LINE_SIZE - length), " %08x\n",
              add_up (line, (gsize) length));
}

static gboolean
parse_line (const char      *line,
            HwHighWaterMark *mark)
{
  char expected[LINE_SIZE];

  if (sscanf (line, "headway-high-water %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %"
              G_GUINT64_FORMAT, &mark->epoch, &mark->last_event, &mark->last_task) != 3)
    return FALSE;

  write_line (mark, expected);

  return g_str_equal (line, expected);
}

/**
 * hw_high_water_read:
 * @database_path: (type filename): the database's file
 * @mark: (out caller-allocates): how far the last one was who had it
 *
 * Reads the mark beside a database. None is there before the first start, and one that cannot
 * be understood is none: the database is what counts, and it is only less well guarded.
 */
void
hw_high_water_read (const char      *database_path,
                    HwHighWaterMark *mark)
{
  g_autofree char *path = g_strconcat (database_path, ENDING, NULL);
  g_autofree char *line = NULL;
  g_autoptr(GError) error = NULL;

  if (g_file_get_contents (path, &line, NULL, &error) && parse_line (line, mark))
    return;

  *mark = (HwHighWaterMark) { 0 };
  if (!g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    g_message ("The file %s says nothing (%s), so an older database in the place of this one "
               "would not be noticed this time. It is made anew.", path,
               error != NULL ? error->message : "it is damaged");
}

/* Makes the file anew, and opens it. Returns -1 with errno. */
static int
make_file (const char            *database_path,
           const HwHighWaterMark *mark)
{
  g_autofree char *path = g_strconcat (database_path, ENDING, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  int folder_fd = hw_io_open_folder (folder);
  char line[LINE_SIZE];
  int fd = -1;
  int number;

  write_line (mark, line);
  if (folder_fd >= 0 && hw_io_write_record (folder_fd, name, line, strlen (line), true, true))
    fd = hw_io_open (folder_fd, name);
  number = errno;
  if (folder_fd >= 0)
    close (folder_fd);
  errno = number;

  return fd;
}

/**
 * hw_high_water_new:
 * @database_path: (type filename): the database's file
 * @mark: how far the database is
 * @error: return location for an error of %HW_DB_ERROR
 *
 * Makes the mark beside a database, in place of the one that is there. It is on disk when
 * this returns.
 *
 * Returns: (transfer full): the mark, or %NULL
 */
HwHighWater *
hw_high_water_new (const char            *database_path,
                   const HwHighWaterMark *mark,
                   GError               **error)
{
  int fd = make_file (database_path, mark);
  HwHighWater *self;

  if (fd < 0)
    {
      g_set_error (error, HW_DB_ERROR,
                   errno == ENOSPC || errno == EDQUOT ? HW_DB_ERROR_FULL : HW_DB_ERROR_DENIED,
                   "The file %s" ENDING " cannot be written (%s). Check its folder.",
                   database_path, g_strerror (errno));
      return NULL;
    }

  self = g_new0 (HwHighWater, 1);
  self->fd = fd;
  self->mark = *mark;
  self->synced_task = mark->last_task;

  return self;
}

/* Whether the disk did not take the mark for want of space: then nothing is in doubt, and it
 * is only lower than it could be, as long as it is not lower than whoever reads it counts on.
 */
static gboolean
is_out_of_space (void)
{
  return errno == ENOSPC || errno == EDQUOT;
}

/**
 * hw_high_water_raise:
 * @self: a mark
 * @last_event: the highest number of an event
 * @last_task: the highest number of a task
 *
 * Raises the mark to what was committed, before anybody hears of it.
 *
 * Returns: %FALSE if the disk failed
 */
gboolean
hw_high_water_raise (HwHighWater *self,
                     guint64      last_event,
                     guint64      last_task)
{
  char line[LINE_SIZE];
  size_t written;

  g_return_val_if_fail (self != NULL, FALSE);

  self->mark.last_event = last_event;
  self->mark.last_task = last_task;
  write_line (&self->mark, line);
  if (lseek (self->fd, 0, SEEK_SET) != 0 ||
      !hw_io_write (self->fd, line, strlen (line), &written))
    return is_out_of_space () && last_task - self->synced_task < HW_HIGH_WATER_STEP;

  return last_task - self->synced_task < HW_HIGH_WATER_STEP || hw_high_water_sync (self);
}

/**
 * hw_high_water_sync:
 * @self: a mark
 *
 * Gets the mark to disk.
 *
 * Returns: %FALSE if the disk failed
 */
gboolean
hw_high_water_sync (HwHighWater *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (!hw_io_sync (self->fd))
    return FALSE;

  self->synced_task = self->mark.last_task;

  return TRUE;
}

void
hw_high_water_free (HwHighWater *self)
{
  g_return_if_fail (self != NULL);

  close (self->fd);
  g_free (self);
}
