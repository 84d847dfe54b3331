/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-story.h"

#include "hw-task.h"

static const char *
look_up (HwEvent    *event,
         HwTaskField field)
{
  const char *value = NULL;

  g_variant_lookup (hw_event_get_changes (event), hw_task_field_get_name (field), "&s", &value);

  return value != NULL ? value : "";
}

static char *
tell_state (HwEvent *event)
{
  const char *result = look_up (event, HW_TASK_FIELD_RESULT);
  const char *state = look_up (event, HW_TASK_FIELD_STATE);

  if (*result == '\0')
    return g_strdup_printf ("%s/%u", state, hw_event_get_attempt (event));

  return g_strdup_printf ("%s/%u(%s)", state, hw_event_get_attempt (event), result);
}

static char *
tell_snapshot (HwEvent *event)
{
  GPtrArray *tasks = hw_event_get_tasks (event);
  GString *text = g_string_new (hw_event_get_is_reset (event) ? "reset" : "snapshot");

  g_string_append_printf (text, "@%" G_GUINT64_FORMAT "{", hw_event_get_seq (event));
  for (guint i = 0; i < tasks->len; i++)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT ":%s", i > 0 ? "," : "",
                            hw_task_get_id (g_ptr_array_index (tasks, i)),
                            hw_task_get_string (g_ptr_array_index (tasks, i),
                                                HW_TASK_FIELD_STATE));
  g_string_append_c (text, '}');

  return g_string_free (text, FALSE);
}

static char *
tell_progress (HwEvent *event)
{
  double progress;

  if (g_variant_lookup (hw_event_get_changes (event),
                        hw_task_field_get_name (HW_TASK_FIELD_PROGRESS), "d", &progress))
    return g_strdup_printf ("%g", progress);

  return g_strdup_printf ("~%s", look_up (event, HW_TASK_FIELD_MESSAGE));
}

/**
 * hw_story_tell_event:
 * @event: an event
 *
 * Writes an event as a test compares it: `added`, `Processing/1`, `Failed/1(error)`,
 * `“a message”`, `0.5`, `~a passing message`, `snapshot@5{1:Pending}`,
 * `reset@5{}`, `heartbeat@5`.
 *
 * Returns: (transfer full): a word or two
 */
char *
hw_story_tell_event (HwEvent *event)
{
  switch (hw_event_get_kind (event))
    {
    case HW_EVENT_KIND_STATE:
      return tell_state (event);

    case HW_EVENT_KIND_MESSAGE:
      return g_strdup_printf ("“%s”", look_up (event, HW_TASK_FIELD_MESSAGE));

    case HW_EVENT_KIND_PROGRESS:
      return tell_progress (event);

    case HW_EVENT_KIND_SNAPSHOT:
      return tell_snapshot (event);

    case HW_EVENT_KIND_HEARTBEAT:
      return g_strdup_printf ("heartbeat@%" G_GUINT64_FORMAT, hw_event_get_seq (event));

    case HW_EVENT_KIND_ADDED:
    case HW_EVENT_KIND_CHANGED:
    case HW_EVENT_KIND_REMOVED:
    case HW_EVENT_KIND_HELD:
    default:
      return g_strdup (hw_event_kind_to_string (hw_event_get_kind (event)));
    }
}

/**
 * hw_story_tell:
 * @events: (element-type HwEvent): events
 *
 * Writes events one after the other.
 *
 * Returns: (transfer full): their words, with spaces between them
 */
char *
hw_story_tell (GPtrArray *events)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < events->len; i++)
    {
      g_autofree char *word = hw_story_tell_event (g_ptr_array_index (events, i));

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", word);
    }

  return g_string_free (text, FALSE);
}
