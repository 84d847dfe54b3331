/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-dbus-logs.h"

#include "hw-error.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

/**
 * HwDBusLogs:
 *
 * What programs printed, through pipes: of each log that somebody reads, one piece is in
 * memory, and the next one is read when the pipe has taken it. A reader who closes their
 * end is noticed at once, and costs nothing any more. A pipe has bytes and nothing else, so
 * a line of words stands for what was dropped.
 */
struct _HwDBusLogs
{
  GObject parent_instance;

  HwTaskQueue *queue;     /* (owned) (not nullable) */
  HwPrincipal *principal; /* (owned) (not nullable) */

  guint n_open;
  GCancellable *closing; /* (owned), is canceled to end them all */
};

G_DEFINE_FINAL_TYPE (HwDBusLogs, hw_dbus_logs, G_TYPE_OBJECT)

/* Somebody who reads a log. It goes from callback to callback until the end. */
typedef struct
{
  HwDBusLogs *logs; /* (owned) */
  HwDBusLogRequest request;
  GTask *opening;            /* (owned) (nullable), until it is answered */
  HwOutputChunk *chunk;      /* (owned) (nullable), what was read last */
  GBytes *piece;             /* (owned) (nullable), what the pipe is taking of that */
  gboolean is_in_line;       /* what it took last is not the end of a line */
  GOutputStream *stream;     /* (owned) (nullable), our end of the pipe */
  GSource *hang_up;          /* (owned) (nullable), tells when the other end is closed */
  GCancellable *cancellable; /* (owned) */
  gulong closing_id;
} Reader;

/* A log is read by these in this order, the last two by turns. */
static void on_first_read (GObject      *source,
                           GAsyncResult *result,
                           gpointer      user_data);
static void reader_write (Reader *reader);
static void on_written (GObject      *source,
                        GAsyncResult *result,
                        gpointer      user_data);
static void on_next_read (GObject      *source,
                          GAsyncResult *result,
                          gpointer      user_data);

static void
on_closing (GCancellable *closing,
            gpointer      user_data)
{
  Reader *reader = user_data;

  g_cancellable_cancel (reader->cancellable);
}

static Reader *
reader_new (HwDBusLogs             *logs,
            const HwDBusLogRequest *request)
{
  Reader *reader = g_new0 (Reader, 1);

  reader->logs = g_object_ref (logs);
  reader->request = *request;
  reader->cancellable = g_cancellable_new ();
  reader->closing_id = g_cancellable_connect (logs->closing, G_CALLBACK (on_closing), reader,
                                              NULL);
  logs->n_open++;

  return reader;
}

/* Closes our end of the pipe, which tells the reader that this is all. */
static void
reader_free (Reader *reader)
{
  reader->logs->n_open--;
  if (reader->hang_up != NULL)
    g_source_destroy (reader->hang_up);
  g_clear_pointer (&reader->hang_up, g_source_unref);
  g_clear_object (&reader->stream);
  g_clear_object (&reader->opening);
  g_clear_pointer (&reader->chunk, hw_output_chunk_free);
  g_clear_pointer (&reader->piece, g_bytes_unref);
  g_cancellable_disconnect (reader->logs->closing, reader->closing_id);
  g_clear_object (&reader->cancellable);
  g_clear_object (&reader->logs);
  g_free (reader);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reader, reader_free)

static gboolean
on_hang_up (int          fd,
            GIOCondition condition,
            gpointer     user_data)
{
  Reader *reader = user_data;

  g_cancellable_cancel (reader->cancellable);

  return G_SOURCE_REMOVE;
}

/* Makes the pipe. Returns: the end to read from, or -1 */
static int
reader_make_pipe (Reader  *reader,
                  GError **error)
{
  int ends[2];

  if (!g_unix_open_pipe (ends, FD_CLOEXEC, error))
    return -1;

  if (!g_unix_set_fd_nonblocking (ends[1], TRUE, error))
    {
      close (ends[0]);
      close (ends[1]);
      return -1;
    }

  reader->stream = g_unix_output_stream_new (ends[1], TRUE);

  /* A pipe with nobody at its other end is an error of this one. */
  reader->hang_up = g_unix_fd_source_new (ends[1], G_IO_ERR);
  g_source_set_callback (reader->hang_up, G_SOURCE_FUNC (on_hang_up), reader, NULL);
  g_source_attach (reader->hang_up, g_main_context_get_thread_default ());

  return ends[0];
}

static void
on_first_read (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(Reader) reader = user_data;
  g_autoptr(GTask) gtask = g_steal_pointer (&reader->opening);
  GError *error = NULL;
  int fd = -1;

  reader->chunk = hw_task_queue_read_output_finish (HW_TASK_QUEUE (source), result, &error);
  if (reader->chunk != NULL)
    fd = reader_make_pipe (reader, &error);

  if (fd < 0)
    {
      g_task_return_error (gtask, error);
      return;
    }

  g_task_return_int (gtask, fd);
  reader_write (g_steal_pointer (&reader));
}

/* Gets what the pipe is to take. What was dropped has a line of its own. */
static GBytes *
reader_make_piece (Reader *reader)
{
  const HwOutputChunk *chunk = reader->chunk;
  char *text;

  if (chunk->skip_to == 0)
    return g_bytes_ref (chunk->data);

  text = g_strdup_printf ("%s[headway: %" G_GUINT64_FORMAT " bytes left out]\n",
                          reader->is_in_line ? "\n" : "", chunk->skip_to - chunk->offset);

  return g_bytes_new_take (text, strlen (text));
}

