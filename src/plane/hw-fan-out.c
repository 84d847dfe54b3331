/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-fan-out.h"

#include "hw-event-log.h"
#include "hw-watch-audience.h"
#include "hw-watcher.h"

/* How many events are looked at in one go. */
#define PAGE_SIZE 256

/* Where a cursor is among what can be told. */
typedef struct
{
  guint64 task_id; /* or 0: which it is about */
  guint64 seq;     /* as in a place */
  guint64 rev;
} Cursor;

/* What somebody was told from one place to another, for those who come after them from the same
 * place.
 */
typedef struct
{
  HwWatchAudience *audience; /* (owned) (nullable): who; none if nothing is known */
  Cursor from;
  Cursor to;
  GString *text; /* (owned) */
  gboolean has_ended;
} Told;

/**
 * HwFanOut:
 *
 * Tells those who watch what happens: one copy of the recent events for all of them, and for
 * each a cursor in it. Who is to be told is found by the task that an event is about, so an
 * event costs as much as there are who see it, and nothing for all others. How an event is
 * written is the watch's own; for those who watch alike, and stand at the same place, all that
 * there is is written once.
 *
 * It knows no thread, no socket and no clock: events and time go in, bytes come out.
 */
struct _HwFanOut
{
  HwFanOutFunc function;
  gpointer user_data;

  guint64 epoch;
  HwEventLog *log;        /* (owned) */
  GHashTable *by_task;    /* (owned) task id → first Watch */
  struct Watch *of_all;   /* (nullable): the first of those who watch more than one task */
  struct Watch *oldest;   /* (nullable): who was told of something longest ago; then the others */
  struct Watch *youngest; /* (nullable): who was last */
  gint64 now;

  HwWatchAudience *audience; /* (owned) (nullable): of the watch that was added last */
  GPtrArray *page;        /* (owned) (element-type HwEvent): room to read into */
  Told told;
  HwEvent *heartbeat;     /* (owned) (nullable): the last one that was made */
};

/* A watch, as we know it. Thousands of these wait, so that each byte counts. */
typedef struct Watch
{
  HwWatch parent;

  struct Watch *next; /* (nullable): in by_task or of_all */
  struct Watch *previous;
  struct Watch *older; /* (nullable): by when they were told of something */
  struct Watch *younger;
  gpointer owner;

  HwWatchAudience *audience; /* (owned) */
  Cursor cursor;
  gint64 told_at;
} Watch;

/**
 * hw_fan_out_new:
 * @epoch: the database's number
 * @head: the number of the last event that nobody has to be told of here
 * @function: is told who has something to read
 * @user_data: for @function
 *
 * Makes a fan-out that nobody listens to.
 *
 * Returns: (transfer full): it
 */
HwFanOut *
hw_fan_out_new (guint64      epoch,
                guint64      head,
                HwFanOutFunc function,
                gpointer     user_data)
{
  HwFanOut *self;

  g_return_val_if_fail (function != NULL, NULL);

  self = g_new0 (HwFanOut, 1);
  self->function = function;
  self->user_data = user_data;
  self->epoch = epoch;
  self->log = hw_event_log_new (NULL);
  hw_event_log_begin (self->log, head);
  self->by_task = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, NULL);
  self->page = hw_events_new ();
  self->told.text = g_string_new (NULL);

  return self;
}

/* There is more to tell now, or less. */
static void
hw_fan_out_forget_told (HwFanOut *self)
{
  g_clear_pointer (&self->told.audience, hw_watch_audience_unref);
}

void
hw_fan_out_free (HwFanOut *self)
{
  g_return_if_fail (self != NULL);

  while (self->oldest != NULL)
    hw_fan_out_remove (self, &self->oldest->parent);
  g_clear_pointer (&self->heartbeat, hw_event_unref);
  hw_fan_out_forget_told (self);
  g_string_free (self->told.text, TRUE);
  g_clear_pointer (&self->audience, hw_watch_audience_unref);
  g_clear_pointer (&self->page, g_ptr_array_unref);
  g_clear_pointer (&self->by_task, g_hash_table_unref);
  g_clear_object (&self->log);
  g_free (self);
}

