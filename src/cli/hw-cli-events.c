/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-events.h"

/* Long enough to be quiet where nothing happens, and shorter than what a hanging daemon is
 * told by. In seconds.
 */
#define WAIT 25

/**
 * HwCliEvents:
 *
 * What happens, in order and without gaps, by long polls. It is pulled: who has not dealt
 * with what came does not ask for more. When the daemon goes away, it goes on where it was.
 * Main context only.
 */
struct _HwCliEvents
{
  GObject parent_instance;

  HwCliClient *client; /* (owned) (not nullable) */
  char *type;          /* (owned) (nullable) */
  HwCliCursor cursor;  /* its type is the one above */
  gboolean has_ended;  /* the one task, and all was told */
};

G_DEFINE_FINAL_TYPE (HwCliEvents, hw_cli_events, G_TYPE_OBJECT)

static void
hw_cli_events_finalize (GObject *object)
{
  HwCliEvents *self = HW_CLI_EVENTS (object);

  g_clear_object (&self->client);
  g_clear_pointer (&self->type, g_free);

  G_OBJECT_CLASS (hw_cli_events_parent_class)->finalize (object);
}

static void
hw_cli_events_class_init (HwCliEventsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hw_cli_events_finalize;
}

static void
hw_cli_events_init (HwCliEvents *self)
{
}

/**
 * hw_cli_events_new:
 * @client: whom to ask
 * @cursor: what is known already; how long to wait is not heeded
 *
 * Creates a stream of what happens after @cursor.
 *
 * Returns: (transfer full): it
 */
HwCliEvents *
hw_cli_events_new (HwCliClient       *client,
                   const HwCliCursor *cursor)
{
  HwCliEvents *self = g_object_new (HW_TYPE_CLI_EVENTS, NULL);

  self->client = g_object_ref (client);
  self->type = g_strdup (cursor->type);
  self->cursor = *cursor;
  self->cursor.type = self->type;
  self->cursor.wait = WAIT;

  return self;
}

/* A heartbeat tells how far the quiet reaches, which the cursor has taken note of. */
static void
drop_heartbeats (GPtrArray *events)
{
  for (guint i = events->len; i > 0; i--)
    if (hw_event_get_kind (g_ptr_array_index (events, i - 1)) == HW_EVENT_KIND_HEARTBEAT)
      g_ptr_array_remove_index (events, i - 1);
}

static void on_polled (GObject      *source,
                       GAsyncResult *result,
                       gpointer      user_data);

/* @gtask is (transfer full). */
static void
poll_next (GTask *gtask)
{
  HwCliEvents *self = g_task_get_source_object (gtask);

  hw_cli_client_poll_async (self->client, &self->cursor, g_task_get_cancellable (gtask),
                            on_polled, gtask);
}

static void
on_polled (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwCliEvents *self = g_task_get_source_object (gtask);
  GError *error = NULL;
  g_autoptr(HwAnswerPoll) poll = hw_cli_client_poll_finish (HW_CLI_CLIENT (source), result,
                                                            &error);

  if (poll == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  self->cursor.epoch = poll->epoch;
  self->cursor.after = poll->seq;
  self->cursor.rev = poll->rev;
  self->has_ended = poll->has_ended;

  drop_heartbeats (poll->events);
  if (poll->events->len > 0 || self->has_ended)
    g_task_return_pointer (gtask, g_ptr_array_ref (poll->events),
                           (GDestroyNotify) g_ptr_array_unref);
  else
    poll_next (g_steal_pointer (&gtask));
}

/**
 * hw_cli_events_next_async:
 * @self: a stream of events
 * @cancellable: (nullable): ends the waiting
 * @callback: called with the next events
 * @user_data: data for @callback
 *
 * Waits for what happens next. Only one may wait at a time.
 */
void
hw_cli_events_next_async (HwCliEvents        *self,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  GTask *gtask;

  g_return_if_fail (HW_IS_CLI_EVENTS (self));

  gtask = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (gtask, hw_cli_events_next_async);

  if (!self->has_ended)
    {
      poll_next (gtask);
      return;
    }

  g_task_return_pointer (gtask, g_ptr_array_new (), (GDestroyNotify) g_ptr_array_unref);
  g_object_unref (gtask);
}

/**
 * hw_cli_events_next_finish:
 * @self: a stream of events
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL
 *
 * Ends hw_cli_events_next_async().
 *
 * Returns: (transfer full) (element-type HwEvent): what happened, none if the one task has
 *   ended and all was told; or %NULL
 */
GPtrArray *
hw_cli_events_next_finish (HwCliEvents  *self,
                           GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