/* Has the pipe take what was read; @reader is (transfer full). */
static void
reader_write (Reader *reader)
{
  gsize size;
  const char *data;

  reader->piece = reader_make_piece (reader);
  data = g_bytes_get_data (reader->piece, &size);
  if (size > 0)
    reader->is_in_line = data[size - 1] != '\n';

  g_output_stream_write_all_async (reader->stream, data, size, G_PRIORITY_DEFAULT,
                                   reader->cancellable, on_written, reader);
}

static void
on_written (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(Reader) reader = user_data;
  g_autoptr(HwOutputChunk) chunk = g_steal_pointer (&reader->chunk);
  g_autoptr(GBytes) piece = g_steal_pointer (&reader->piece);
  HwDBusLogRequest *request = &reader->request;

  /* Whoever has had enough is gone: there is nobody to tell. */
  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL))
    return;

  if (chunk->is_end || (!request->follow && hw_output_chunk_is_empty (chunk)))
    return;

  request->query.of.attempt = chunk->attempt;
  request->query.offset = hw_output_chunk_get_next_offset (chunk);
  hw_task_queue_read_output_async (reader->logs->queue, reader->logs->principal, &request->query,
                                   request->follow, reader->cancellable, on_next_read, reader);
  g_steal_pointer (&reader);
}

static void
on_next_read (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(Reader) reader = user_data;
  g_autoptr(GError) error = NULL;

  reader->chunk = hw_task_queue_read_output_finish (HW_TASK_QUEUE (source), result, &error);
  if (reader->chunk != NULL)
    reader_write (g_steal_pointer (&reader));
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_warning ("The log of task %" G_GUINT64_FORMAT " could not be read on: %s",
               reader->request.query.of.task_id, error->message);
}

static void
hw_dbus_logs_finalize (GObject *object)
{
  HwDBusLogs *self = HW_DBUS_LOGS (object);

  g_clear_object (&self->closing);
  g_clear_pointer (&self->principal, hw_principal_unref);
  g_clear_object (&self->queue);

  G_OBJECT_CLASS (hw_dbus_logs_parent_class)->finalize (object);
}

static void
hw_dbus_logs_class_init (HwDBusLogsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_dbus_logs_finalize;
}

static void
hw_dbus_logs_init (HwDBusLogs *self)
{
  self->closing = g_cancellable_new ();
}

/**
 * hw_dbus_logs_new:
 * @queue: the queue
 * @principal: who reads
 *
 * Creates the one who fills pipes.
 *
 * Returns: (transfer full): it
 */
HwDBusLogs *
hw_dbus_logs_new (HwTaskQueue *queue,
                  HwPrincipal *principal)
{
  HwDBusLogs *self;

  g_return_val_if_fail (HW_IS_TASK_QUEUE (queue), NULL);
  g_return_val_if_fail (principal != NULL, NULL);

  self = g_object_new (HW_TYPE_DBUS_LOGS, NULL);
  self->queue = g_object_ref (queue);
  self->principal = hw_principal_ref (principal);

  return self;
}

/**
 * hw_dbus_logs_open_async:
 * @self: logs
 * @request: what to read
 * @callback: called when there is a pipe, or when it is known why not
 * @user_data: data for @callback
 *
 * Opens a log. The pipe is filled as fast as it is read, and ends after the last byte.
 */
void
hw_dbus_logs_open_async (HwDBusLogs             *self,
                         const HwDBusLogRequest *request,
                         GAsyncReadyCallback     callback,
                         gpointer                user_data)
{
  g_autoptr(GTask) gtask = NULL;
  Reader *reader;

  g_return_if_fail (HW_IS_DBUS_LOGS (self));
  g_return_if_fail (request != NULL);

  gtask = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (gtask, hw_dbus_logs_open_async);

  if (self->n_open >= HW_DBUS_LOGS_MAX)
    {
      g_task_return_new_error (gtask, HW_ERROR, HW_ERROR_TOO_LARGE,
                               "%d logs are being read already. Close one of them first.",
                               HW_DBUS_LOGS_MAX);
      return;
    }

  /* Not waiting for more yet: the answer must not wait for the program. */
  reader = reader_new (self, request);
  reader->opening = g_steal_pointer (&gtask);
  hw_task_queue_read_output_async (self->queue, self->principal, &request->query, FALSE,
                                   reader->cancellable, on_first_read, reader);
}

/**
 * hw_dbus_logs_open_finish:
 * @self: logs
 * @result: what the callback was given
 * @error: return location for an error: %HW_ERROR_NOT_FOUND, %HW_ERROR_TOO_LARGE
 *
 * Ends hw_dbus_logs_open_async().
 *
 * Returns: the end of the pipe to read from, which the caller closes, or -1
 */
int
hw_dbus_logs_open_finish (HwDBusLogs   *self,
                          GAsyncResult *result,
                          GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return (int) g_task_propagate_int (G_TASK (result), error);
}

/**
 * hw_dbus_logs_get_n_open:
 * @self: logs
 *
 * Gets how many logs are being read.
 *
 * Returns: how many
 */
guint
hw_dbus_logs_get_n_open (HwDBusLogs *self)
{
  g_return_val_if_fail (HW_IS_DBUS_LOGS (self), 0);

  return self->n_open;
}

/**
 * hw_dbus_logs_close_all:
 * @self: logs
 *
 * Ends all pipes: the daemon is about to go.
 */
void
hw_dbus_logs_close_all (HwDBusLogs *self)
{
  g_return_if_fail (HW_IS_DBUS_LOGS (self));

  g_cancellable_cancel (self->closing);
}
