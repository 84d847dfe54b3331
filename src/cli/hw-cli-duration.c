/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-duration.h"

#include "hw-cli-error.h"
#include "hw-cli-i18n.h"
#include "hw-quote.h"
#include "hw-task-type.h"

/* What is shown of a word that is no duration. In characters. */
#define MAX_SHOWN 32

/* What may stand behind a number, as for sleep(1) and timeout(1), the longest first. */
static const struct
{
  char suffix;
  guint seconds;
} units[] = {
  { 'd', 24 * 60 * 60 },
  { 'h', 60 * 60 },
  { 'm', 60 },
  { 's', 1 },
};

/* Returns how many seconds one of it has, or 0 if there is no such unit. */
static guint
find_unit (const char *suffix)
{
  if (*suffix == '\0')
    return 1;

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (*suffix == units[i].suffix && suffix[1] == '\0')
      return units[i].seconds;

  return 0;
}

static void
set_error (GError    **error,
           const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *shown = hw_quote (valid, MAX_SHOWN);
  g_autofree char *most = hw_cli_duration_describe (HW_TIMEOUT_MAX);

  g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE,
               _("%s is no time that a task may take. Write a number with s, m, h or d behind "
                 "it, such as 90s or 2h, up to %s."), shown, most);
}

/**
 * hw_cli_duration_parse:
 * @text: what somebody wrote: a whole number, with `s`, `m`, `h` or `d` behind it or not
 * @seconds: (out): how many seconds that is, at least one
 * @error: return location for a #GError, or %NULL
 *
 * Reads how long something may take.
 *
 * Returns: %TRUE, or %FALSE with %HW_CLI_ERROR_USAGE
 */
gboolean
hw_cli_duration_parse (const char *text,
                       guint64    *seconds,
                       GError    **error)
{
  char *suffix = NULL;
  guint64 number = 0;
  guint unit = 0;

  /* No sign and no blank, which the function would take. */
  if (g_ascii_isdigit (*text))
    {
      number = g_ascii_strtoull (text, &suffix, 10);
      unit = find_unit (suffix);
    }

  if (unit == 0 || number == 0 || number > HW_TIMEOUT_MAX / unit)
    {
      set_error (error, text);
      return FALSE;
    }

  *seconds = number * unit;

  return TRUE;
}

/**
 * hw_cli_duration_describe:
 * @seconds: how long something may take
 *
 * Writes a duration as one would say it to hw_cli_duration_parse(): in the longest unit of
 * which it is a whole number.
 *
 * Returns: (transfer full): such as `90s` or `2h`
 */
char *
hw_cli_duration_describe (guint64 seconds)
{
  guint i = 0;

  while (units[i].seconds > 1 && seconds % units[i].seconds != 0)
    i++;

  return g_strdup_printf ("%" G_GUINT64_FORMAT "%c", seconds / units[i].seconds, units[i].suffix);
}
