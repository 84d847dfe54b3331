/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-act.h"

#include "hw-cli-exit-code.h"
#include "hw-cli-i18n.h"
#include "hw-cli-task-view.h"
#include "hw-error.h"
#include "hw-task-json.h"

/* What is to be done to which tasks. */
typedef struct
{
  GArray *task_ids; /* (owned) (element-type guint64) */
  gboolean now;     /* whether by force */
} Act;

/* Doing the same to several tasks, one after the other. One that cannot be done does not
 * keep the others from it.
 */
typedef struct
{
  GTask *gtask;     /* (owned) */
  const Act *act;   /* (unowned): the operation has it */
  const char *verb; /* static */
  guint next;
  int exit_code;
} Acting;

static void
acting_free (Acting *acting)
{
  g_clear_object (&acting->gtask);
  g_free (acting);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Acting, acting_free)

/**
 * hw_cli_act_new:
 * @arguments: (array zero-terminated=1): a name, and the numbers of tasks
 * @now: whether to do it by force
 * @error: return location for a #GError, or %NULL
 *
 * Reads which tasks something is to be done to.
 *
 * Returns: (transfer full): what hw_cli_act_start() does, or %NULL with %HW_CLI_ERROR_USAGE
 */
gpointer
hw_cli_act_new (char   **arguments,
                gboolean now,
                GError **error)
{
  GArray *task_ids = hw_cli_call_parse_ids (arguments, error);
  Act *act;

  if (task_ids == NULL)
    return NULL;

  act = g_new0 (Act, 1);
  act->task_ids = task_ids;
  act->now = now;

  return act;
}

void
hw_cli_act_free (gpointer data)
{
  Act *act = data;

  g_clear_pointer (&act->task_ids, g_array_unref);
  g_free (act);
}

/**
 * hw_cli_act_parse:
 * @call: a call
 * @arguments: (inout) (array zero-terminated=1): its arguments
 * @error: return location for a #GError, or %NULL
 *
 * Reads the arguments of a command that does something to tasks, and has no options of its
 * own.
 *
 * Returns: (transfer full): what hw_cli_act_start() does, or %NULL
 */
gpointer
hw_cli_act_parse (HwCliCall *call,
                  char    ***arguments,
                  GError   **error)
{
  if (!hw_cli_call_parse (call, NULL, FALSE, arguments, error))
    return NULL;

  return hw_cli_act_new (*arguments, FALSE, error);
}

static void on_acted (GObject      *source,
                      GAsyncResult *result,
                      gpointer      user_data);

/* @acting is (transfer full). */
static void
act_on_next (Acting *acting)
{
  g_autoptr(Acting) owned = acting;
  HwCliCall *call = g_task_get_source_object (acting->gtask);

  if (acting->next == acting->act->task_ids->len)
    {
      g_task_return_int (acting->gtask, acting->exit_code);
      return;
    }

  hw_cli_client_act_async (hw_cli_call_get_client (call),
                           g_array_index (acting->act->task_ids, guint64, acting->next),
                           acting->verb, acting->act->now, hw_cli_call_get_cancellable (call),
                           on_acted, g_steal_pointer (&owned));
}

static void
tell (HwCliCall *call,
      HwTask    *task)
{
  HwCliTerminal *terminal = hw_cli_call_get_terminal (call);
  const char *activity = hw_task_get_string (task, HW_TASK_FIELD_ACTIVITY);
  g_autoptr(GBytes) json = NULL;
  g_autofree char *line = NULL;

  if (hw_cli_call_get_has_json (call))
    {
      json = hw_task_json_encode_task (task);
      hw_cli_terminal_print_json (terminal, json);
      return;
    }

  line = g_strdup_printf (_("Task %" PRIu64 ": %s\n"), hw_task_get_id (task),
                          activity != NULL ? hw_cli_task_view_name_activity (activity)
                                           : hw_cli_task_view_get_state (task));
  hw_cli_terminal_print (terminal, line);
}

static void
on_acted (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(Acting) acting = user_data;
  HwCliCall *call = g_task_get_source_object (acting->gtask);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = hw_cli_client_task_finish (HW_CLI_CLIENT (source), result, &error);

  /* What the daemon refuses is of this task; anything else would be so for all. */
  if (task == NULL && error->domain != HW_ERROR)
    {
      g_task_return_error (acting->gtask, g_steal_pointer (&error));
      return;
    }

  if (task != NULL)
    {
      tell (call, task);
    }
  else
    {
      acting->exit_code = HW_CLI_EXIT_FAILED;
      hw_cli_terminal_say (hw_cli_call_get_terminal (call), "%s", error->message);
    }

  acting->next++;
  act_on_next (g_steal_pointer (&acting));
}

/**
 * hw_cli_act_start:
 * @gtask: (transfer full): the operation of a command whose data hw_cli_act_new() gave
 * @verb: what to do, a static string
 *
 * Does something to each of the tasks.
 */
void
hw_cli_act_start (GTask      *gtask,
                  const char *verb)
{
  Acting *acting = g_new0 (Acting, 1);

  acting->gtask = gtask;
  acting->act = g_task_get_task_data (gtask);
  acting->verb = verb;
  acting->exit_code = HW_CLI_EXIT_SUCCESS;

  act_on_next (acting);
}
