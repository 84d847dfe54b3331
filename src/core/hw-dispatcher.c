/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-dispatcher-private.h"

#include "hw-error.h"
#include "hw-refusal.h"
#include "hw-task-private.h"

/* How many waiting tasks are looked at: several times as many as a machine begins
 * at once, and little memory.
 */
#define N_CANDIDATES 256

/* What the store could not tell is asked again after that. */
#define RETRY_INTERVAL G_USEC_PER_SEC

/* Revs of one daemon start: each start has this many, so that they rise over
 * restarts without being written down, and stay below 2⁵³ for two million starts.
 */
#define REVS_A_START_BITS 32

typedef enum
{
  SIGNAL_LEVEL,
} HwDispatcherSignal;

static guint signals[SIGNAL_LEVEL + 1];

G_DEFINE_FINAL_TYPE (HwDispatcher, hw_dispatcher, G_TYPE_OBJECT)

/* One turn goes through these in this order. */
static void on_candidates_listed (GObject      *source,
                                  GAsyncResult *result,
                                  gpointer      user_data);
static void on_claimed (GObject      *source,
                        GAsyncResult *result,
                        gpointer      user_data);
static void on_retry_timer (gpointer user_data);

static void
live_task_free (LiveTask *live)
{
  if (live->attempt != NULL)
    g_signal_handlers_disconnect_by_data (live->attempt, live);
  g_clear_object (&live->attempt);
  g_clear_object (&live->task);
  g_free (live);
}

static gpointer
copy_id (guint64 task_id)
{
  return g_memdup2 (&task_id, sizeof (task_id));
}

static LiveTask *
hw_dispatcher_add_live (HwDispatcher *self,
                        HwTask       *task)
{
  LiveTask *live = g_new0 (LiveTask, 1);

  live->dispatcher = self;
  live->task = g_object_ref (task);
  g_hash_table_replace (self->live, copy_id (hw_task_get_id (task)), live);

  return live;
}

static void
on_attempt_level (HwAttempt    *attempt,
                  HwTaskFields *fields,
                  LiveTask     *live)
{
  HwDispatcher *self = live->dispatcher;
  g_autoptr(HwEvent) event = NULL;

  event = hw_event_new_progress (&(HwEventOrigin) {
    .epoch = hw_store_get_epoch (self->store),
    .task_id = hw_task_get_id (live->task),
    .attempt = hw_task_get_attempt (live->task),
    .type = hw_task_get_string (live->task, HW_TASK_FIELD_TYPE),
    .group = hw_task_get_string (live->task, HW_TASK_FIELD_GROUP),
    .owner = hw_task_get_string (live->task, HW_TASK_FIELD_OWNER),
    .at = hw_clock_get_real_time (self->clock),
  }, ++self->last_rev, hw_task_fields_ref (fields));
  hw_task_apply (live->task, event);

  g_signal_emit (self, signals[SIGNAL_LEVEL], 0, event);
}

/* The store writes the end down before all that it is asked for now: whoever begins in the
 * place does so in the same transaction, or in a later one.
 */
static void
on_attempt_ending (HwAttempt *attempt,
                   LiveTask  *live)
{
  HwDispatcher *self = live->dispatcher;

  live->is_ending = TRUE;
  self->n_ending++;
  if (!self->is_starting)
    hw_dispatcher_dispatch (self);
}

static void
hw_dispatcher_retry_later (HwDispatcher *self)
{
  if (self->retry_timer == 0 && self->is_open)
    self->retry_timer = hw_clock_add_timer (self->clock, RETRY_INTERVAL, on_retry_timer, self);
}

static void
on_refusal_committed (GObject      *source,
                      GAsyncResult *result,
                      gpointer      user_data)
{
  g_autoptr(HwDispatcher) self = HW_DISPATCHER (user_data);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = hw_store_commit_finish (HW_STORE (source), result, &error);

  /* One that was proposed twice conflicts with itself. */
  if (events != NULL || !self->is_open || g_error_matches (error, HW_ERROR, HW_ERROR_CONFLICT))
    return;

  g_warning ("Could not write down that a task has no runner: %s", error->message);
  hw_dispatcher_retry_later (self);
}

