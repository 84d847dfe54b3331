/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-test-viewer.h"

#include "hw-await.h"
#include "hw-story.h"

/* Takes note of an event as a client does: its cursor never goes back, except to where a
 * snapshot says.
 */
static void
hw_test_viewer_note (HwTestViewer *self,
                     HwEvent      *event)
{
  HwEventKind kind = hw_event_get_kind (event);

  g_ptr_array_add (self->events, hw_event_ref (event));
  self->epoch = hw_event_get_epoch (event);
  if (kind == HW_EVENT_KIND_PROGRESS)
    return;

  if (kind == HW_EVENT_KIND_HEARTBEAT)
    g_assert_cmpuint (hw_event_get_seq (event), >=, self->seq);
  else if (kind != HW_EVENT_KIND_SNAPSHOT)
    g_assert_cmpuint (hw_event_get_seq (event), >, self->seq);
  self->seq = hw_event_get_seq (event);
}

static void
on_next (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  HwTestViewer *self = user_data;
  g_autoptr(GPtrArray) events = NULL;

  self->is_pulling = FALSE;
  self->n_answers++;
  g_clear_error (&self->error);
  events = hw_watcher_next_finish (HW_WATCHER (source), result, &self->error);
  if (events == NULL)
    return;

  for (guint i = 0; i < events->len; i++)
    hw_test_viewer_note (self, g_ptr_array_index (events, i));
  self->has_ended = events->len == 0;

  if (self->is_following && !self->has_ended)
    hw_test_viewer_pull (self);
}

/**
 * hw_test_viewer_new:
 * @queue: what to watch
 * @principal: who watches
 * @filter: what they see
 * @epoch: the epoch of @after, or 0
 * @after: the number of the last transition that they know, or 0
 *
 * Creates a viewer that does not pull yet.
 *
 * Returns: (transfer full): a viewer
 */
HwTestViewer *
hw_test_viewer_new (HwTaskQueue        *queue,
                    HwPrincipal        *principal,
                    const HwWatchFilter filter,
                    guint64             epoch,
                    guint64             after)
{
  HwTestViewer *self = g_new0 (HwTestViewer, 1);

  self->watcher = hw_watcher_new (queue, principal, &filter, epoch, after);
  self->cancellable = g_cancellable_new ();
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_unref);
  self->epoch = epoch;
  self->seq = after;

  return self;
}

/**
 * hw_test_viewer_free:
 * @self: a viewer
 *
 * Goes away, and checks that nothing of the watcher is left.
 */
void
hw_test_viewer_free (HwTestViewer *self)
{
  hw_test_viewer_stop (self);

  g_assert_finalize_object (g_steal_pointer (&self->watcher));
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->events, g_ptr_array_unref);
  g_clear_error (&self->error);
  g_free (self);
}

/**
 * hw_test_viewer_pull:
 * @self: a viewer that does not wait
 *
 * Asks for what comes next.
 */
void
hw_test_viewer_pull (HwTestViewer *self)
{
  g_assert_false (self->is_pulling);

  self->is_pulling = TRUE;
  hw_watcher_next_async (self->watcher, self->cancellable, on_next, self);
}

/**
 * hw_test_viewer_follow:
 * @self: a viewer that does not wait
 *
 * Asks for what comes next, and again after each answer.
 */
void
hw_test_viewer_follow (HwTestViewer *self)
{
  self->is_following = TRUE;
  hw_test_viewer_pull (self);
}

/**
 * hw_test_viewer_stop:
 * @self: a viewer
 *
 * Stops waiting, as a client does whose connection breaks.
 */
void
hw_test_viewer_stop (HwTestViewer *self)
{
  self->is_following = FALSE;
  g_cancellable_cancel (self->cancellable);
  hw_await_quiet ();
  g_assert_false (self->is_pulling);
}

/**
 * hw_test_viewer_take_story:
 * @self: a viewer
 *
 * Waits until all is quiet, and takes what came so far.
 *
 * Returns: (transfer full): the story, as hw_story_tell() writes it
 */
char *
hw_test_viewer_take_story (HwTestViewer *self)
{
  char *story;

  hw_await_quiet ();
  story = hw_story_tell (self->events);
  g_ptr_array_set_size (self->events, 0);

  return story;
}
