/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-sink.h"

#include "hw-cli-i18n.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/**
 * HwCliSink:
 *
 * Where bytes go: a descriptor that somebody else may read slowly, or not at all. It is
 * written to by a thread, one piece behind the other, so that whoever presses Ctrl-C is
 * heard meanwhile. The descriptor is shared with other programs, so it is left as it is:
 * it blocks. After the first failure nothing is written any more. Main context only.
 */
struct _HwCliSink
{
  GObject parent_instance;

  int fd;
  GArray *pieces; /* (owned) (element-type Piece): what waits */
  gboolean is_writing;
  GError *error;   /* (owned) (nullable): why nothing goes there any more */
  GQueue flushing; /* (owned) (element-type GTask): who waits for all of it */
};

G_DEFINE_FINAL_TYPE (HwCliSink, hw_cli_sink, G_TYPE_OBJECT)

/* Something to write, and where to. */
typedef struct
{
  int fd;
  GBytes *bytes; /* (owned) */
} Piece;

static void
piece_clear (gpointer piece)
{
  g_clear_pointer (&((Piece *) piece)->bytes, g_bytes_unref);
}

static GArray *
pieces_new (void)
{
  GArray *pieces = g_array_new (FALSE, FALSE, sizeof (Piece));

  g_array_set_clear_func (pieces, piece_clear);

  return pieces;
}

static void
hw_cli_sink_finalize (GObject *object)
{
  HwCliSink *self = HW_CLI_SINK (object);

  g_queue_clear_full (&self->flushing, g_object_unref);
  g_clear_pointer (&self->pieces, g_array_unref);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (hw_cli_sink_parent_class)->finalize (object);
}

static void
hw_cli_sink_class_init (HwCliSinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_cli_sink_finalize;
}

static void
hw_cli_sink_init (HwCliSink *self)
{
  self->pieces = pieces_new ();
  g_queue_init (&self->flushing);
}

/**
 * hw_cli_sink_new:
 * @fd: a descriptor, which stays the caller's
 *
 * Creates a sink.
 *
 * Returns: (transfer full): it
 */
HwCliSink *
hw_cli_sink_new (int fd)
{
  HwCliSink *self = g_object_new (HW_TYPE_CLI_SINK, NULL);

  self->fd = fd;

  return self;
}

/* Whoever shares the descriptor may have made it one that does not block. */
static void
wait_until_writable (int fd)
{
  struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };

  poll (&poll_fd, 1, -1);
}

/* Writes all of it. Returns 0, or why not. */
static int
write_fully (int     fd,
             GBytes *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  for (gsize n_written = 0; n_written < length;)
    {
      gssize n = write (fd, data + n_written, length - n_written);

      if (n >= 0)
        n_written += (gsize) n;
      else if (errno == EAGAIN)
        wait_until_writable (fd);
      else if (errno != EINTR)
        return errno;
    }

  return 0;
}

static void
write_in_thread (GTask        *gtask,
                 gpointer      source,
                 gpointer      task_data,
                 GCancellable *cancellable)
{
  HwCliSink *self = HW_CLI_SINK (source);
  GArray *pieces = task_data;

  for (guint i = 0; i < pieces->len; i++)
    {
      const Piece *piece = &g_array_index (pieces, Piece, i);
      int number = write_fully (piece->fd, piece->bytes);

      if (number != 0 && piece->fd == self->fd)
        {
          g_task_return_new_error (gtask, G_IO_ERROR, (int) g_io_error_from_errno (number), "%s",
                                   number != ENOSPC ? g_strerror (number)
                                   : _("There is no room for it. Make some, or choose another "
                                       "place."));
          return;
        }
    }

  g_task_return_boolean (gtask, TRUE);
}