/* Who was woken has been told of all before @head, if it was not woken already. */
static void
hw_fan_out_wake (HwFanOut *self,
                 Watch    *watch,
                 guint64   head)
{
  if (watch->parent.is_woken)
    return;

  watch->parent.is_woken = TRUE;
  watch->cursor.seq = MAX (watch->cursor.seq, head);
  self->function (watch->owner, self->user_data);
}

static void
hw_fan_out_wake_all (HwFanOut *self,
                     Watch    *first,
                     guint64   head)
{
  for (Watch *watch = first; watch != NULL; watch = watch->next)
    hw_fan_out_wake (self, watch, head);
}

/**
 * hw_fan_out_restart:
 * @self: a fan-out
 * @head: the number of an event
 *
 * Takes note that some events up to @head do not come. Who needs them is behind.
 */
void
hw_fan_out_restart (HwFanOut *self,
                    guint64   head)
{
  g_return_if_fail (self != NULL);

  for (Watch *watch = self->oldest; watch != NULL; watch = watch->younger)
    hw_fan_out_wake (self, watch, hw_event_log_get_head (self->log));

  hw_fan_out_forget_told (self);
  g_clear_object (&self->log);
  self->log = hw_event_log_new (NULL);
  hw_event_log_begin (self->log, head);
}

/* The levels of a task that runs no more are gone: its transitions say it all. */
static void
hw_fan_out_note (HwFanOut *self,
                 HwEvent  *event)
{
  HwTaskState state;

  if (hw_event_get_kind (event) == HW_EVENT_KIND_STATE && hw_event_get_state (event, &state) &&
      state != HW_TASK_STATE_PROCESSING)
    hw_event_log_clear_level (self->log, hw_event_get_task_id (event));
}

/**
 * hw_fan_out_append:
 * @self: a fan-out
 * @events: (element-type HwEvent): what was committed, in order
 *
 * Takes new events.
 */
void
hw_fan_out_append (HwFanOut  *self,
                   GPtrArray *events)
{
  guint64 head;

  g_return_if_fail (self != NULL && events != NULL);

  hw_fan_out_forget_told (self);
  head = hw_event_log_get_head (self->log);
  hw_event_log_append (self->log, events);
  for (guint i = 0; i < events->len; i++)
    {
      HwEvent *event = g_ptr_array_index (events, i);
      guint64 last = hw_event_get_last_task_id (event);

      hw_fan_out_note (self, event);
      for (guint64 id = hw_event_get_task_id (event); id <= last; id++)
        hw_fan_out_wake_all (self, g_hash_table_lookup (self->by_task, &id), head);
    }

  hw_fan_out_wake_all (self, self->of_all, head);
}

/**
 * hw_fan_out_set_levels:
 * @self: a fan-out
 * @levels: (element-type HwEvent): the newest levels of some tasks, in order
 *
 * Takes new levels.
 */
void
hw_fan_out_set_levels (HwFanOut  *self,
                       GPtrArray *levels)
{
  guint64 head;

  g_return_if_fail (self != NULL && levels != NULL);

  hw_fan_out_forget_told (self);
  head = hw_event_log_get_head (self->log);
  for (guint i = 0; i < levels->len; i++)
    {
      HwEvent *level = g_ptr_array_index (levels, i);
      guint64 id = hw_event_get_task_id (level);

      hw_event_log_set_level (self->log, level);
      hw_fan_out_wake_all (self, g_hash_table_lookup (self->by_task, &id), head);
    }

  hw_fan_out_wake_all (self, self->of_all, head);
}

/* The first who watch a task are found by a number in the first of them. */
static void
hw_fan_out_set_first (HwFanOut *self,
                      guint64   task_id,
                      Watch    *first)
{
  if (task_id == 0)
    self->of_all = first;
  else if (first != NULL)
    g_hash_table_replace (self->by_task, &first->cursor.task_id, first);
  else
    g_hash_table_remove (self->by_task, &task_id);
}