/* A task whose type was taken away since it was accepted. */
static void
hw_dispatcher_refuse (HwDispatcher *self,
                      LiveTask     *live)
{
  g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_change_unref);

  g_ptr_array_add (changes,
                   hw_refusal_new_change (live->task, hw_clock_get_real_time (self->clock)));
  live->is_refused = TRUE;
  hw_store_commit_async (self->store, changes, NULL, on_refusal_committed, g_object_ref (self));
}

static void
on_retry_timer (gpointer user_data)
{
  HwDispatcher *self = HW_DISPATCHER (user_data);
  GHashTableIter iter;
  LiveTask *live;

  self->retry_timer = 0;
  g_hash_table_iter_init (&iter, self->live);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &live))
    if (live->is_refused)
      hw_dispatcher_refuse (self, live);

  hw_dispatcher_dispatch (self);
}

/* Makes the attempt of a task that is Processing, if there is somebody to run it. */
static HwAttempt *
hw_dispatcher_make_attempt (HwDispatcher *self,
                            LiveTask     *live,
                            gboolean      was_begun)
{
  const char *name = hw_task_get_string (live->task, HW_TASK_FIELD_TYPE);
  HwTaskType *known = hw_task_types_lookup (self->types, name);
  g_autoptr(HwTaskType) type = known != NULL ? g_object_ref (known) : NULL;
  HwRunner *runner = NULL;

  if (type == NULL && was_begun)
    type = hw_task_type_new_vanished (name);

  if (type != NULL)
    runner = self->runners[hw_task_type_get_runner_kind (type)];

  if (runner == NULL)
    {
      hw_dispatcher_refuse (self, live);
      return NULL;
    }

  live->attempt = hw_attempt_new (self->store, self->clock, runner, type, live->task);
  g_signal_connect (live->attempt, "level", G_CALLBACK (on_attempt_level), live);
  g_signal_connect (live->attempt, "ending", G_CALLBACK (on_attempt_ending), live);

  return live->attempt;
}

static void
on_candidates_listed (GObject      *source,
                      GAsyncResult *result,
                      gpointer      user_data)
{
  g_autoptr(HwDispatcher) self = HW_DISPATCHER (user_data);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTaskPage) page = hw_store_list_finish (HW_STORE (source), result, &error);

  if (page == NULL)
    {
      hw_candidates_abandon_refill (self->candidates);
      if (!self->is_open)
        return;

      g_warning ("Could not read which tasks wait: %s", error->message);
      hw_dispatcher_retry_later (self);
      return;
    }

  hw_candidates_end_refill (self->candidates, page);
  hw_dispatcher_dispatch (self);
}

/* A claim that the store has not answered. */
typedef struct
{
  HwDispatcher *dispatcher; /* (owned) */
  GArray *task_ids;         /* (owned) (element-type guint64) */
} Claim;

static void
claim_free (Claim *claim)
{
  g_clear_object (&claim->dispatcher);
  g_clear_pointer (&claim->task_ids, g_array_unref);
  g_free (claim);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Claim, claim_free)

/* Has work done whose claim is on disk. hw_dispatcher_dispatch() must follow. */
void
hw_dispatcher_start_claimed (HwDispatcher *self,
                             GPtrArray    *events)
{
  self->is_starting = TRUE;
  for (guint i = 0; i < events->len; i++)
    {
      guint64 task_id = hw_event_get_task_id (g_ptr_array_index (events, i));
      LiveTask *live = g_hash_table_lookup (self->live, &task_id);
      HwAttempt *attempt = NULL;

      if (live != NULL && live->attempt == NULL)
        attempt = hw_dispatcher_make_attempt (self, live, FALSE);
      if (attempt != NULL)
        hw_attempt_start (attempt);
    }
  self->is_starting = FALSE;
}

static void
on_claimed (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(Claim) claim = user_data;
  HwDispatcher *self = claim->dispatcher;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = hw_store_claim_finish (HW_STORE (source), result, &error);

  /* What the claim did not get waits no more: somebody was quicker. */
  for (guint i = 0; i < claim->task_ids->len; i++)
    g_hash_table_remove (self->claiming, &g_array_index (claim->task_ids, guint64, i));

  if (!self->is_open)
    return;

  if (events == NULL)
    {
      g_warning ("Could not begin tasks: %s", error->message);
      hw_candidates_invalidate (self->candidates);
      hw_dispatcher_retry_later (self);
      return;
    }

  hw_dispatcher_start_claimed (self, events);
  hw_dispatcher_dispatch (self);
}

