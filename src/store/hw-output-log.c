/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-output-log.h"

#include "hw-attempt-folder.h"
#include "hw-shim-output.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

/**
 * HwOutputLog:
 *
 * What programs printed, out of the files that their shims write, each a segment of
 * it. It only reads: while an attempt lives, its shim alone writes there.
 */
struct _HwOutputLog
{
  GObject parent_instance;

  char *root; /* (owned) (not nullable): the folder of all attempts */
};

static void hw_output_log_iface_init (HwOutputInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (HwOutputLog, hw_output_log, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (HW_TYPE_OUTPUT, hw_output_log_iface_init))

/* Bytes of one read. They are in memory, once for each who reads. */
#define MAX_READ (1024 * 1024)

/* What somebody wants to read. */
typedef struct
{
  char *folder; /* (owned) */
  guint64 offset;
  gsize limit;
} Query;

static void
query_free (Query *query)
{
  g_free (query->folder);
  g_free (query);
}

static void
set_error (GError    **error,
           const char *what)
{
  int code = errno;

  g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (code),
               "%s: %s. Look into the state folder.", what, g_strerror (code));
}

/* Opens the file and gets its size; @fd is -1 if there is none. It stands where only
 * we write, but a program may run as the same user: no link leads elsewhere, and no
 * pipe holds the thread.
 */
static gboolean
open_file (const char *path,
           int        *fd,
           guint64    *size,
           GError    **error)
{
  struct stat status;

  *fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
  if (*fd < 0 && errno == ENOENT)
    return TRUE;

  if (*fd < 0 || fstat (*fd, &status) < 0)
    {
      set_error (error, "The output cannot be opened");
      return FALSE;
    }

  *size = (guint64) status.st_size;
  if (S_ISREG (status.st_mode))
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
                       "The output is not a file. Look into the state folder.");

  return FALSE;
}

/* Reads up to @size bytes. Returns how many, or -1. */
static gssize
read_fully (int     fd,
            char   *buffer,
            gsize   size,
            guint64 offset)
{
  gsize n_read = 0;

  while (n_read < size)
    {
      gssize n = pread (fd, buffer + n_read, size - n_read, (off_t) (offset + n_read));

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return -1;
      if (n == 0)
        break;
      n_read += (gsize) n;
    }

  return (gssize) n_read;
}

/* Reads up to @size bytes of the segment that the offset is in. Returns how many, or -1. */
static gssize
read_segment (const Query *query,
              char        *buffer,
              gsize        size,
              guint64      offset,
              GError     **error)
{
  guint64 begin = offset % HW_SEGMENT_SIZE;
  char name[HW_IO_NAME_MAX];
  g_autofree char *path = NULL;
  guint64 length = 0;
  gssize n_read = 0;
  int fd = -1;

  hw_segment_build_name (name, offset);
  path = g_build_filename (query->folder, name, NULL);
  if (!open_file (path, &fd, &length, error))
    n_read = -1;
  else if (begin < length)
    n_read = read_fully (fd, buffer, MIN (size, length - begin), begin);

  if (n_read < 0 && *error == NULL)
    set_error (error, "The output cannot be read");
  if (fd >= 0)
    g_close (fd, NULL); /* nothing was written, so nothing is lost */

  return n_read;
}

/* Reads what there is after the offset, out of one segment after the other. */
static GBytes *
read_all (const Query *query,
          GError     **error)
{
  gsize size = MIN (query->limit, MAX_READ);
  g_autofree char *buffer = g_malloc (MAX (size, 1));
  gsize n_all = 0;

  while (n_all < size)
    {
      guint64 offset = query->offset + n_all;
      guint64 room = HW_SEGMENT_SIZE - offset % HW_SEGMENT_SIZE;
      gsize wanted = (gsize) MIN (size - n_all, room);
      gssize n = read_segment (query, buffer + n_all, wanted, offset, error);

      if (n < 0)
        return NULL;

      n_all += (gsize) n;
      if ((gsize) n < wanted)
        break;
    }

  return g_bytes_new_take (g_steal_pointer (&buffer), n_all);
}

static void
read_in_thread (GTask        *gtask,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  GError *error = NULL;
  GBytes *bytes = read_all (data, &error);

  if (bytes != NULL)
    g_task_return_pointer (gtask, bytes, (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (gtask, error);
}

static void
hw_output_log_read_async (HwOutput           *output,
                          guint64             epoch,
                          guint64             task_id,
                          guint               attempt,
                          guint64             offset,
                          gsize               limit,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  HwOutputLog *self = HW_OUTPUT_LOG (output);
  g_autoptr(GTask) gtask = g_task_new (self, cancellable, callback, user_data);
  Query *query;

  g_task_set_source_tag (gtask, hw_output_log_read_async);

  query = g_new0 (Query, 1);
  query->folder = hw_attempt_folder_build (self->root, epoch, task_id, attempt);
  query->offset = offset;
  query->limit = limit;
  g_task_set_task_data (gtask, query, (GDestroyNotify) query_free);

  g_task_run_in_thread (gtask, read_in_thread);
}

static GBytes *
hw_output_log_read_finish (HwOutput     *output,
                           GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, output), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
hw_output_log_iface_init (HwOutputInterface *iface)
{
  iface->read_async = hw_output_log_read_async;
  iface->read_finish = hw_output_log_read_finish;
}

static void
hw_output_log_finalize (GObject *object)
{
  HwOutputLog *self = HW_OUTPUT_LOG (object);

  g_clear_pointer (&self->root, g_free);

  G_OBJECT_CLASS (hw_output_log_parent_class)->finalize (object);
}

static void
hw_output_log_class_init (HwOutputLogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_output_log_finalize;
}

static void
hw_output_log_init (HwOutputLog *self)
{
}

/**
 * hw_output_log_new:
 * @root: the folder of all attempts
 *
 * Makes an output that reads the files in @root. At most 1 MiB comes at once.
 *
 * Returns: (transfer full): a new output
 */
HwOutput *
hw_output_log_new (const char *root)
{
  HwOutputLog *self;

  g_return_val_if_fail (root != NULL, NULL);

  self = g_object_new (HW_TYPE_OUTPUT_LOG, NULL);
  self->root = g_strdup (root);

  return HW_OUTPUT (self);
}
