/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-caller.h"

#include "hw-cli-error.h"
#include "hw-cli-i18n.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where somebody stands who wants a command to run: its folder, its environment and its
 * umask, so that the command finds what it would find if it were run directly.
 */

/* Of the whole process, but there is one thread yet. */
static int
get_umask (void)
{
  mode_t mask = umask (0);

  umask (mask);

  return (int) mask;
}

/* What is not UTF-8 cannot be told: JSON has no other text. Returns (transfer floating). */
static GVariant *
make_environment (char **left_out)
{
  g_auto(GStrv) environment = g_get_environ ();
  g_auto(GVariantDict) variables = G_VARIANT_DICT_INIT (NULL);
  g_autoptr(GString) names = g_string_new (NULL);

  for (guint i = 0; environment[i] != NULL; i++)
    {
      char *equals = strchr (environment[i], '=');

      if (equals == NULL || equals == environment[i])
        continue;

      *equals = '\0';
      if (g_utf8_validate (environment[i], -1, NULL) && g_utf8_validate (equals + 1, -1, NULL))
        g_variant_dict_insert (&variables, environment[i], "s", equals + 1);
      else
        g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", environment[i]);
    }

  *left_out = names->len > 0 ? g_strdup (names->str) : NULL;

  return g_variant_dict_end (&variables);
}

static gboolean
check_argv (const char *const *argv,
            GError           **error)
{
  for (guint i = 0; argv[i] != NULL; i++)
    if (!g_utf8_validate (argv[i], -1, NULL))
      {
        g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE,
                     _("Argument %u of the command is not UTF-8, and a task can only be told "
                       "UTF-8. Give the file another name, or a link to it."), i);
        return FALSE;
      }

  return TRUE;
}

/**
 * hw_cli_caller_describe:
 * @argv: (array zero-terminated=1): the command
 * @left_out: (out) (nullable) (transfer full): the names of variables that cannot be told
 * @error: return location for a #GError, or %NULL
 *
 * Describes a command as its caller would run it.
 *
 * Returns: (transfer full): parameters of the task type `command`, an `a{sv}`; or %NULL
 */
GVariant *
hw_cli_caller_describe (const char *const *argv,
                        char             **left_out,
                        GError           **error)
{
  g_auto(GVariantDict) parameters = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *folder = getcwd (NULL, 0);

  *left_out = NULL;
  if (folder == NULL || !g_utf8_validate (folder, -1, NULL))
    {
      g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE,
                   _("The folder you are in cannot be told to a task: %s. Go to another one."),
                   folder == NULL ? g_strerror (errno) : _("its name is not UTF-8"));
      return NULL;
    }

  if (!check_argv (argv, error))
    return NULL;

  g_variant_dict_insert (&parameters, "argv", "^as", argv);
  g_variant_dict_insert (&parameters, "cwd", "s", folder);
  g_variant_dict_insert (&parameters, "umask", "x", (gint64) get_umask ());
  g_variant_dict_insert_value (&parameters, "env", make_environment (left_out));

  return g_variant_ref_sink (g_variant_dict_end (&parameters));
}

/**
 * hw_cli_caller_has_input:
 *
 * Tells whether something waits to be read from the standard input, which a task does not get.
 * What is typed into a terminal is meant for whoever comes next.
 *
 * Returns: %TRUE if a file or a pipe has more to give
 */
gboolean
hw_cli_caller_has_input (void)
{
  int n_bytes = 0;

  return !isatty (STDIN_FILENO) && ioctl (STDIN_FILENO, FIONREAD, &n_bytes) == 0 && n_bytes > 0;
}
