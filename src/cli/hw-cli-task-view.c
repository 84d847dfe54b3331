/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-task-view.h"

#include "hw-cli-format.h"
#include "hw-cli-i18n.h"
#include "hw-cli-text.h"

#define GREEN "\033[32m"
#define RED "\033[31m"
#define CYAN "\033[36m"
#define YELLOW "\033[33m"

/* How a person in a shell is told of a task: in words, in one language. */

static const char *const state_names[HW_N_TASK_STATES] = {
  [HW_TASK_STATE_PENDING] = N_("Pending"),
  [HW_TASK_STATE_PROCESSING] = N_("Processing"),
  [HW_TASK_STATE_COMPLETED] = N_("Completed"),
  [HW_TASK_STATE_FAILED] = N_("Failed"),
};

static const char *const state_colours[HW_N_TASK_STATES] = {
  [HW_TASK_STATE_PENDING] = NULL,
  [HW_TASK_STATE_PROCESSING] = CYAN,
  [HW_TASK_STATE_COMPLETED] = GREEN,
  [HW_TASK_STATE_FAILED] = RED,
};

static const struct
{
  const char *activity;
  const char *name;
} activities[] = {
  { "starting", N_("starting") },
  { "paused", N_("paused") },
  { "stopping", N_("stopping") },
};

static HwResult
parse_result (const char *word)
{
  HwResult result = HW_RESULT_NONE;

  hw_result_from_string (word, &result);

  return result;
}

/**
 * hw_cli_task_view_name_state:
 * @state: a state
 * @result: why the task ended, if it did
 *
 * Gets what a person calls a state. Whoever canceled a task does not think of it as failed.
 *
 * Returns: (transfer none): a word in the user's language
 */
const char *
hw_cli_task_view_name_state (HwTaskState state,
                             HwResult    result)
{
  if (state == HW_TASK_STATE_FAILED && result == HW_RESULT_CANCELED)
    return _("Canceled");

  return _(state_names[state]);
}

const char *
hw_cli_task_view_get_state (HwTask *task)
{
  HwResult result = parse_result (hw_task_get_string (task, HW_TASK_FIELD_RESULT));

  return hw_cli_task_view_name_state (hw_task_get_state (task), result);
}

/**
 * hw_cli_task_view_get_colour:
 * @task: a task
 *
 * Gets the colour of a task's state.
 *
 * Returns: (transfer none) (nullable): an escape sequence
 */
const char *
hw_cli_task_view_get_colour (HwTask *task)
{
  HwResult result = parse_result (hw_task_get_string (task, HW_TASK_FIELD_RESULT));

  return result == HW_RESULT_CANCELED ? YELLOW : state_colours[hw_task_get_state (task)];
}

/**
 * hw_cli_task_view_name_activity:
 * @activity: (nullable): what a task is busy with, as the daemon says it
 *
 * Gets what a person calls an activity.
 *
 * Returns: (transfer none) (nullable): a word in the user's language
 */
const char *
hw_cli_task_view_name_activity (const char *activity)
{
  for (guint i = 0; i < G_N_ELEMENTS (activities); i++)
    if (g_strcmp0 (activities[i].activity, activity) == 0)
      return _(activities[i].name);

  return activity;
}

static gint64
get_time (HwTask     *task,
          HwTaskField field)
{
  GVariant *value = hw_task_get_field (task, field);

  return value != NULL ? g_variant_get_int64 (value) : 0;
}

/**
 * hw_cli_task_view_get_duration:
 * @task: a task
 * @now: the present, in microseconds since the Unix epoch
 *
 * Tells how long a task has run.
 *
 * Returns: microseconds, or -1 if it has not begun
 */
gint64
hw_cli_task_view_get_duration (HwTask *task,
                               gint64  now)
{
  gint64 started_at = get_time (task, HW_TASK_FIELD_STARTED_AT);
  gint64 ended_at = get_time (task, HW_TASK_FIELD_ENDED_AT);

  if (started_at == 0)
    return -1;

  return MAX ((ended_at != 0 ? ended_at : now) - started_at, 0);
}