static void
hw_dispatcher_claim (HwDispatcher *self,
                     GPtrArray    *tasks)
{
  Claim *claim = g_new0 (Claim, 1);

  claim->dispatcher = g_object_ref (self);
  claim->task_ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  for (guint i = 0; i < tasks->len; i++)
    {
      HwTask *task = g_ptr_array_index (tasks, i);
      guint64 task_id = hw_task_get_id (task);

      g_array_append_val (claim->task_ids, task_id);
      g_hash_table_insert (self->claiming, copy_id (task_id), g_object_ref (task));
    }

  hw_store_claim_async (self->store, claim->task_ids, HW_DISPATCHER_NODE,
                        hw_clock_get_real_time (self->clock), NULL, on_claimed, claim);
}

static void
hw_dispatcher_dispose (GObject *object)
{
  HwDispatcher *self = HW_DISPATCHER (object);

  if (self->retry_timer != 0)
    hw_clock_remove_timer (self->clock, self->retry_timer);
  self->retry_timer = 0;

  G_OBJECT_CLASS (hw_dispatcher_parent_class)->dispose (object);
}

static void
hw_dispatcher_finalize (GObject *object)
{
  HwDispatcher *self = HW_DISPATCHER (object);

  g_clear_object (&self->added);
  g_clear_pointer (&self->live, g_hash_table_unref);
  g_clear_pointer (&self->claiming, g_hash_table_unref);
  g_clear_object (&self->candidates);
  for (guint i = 0; i < HW_N_RUNNER_KINDS; i++)
    g_clear_object (&self->runners[i]);
  g_clear_object (&self->types);
  g_clear_object (&self->clock);
  g_clear_object (&self->store);

  G_OBJECT_CLASS (hw_dispatcher_parent_class)->finalize (object);
}

static void
hw_dispatcher_class_init (HwDispatcherClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_dispatcher_dispose;
  object_class->finalize = hw_dispatcher_finalize;

  /**
   * HwDispatcher::level:
   * @self: a dispatcher
   * @event: a progress event
   *
   * Tells how far a task is.
   */
  signals[SIGNAL_LEVEL] =
    g_signal_new ("level", HW_TYPE_DISPATCHER, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, HW_TYPE_EVENT);
}

static void
hw_dispatcher_init (HwDispatcher *self)
{
  self->candidates = hw_candidates_new (N_CANDIDATES);
  self->claiming = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_object_unref);
  self->live = g_hash_table_new_full (g_int64_hash, g_int64_equal,
                                      g_free, (GDestroyNotify) live_task_free);
}

/**
 * hw_dispatcher_new:
 * @store: where tasks wait
 * @clock: what time it is
 * @types: the task types
 * @max_parallel: how many tasks may run at once
 *
 * Creates a dispatcher that begins nothing before hw_dispatcher_open().
 *
 * Returns: (transfer full): a dispatcher
 */
HwDispatcher *
hw_dispatcher_new (HwStore     *store,
                   HwClock     *clock,
                   HwTaskTypes *types,
                   guint        max_parallel)
{
  HwDispatcher *self;

  g_return_val_if_fail (HW_IS_STORE (store), NULL);
  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (HW_IS_TASK_TYPES (types), NULL);
  g_return_val_if_fail (max_parallel > 0, NULL);

  self = g_object_new (HW_TYPE_DISPATCHER, NULL);
  self->store = g_object_ref (store);
  self->clock = g_object_ref (clock);
  self->types = g_object_ref (types);
  self->max_parallel = max_parallel;
  self->last_rev = hw_store_get_start (store) << REVS_A_START_BITS;

  return self;
}

/**
 * hw_dispatcher_set_runner:
 * @self: a dispatcher
 * @kind: what kind of work
 * @runner: who carries it out
 *
 * Says who carries out a kind of work.
 */