static Watch *
hw_fan_out_get_first (HwFanOut *self,
                      guint64   task_id)
{
  return task_id == 0 ? self->of_all : g_hash_table_lookup (self->by_task, &task_id);
}

/* Takes somebody out of those who are sorted by when they were told. */
static void
hw_fan_out_unlink_age (HwFanOut *self,
                       Watch    *watch)
{
  if (watch->older != NULL)
    watch->older->younger = watch->younger;
  else
    self->oldest = watch->younger;

  if (watch->younger != NULL)
    watch->younger->older = watch->older;
  else
    self->youngest = watch->older;
}

static void
hw_fan_out_link_youngest (HwFanOut *self,
                          Watch    *watch)
{
  watch->told_at = self->now;
  watch->younger = NULL;
  watch->older = self->youngest;
  if (self->youngest != NULL)
    self->youngest->younger = watch;
  else
    self->oldest = watch;
  self->youngest = watch;
}

static void
hw_fan_out_be_told (HwFanOut *self,
                    Watch    *watch)
{
  hw_fan_out_unlink_age (self, watch);
  hw_fan_out_link_youngest (self, watch);
}

/* Who came before anybody told the time came now. */
static void
hw_fan_out_begin_time (HwFanOut *self,
                       gint64    now)
{
  for (Watch *watch = self->oldest; watch != NULL; watch = watch->younger)
    watch->told_at = now;
}

/**
 * hw_fan_out_tick:
 * @self: a fan-out
 * @now: the time, in microseconds
 *
 * Lets time pass: who has heard nothing for long is told that all is quiet. This looks at
 * nobody else.
 */
void
hw_fan_out_tick (HwFanOut *self,
                 gint64    now)
{
  g_return_if_fail (self != NULL);

  if (self->now == 0)
    hw_fan_out_begin_time (self, now);

  self->now = now;
  while (self->oldest != NULL)
    {
      Watch *watch = self->oldest;

      if (now - watch->told_at < HW_WATCHER_PATIENCE)
        return;

      watch->parent.is_due = TRUE;
      hw_fan_out_be_told (self, watch);
      hw_fan_out_wake (self, watch, hw_event_log_get_head (self->log));
    }
}

/**
 * hw_fan_out_add:
 * @self: a fan-out
 * @place: who watches what, from where on; its contents are taken
 * @write: writes what they are told
 * @head: (nullable): what it is written behind
 * @owner: who is woken when there is something to read
 *
 * Adds a watch. It is woken at once.
 *
 * Returns: (transfer full): the watch, for hw_fan_out_remove()
 */
HwWatch *
hw_fan_out_add (HwFanOut        *self,
                HwWatchPlace    *place,
                HwWatchWriteFunc write,
                GBytes          *head,
                gpointer         owner)
{
  Watch *watch;

  g_return_val_if_fail (self != NULL && place != NULL && write != NULL, NULL);

  watch = g_slice_new0 (Watch);
  watch->owner = owner;
  watch->cursor = (Cursor) { place->filter.task_id, place->seq, place->rev };
  watch->audience = hw_watch_audience_share (&self->audience, place, write, head);
  hw_fan_out_link_youngest (self, watch);

  watch->next = hw_fan_out_get_first (self, watch->cursor.task_id);
  if (watch->next != NULL)
    watch->next->previous = watch;
  hw_fan_out_set_first (self, watch->cursor.task_id, watch);

  hw_fan_out_wake (self, watch, 0);

  return &watch->parent;
}

/**
 * hw_fan_out_remove:
 * @self: a fan-out
 * @watch: (transfer full): one of its watches
 *
 * Ends a watch.
 */
void
hw_fan_out_remove (HwFanOut *self,
                   HwWatch  *watch)
{
  Watch *gone = (Watch *) watch;

  g_return_if_fail (self != NULL && watch != NULL);

  if (gone->next != NULL)
    gone->next->previous = gone->previous;
  if (gone->previous != NULL)
    gone->previous->next = gone->next;
  else
    hw_fan_out_set_first (self, gone->cursor.task_id, gone->next);

  hw_fan_out_unlink_age (self, gone);
  hw_watch_audience_unref (gone->audience);
  g_slice_free (Watch, gone);
}

