/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-command.h"
#include "hw-cli-duration.h"
#include "hw-cli-exit-code.h"
#include "hw-cli-format.h"
#include "hw-cli-i18n.h"
#include "hw-cli-task-view.h"
#include "hw-cli-text.h"
#include "hw-error.h"
#include "hw-task-json.h"

/* Looking at several tasks, one after the other. */
typedef struct
{
  GTask *gtask;     /* (owned) */
  GArray *task_ids; /* (unowned) (element-type guint64): the operation has them */
  guint next;
  int exit_code;
} Showing;

static void
showing_free (Showing *showing)
{
  g_clear_object (&showing->gtask);
  g_free (showing);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Showing, showing_free)

static gpointer
parse (HwCliCall *call,
       char    ***arguments,
       GError   **error)
{
  if (!hw_cli_call_parse (call, NULL, FALSE, arguments, error))
    return NULL;

  return hw_cli_call_parse_ids (*arguments, error);
}

/* A line with a name and a value; none if there is no value. */
static void
append_line (GString    *text,
             const char *name,
             const char *value)
{
  g_autofree char *label = g_strconcat (name, ":", NULL);
  g_autofree char *clean = NULL;
  int padding;

  if (value == NULL || *value == '\0')
    return;

  clean = hw_cli_text_clean (value);
  padding = MAX (12 - (int) hw_cli_text_get_width (label), 1);
  g_string_append_printf (text, "%s%*s%s\n", label, padding, "", clean);
}

static void
append_time (GString    *text,
             const char *name,
             HwTask     *task,
             HwTaskField field)
{
  GVariant *value = hw_task_get_field (task, field);
  g_autofree char *time = value != NULL
                          ? hw_cli_format_time (g_variant_get_int64 (value), g_get_real_time ())
                          : NULL;

  append_line (text, name, time);
}

/* Everything that has no line of its own: a dictionary's parts. */
static void
append_dictionary (GString    *text,
                   const char *name,
                   GVariant   *dictionary)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  if (dictionary == NULL)
    return;

  g_variant_iter_init (&iter, dictionary);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      g_autofree char *printed = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
                                 ? g_variant_dup_string (value, NULL)
                                 : g_variant_print (value, FALSE);
      g_autofree char *part = g_strdup_printf ("%s = %s", key, printed);

      append_line (text, name, part);
      g_variant_unref (value);
    }
}

static char *
make_progress (HwTask *task)
{
  GVariant *progress = hw_task_get_field (task, HW_TASK_FIELD_PROGRESS);
  GVariant *done = hw_task_get_field (task, HW_TASK_FIELD_DONE);
  GVariant *total = hw_task_get_field (task, HW_TASK_FIELD_TOTAL);
  const char *unit = hw_task_get_string (task, HW_TASK_FIELD_UNIT);
  g_autofree char *percent = NULL;
  g_autofree char *part = NULL;

  if (progress == NULL)
    return NULL;

  percent = hw_cli_format_percent (g_variant_get_double (progress));
  if (done == NULL || total == NULL || g_variant_get_uint64 (total) == 0)
    return g_steal_pointer (&percent);

  part = hw_cli_format_part (g_variant_get_uint64 (done), g_variant_get_uint64 (total), unit);

  return g_strdup_printf ("%s (%s)", percent, part);
}

static char *
make_state (HwTask *task)
{
  const char *state = hw_cli_task_view_get_state (task);
  const char *activity = hw_task_get_string (task, HW_TASK_FIELD_ACTIVITY);
  const char *result = hw_task_get_string (task, HW_TASK_FIELD_RESULT);

  if (activity != NULL)
    return g_strdup_printf ("%s (%s)", state, hw_cli_task_view_name_activity (activity));
  if (hw_task_get_state (task) == HW_TASK_STATE_FAILED && result != NULL)
    return g_strdup_printf ("%s (%s)", state, result);

  return g_strdup (state);
}

static void
append_ending (GString *text,
               HwTask  *task)
{
  GVariant *exit_code = hw_task_get_field (task, HW_TASK_FIELD_EXIT_CODE);
  GVariant *output_size = hw_task_get_field (task, HW_TASK_FIELD_OUTPUT_SIZE);
  gint64 duration = hw_cli_task_view_get_duration (task, g_get_real_time ());
  g_autofree char *code = exit_code != NULL
                          ? g_strdup_printf ("%d", g_variant_get_int32 (exit_code)) : NULL;
  g_autofree char *took = duration >= 0 ? hw_cli_format_duration (duration) : NULL;
  g_autofree char *output = output_size != NULL && g_variant_get_uint64 (output_size) > 0
                            ? g_format_size (g_variant_get_uint64 (output_size)) : NULL;

  append_line (text, _("Error"), hw_task_get_string (task, HW_TASK_FIELD_ERROR));
  append_line (text, _("Exit code"), code);
  append_line (text, _("Signal"), hw_task_get_string (task, HW_TASK_FIELD_SIGNAL));
  append_dictionary (text, _("Value"), hw_task_get_field (task, HW_TASK_FIELD_VALUE));
  append_time (text, _("Added"), task, HW_TASK_FIELD_CREATED_AT);
  append_time (text, _("Started"), task, HW_TASK_FIELD_STARTED_AT);
  append_time (text, _("Ended"), task, HW_TASK_FIELD_ENDED_AT);
  append_line (text, _("Time"), took);
  append_line (text, _("Output"), output);
}

