/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-news.h"

/* The words of the public interface that matter here. */
#define KIND_ADDED "added"
#define KIND_STATE "state"
#define KIND_REMOVED "removed"
#define KIND_SNAPSHOT "snapshot"
#define STATE_PENDING "Pending"
#define STATE_COMPLETED "Completed"
#define STATE_FAILED "Failed"
#define RESULT_CANCELED "canceled"

static const char *
look_up_word (GVariant   *details,
              const char *name)
{
  const char *word = "";

  g_variant_lookup (details, name, "&s", &word);

  return word;
}

static gint64
look_up_time (GVariant   *details,
              const char *name)
{
  gint64 at = 0;

  if (!g_variant_lookup (details, name, "x", &at))
    g_variant_lookup (details, "at", "x", &at);

  return at;
}

/* Returns: whether the change of state is news */
static gboolean
read_state (HwTaskNews *self,
            const char *state,
            GVariant   *details)
{
  self->at = look_up_time (details, "ended_at");

  if (g_str_equal (state, STATE_COMPLETED))
    self->kind = HW_TASK_NEWS_COMPLETED;
  else if (g_str_equal (state, STATE_PENDING))
    self->kind = HW_TASK_NEWS_LEFT;
  else if (g_str_equal (state, STATE_FAILED))
    self->kind = HW_TASK_NEWS_FAILED;
  else
    return FALSE;

  /* Whoever canceled it knows. */
  return self->kind != HW_TASK_NEWS_FAILED ||
         !g_str_equal (look_up_word (details, "result"), RESULT_CANCELED);
}

/**
 * hw_task_news_read:
 * @self: (out caller-allocates): news
 * @kind: the kind of an event, as the daemon calls it
 * @id: the task of the event
 * @state: (nullable): the state that the task has now, or %NULL if @details tell
 * @details: what the event tells, an `a{sv}`; anything may be missing from it
 *
 * Finds out what an event means for notifications.
 *
 * Returns: %TRUE if it means anything
 */
gboolean
hw_task_news_read (HwTaskNews *self,
                   const char *kind,
                   guint64     id,
                   const char *state,
                   GVariant   *details)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (kind != NULL, FALSE);
  g_return_val_if_fail (g_variant_is_of_type (details, G_VARIANT_TYPE_VARDICT), FALSE);

  *self = (HwTaskNews) { .id = id };

  if (g_str_equal (kind, KIND_ADDED))
    {
      self->kind = HW_TASK_NEWS_ADDED;
      self->at = look_up_time (details, "created_at");
      return TRUE;
    }

  if (g_str_equal (kind, KIND_STATE))
    return read_state (self, state != NULL ? state : look_up_word (details, "state"), details);

  if (g_str_equal (kind, KIND_REMOVED))
    {
      self->kind = HW_TASK_NEWS_LEFT;
      return TRUE;
    }

  if (g_str_equal (kind, KIND_SNAPSHOT))
    {
      self->kind = HW_TASK_NEWS_RESET;
      return TRUE;
    }

  return FALSE;
}

/**
 * hw_task_news_has_ended:
 * @state: the state of a task, as the daemon calls it
 *
 * Tells whether a task of that state is over.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_task_news_has_ended (const char *state)
{
  g_return_val_if_fail (state != NULL, FALSE);

  return g_str_equal (state, STATE_COMPLETED) || g_str_equal (state, STATE_FAILED);
}