/**
 * hw_watch_is_woken:
 * @watch: a watch
 *
 * Tells whether there may be something to read.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_watch_is_woken (const HwWatch *watch)
{
  g_return_val_if_fail (watch != NULL, FALSE);

  return watch->is_woken;
}

/**
 * hw_watch_get_seq:
 * @watch: a watch
 *
 * Gets up to which transition everything was told.
 *
 * Returns: the number
 */
guint64
hw_watch_get_seq (const HwWatch *watch)
{
  g_return_val_if_fail (watch != NULL, 0);

  return ((const Watch *) watch)->cursor.seq;
}

/**
 * hw_watch_get_place:
 * @watch: a watch
 * @place: (out caller-allocates): where it is, for hw_watch_place_clear()
 *
 * Tells what it takes to watch on from where a watch is.
 */
void
hw_watch_get_place (const HwWatch *watch,
                    HwWatchPlace  *place)
{
  const Watch *self = (const Watch *) watch;

  g_return_if_fail (watch != NULL && place != NULL);

  hw_watch_place_copy (hw_watch_audience_get_place (self->audience), place);
  place->filter.task_id = self->cursor.task_id;
  place->seq = self->cursor.seq;
  place->rev = self->cursor.rev;
}

static void
watch_note_state (Watch   *watch,
                  HwEvent *event)
{
  HwTaskState state;

  if (hw_event_get_kind (event) == HW_EVENT_KIND_STATE && hw_event_get_state (event, &state))
    watch->parent.has_ended = hw_task_state_is_final (state);
}

/* Moves the cursors over an event, and writes it if it is for this watch. */
static void
watch_tell (Watch   *watch,
            HwEvent *event,
            GString *output)
{
  watch->cursor.seq = MAX (watch->cursor.seq, hw_event_get_seq (event));
  watch->cursor.rev = MAX (watch->cursor.rev, hw_event_get_rev (event));
  if (!hw_watch_audience_sees (watch->audience, watch->cursor.task_id, event))
    return;

  watch_note_state (watch, event);
  hw_watch_audience_write (watch->audience, event, output);
}

/* Writes the page, or as much of it as is enough. Returns: whether that was all */
static gboolean
hw_fan_out_tell_page (HwFanOut *self,
                      Watch    *watch,
                      GString  *output,
                      gsize     enough)
{
  for (guint i = 0; i < self->page->len; i++)
    {
      if (output->len >= enough)
        return FALSE;

      watch_tell (watch, g_ptr_array_index (self->page, i), output);
    }

  return TRUE;
}

/* Returns: %FALSE if enough was written, or more is to be read at once */
static gboolean
hw_fan_out_read_events (HwFanOut     *self,
                        Watch        *watch,
                        GString      *output,
                        gsize         enough,
                        HwWatchState *state)
{
  guint64 reached = 0;

  g_ptr_array_set_size (self->page, 0);
  if (!hw_event_log_read_recent (self->log, watch->cursor.task_id, watch->cursor.seq, PAGE_SIZE, self->page,
                                 &reached))
    {
      *state = HW_WATCH_BEHIND;
      return FALSE;
    }

  if (!hw_fan_out_tell_page (self, watch, output, enough))
    return FALSE;

  watch->cursor.seq = MAX (watch->cursor.seq, reached);

  return reached >= hw_event_log_get_head (self->log);
}

static gboolean
hw_fan_out_read_levels (HwFanOut *self,
                        Watch    *watch,
                        GString  *output,
                        gsize     enough)
{
  g_ptr_array_set_size (self->page, 0);
  hw_event_log_read_levels (self->log, watch->cursor.task_id, watch->cursor.rev, self->page);

  return hw_fan_out_tell_page (self, watch, output, enough);
}

