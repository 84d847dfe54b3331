/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-shim-search.h"

/* What a look could not find out for now is looked at again after that, and ever later. */
#define LOOK_TIME_MIN G_USEC_PER_SEC
#define LOOK_TIME_MAX (60 * G_USEC_PER_SEC)

/* Looks for what became of an attempt until that is known: that a file cannot be opened, as
 * too many are or the disk is ill, says nothing about the attempt. Main context only; the
 * looks themselves are on threads of GIO.
 */

/* Owned by its #GTask. */
typedef struct
{
  HwShimTraces *traces; /* (owned) */
  gboolean is_gone;
  gint64 look_time;     /* how long to wait before the next look */
  guint timer;
  gulong cancelled_id;
} Search;

static void look (GTask *gtask);

static void
search_free (Search *search)
{
  hw_shim_traces_free (search->traces);
  g_free (search);
}

static void
on_look_timer (gpointer user_data)
{
  GTask *gtask = G_TASK (user_data);
  Search *search = g_task_get_task_data (gtask);

  search->timer = 0;
  g_signal_handler_disconnect (g_task_get_cancellable (gtask), search->cancelled_id);
  look (gtask);
}

/* Nobody waits for it any more. */
static void
on_cancelled (GCancellable *cancellable,
              gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  Search *search = g_task_get_task_data (gtask);

  g_signal_handler_disconnect (cancellable, search->cancelled_id);
  hw_clock_remove_timer (g_task_get_source_object (gtask), search->timer);
  search->timer = 0;
  g_task_return_error_if_cancelled (gtask);
}

/* @gtask is (transfer full). */
static void
look_later (GTask             *gtask,
            const HwShimFound *found)
{
  HwClock *clock = g_task_get_source_object (gtask);
  GCancellable *cancellable = g_task_get_cancellable (gtask);
  Search *search = g_task_get_task_data (gtask);

  if (g_task_return_error_if_cancelled (gtask))
    {
      g_object_unref (gtask);
      return;
    }

  if (search->look_time == 0)
    g_warning ("Cannot find out what became of task %" G_GUINT64_FORMAT ": %s. Trying again",
               hw_run_get_task_id (search->traces->run), g_strerror (found->number));

  search->look_time = CLAMP (2 * search->look_time, LOOK_TIME_MIN, LOOK_TIME_MAX);
  search->timer = hw_clock_add_timer (clock, search->look_time, on_look_timer, gtask);
  search->cancelled_id = g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_cancelled),
                                           gtask);
}

static void
look_in_thread (GTask        *gtask,
                gpointer      source,
                gpointer      task_data,
                GCancellable *cancellable)
{
  const Search *search = task_data;

  g_task_return_pointer (gtask, search->is_gone ? hw_shim_adoption_bury (search->traces)
                         : hw_shim_adoption_find (search->traces),
                         (GDestroyNotify) hw_shim_found_free);
}

static void
on_looked (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GTask *gtask = G_TASK (user_data);
  g_autoptr(HwShimFound) found = g_task_propagate_pointer (G_TASK (result), NULL);

  if (found->state == HW_SHIM_STATE_UNKNOWN)
    {
      look_later (gtask, found);
      return;
    }

  g_task_return_pointer (gtask, g_steal_pointer (&found), (GDestroyNotify) hw_shim_found_free);
  g_object_unref (gtask);
}

/* @gtask is (transfer full). */
static void
look (GTask *gtask)
{
  g_autoptr(GTask) inner = g_task_new (g_task_get_source_object (gtask), NULL, on_looked, gtask);

  g_task_set_source_tag (inner, look);
  g_task_set_task_data (inner, g_task_get_task_data (gtask), NULL);
  g_task_run_in_thread (inner, look_in_thread);
}

/**
 * hw_shim_search_async:
 * @clock: what tells when to look again
 * @traces: (transfer full): where to look
 * @is_gone: whether the shim is known to have ended
 * @cancellable: ends the search when nobody looks any more; not a look
 * @callback: called when it is known what became of the attempt
 * @user_data: data for @callback
 *
 * Finds out what became of an attempt, however long that takes.
 */
void
hw_shim_search_async (HwClock            *clock,
                      HwShimTraces       *traces,
                      gboolean            is_gone,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  GTask *gtask = g_task_new (clock, cancellable, callback, user_data);
  Search *search = g_new0 (Search, 1);

  g_task_set_source_tag (gtask, hw_shim_search_async);

  /* Half an adoption would be of no use to anybody. */
  g_task_set_check_cancellable (gtask, FALSE);

  search->traces = traces;
  search->is_gone = is_gone;
  g_task_set_task_data (gtask, search, (GDestroyNotify) search_free);
  look (gtask);
}

/**
 * hw_shim_search_finish:
 * @clock: what was given to hw_shim_search_async()
 * @result: what the callback was given
 * @error: return location for a #GError, or %NULL: that it was cancelled
 *
 * Ends hw_shim_search_async().
 *
 * Returns: (transfer full): what was found, or %NULL
 */
HwShimFound *
hw_shim_search_finish (HwClock      *clock,
                       GAsyncResult *result,
                       GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, clock), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
