/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-command.h"
#include "hw-cli-exit-code.h"
#include "hw-cli-i18n.h"
#include "hw-cli-table.h"
#include "hw-cli-text.h"
#include "hw-cli-types.h"

#include <math.h>

/* What `headway type` is to do. */
typedef struct
{
  char *name; /* (owned) (nullable): all if there is none */
} Type;

static void
type_free (gpointer data)
{
  Type *type = data;

  g_clear_pointer (&type->name, g_free);
  g_free (type);
}

static gpointer
parse (HwCliCall *call,
       char    ***arguments,
       GError   **error)
{
  Type *type;

  if (!hw_cli_call_parse (call, NULL, FALSE, arguments, error))
    return NULL;

  if (**arguments != NULL && (*arguments)[1] != NULL &&
      !hw_cli_call_check_no_words (*arguments + 1, error))
    return NULL;

  type = g_new0 (Type, 1);
  type->name = **arguments != NULL ? g_strdup ((*arguments)[1]) : NULL;

  return type;
}

/* What a value of a parameter looks like in a shell. */
static const char *
describe_kind (const HwParameter *parameter)
{
  switch (parameter->kind)
    {
    case HW_PARAMETER_KIND_PATH:
      return _("path");

    case HW_PARAMETER_KIND_INTEGER:
      return _("whole number");

    case HW_PARAMETER_KIND_NUMBER:
      return _("number");

    case HW_PARAMETER_KIND_BOOLEAN:
      return _("yes or no");

    case HW_PARAMETER_KIND_STRINGS:
      return _("texts, several times");

    case HW_PARAMETER_KIND_ENVIRONMENT:
      return _("NAME=VALUE, several times");

    case HW_PARAMETER_KIND_STRING:
    default:
      return _("text");
    }
}

/* What a value may be, beyond its kind. Returns (transfer full) (nullable). */
static char *
describe_range (const HwParameter *parameter)
{
  if (parameter->choices != NULL)
    return g_strjoinv (", ", parameter->choices);
  if (isfinite (parameter->minimum) && isfinite (parameter->maximum))
    return g_strdup_printf (_("from %.16g to %.16g"), parameter->minimum, parameter->maximum);
  if (isfinite (parameter->minimum))
    return g_strdup_printf (_("at least %.16g"), parameter->minimum);
  if (isfinite (parameter->maximum))
    return g_strdup_printf (_("at most %.16g"), parameter->maximum);

  return NULL;
}

static char *
describe_default (const HwParameter *parameter)
{
  g_autofree char *value = NULL;

  if (parameter->is_required)
    return g_strdup (_("must be given"));
  if (parameter->default_value == NULL)
    return NULL;

  value = g_variant_is_of_type (parameter->default_value, G_VARIANT_TYPE_STRING)
          ? g_variant_dup_string (parameter->default_value, NULL)
          : g_variant_print (parameter->default_value, FALSE);

  return g_strdup_printf (_("%s if not given"), value);
}

static void
print_parameters (HwCliTerminal *terminal,
                  HwOfferedType *type)
{
  const HwCliColumn columns[] = {
    { _("PARAMETER"), FALSE, FALSE, 0 },
    { _("VALUE"), FALSE, FALSE, 0 },
    { _("WHAT IT IS"), FALSE, TRUE, 1 },
  };
  g_autoptr(HwCliTable) table = hw_cli_table_new (columns, G_N_ELEMENTS (columns));
  g_autofree char *text = NULL;

  for (guint i = 0; i < type->parameters->len; i++)
    {
      const HwParameter *parameter = g_ptr_array_index (type->parameters, i);
      g_autofree char *range = describe_range (parameter);
      g_autofree char *otherwise = describe_default (parameter);
      g_autofree char *value = g_strdup_printf ("%s%s%s%s%s", describe_kind (parameter),
                                                range != NULL ? ", " : "",
                                                range != NULL ? range : "",
                                                otherwise != NULL ? "; " : "",
                                                otherwise != NULL ? otherwise : "");

      hw_cli_table_add (table, parameter->name, NULL);
      hw_cli_table_add (table, value, NULL);
      hw_cli_table_add (table, parameter->description != NULL ? parameter->description
                                                              : parameter->title, NULL);
    }

  text = hw_cli_table_render (table, hw_cli_terminal_get_width (terminal),
                              hw_cli_terminal_has_colour (terminal));
  hw_cli_terminal_print (terminal, text);
}

static void
print_type (HwCliTerminal *terminal,
            HwOfferedType *type)
{
  g_autofree char *title = hw_cli_text_clean (type->title);
  g_autofree char *description = type->description != NULL
                                 ? hw_cli_text_clean (type->description) : g_strdup ("");
  g_autofree char *head = g_strdup_printf ("%s: %s\n\n", title, description);

  hw_cli_terminal_print (terminal, head);
  if (type->parameters->len > 0)
    print_parameters (terminal, type);
  else
    hw_cli_terminal_print (terminal, _("It has no parameters.\n"));
}

static void
print_list (HwCliTerminal *terminal,
            GPtrArray     *types)
{
  const HwCliColumn columns[] = {
    { _("TYPE"), FALSE, FALSE, 0 },
    { _("WHAT IT DOES"), FALSE, TRUE, 1 },
  };
  g_autoptr(HwCliTable) table = hw_cli_table_new (columns, G_N_ELEMENTS (columns));
  g_autofree char *text = NULL;

  for (guint i = 0; i < types->len; i++)
    {
      HwOfferedType *type = g_ptr_array_index (types, i);

      hw_cli_table_add (table, type->name, NULL);
      hw_cli_table_add (table, type->description != NULL ? type->description : type->title, NULL);
    }

  text = hw_cli_table_render (table, hw_cli_terminal_get_width (terminal),
                              hw_cli_terminal_has_colour (terminal));
  hw_cli_terminal_print (terminal, text);
}

static void
on_types_listed (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwCliCall *call = g_task_get_source_object (gtask);
  HwCliTerminal *terminal = hw_cli_call_get_terminal (call);
  Type *asked = g_task_get_task_data (gtask);
  GError *error = NULL;
  g_autoptr(GBytes) json = NULL;
  g_autoptr(GPtrArray) types = NULL;
  HwOfferedType *type = NULL;

  types = hw_cli_client_list_types_finish (HW_CLI_CLIENT (source), result, &json, &error);
  if (types != NULL && asked->name != NULL)
    type = hw_cli_types_find (types, asked->name, &error);

  if (error != NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  if (hw_cli_call_get_has_json (call))
    hw_cli_terminal_print_json (terminal, json);
  else if (type != NULL)
    print_type (terminal, type);
  else
    print_list (terminal, types);

  g_task_return_int (gtask, HW_CLI_EXIT_SUCCESS);
}

static void
start (GTask *gtask)
{
  HwCliCall *call = g_task_get_source_object (gtask);

  hw_cli_client_list_types_async (hw_cli_call_get_client (call),
                                  hw_cli_call_get_cancellable (call), on_types_listed, gtask);
}

const HwCliCommand hw_cli_type = {
  .name = "type",
  .synopsis = N_("[TYPE] [OPTION…]"),
  .summary = N_("List the kinds of tasks, or what one of them takes"),
  .details = N_("With --json, all of them are printed, with a JSON Schema of their parameters."),
  .examples =
    "  headway type\n"
    "  headway type checksum\n",
  .needs_daemon = TRUE,
  .own_exit_code = HW_CLI_EXIT_FAILED,
  .parse = parse,
  .free = type_free,
  .run = start,
};
