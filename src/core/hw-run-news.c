/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-run-news.h"

#include "hw-task-field.h"

/* A level oftener than that is more than anyone can read. */
#define LEVEL_INTERVAL (G_USEC_PER_SEC / 10)

/* Messages are kept for good: more than that is chatter, and told as a level. */
#define MESSAGES_A_SECOND 10
#define MESSAGES_IN_ALL 1000

/* What is done, of what is to be done, before it has succeeded: all of it at most
 * then, so that a full bar always means an ended task.
 */
#define ALMOST_ALL 0.999

/**
 * HwRunNews:
 *
 * What a run says of itself, at a rate that viewers and disk can bear: levels, of which
 * the newest wins, and messages, of which so many are kept as anybody reads. What the
 * task is busy with is told at once, as somebody waits for that. Main context only.
 */
struct _HwRunNews
{
  HwRun *run;          /* (owned) (not nullable) */
  HwClock *clock;      /* (owned) (not nullable) */
  const HwRunNewsFuncs *funcs; /* (unowned) */
  gpointer user_data;
  gboolean is_closed;

  gboolean is_stopping;
  gboolean was_busy;   /* an activity was told, so its end must be */
  const char *activity;    /* (nullable): what was told last */
  const char *containment; /* (nullable): what was told last */

  HwRunLevel level;    /* the newest */
  gboolean has_level;
  gboolean has_news;   /* the newest was not told */
  char *level_message; /* (owned) (nullable), one that is not kept, newer than those that are */
  gboolean has_new_message; /* which was not told */
  gint64 level_time;   /* when one was told */
  guint level_timer;

  guint n_messages; /* of the task, those of former attempts too */
  double message_tokens;
  gint64 message_time;
};

static void
set_level (HwTaskFields     *fields,
           const HwRunLevel *level)
{
  if (level->total > 0)
    {
      double progress = MIN ((double) level->done / (double) level->total, ALMOST_ALL);

      hw_task_fields_set_real (fields, HW_TASK_FIELD_PROGRESS, progress);
    }

  /* Nobody counts: the parts of a share are ours. */
  if (level->is_share)
    return;

  if (level->total > 0)
    hw_task_fields_set_number (fields, HW_TASK_FIELD_TOTAL, (gint64) level->total);
  hw_task_fields_set_number (fields, HW_TASK_FIELD_DONE, (gint64) level->done);
  hw_task_fields_set_string (fields, HW_TASK_FIELD_UNIT, level->unit);
}

/* What the task is busy with, or %NULL if it just runs. */
static const char *
hw_run_news_get_activity (HwRunNews *self)
{
  if (self->is_stopping || hw_run_get_is_stopping (self->run))
    return "stopping";

  return hw_run_get_is_paused (self->run) ? "paused" : NULL;
}

/* Whether one more message may be kept: a bucket that fills with time. */
static gboolean
hw_run_news_take_token (HwRunNews *self)
{
  gint64 now = hw_clock_get_monotonic_time (self->clock);
  double seconds = (double) (now - self->message_time) / G_USEC_PER_SEC;

  self->message_time = now;
  self->message_tokens = MIN (self->message_tokens + seconds * MESSAGES_A_SECOND,
                              MESSAGES_A_SECOND);

  if (self->n_messages >= MESSAGES_IN_ALL || self->message_tokens < 1)
    return FALSE;

  self->n_messages++;
  self->message_tokens -= 1;

  return TRUE;
}

static void
hw_run_news_clear_timer (HwRunNews *self)
{
  if (self->level_timer != 0)
    hw_clock_remove_timer (self->clock, self->level_timer);
  self->level_timer = 0;
}

static void
hw_run_news_tell_level (HwRunNews *self)
{
  g_autoptr(HwTaskFields) fields = hw_run_news_dup_level (self);

  self->activity = hw_run_news_get_activity (self);
  self->containment = hw_run_get_containment (self->run);
  if (self->activity != NULL)
    self->was_busy = TRUE;

  hw_task_fields_set_string (fields, HW_TASK_FIELD_CONTAINMENT, self->containment);
  if (self->was_busy)
    hw_task_fields_set_string (fields, HW_TASK_FIELD_ACTIVITY,
                               self->activity != NULL ? self->activity : "");
  self->level_time = hw_clock_get_monotonic_time (self->clock);
  self->has_news = FALSE;
  self->has_new_message = FALSE;
  hw_run_news_clear_timer (self);

  self->funcs->level (fields, self->user_data);
}

static void
on_level_timer (gpointer user_data)
{
  HwRunNews *self = user_data;

  self->level_timer = 0;

  /* A message that came after all may have been kept instead. */
  if (self->has_news || self->has_new_message)
    hw_run_news_tell_level (self);
}

