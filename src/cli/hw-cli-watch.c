/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-command.h"
#include "hw-cli-error.h"
#include "hw-cli-events.h"
#include "hw-cli-exit-code.h"
#include "hw-cli-format.h"
#include "hw-cli-i18n.h"
#include "hw-cli-level.h"
#include "hw-cli-task-view.h"
#include "hw-cli-text.h"
#include "hw-task-json.h"

/* What `headway watch` is to do, and how far it is. */
typedef struct
{
  guint64 task_id; /* or 0 for all */
  char *type;      /* (owned) (nullable) */
  gboolean is_from_start;

  HwCliCall *call;     /* (unowned): it outlives this */
  HwCliEvents *events; /* (owned) (nullable): once it is known from where on */
  HwCliLevel *level;   /* (owned) (nullable): of the one task, for a bar */
} Watch;

static void
watch_free (gpointer data)
{
  Watch *watch = data;

  if (watch->call != NULL)
    hw_cli_terminal_set_line (hw_cli_call_get_terminal (watch->call), NULL, NULL);
  g_clear_pointer (&watch->type, g_free);
  g_clear_object (&watch->events);
  g_clear_object (&watch->level);
  g_free (watch);
}

static gpointer
parse (HwCliCall *call,
       char    ***arguments,
       GError   **error)
{
  g_autofree char *type = NULL;
  gboolean is_from_start = FALSE;
  const GOptionEntry entries[] = {
    { "from-start", 0, 0, G_OPTION_ARG_NONE, &is_from_start,
      N_("Begin with the oldest event that is kept"), NULL },
    { "type", 't', 0, G_OPTION_ARG_STRING, &type,
      N_("Only tasks of TYPE"), N_("TYPE") },
    { NULL }
  };
  guint64 task_id = 0;
  Watch *watch;

  if (!hw_cli_call_parse (call, entries, FALSE, arguments, error))
    return NULL;

  if (**arguments != NULL && (*arguments)[1] != NULL &&
      (!hw_cli_call_parse_id ((*arguments)[1], &task_id, error) ||
       !hw_cli_call_check_no_words (*arguments + 1, error)))
    return NULL;

  if (task_id != 0 && type != NULL)
    {
      g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE,
                   _("A task has one type: say its number or --type, not both."));
      return NULL;
    }

  watch = g_new0 (Watch, 1);
  watch->task_id = task_id;
  watch->type = g_steal_pointer (&type);
  watch->is_from_start = is_from_start;

  return watch;
}

/* It goes through these in this order, and round and round at the end. */
static void on_listed (GObject      *source,
                       GAsyncResult *result,
                       gpointer      user_data);
static void on_task_got (GObject      *source,
                         GAsyncResult *result,
                         gpointer      user_data);
static void wait_for_events (GTask *gtask);
static void on_events (GObject      *source,
                       GAsyncResult *result,
                       gpointer      user_data);

/* Asks where the present is. */
static void
start (GTask *gtask)
{
  HwCliCall *call = g_task_get_source_object (gtask);
  Watch *watch = g_task_get_task_data (gtask);
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();

  watch->call = call;
  filter->limit = 1;
  hw_cli_client_list_async (hw_cli_call_get_client (call), filter,
                            hw_cli_call_get_cancellable (call), on_listed, gtask);
}

/* Where to begin. All tasks begin with what is live, one with what comes next. */
static void
watch_begin (Watch  *watch,
             guint64 epoch,
             guint64 seq)
{
  HwCliCursor cursor = {
    .task_id = watch->task_id,
    .type = watch->type,
    .has_levels = hw_cli_call_get_has_json (watch->call) || watch->task_id != 0,
  };

  if (watch->is_from_start)
    {
      cursor.epoch = epoch;
    }
  else if (watch->task_id != 0)
    {
      cursor.epoch = epoch;
      cursor.after = seq;
    }

  watch->events = hw_cli_events_new (hw_cli_call_get_client (watch->call), &cursor);
}