static char *
make_timeout (HwTask *task)
{
  GVariant *timeout = hw_task_get_field (task, HW_TASK_FIELD_TIMEOUT);

  return timeout != NULL ? hw_cli_duration_describe (g_variant_get_uint64 (timeout)) : NULL;
}

static char *
make_text (HwTask *task)
{
  g_autoptr(GString) text = g_string_new (NULL);
  g_autofree char *id = g_strdup_printf ("%" G_GUINT64_FORMAT, hw_task_get_id (task));
  g_autofree char *attempt = g_strdup_printf ("%u", hw_task_get_attempt (task));
  g_autofree char *priority = g_strdup_printf ("%d", hw_task_get_priority (task));
  g_autofree char *state = make_state (task);
  g_autofree char *progress = make_progress (task);
  g_autofree char *timeout = make_timeout (task);
  const char *containment = hw_task_get_string (task, HW_TASK_FIELD_CONTAINMENT);

  append_line (text, _("Task"), id);
  append_line (text, _("Title"), hw_task_get_string (task, HW_TASK_FIELD_TITLE));
  append_line (text, _("Type"), hw_task_get_string (task, HW_TASK_FIELD_TYPE));
  append_line (text, _("State"), state);
  append_line (text, _("Progress"), progress);
  append_line (text, _("Message"), hw_task_get_string (task, HW_TASK_FIELD_MESSAGE));
  append_ending (text, task);
  append_line (text, _("Attempt"), attempt);
  append_line (text, _("Timeout"), timeout);
  append_line (text, _("Held by"), containment);
  if (hw_task_get_priority (task) != 0)
    append_line (text, _("Priority"), priority);
  append_line (text, _("Owner"), hw_task_get_string (task, HW_TASK_FIELD_OWNER));
  append_dictionary (text, _("Parameter"), hw_task_get_field (task, HW_TASK_FIELD_PARAMETERS));

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
print (HwCliCall *call,
       HwTask    *task,
       gboolean   is_first)
{
  HwCliTerminal *terminal = hw_cli_call_get_terminal (call);
  g_autoptr(GBytes) json = NULL;
  g_autofree char *text = NULL;

  if (hw_cli_call_get_has_json (call))
    {
      json = hw_task_json_encode_task (task);
      hw_cli_terminal_print_json (terminal, json);
      return;
    }

  if (!is_first)
    hw_cli_terminal_print (terminal, "\n");
  text = make_text (task);
  hw_cli_terminal_print (terminal, text);
}

static void on_task_got (GObject      *source,
                         GAsyncResult *result,
                         gpointer      user_data);

/* @showing is (transfer full). */
static void
show_next (Showing *showing)
{
  g_autoptr(Showing) owned = showing;
  HwCliCall *call = g_task_get_source_object (showing->gtask);

  if (showing->next == showing->task_ids->len)
    {
      g_task_return_int (showing->gtask, showing->exit_code);
      return;
    }

  hw_cli_client_get_task_async (hw_cli_call_get_client (call),
                                g_array_index (showing->task_ids, guint64, showing->next),
                                hw_cli_call_get_cancellable (call), on_task_got,
                                g_steal_pointer (&owned));
}

static void
on_task_got (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(Showing) showing = user_data;
  HwCliCall *call = g_task_get_source_object (showing->gtask);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = hw_cli_client_task_finish (HW_CLI_CLIENT (source), result, &error);

  if (task == NULL && error->domain != HW_ERROR)
    {
      g_task_return_error (showing->gtask, g_steal_pointer (&error));
      return;
    }

  if (task != NULL)
    {
      print (call, task, showing->next == 0);
    }
  else
    {
      showing->exit_code = HW_CLI_EXIT_FAILED;
      hw_cli_terminal_say (hw_cli_call_get_terminal (call), "%s", error->message);
    }

  showing->next++;
  show_next (g_steal_pointer (&showing));
}

static void
start (GTask *gtask)
{
  Showing *showing = g_new0 (Showing, 1);

  showing->gtask = gtask;
  showing->task_ids = g_task_get_task_data (gtask);
  showing->exit_code = HW_CLI_EXIT_SUCCESS;

  show_next (showing);
}

const HwCliCommand hw_cli_show = {
  .name = "show",
  .synopsis = N_("ID… [OPTION…]"),
  .summary = N_("Tell all that is known of tasks"),
  .details = NULL,
  .examples =
    "  headway show 42\n"
    "  headway show 42 --json | jq .error\n",
  .needs_daemon = TRUE,
  .own_exit_code = HW_CLI_EXIT_FAILED,
  .parse = parse,
  .free = (GDestroyNotify) g_array_unref,
  .run = start,
};
