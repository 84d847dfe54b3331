/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-waiting.h"

#include "hw-cli-exit-code.h"
#include "hw-cli-follower.h"
#include "hw-cli-i18n.h"
#include "hw-cli-task-view.h"
#include "hw-cli-text.h"
#include "hw-task-json.h"

#include <signal.h>

/* Waiting for tasks to end, one after the other: all of them must, so the order does not
 * matter. What it tells is how the first ended that did not end well.
 */
typedef struct
{
  GTask *gtask;      /* (owned) */
  HwCliCall *call;   /* (owned) */
  GArray *task_ids;  /* (owned) (element-type guint64) */
  guint next;
  gboolean shows_value;
  int exit_code;
} Waiting;

static void
waiting_free (Waiting *waiting)
{
  hw_cli_call_set_signal_func (waiting->call, NULL, NULL);
  g_clear_object (&waiting->gtask);
  g_clear_object (&waiting->call);
  g_clear_pointer (&waiting->task_ids, g_array_unref);
  g_free (waiting);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Waiting, waiting_free)

static guint64
waiting_get_task_id (Waiting *waiting)
{
  return g_array_index (waiting->task_ids, guint64, waiting->next);
}

static void
on_signal (HwCliCall *call,
           int        signal_number,
           gpointer   user_data)
{
  Waiting *waiting = user_data;

  hw_cli_terminal_say_at_once (hw_cli_call_get_terminal (call),
                               _("Task %" PRIu64 " goes on; cancel it with “headway cancel %" PRIu64 "”."),
                               waiting_get_task_id (waiting), waiting_get_task_id (waiting));
  hw_cli_call_leave (call, HW_CLI_EXIT_SIGNAL + signal_number);
}

/* For each task, it goes through these in this order. */
static void look_at_next (Waiting *waiting);
static void on_task_got (GObject      *source,
                         GAsyncResult *result,
                         gpointer      user_data);
static void on_followed (GObject      *source,
                         GAsyncResult *result,
                         gpointer      user_data);
static void conclude (Waiting *waiting,
                      HwTask  *task);

/* @waiting is (transfer full). */
static void
look_at_next (Waiting *waiting)
{
  g_autoptr(Waiting) owned = waiting;

  if (waiting->next == waiting->task_ids->len)
    {
      g_task_return_int (waiting->gtask, waiting->exit_code);
      return;
    }

  hw_cli_client_get_task_async (hw_cli_call_get_client (waiting->call),
                                waiting_get_task_id (waiting),
                                hw_cli_call_get_cancellable (waiting->call), on_task_got,
                                g_steal_pointer (&owned));
}

/* @waiting and @error are (transfer full). */
static void
fail (Waiting *waiting,
      GError  *error)
{
  g_autoptr(Waiting) owned = waiting;

  g_task_return_error (waiting->gtask, error);
}

static void
on_task_got (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(Waiting) waiting = user_data;
  HwCliTerminal *terminal = hw_cli_call_get_terminal (waiting->call);
  GCancellable *cancellable = hw_cli_call_get_cancellable (waiting->call);
  HwCliClient *client = HW_CLI_CLIENT (source);
  GError *error = NULL;
  g_autoptr(HwTask) task = hw_cli_client_task_finish (client, result, &error);
  g_autoptr(HwCliFollower) follower = NULL;

  if (task == NULL)
    {
      fail (g_steal_pointer (&waiting), error);
      return;
    }

  if (hw_task_state_is_final (hw_task_get_state (task)))
    {
      conclude (g_steal_pointer (&waiting), task);
      return;
    }

  hw_cli_client_set_patience (client, HW_CLI_PATIENCE_SOME);
  follower = hw_cli_follower_new (client, terminal, task);
  hw_cli_follower_set_has_messages (follower,
                                    waiting->shows_value && !hw_cli_terminal_has_bar (terminal));
  hw_cli_follower_run_async (follower, cancellable, on_followed, g_steal_pointer (&waiting));
}

static void
on_followed (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(Waiting) waiting = user_data;
  GError *error = NULL;
  g_autoptr(HwTask) task = hw_cli_follower_run_finish (HW_CLI_FOLLOWER (source), result, &error);

  if (task != NULL)
    conclude (g_steal_pointer (&waiting), task);
  else
    fail (g_steal_pointer (&waiting), error);
}

/* Prints what a task gave back, a line for each part. */
static void
print_value (HwCliTerminal *terminal,
             HwTask        *task)
{
  GVariant *value = hw_task_get_field (task, HW_TASK_FIELD_VALUE);
  GVariantIter iter;
  const char *name;
  GVariant *part;

  if (value == NULL)
    return;

  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &part))
    {
      g_autofree char *text = g_variant_is_of_type (part, G_VARIANT_TYPE_STRING)
                              ? g_variant_dup_string (part, NULL) : g_variant_print (part, FALSE);
      g_autofree char *clean_name = hw_cli_text_clean (name);
      g_autofree char *clean = hw_cli_text_clean (text);
      g_autofree char *line = g_strdup_printf ("%s: %s\n", clean_name, clean);

      hw_cli_terminal_print (terminal, line);
      g_variant_unref (part);
    }
}

/* Tells how a task ended: a person of every one, a program of those that did not end well. */
static void
tell (Waiting *waiting,
      HwTask  *task)
{
  HwCliTerminal *terminal = hw_cli_call_get_terminal (waiting->call);
  g_autofree char *sentence = NULL;
  g_autoptr(GBytes) json = NULL;

  if (hw_cli_call_get_has_json (waiting->call))
    {
      json = hw_task_json_encode_task (task);
      hw_cli_terminal_print_json (terminal, json);
      return;
    }

  if (waiting->shows_value)
    print_value (terminal, task);

  if (hw_task_get_state (task) == HW_TASK_STATE_COMPLETED && !hw_cli_terminal_has_bar (terminal))
    return;

  sentence = hw_cli_task_view_describe_end (task);
  hw_cli_terminal_say (terminal, "%s", sentence);
}

/* @waiting is (transfer full). */
static void
conclude (Waiting *waiting,
          HwTask  *task)
{
  tell (waiting, task);
  if (waiting->exit_code == HW_CLI_EXIT_SUCCESS)
    waiting->exit_code = hw_cli_exit_code_of_task (task);

  waiting->next++;
  look_at_next (waiting);
}

/**
 * hw_cli_waiting_start:
 * @gtask: (transfer full): the operation of a command
 * @call: its call
 * @task_ids: (element-type guint64): the tasks
 * @shows_value: whether to print what each gave back
 *
 * Waits until tasks have ended, and shows how far they are. The operation's result is the
 * exit code of the first that did not end well.
 */
void
hw_cli_waiting_start (GTask     *gtask,
                      HwCliCall *call,
                      GArray    *task_ids,
                      gboolean   shows_value)
{
  Waiting *waiting = g_new0 (Waiting, 1);

  waiting->gtask = gtask;
  waiting->call = g_object_ref (call);
  waiting->task_ids = g_array_ref (task_ids);
  waiting->shows_value = shows_value;
  waiting->exit_code = HW_CLI_EXIT_SUCCESS;

  hw_cli_call_set_signal_func (call, on_signal, waiting);
  look_at_next (waiting);
}