static void
hw_cli_sink_answer (HwCliSink *self)
{
  GTask *gtask;

  while ((gtask = g_queue_pop_head (&self->flushing)) != NULL)
    {
      if (self->error != NULL)
        g_task_return_error (gtask, g_error_copy (self->error));
      else
        g_task_return_boolean (gtask, TRUE);
      g_object_unref (gtask);
    }
}

static void on_written (GObject      *source,
                        GAsyncResult *result,
                        gpointer      user_data);

/* Writes what waits, or tells that nothing does. */
static void
hw_cli_sink_go_on (HwCliSink *self)
{
  g_autoptr(GTask) gtask = NULL;

  if (self->is_writing)
    return;

  if (self->error != NULL || self->pieces->len == 0)
    {
      g_array_set_size (self->pieces, 0);
      hw_cli_sink_answer (self);
      return;
    }

  self->is_writing = TRUE;
  gtask = g_task_new (self, NULL, on_written, NULL);
  g_task_set_source_tag (gtask, hw_cli_sink_go_on);
  g_task_set_task_data (gtask, g_steal_pointer (&self->pieces),
                        (GDestroyNotify) g_array_unref);
  self->pieces = pieces_new ();
  g_task_run_in_thread (gtask, write_in_thread);
}

static void
on_written (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  HwCliSink *self = HW_CLI_SINK (source);

  self->is_writing = FALSE;
  g_task_propagate_boolean (G_TASK (result), &self->error);
  hw_cli_sink_go_on (self);
}

/**
 * hw_cli_sink_add:
 * @self: a sink
 * @bytes: what to write
 *
 * Adds to what is to be written. Whoever adds much waits for hw_cli_sink_flush_async().
 */
void
hw_cli_sink_add (HwCliSink *self,
                 GBytes    *bytes)
{
  g_return_if_fail (HW_IS_CLI_SINK (self));

  hw_cli_sink_add_aside (self, self->fd, bytes);
}

/**
 * hw_cli_sink_add_aside:
 * @self: a sink
 * @fd: another descriptor, which stays the caller's
 * @bytes: what to write there
 *
 * Adds something that goes elsewhere, behind what is to be written before it. That it
 * cannot be written there is nothing to the sink.
 */
void
hw_cli_sink_add_aside (HwCliSink *self,
                       int        fd,
                       GBytes    *bytes)
{
  Piece piece = { .fd = fd };

  g_return_if_fail (HW_IS_CLI_SINK (self));
  g_return_if_fail (bytes != NULL);

  piece.bytes = g_bytes_ref (bytes);
  g_array_append_val (self->pieces, piece);
  hw_cli_sink_go_on (self);
}

/**
 * hw_cli_sink_flush_async:
 * @self: a sink
 * @cancellable: (nullable): not heeded while a reader takes its time
 * @callback: called when all is written, or nothing can be
 * @user_data: data for @callback
 *
 * Waits until all that was added is written.
 */
void
hw_cli_sink_flush_async (HwCliSink          *self,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  GTask *gtask;

  g_return_if_fail (HW_IS_CLI_SINK (self));

  gtask = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (gtask, hw_cli_sink_flush_async);
  g_queue_push_tail (&self->flushing, gtask);
  hw_cli_sink_go_on (self);
}

/**
 * hw_cli_sink_flush_finish:
 * @self: a sink
 * @result: what the callback was given
 * @error: return location for why not all was written: %G_IO_ERROR_BROKEN_PIPE if nobody
 *   reads any more
 *
 * Ends hw_cli_sink_flush_async().
 *
 * Returns: whether all was written
 */
gboolean
hw_cli_sink_flush_finish (HwCliSink    *self,
                          GAsyncResult *result,
                          GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * hw_cli_sink_is_idle:
 * @self: a sink
 *
 * Tells whether nothing is being written.
 *
 * Returns: %TRUE if all was written, or nothing can be
 */
gboolean
hw_cli_sink_is_idle (HwCliSink *self)
{
  g_return_val_if_fail (HW_IS_CLI_SINK (self), TRUE);

  return !self->is_writing;
}
