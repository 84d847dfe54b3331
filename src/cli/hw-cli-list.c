/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-command.h"
#include "hw-cli-error.h"
#include "hw-cli-exit-code.h"
#include "hw-cli-format.h"
#include "hw-cli-i18n.h"
#include "hw-cli-table.h"
#include "hw-cli-task-view.h"
#include "hw-task-json.h"

/* A screen. */
#define DEFAULT_LIMIT 20

/* What the daemon gives at once. */
#define PAGE_SIZE 200

/* What `headway list` is to do, and how far it is. */
typedef struct
{
  HwTaskFilter *filter; /* (owned) */
  guint limit;          /* or 0 for all */

  GPtrArray *tasks;     /* (owned) (element-type HwTask) */
  guint64 epoch;
  guint64 seq;
  guint64 next;         /* where more begin, or 0 */
} List;

static void
list_free (gpointer data)
{
  List *list = data;

  g_clear_pointer (&list->filter, hw_task_filter_free);
  g_clear_pointer (&list->tasks, g_ptr_array_unref);
  g_free (list);
}

/* In a shell, nobody wants to think of a capital. */
static gboolean
parse_state (const char   *name,
             HwTaskFilter *filter,
             GError      **error)
{
  if (name == NULL)
    return TRUE;

  for (guint i = 0; i < HW_N_TASK_STATES; i++)
    if (g_ascii_strcasecmp (hw_task_state_to_string ((HwTaskState) i), name) == 0)
      {
        filter->has_state = TRUE;
        filter->state = (HwTaskState) i;
        return TRUE;
      }

  g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE,
               _("“%s” is no state: a task is Pending, Processing, Completed or Failed."), name);

  return FALSE;
}

static gpointer
parse (HwCliCall *call,
       char    ***arguments,
       GError   **error)
{
  g_autofree char *state = NULL;
  g_autofree char *type = NULL;
  g_autofree char *owner = NULL;
  g_autofree char *text = NULL;
  gboolean has_all = FALSE;
  int limit = DEFAULT_LIMIT;
  const GOptionEntry entries[] = {
    { "state", 's', 0, G_OPTION_ARG_STRING, &state,
      N_("Only tasks that are Pending, Processing, Completed or Failed"), N_("STATE") },
    { "type", 't', 0, G_OPTION_ARG_STRING, &type,
      N_("Only tasks of TYPE"), N_("TYPE") },
    { "owner", 0, 0, G_OPTION_ARG_STRING, &owner,
      N_("Only tasks of OWNER, such as uid:1000"), N_("OWNER") },
    { "search", 'S', 0, G_OPTION_ARG_STRING, &text,
      N_("Only tasks with these words in title, type, parameters or error"), N_("WORDS") },
    { "limit", 'n', 0, G_OPTION_ARG_INT, &limit,
      N_("The newest N, 20 if nothing is said"), N_("N") },
    { "all", 'a', 0, G_OPTION_ARG_NONE, &has_all,
      N_("All there are"), NULL },
    { NULL }
  };
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
  List *list;

  if (!hw_cli_call_parse (call, entries, FALSE, arguments, error) ||
      !hw_cli_call_check_no_words (*arguments, error) ||
      !parse_state (state, filter, error))
    return NULL;

  if (limit < 1)
    {
      g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE,
                   _("--limit must be 1 or more. For all tasks, say --all."));
      return NULL;
    }

  list = g_new0 (List, 1);
  list->filter = g_steal_pointer (&filter);
  list->filter->type = g_steal_pointer (&type);
  list->filter->owner = g_steal_pointer (&owner);
  list->filter->text = g_steal_pointer (&text);
  list->limit = has_all ? 0 : (guint) limit;
  list->tasks = g_ptr_array_new_with_free_func (g_object_unref);

  return list;
}

static char *
make_percent (HwTask *task)
{
  GVariant *progress = hw_task_get_field (task, HW_TASK_FIELD_PROGRESS);

  if (progress == NULL || hw_task_get_state (task) != HW_TASK_STATE_PROCESSING)
    return NULL;

  return hw_cli_format_percent (g_variant_get_double (progress));
}

/* What the task is called, and what is to be known of it now. */
static char *
make_description (HwTask *task)
{
  const char *title = hw_task_get_string (task, HW_TASK_FIELD_TITLE);
  const char *more = NULL;

  if (hw_task_get_state (task) == HW_TASK_STATE_FAILED)
    more = hw_task_get_string (task, HW_TASK_FIELD_ERROR);
  else if (hw_task_get_state (task) == HW_TASK_STATE_PROCESSING)
    more = hw_task_get_string (task, HW_TASK_FIELD_MESSAGE);

  if (title == NULL)
    title = "";

  return more != NULL ? g_strdup_printf ("%s — %s", title, more) : g_strdup (title);
}

/* What the task does now: whoever paused it does not look for it among those that run. */
static const char *
get_state (HwTask *task)
{
  const char *activity = hw_task_get_string (task, HW_TASK_FIELD_ACTIVITY);

  return activity != NULL ? hw_cli_task_view_name_activity (activity)
                          : hw_cli_task_view_get_state (task);
}

