/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-command.h"

#include "hw-cli-error.h"
#include "hw-cli-i18n.h"
#include "hw-cli-suggestion.h"
#include "hw-quote.h"

/* What is shown of a word that is no command. In characters. */
#define MAX_SHOWN 32

/* All commands, as a user meets them. */
static const HwCliCommand *const commands[] = {
  &hw_cli_run,
  &hw_cli_add,
  &hw_cli_list,
  &hw_cli_show,
  &hw_cli_watch,
  &hw_cli_log,
  &hw_cli_wait,
  &hw_cli_cancel,
  &hw_cli_pause,
  &hw_cli_resume,
  &hw_cli_retry,
  &hw_cli_open,
  &hw_cli_type,
  &hw_cli_cert,
  &hw_cli_doctor,
  &hw_cli_backup,
  &hw_cli_restore,
  &hw_cli_export,
};

static const char overview_examples[] =
  "  headway run -- rsync -a photos/ backup:photos/\n"
  "  headway add checksum path=big.iso --wait\n"
  "  headway list --state Failed\n"
  "  headway log -f 42\n";

/**
 * hw_cli_command_find:
 * @name: a word
 * @error: return location for a #GError, or %NULL
 *
 * Finds a command by its name.
 *
 * Returns: (transfer none): the command, or %NULL with %HW_CLI_ERROR_USAGE, which names
 *   the one that may have been meant
 */
const HwCliCommand *
hw_cli_command_find (const char *name,
                     GError    **error)
{
  const char *names[G_N_ELEMENTS (commands) + 1] = { NULL };
  g_autofree char *shown = NULL;
  g_autofree char *valid = NULL;
  const char *nearest;

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      if (g_str_equal (commands[i]->name, name))
        return commands[i];

      names[i] = commands[i]->name;
    }

  valid = g_utf8_make_valid (name, -1);
  shown = hw_quote (valid, MAX_SHOWN);
  nearest = hw_cli_suggestion_find (name, names);
  if (nearest != NULL)
    g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE,
                 _("There is no command %s. Did you mean “%s”?"), shown, nearest);
  else
    g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE,
                 _("There is no command %s. See “headway --help”."), shown);

  return NULL;
}

/**
 * hw_cli_command_make_help:
 * @self: a command
 * @options: what its options are
 *
 * Writes the help of a command.
 *
 * Returns: (transfer full): lines
 */
char *
hw_cli_command_make_help (const HwCliCommand *self,
                          const char         *options)
{
  g_autoptr(GString) help = g_string_new (NULL);

  /* Translators: how a command is called follows */
  g_string_append_printf (help, _("Usage: headway %s %s"), self->name,
                          _(self->synopsis));
  g_string_append_printf (help, "\n\n%s\n", _(self->summary));
  if (self->details != NULL)
    g_string_append_printf (help, "\n%s\n", _(self->details));
  g_string_append_printf (help, "\n%s", options);
  g_string_append_printf (help, "%s\n%s", _("Examples:"), self->examples);

  return g_string_free (g_steal_pointer (&help), FALSE);
}

/**
 * hw_cli_command_make_overview:
 * @options: what the options before a command are
 *
 * Writes the help of the whole program.
 *
 * Returns: (transfer full): lines
 */
char *
hw_cli_command_make_overview (const char *options)
{
  g_autoptr(GString) help = g_string_new (NULL);

  g_string_append_printf (help, "%s\n\n", _("Usage: headway [OPTION…] COMMAND …"));
  g_string_append_printf (help, "%s\n\n%s\n",
                          _("Runs long work in the background and tells how it is going."),
                          _("Commands:"));
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_string_append_printf (help, "  %-8s %s\n", commands[i]->name, _(commands[i]->summary));

  g_string_append_printf (help, "\n%s", options);
  g_string_append_printf (help, "%s\n%s\n%s\n", _("Examples:"), overview_examples,
                          _("“headway COMMAND --help” tells more about a command."));

  return g_string_free (g_steal_pointer (&help), FALSE);
}
