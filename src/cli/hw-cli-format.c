/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-format.h"

#include "hw-cli-i18n.h"
#include "hw-cli-text.h"

#include <math.h>

/* The unit of what is counted in bytes, which people read in powers of ten. */
#define UNIT_BYTES "bytes"

#define SECONDS_A_MINUTE 60
#define SECONDS_AN_HOUR 3600
#define SECONDS_A_DAY 86400

/**
 * hw_cli_format_duration:
 * @microseconds: how long
 *
 * Writes a duration as a clock would: `0:07`, `12:34`, `1:02:03`, and with days before.
 *
 * Returns: (transfer full): the text
 */
char *
hw_cli_format_duration (gint64 microseconds)
{
  gint64 seconds = MAX (microseconds, 0) / G_USEC_PER_SEC;
  int days = (int) MIN (seconds / SECONDS_A_DAY, G_MAXINT);
  int hours = (int) (seconds % SECONDS_A_DAY / SECONDS_AN_HOUR);
  int minutes = (int) (seconds % SECONDS_AN_HOUR / SECONDS_A_MINUTE);
  int rest = (int) (seconds % SECONDS_A_MINUTE);

  /* Translators: days, hours, minutes */
  if (days > 0)
    return g_strdup_printf (_("%dd %d:%02dh"), days, hours, minutes);
  if (hours > 0)
    return g_strdup_printf ("%d:%02d:%02d", hours, minutes, rest);

  return g_strdup_printf ("%d:%02d", minutes, rest);
}

/**
 * hw_cli_format_amount:
 * @amount: how much
 * @unit: (nullable): of what, as a task says it
 *
 * Writes how much of something there is.
 *
 * Returns: (transfer full): the text, clean for a terminal
 */
char *
hw_cli_format_amount (guint64     amount,
                      const char *unit)
{
  g_autofree char *clean = NULL;

  if (g_strcmp0 (unit, UNIT_BYTES) == 0)
    return g_format_size (amount);
  if (unit == NULL || *unit == '\0')
    return g_strdup_printf ("%" G_GUINT64_FORMAT, amount);

  clean = hw_cli_text_clean (unit);

  return g_strdup_printf ("%" G_GUINT64_FORMAT " %s", amount, clean);
}

/**
 * hw_cli_format_part:
 * @done: how much is done
 * @total: how much there is to do
 * @unit: (nullable): of what, as a task says it
 *
 * Writes how much of the whole is done.
 *
 * Returns: (transfer full): the text, clean for a terminal
 */
char *
hw_cli_format_part (guint64     done,
                    guint64     total,
                    const char *unit)
{
  gboolean is_size = g_strcmp0 (unit, UNIT_BYTES) == 0;

  /* Steps and frames have their name once; a size may be of another power. */
  g_autofree char *done_text = hw_cli_format_amount (done, is_size ? unit : NULL);
  g_autofree char *total_text = hw_cli_format_amount (total, unit);

  /* Translators: so much of so much, such as 1.2 GB of 2.0 GB */
  return g_strdup_printf (_("%s of %s"), done_text, total_text);
}

/**
 * hw_cli_format_rate:
 * @rate: how much in a second
 * @unit: (nullable): of what, as a task says it
 *
 * Writes how fast something goes.
 *
 * Returns: (transfer full): the text, clean for a terminal
 */
char *
hw_cli_format_rate (double      rate,
                    const char *unit)
{
  g_autofree char *amount = NULL;
  g_autofree char *clean = NULL;

  if (g_strcmp0 (unit, UNIT_BYTES) == 0)
    {
      amount = g_format_size ((guint64) CLAMP (rate, 0, 1e18));

      /* Translators: an amount in a second, such as 12 MB/s */
      return g_strdup_printf (_("%s/s"), amount);
    }

  clean = hw_cli_text_clean (unit != NULL ? unit : "");
  amount = rate < 10 ? g_strdup_printf ("%.1f", rate) : g_strdup_printf ("%.0f", rate);
  if (*clean == '\0')
    return g_strdup_printf (_("%s/s"), amount);

  /* Translators: how many of what in a second, such as 12 frames/s */
  return g_strdup_printf (_("%s %s/s"), amount, clean);
}

/**
 * hw_cli_format_time:
 * @time: a moment, in microseconds since the Unix epoch
 * @now: the present one
 *
 * Writes when something was, for a person here: the time of today, the date before.
 *
 * Returns: (transfer full): the text
 */
char *
hw_cli_format_time (gint64 time,
                    gint64 now)
{
  g_autoptr(GDateTime) moment = g_date_time_new_from_unix_local (time / G_USEC_PER_SEC);
  g_autoptr(GDateTime) present = g_date_time_new_from_unix_local (now / G_USEC_PER_SEC);

  if (moment == NULL || present == NULL)
    return g_strdup ("");

  if (g_date_time_get_year (moment) == g_date_time_get_year (present) &&
      g_date_time_get_day_of_year (moment) == g_date_time_get_day_of_year (present))
    return g_date_time_format (moment, "%H:%M:%S");

  return g_date_time_format (moment, "%Y-%m-%d %H:%M");
}

/**
 * hw_cli_format_percent:
 * @fraction: how much of the whole
 *
 * Writes a part in percent. Only the whole is 100 %.
 *
 * Returns: (transfer full): the text
 */
char *
hw_cli_format_percent (double fraction)
{
  double percent = floor (CLAMP (fraction, 0, 1) * 100);

  /* Translators: a part of the whole, such as 42 % */
  return g_strdup_printf (_("%d %%"), (int) percent);
}