static void
add_row (HwCliTable *table,
         HwTask     *task,
         gint64      now)
{
  GVariant *created_at = hw_task_get_field (task, HW_TASK_FIELD_CREATED_AT);
  gint64 duration = hw_cli_task_view_get_duration (task, now);
  g_autofree char *id = g_strdup_printf ("%" G_GUINT64_FORMAT, hw_task_get_id (task));
  g_autofree char *percent = make_percent (task);
  g_autofree char *added = created_at != NULL
                           ? hw_cli_format_time (g_variant_get_int64 (created_at), now) : NULL;
  g_autofree char *took = duration >= 0 ? hw_cli_format_duration (duration) : NULL;
  g_autofree char *description = make_description (task);

  hw_cli_table_add (table, id, NULL);
  hw_cli_table_add (table, get_state (task), hw_cli_task_view_get_colour (task));
  hw_cli_table_add (table, percent, NULL);
  hw_cli_table_add (table, added, NULL);
  hw_cli_table_add (table, took, NULL);
  hw_cli_table_add (table, description, NULL);
}

static void
print_table (HwCliTerminal *terminal,
             List          *list)
{
  const HwCliColumn columns[] = {
    { _("ID"), TRUE, FALSE, 0 },
    { _("STATE"), FALSE, FALSE, 5 },
    { _("DONE"), TRUE, FALSE, 3 },
    { _("ADDED"), FALSE, FALSE, 1 },
    { _("TIME"), TRUE, FALSE, 2 },
    { _("TASK"), FALSE, TRUE, 4 },
  };
  g_autoptr(HwCliTable) table = hw_cli_table_new (columns, G_N_ELEMENTS (columns));
  g_autofree char *text = NULL;
  gint64 now = g_get_real_time ();

  for (guint i = 0; i < list->tasks->len; i++)
    add_row (table, g_ptr_array_index (list->tasks, i), now);

  text = hw_cli_table_render (table, hw_cli_terminal_get_width (terminal),
                              hw_cli_terminal_has_colour (terminal));
  hw_cli_terminal_print (terminal, text);
  if (list->next != 0 && hw_cli_terminal_has_bar (terminal))
    hw_cli_terminal_say (terminal, _("There are more: see them with --all."));
}

static void
print (HwCliCall *call,
       List      *list)
{
  HwCliTerminal *terminal = hw_cli_call_get_terminal (call);
  g_autoptr(GBytes) json = NULL;

  if (hw_cli_call_get_has_json (call))
    {
      json = hw_task_json_encode_list (list->epoch, list->seq, list->tasks, list->next);
      hw_cli_terminal_print_json (terminal, json);
    }
  else if (list->tasks->len > 0)
    {
      print_table (terminal, list);
    }
  else
    {
      hw_cli_terminal_say (terminal, _("There are no such tasks."));
    }
}

static void on_listed (GObject      *source,
                       GAsyncResult *result,
                       gpointer      user_data);

/* Asks for the next page. @gtask is (transfer full). */
static void
ask_for_page (GTask *gtask)
{
  HwCliCall *call = g_task_get_source_object (gtask);
  List *list = g_task_get_task_data (gtask);

  list->filter->before = list->next;
  list->filter->limit = PAGE_SIZE;
  if (list->limit > 0)
    list->filter->limit = MIN (list->limit - list->tasks->len, PAGE_SIZE);

  hw_cli_client_list_async (hw_cli_call_get_client (call), list->filter,
                            hw_cli_call_get_cancellable (call), on_listed, gtask);
}

static void
on_listed (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  List *list = g_task_get_task_data (gtask);
  GError *error = NULL;
  g_autoptr(HwCliTaskList) answer = NULL;

  answer = hw_cli_client_list_finish (HW_CLI_CLIENT (source), result, &error);
  if (answer == NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  /* What happened since the first page was made, nobody was told: it counts from there. */
  if (list->epoch == 0)
    list->seq = answer->page->seq;
  list->epoch = answer->epoch;
  list->next = answer->page->next;
  for (guint i = 0; i < answer->page->tasks->len; i++)
    g_ptr_array_add (list->tasks, g_object_ref (g_ptr_array_index (answer->page->tasks, i)));

  /* A page may be empty and have a next one. */
  if (list->next != 0 && (list->limit == 0 || list->tasks->len < list->limit))
    {
      ask_for_page (g_steal_pointer (&gtask));
      return;
    }

  print (g_task_get_source_object (gtask), list);
  g_task_return_int (gtask, HW_CLI_EXIT_SUCCESS);
}

const HwCliCommand hw_cli_list = {
  .name = "list",
  .synopsis = N_("[OPTION…]"),
  .summary = N_("List tasks, the newest first"),
  .details = NULL,
  .examples =
    "  headway list\n"
    "  headway list --state Failed --limit 5\n"
    "  headway list --search 'holiday photos'\n"
    "  headway list --all --json | jq '.tasks[].title'\n",
  .needs_daemon = TRUE,
  .own_exit_code = HW_CLI_EXIT_FAILED,
  .parse = parse,
  .free = list_free,
  .run = ask_for_page,
};
