/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-output-copy.h"

#include "hw-cli-i18n.h"

/* As long as events are waited for. In seconds. */
#define WAIT 25

/* What a program printed goes piece by piece to standard output. The next piece is asked
 * for when the last one is written: whoever reads slowly slows this down, and nothing
 * piles up.
 */
typedef struct
{
  HwCliClient *client;     /* (owned) */
  HwCliTerminal *terminal; /* (owned) */
  guint64 task_id;
  HwCliPosition position;
  gboolean is_followed;
  gboolean is_last; /* nothing comes behind what is being written */

  GCancellable *request; /* (owned) (nullable): ends what is being asked */
  gulong cancelled_id;
  gboolean is_hurried;   /* it was ended only to ask again */
} Copying;

static void
copying_free (Copying *copying)
{
  g_clear_object (&copying->client);
  g_clear_object (&copying->terminal);
  g_clear_object (&copying->request);
  g_free (copying);
}

/* It goes through these in this order, and round again. */
static void read_piece (GTask *gtask);
static void on_piece_read (GObject      *source,
                           GAsyncResult *result,
                           gpointer      user_data);
static void on_piece_written (GObject      *source,
                              GAsyncResult *result,
                              gpointer      user_data);

static void
on_cancelled (GCancellable *cancellable,
              gpointer      user_data)
{
  g_cancellable_cancel (G_CANCELLABLE (user_data));
}

/* @gtask is (transfer full). */
static void
read_piece (GTask *gtask)
{
  Copying *copying = g_task_get_task_data (gtask);
  GCancellable *cancellable = g_task_get_cancellable (gtask);

  copying->is_hurried = FALSE;
  copying->request = g_cancellable_new ();
  if (cancellable != NULL)
    copying->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled),
                                                   g_object_ref (copying->request),
                                                   g_object_unref);

  hw_cli_client_read_output_async (copying->client, copying->task_id, &copying->position,
                                   copying->request, on_piece_read, gtask);
}

static void
forget_request (GTask *gtask)
{
  Copying *copying = g_task_get_task_data (gtask);

  g_cancellable_disconnect (g_task_get_cancellable (gtask), copying->cancelled_id);
  copying->cancelled_id = 0;
  g_clear_object (&copying->request);
}

/* On standard error: what comes out of standard output are the program's bytes. */
static void
say_skipped (HwCliTerminal *terminal,
             guint64        n_bytes)
{
  g_autofree char *size = g_format_size_full (n_bytes, G_FORMAT_SIZE_IEC_UNITS);

  hw_cli_terminal_say (terminal, _("%s of output are missing here: there was too much to keep."),
                       size);
}

static void
on_piece_read (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  Copying *copying = g_task_get_task_data (gtask);
  GError *error = NULL;
  g_autoptr(HwCliOutput) output = NULL;
  gboolean is_empty;

  forget_request (gtask);
  output = hw_cli_client_read_output_finish (HW_CLI_CLIENT (source), result, &error);
  if (output == NULL)
    {
      if (!copying->is_hurried || g_cancellable_is_cancelled (g_task_get_cancellable (gtask)))
        {
          g_task_return_error (gtask, error);
          return;
        }

      g_error_free (error);
      read_piece (g_steal_pointer (&gtask));
      return;
    }

  /* Whatever attempt was the newest, this is the one to stay with. */
  if (copying->position.attempt == 0)
    copying->position.attempt = output->attempt;
  copying->position.offset = output->next_offset;

  is_empty = g_bytes_get_size (output->data) == 0 && output->skipped == 0;
  copying->is_last = output->is_end || (is_empty && !copying->is_followed);

  hw_cli_terminal_write (copying->terminal, output->data);
  if (output->skipped > 0)
    say_skipped (copying->terminal, output->skipped);
  hw_cli_terminal_flush_async (copying->terminal, NULL, on_piece_written,
                               g_steal_pointer (&gtask));
}

static void
on_piece_written (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  Copying *copying = g_task_get_task_data (gtask);
  GError *error = NULL;

  if (!hw_cli_terminal_flush_finish (copying->terminal, result, &error))
    g_task_return_error (gtask, error);
  else if (g_task_return_error_if_cancelled (gtask))
    return;
  else if (copying->is_last)
    g_task_return_boolean (gtask, TRUE);
  else
    read_piece (g_steal_pointer (&gtask));
}

/**
 * hw_cli_output_copy_async:
 * @copy: which output, and where to
 * @cancellable: (nullable): ends it
 * @callback: called when all is written
 * @user_data: data for @callback
 *
 * Copies what a program printed to standard output, byte for byte. Where some of it was
 * dropped, a line on standard error says so.
 *
 * Returns: (transfer full): the operation, for hw_cli_output_copy_hurry()
 */
GTask *
hw_cli_output_copy_async (const HwCliOutputCopy *copy,
                          GCancellable          *cancellable,
                          GAsyncReadyCallback    callback,
                          gpointer               user_data)
{
  GTask *gtask = g_task_new (NULL, cancellable, callback, user_data);
  Copying *copying = g_new0 (Copying, 1);

  g_task_set_source_tag (gtask, hw_cli_output_copy_async);

  copying->client = g_object_ref (copy->client);
  copying->terminal = g_object_ref (copy->terminal);
  copying->task_id = copy->task_id;
  copying->position.attempt = copy->attempt;
  copying->position.wait = copy->is_followed ? WAIT : 0;
  copying->is_followed = copy->is_followed;
  g_task_set_task_data (gtask, copying, (GDestroyNotify) copying_free);

  read_piece (g_object_ref (gtask));

  return gtask;
}

/**
 * hw_cli_output_copy_hurry:
 * @gtask: what hw_cli_output_copy_async() gave
 *
 * Tells that the attempt has ended. There is nothing to wait for any more, so what is left
 * is asked for at once.
 */
void
hw_cli_output_copy_hurry (GTask *gtask)
{
  Copying *copying = g_task_get_task_data (gtask);

  copying->position.wait = 0;
  if (copying->request == NULL)
    return;

  copying->is_hurried = TRUE;
  g_cancellable_cancel (copying->request);
}

/**
 * hw_cli_output_copy_finish:
 * @result: what the callback was given
 * @error: return location for an error: %G_IO_ERROR_BROKEN_PIPE if nobody reads any more
 *
 * Ends hw_cli_output_copy_async().
 *
 * Returns: whether all was written
 */
gboolean
hw_cli_output_copy_finish (GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