/* All who are quiet at once are told the same. */
static void
hw_fan_out_tell_heartbeat (HwFanOut *self,
                           Watch    *watch,
                           GString  *output)
{
  guint64 head = MAX (hw_event_log_get_head (self->log), watch->cursor.seq);

  if (self->heartbeat == NULL || hw_event_get_seq (self->heartbeat) != head)
    {
      g_clear_pointer (&self->heartbeat, hw_event_unref);
      self->heartbeat = hw_event_new_heartbeat (self->epoch, head);
    }

  watch->cursor.seq = head;
  hw_watch_audience_write (watch->audience, self->heartbeat, output);
}

/* All that there is was told. Returns: what has become of the watch */
static HwWatchState
watch_rest (Watch *watch)
{
  watch->parent.is_due = FALSE;
  watch->parent.is_woken = FALSE;

  return watch->cursor.task_id != 0 && watch->parent.has_ended ? HW_WATCH_ENDED : HW_WATCH_GOES_ON;
}

/* Notes what a watch was told since it was at @from, behind the first @length bytes of @output. */
static void
hw_fan_out_note_told (HwFanOut     *self,
                      const Watch  *watch,
                      const Cursor *from,
                      GString      *output,
                      gsize         length)
{
  Told *told = &self->told;

  hw_fan_out_forget_told (self);
  told->audience = hw_watch_audience_ref (watch->audience);
  told->from = *from;
  told->to = watch->cursor;
  told->has_ended = watch->parent.has_ended;
  g_string_truncate (told->text, 0);
  g_string_append_len (told->text, output->str + length, (gssize) (output->len - length));
}

/* Tells a watch what another one was told from the same place. Returns: whether there was one */
static gboolean
hw_fan_out_repeat (HwFanOut *self,
                   Watch    *watch,
                   GString  *output,
                   gsize     enough)
{
  const Told *told = &self->told;

  if (told->audience != watch->audience || told->from.task_id != watch->cursor.task_id ||
      told->from.seq != watch->cursor.seq || told->from.rev != watch->cursor.rev ||
      output->len + told->text->len > enough)
    return FALSE;

  g_string_append_len (output, told->text->str, (gssize) told->text->len);
  watch->cursor = told->to;
  watch->parent.has_ended = told->has_ended;

  return TRUE;
}

/* Returns: whether all that there is was told */
static gboolean
hw_fan_out_tell (HwFanOut     *self,
                 Watch        *watch,
                 GString      *output,
                 gsize         enough,
                 HwWatchState *state)
{
  const Cursor from = watch->cursor;
  gsize length = output->len;

  if (hw_fan_out_repeat (self, watch, output, enough))
    return TRUE;

  if (!hw_fan_out_read_events (self, watch, output, enough, state) ||
      !hw_fan_out_read_levels (self, watch, output, enough))
    return FALSE;

  if (output->len > length)
    hw_fan_out_note_told (self, watch, &from, output, length);

  return TRUE;
}

/**
 * hw_fan_out_read:
 * @self: a fan-out
 * @watch: one of its watches
 * @output: where to append
 * @enough: how long @output may become before the rest is left for the next time
 *
 * Writes what a watch is to be told. If that was all, it is woken no more.
 *
 * Returns: what has become of it; if it does not go on, it is to be removed
 */
HwWatchState
hw_fan_out_read (HwFanOut *self,
                 HwWatch  *watch,
                 GString  *output,
                 gsize     enough)
{
  Watch *reading = (Watch *) watch;
  HwWatchState state = HW_WATCH_GOES_ON;
  gsize length;

  g_return_val_if_fail (self != NULL && watch != NULL && output != NULL, HW_WATCH_GOES_ON);

  length = output->len;
  if (hw_fan_out_tell (self, reading, output, enough, &state))
    {
      if (output->len == length && watch->is_due)
        hw_fan_out_tell_heartbeat (self, reading, output);
      state = watch_rest (reading);
    }

  if (output->len > length)
    hw_fan_out_be_told (self, reading);

  return state;
}