void
hw_dispatcher_set_runner (HwDispatcher *self,
                          HwRunnerKind  kind,
                          HwRunner     *runner)
{
  g_return_if_fail (HW_IS_DISPATCHER (self));
  g_return_if_fail ((guint) kind < HW_N_RUNNER_KINDS);
  g_return_if_fail (HW_IS_RUNNER (runner));

  g_set_object (&self->runners[kind], runner);
}

/**
 * hw_dispatcher_open:
 * @self: a dispatcher
 * @open: the tasks that were Processing when the daemon before went down
 *
 * Begins: what ran is looked after first, then what waits.
 */
void
hw_dispatcher_open (HwDispatcher *self,
                    HwTaskPage   *open)
{
  g_return_if_fail (HW_IS_DISPATCHER (self));
  g_return_if_fail (open != NULL);

  self->is_open = TRUE;
  for (guint i = 0; i < open->tasks->len; i++)
    {
      LiveTask *live = hw_dispatcher_add_live (self, g_ptr_array_index (open->tasks, i));
      HwAttempt *attempt = hw_dispatcher_make_attempt (self, live, TRUE);

      if (attempt != NULL)
        hw_attempt_adopt (attempt);
    }

  hw_dispatcher_dispatch (self);
}

/**
 * hw_dispatcher_close:
 * @self: a dispatcher
 *
 * Begins nothing more, and lets go of what runs without writing anything down: the next
 * start finds it as after a crash.
 */
void
hw_dispatcher_close (HwDispatcher *self)
{
  GHashTableIter iter;
  LiveTask *live;

  g_return_if_fail (HW_IS_DISPATCHER (self));

  self->is_open = FALSE;
  if (self->retry_timer != 0)
    hw_clock_remove_timer (self->clock, self->retry_timer);
  self->retry_timer = 0;

  g_hash_table_iter_init (&iter, self->live);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &live))
    if (live->attempt != NULL)
      hw_attempt_abandon (live->attempt);
}

/* A task was added. One that waits behind all that are looked at is the store's alone, unless
 * it may have been promised a place.
 */
static void
hw_dispatcher_fold_added (HwDispatcher *self,
                          HwEvent      *event)
{
  guint64 task_id = hw_event_get_task_id (event);
  int priority = (int) hw_task_fields_get_number (hw_event_get_fields (event),
                                                  HW_TASK_FIELD_PRIORITY);
  g_autoptr(HwTask) task = NULL;

  if (self->n_reserved == 0 && !hw_candidates_wants (self->candidates, task_id, priority))
    return;

  task = hw_task_new (task_id, 0, hw_task_fields_new ());
  hw_task_apply (task, event);
  hw_candidates_add (self->candidates, task);
  g_set_object (&self->added, task);
}

/* A task became Processing: by our claim, or by another node's. */
static void
hw_dispatcher_fold_start (HwDispatcher *self,
                          HwEvent      *event)
{
  guint64 task_id = hw_event_get_task_id (event);
  HwTask *task = g_hash_table_lookup (self->claiming, &task_id);

  hw_candidates_remove (self->candidates, task_id);

  /* One that was claimed as it was added is told of next to that. */
  if (task == NULL && self->added != NULL && hw_task_get_id (self->added) == task_id &&
      g_str_equal (hw_event_get_actor (event), HW_DISPATCHER_NODE))
    task = self->added;
  if (task == NULL)
    return;

  hw_task_apply (task, event);
  hw_dispatcher_add_live (self, task);
  g_hash_table_remove (self->claiming, &task_id);
}

static void
hw_dispatcher_fold_state (HwDispatcher *self,
                          HwEvent      *event)
{
  guint64 task_id = hw_event_get_task_id (event);
  LiveTask *live = g_hash_table_lookup (self->live, &task_id);
  HwTaskState state;

  if (!hw_event_get_state (event, &state))
    return;

  if (state == HW_TASK_STATE_PROCESSING)
    {
      hw_dispatcher_fold_start (self, event);
      return;
    }

  if (live != NULL)
    {
      hw_task_apply (live->task, event);
      if (state == HW_TASK_STATE_PENDING)
        hw_candidates_add (self->candidates, live->task);
      if (live->is_ending)
        self->n_ending--;
      g_hash_table_remove (self->live, &task_id);
    }
  else if (state == HW_TASK_STATE_PENDING)
    {
      /* Its fields are in the store alone. */
      hw_candidates_invalidate (self->candidates);
    }
  else
    {
      hw_candidates_remove (self->candidates, task_id);
    }
}