/* Tells the level now, or when it is due. */
static void
hw_run_news_schedule_level (HwRunNews *self)
{
  gint64 due = self->level_time + LEVEL_INTERVAL;
  gint64 now = hw_clock_get_monotonic_time (self->clock);

  if (self->level_timer != 0)
    return;

  if (self->level_time == 0 || now >= due)
    hw_run_news_tell_level (self);
  else
    self->level_timer = hw_clock_add_timer (self->clock, due - now, on_level_timer, self);
}

static void
hw_run_news_pass_messages (HwRunNews *self)
{
  g_autoptr(GPtrArray) messages = hw_run_take_messages (self->run);

  for (guint i = 0; i < messages->len; i++)
    {
      const char *message = g_ptr_array_index (messages, i);

      g_clear_pointer (&self->level_message, g_free);
      self->has_new_message = !hw_run_news_take_token (self);
      if (self->has_new_message)
        self->level_message = g_strdup (message);
      else
        self->funcs->message (message, self->user_data);
    }
}

static void
on_run_changed (HwRun     *run,
                HwRunNews *self)
{
  if (self->is_closed)
    return;

  hw_run_news_pass_messages (self);

  if (hw_run_take_progress (run, &self->level))
    {
      self->has_level = TRUE;
      self->has_news = TRUE;
    }

  if (hw_run_news_get_activity (self) != self->activity ||
      hw_run_get_containment (run) != self->containment)
    hw_run_news_tell_level (self);
  else if (self->has_news || self->has_new_message)
    hw_run_news_schedule_level (self);
}

/**
 * hw_run_news_new:
 * @run: a run
 * @clock: what time it is
 * @n_messages: how many messages of the task are kept already
 * @funcs: who hears of them; stays
 * @user_data: data for @funcs
 *
 * Listens to a run.
 *
 * Returns: (transfer full): its news
 */
HwRunNews *
hw_run_news_new (HwRun                *run,
                 HwClock              *clock,
                 guint                 n_messages,
                 const HwRunNewsFuncs *funcs,
                 gpointer              user_data)
{
  HwRunNews *self;

  g_return_val_if_fail (HW_IS_RUN (run), NULL);
  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (funcs != NULL, NULL);

  self = g_new0 (HwRunNews, 1);
  self->run = g_object_ref (run);
  self->clock = g_object_ref (clock);
  self->funcs = funcs;
  self->user_data = user_data;
  self->n_messages = n_messages;
  self->message_tokens = MESSAGES_A_SECOND;
  self->message_time = hw_clock_get_monotonic_time (clock);
  g_signal_connect (run, "changed", G_CALLBACK (on_run_changed), self);

  return self;
}

void
hw_run_news_free (HwRunNews *self)
{
  g_return_if_fail (self != NULL);

  hw_run_news_clear_timer (self);
  g_signal_handlers_disconnect_by_data (self->run, self);
  g_clear_object (&self->run);
  g_clear_object (&self->clock);
  g_free (self->level_message);
  g_free (self);
}

/**
 * hw_run_news_set_stopping:
 * @self: the news of a run
 *
 * Says, before the run does, that it is about to end because somebody wants it to.
 */
void
hw_run_news_set_stopping (HwRunNews *self)
{
  g_return_if_fail (self != NULL);

  self->is_stopping = TRUE;
  if (!self->is_closed)
    hw_run_news_tell_level (self);
}

/**
 * hw_run_news_catch_up:
 * @self: the news of a run
 *
 * Tells at once what the run has said by now: it says so itself when the main context has
 * nothing more urgent to do, and an answer may be.
 */
void
hw_run_news_catch_up (HwRunNews *self)
{
  g_return_if_fail (self != NULL);

  on_run_changed (self->run, self);
}

/**
 * hw_run_news_close:
 * @self: the news of a run
 *
 * Tells nothing more: there is an end, or nobody who listens.
 */
void
hw_run_news_close (HwRunNews *self)
{
  g_return_if_fail (self != NULL);

  self->is_closed = TRUE;
  hw_run_news_clear_timer (self);
}

/**
 * hw_run_news_dup_level:
 * @self: the news of a run
 *
 * Gets the newest level, and a message that was not kept, if it is the newest.
 *
 * Returns: (transfer full): fields, to which more may be added
 */
HwTaskFields *
hw_run_news_dup_level (HwRunNews *self)
{
  HwTaskFields *fields;

  g_return_val_if_fail (self != NULL, NULL);

  fields = hw_task_fields_new ();
  if (self->has_level)
    set_level (fields, &self->level);
  hw_task_fields_set_string (fields, HW_TASK_FIELD_MESSAGE, self->level_message);

  return fields;
}