static const char *
look_up (HwEvent    *event,
         HwTaskField field)
{
  GVariant *changes = hw_event_get_changes (event);
  const char *text = NULL;

  if (changes != NULL)
    g_variant_lookup (changes, hw_task_field_get_name (field), "&s", &text);

  return text;
}

static char *
describe_state (HwEvent *event)
{
  const char *error = look_up (event, HW_TASK_FIELD_ERROR);
  HwResult result = parse_result (look_up (event, HW_TASK_FIELD_RESULT));
  HwTaskState state;
  const char *name;

  if (!hw_task_state_from_string (look_up (event, HW_TASK_FIELD_STATE), &state))
    return g_strdup ("");

  name = hw_cli_task_view_name_state (state, result);

  return error != NULL ? g_strdup_printf ("%s: %s", name, error) : g_strdup (name);
}

static char *
describe_snapshot (HwEvent *event)
{
  GPtrArray *tasks = hw_event_get_tasks (event);
  guint n_tasks = tasks != NULL ? tasks->len : 0;

  if (hw_event_get_is_reset (event))
    return g_strdup_printf (ngettext ("What went before is not known any more; %u task is live",
                                      "What went before is not known any more; %u tasks are live",
                                      n_tasks), n_tasks);

  return g_strdup_printf (ngettext ("%u task is live", "%u tasks are live", n_tasks), n_tasks);
}

/* Returns (transfer full): what happened, as it came. */
static char *
describe (HwEvent *event)
{
  switch (hw_event_get_kind (event))
    {
    case HW_EVENT_KIND_ADDED:
      return g_strdup_printf (_("added: %s"), look_up (event, HW_TASK_FIELD_TITLE));

    case HW_EVENT_KIND_STATE:
      return describe_state (event);

    case HW_EVENT_KIND_MESSAGE:
      return g_strdup (look_up (event, HW_TASK_FIELD_MESSAGE));

    case HW_EVENT_KIND_CHANGED:
      return g_strdup (_("changed"));

    case HW_EVENT_KIND_REMOVED:
      return g_strdup (_("removed"));

    case HW_EVENT_KIND_HELD:
      return g_strdup (_("held or let go"));

    case HW_EVENT_KIND_SNAPSHOT:
      return describe_snapshot (event);

    case HW_EVENT_KIND_PROGRESS:
    case HW_EVENT_KIND_HEARTBEAT:
    default:
      return NULL;
    }
}

/**
 * hw_cli_task_view_describe_event:
 * @event: something that happened
 *
 * Tells a person what happened.
 *
 * Returns: (transfer full) (nullable): a part of a sentence, clean for a terminal; or %NULL
 *   if it is not worth a line
 */
char *
hw_cli_task_view_describe_event (HwEvent *event)
{
  g_autofree char *text = describe (event);

  return text != NULL ? hw_cli_text_clean (text) : NULL;
}

/**
 * hw_cli_task_view_describe_end:
 * @task: a task that has ended
 *
 * Tells a person how a task ended.
 *
 * Returns: (transfer full): a sentence, clean for a terminal
 */
char *
hw_cli_task_view_describe_end (HwTask *task)
{
  gint64 duration = hw_cli_task_view_get_duration (task, 0);
  const char *error = hw_task_get_string (task, HW_TASK_FIELD_ERROR);
  g_autofree char *took = NULL;
  g_autofree char *clean = error != NULL ? hw_cli_text_clean (error) : NULL;

  if (clean != NULL)
    return g_strdup_printf (_("Task %" PRIu64 ": %s: %s"), hw_task_get_id (task),
                            hw_cli_task_view_get_state (task), clean);

  if (duration < 0)
    return g_strdup_printf (_("Task %" PRIu64 ": %s"), hw_task_get_id (task),
                            hw_cli_task_view_get_state (task));

  took = hw_cli_format_duration (duration);

  /* Translators: a task's number, its state, and how long it took */
  return g_strdup_printf (_("Task %" PRIu64 ": %s after %s"), hw_task_get_id (task),
                          hw_cli_task_view_get_state (task), took);
}