static void
on_listed (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  Watch *watch = g_task_get_task_data (gtask);
  HwCliClient *client = HW_CLI_CLIENT (source);
  GCancellable *cancellable = g_task_get_cancellable (gtask);
  GError *error = NULL;
  g_autoptr(HwCliTaskList) list = hw_cli_client_list_finish (client, result, &error);

  if (list == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  watch_begin (watch, list->epoch, list->page->seq);
  if (watch->task_id == 0)
    wait_for_events (g_steal_pointer (&gtask));
  else
    hw_cli_client_get_task_async (client, watch->task_id, cancellable, on_task_got,
                                  g_steal_pointer (&gtask));
}

/* A line of what happened: when, to which task, what. */
static void
print_line (HwCliTerminal *terminal,
            gint64         at,
            guint64        task_id,
            const char    *text)
{
  g_autofree char *time = at > 0 ? hw_cli_format_time (at, g_get_real_time ()) : g_strdup ("");
  g_autofree char *id = task_id > 0 ? g_strdup_printf ("#%" G_GUINT64_FORMAT, task_id)
                                    : g_strdup ("");
  g_autofree char *line = NULL;

  line = g_strdup_printf ("%s%s%s%s%s\n", time, *time != '\0' ? " " : "", id,
                          *id != '\0' ? " " : "", text);
  hw_cli_terminal_print (terminal, line);
}

static char *
make_bar (const HwCliBarStyle *style,
          gpointer             user_data)
{
  Watch *watch = user_data;
  HwCliBar bar;

  if (hw_cli_level_has_ended (watch->level))
    return NULL;

  hw_cli_level_fill_bar (watch->level, g_get_monotonic_time (), g_get_real_time (), &bar);

  /* It stands in a line of its own. */
  bar.message = NULL;

  return hw_cli_bar_render (&bar, style);
}

/* Begins with how the task is now. */
static void
on_task_got (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  Watch *watch = g_task_get_task_data (gtask);
  HwCliTerminal *terminal = hw_cli_call_get_terminal (watch->call);
  GError *error = NULL;
  g_autoptr(HwTask) task = hw_cli_client_task_finish (HW_CLI_CLIENT (source), result, &error);

  if (task == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  if (!hw_cli_call_get_has_json (watch->call))
    {
      if (!watch->is_from_start)
        {
          const char *title = hw_task_get_string (task, HW_TASK_FIELD_TITLE);
          g_autofree char *clean = hw_cli_text_clean (title != NULL ? title : "");
          g_autofree char *text = g_strdup_printf ("%s: %s", hw_cli_task_view_get_state (task),
                                                   clean);

          print_line (terminal, g_get_real_time (), watch->task_id, text);
        }

      watch->level = hw_cli_level_new (task);
      hw_cli_terminal_set_line (terminal, make_bar, watch);
    }

  wait_for_events (g_steal_pointer (&gtask));
}

/* @gtask is (transfer full). */
static void
wait_for_events (GTask *gtask)
{
  Watch *watch = g_task_get_task_data (gtask);

  hw_cli_client_set_patience (hw_cli_call_get_client (watch->call), HW_CLI_PATIENCE_ENDLESS);
  hw_cli_events_next_async (watch->events, g_task_get_cancellable (gtask), on_events, gtask);
}

static void
watch_print_snapshot (Watch   *watch,
                      HwEvent *event)
{
  GPtrArray *tasks = hw_event_get_tasks (event);

  for (guint i = 0; tasks != NULL && i < tasks->len; i++)
    {
      HwTask *task = g_ptr_array_index (tasks, i);
      const char *title = hw_task_get_string (task, HW_TASK_FIELD_TITLE);
      g_autofree char *clean = hw_cli_text_clean (title != NULL ? title : "");
      g_autofree char *text = g_strdup_printf ("%s: %s", hw_cli_task_view_get_state (task), clean);

      print_line (hw_cli_call_get_terminal (watch->call), g_get_real_time (),
                  hw_task_get_id (task), text);
    }
}

static void
watch_print (Watch   *watch,
             HwEvent *event)
{
  HwCliTerminal *terminal = hw_cli_call_get_terminal (watch->call);
  g_autoptr(GBytes) json = NULL;
  g_autofree char *text = NULL;

  if (hw_cli_call_get_has_json (watch->call))
    {
      json = hw_task_json_encode_event (event);
      hw_cli_terminal_print_json (terminal, json);
      return;
    }

  if (watch->level != NULL)
    hw_cli_level_apply (watch->level, event, g_get_monotonic_time ());

  text = hw_cli_task_view_describe_event (event);
  if (text != NULL)
    print_line (terminal, hw_event_get_time (event), hw_event_get_task_id (event), text);
  if (hw_event_get_kind (event) == HW_EVENT_KIND_SNAPSHOT)
    watch_print_snapshot (watch, event);
}

static void on_flushed (GObject      *source,
                        GAsyncResult *result,
                        gpointer      user_data);

static void
on_events (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  Watch *watch = g_task_get_task_data (gtask);
  GError *error = NULL;
  g_autoptr(GPtrArray) events = NULL;

  events = hw_cli_events_next_finish (HW_CLI_EVENTS (source), result, &error);
  if (events == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  for (guint i = 0; i < events->len; i++)
    watch_print (watch, g_ptr_array_index (events, i));

  if (events->len == 0)
    g_task_return_int (gtask, HW_CLI_EXIT_SUCCESS);
  else
    hw_cli_terminal_flush_async (hw_cli_call_get_terminal (watch->call), NULL, on_flushed,
                                 g_steal_pointer (&gtask));
}

/* Who reads slowly gets more when there is room. */
static void
on_flushed (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  Watch *watch = g_task_get_task_data (gtask);
  GError *error = NULL;

  if (hw_cli_terminal_flush_finish (hw_cli_call_get_terminal (watch->call), result, &error))
    wait_for_events (g_steal_pointer (&gtask));
  else
    g_task_return_error (gtask, error);
}

const HwCliCommand hw_cli_watch = {
  .name = "watch",
  .synopsis = N_("[ID] [OPTION…]"),
  .summary = N_("Print what happens to tasks, as it happens"),
  .details = N_("One task is watched until it has ended, all tasks until Ctrl-C. With --json each "
                "event is printed in a line, as\nthe hub sends it, progress too. Nothing is missed "
                "when the daemon is started anew meanwhile."),
  .examples =
    "  headway watch\n"
    "  headway watch 42\n"
    "  headway watch --json --from-start | jq 'select (.kind == \"state\")'\n",
  .needs_daemon = TRUE,
  .own_exit_code = HW_CLI_EXIT_FAILED,
  .parse = parse,
  .free = watch_free,
  .run = start,
};