/**
 * hw_dispatcher_fold:
 * @self: a dispatcher
 * @event: what was committed
 *
 * Takes note of what happened: the one way in which it learns anything.
 */
void
hw_dispatcher_fold (HwDispatcher *self,
                    HwEvent      *event)
{
  guint64 task_id;
  LiveTask *live;

  g_return_if_fail (HW_IS_DISPATCHER (self));

  task_id = hw_event_get_task_id (event);
  live = g_hash_table_lookup (self->live, &task_id);

  switch (hw_event_get_kind (event))
    {
    case HW_EVENT_KIND_ADDED:
      hw_dispatcher_fold_added (self, event);
      break;

    case HW_EVENT_KIND_STATE:
      hw_dispatcher_fold_state (self, event);
      break;

    case HW_EVENT_KIND_MESSAGE:
    case HW_EVENT_KIND_CHANGED:
      if (live != NULL)
        hw_task_apply (live->task, event);
      break;

    case HW_EVENT_KIND_REMOVED:
    case HW_EVENT_KIND_HELD:
    case HW_EVENT_KIND_PROGRESS:
    case HW_EVENT_KIND_SNAPSHOT:
    case HW_EVENT_KIND_HEARTBEAT:
    default:
      break;
    }
}

/* Counts the places that are taken, or promised. */
guint
hw_dispatcher_count_running (HwDispatcher *self)
{
  return g_hash_table_size (self->live) - self->n_ending +
         g_hash_table_size (self->claiming) + self->n_reserved;
}

/**
 * hw_dispatcher_dispatch:
 * @self: a dispatcher
 *
 * Begins what may begin.
 */
void
hw_dispatcher_dispatch (HwDispatcher *self)
{
  g_autoptr(GPtrArray) starting = NULL;
  HwLimits limits;

  g_return_if_fail (HW_IS_DISPATCHER (self));

  limits.max_parallel = self->max_parallel;
  limits.n_running = hw_dispatcher_count_running (self);
  if (!self->is_open || limits.n_running >= limits.max_parallel)
    return;

  if (hw_candidates_must_refill (self->candidates))
    {
      hw_candidates_begin_refill (self->candidates);
      hw_store_list_candidates_async (self->store, hw_candidates_get_limit (self->candidates),
                                      NULL, on_candidates_listed, g_object_ref (self));
      return;
    }

  starting = hw_candidates_decide (self->candidates, &limits);
  if (starting->len > 0)
    hw_dispatcher_claim (self, starting);
}

/**
 * hw_dispatcher_lookup:
 * @self: a dispatcher
 * @task_id: a task's number
 *
 * Looks up a task that runs.
 *
 * Returns: (transfer none) (nullable): the task, with its newest level
 */
HwTask *
hw_dispatcher_lookup (HwDispatcher *self,
                      guint64       task_id)
{
  LiveTask *live;

  g_return_val_if_fail (HW_IS_DISPATCHER (self), NULL);

  live = g_hash_table_lookup (self->live, &task_id);

  return live != NULL ? live->task : NULL;
}

/**
 * hw_dispatcher_is_refused:
 * @self: a dispatcher
 * @task_id: a task's number
 *
 * Tells whether a task ends by itself, as nobody can run it.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_dispatcher_is_refused (HwDispatcher *self,
                          guint64       task_id)
{
  const LiveTask *live;

  g_return_val_if_fail (HW_IS_DISPATCHER (self), FALSE);

  live = g_hash_table_lookup (self->live, &task_id);

  return live != NULL && live->attempt == NULL && live->is_refused;
}

/**
 * hw_dispatcher_lookup_attempt:
 * @self: a dispatcher
 * @task_id: a task's number
 *
 * Looks up the attempt of a task that runs.
 *
 * Returns: (transfer none) (nullable): the attempt
 */
HwAttempt *
hw_dispatcher_lookup_attempt (HwDispatcher *self,
                              guint64       task_id)
{
  LiveTask *live;

  g_return_val_if_fail (HW_IS_DISPATCHER (self), NULL);

  live = g_hash_table_lookup (self->live, &task_id);

  return live != NULL ? live->attempt : NULL;
}
