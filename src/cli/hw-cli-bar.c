/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-bar.h"

#include "hw-cli-format.h"
#include "hw-cli-i18n.h"
#include "hw-cli-text.h"

/* Fewer cells than this show nothing, and more only make the eye travel. */
#define MIN_CELLS 8
#define MAX_CELLS 40

/* Enough of a title to know it again. */
#define TITLE_WIDTH 28

/* Less than this is left out rather than cut to a stump. */
#define MIN_TEXT_WIDTH 8

#define COLOUR_DONE "\033[36m"
#define COLOUR_FAINT "\033[2m"
#define COLOUR_END "\033[0m"

/* The parts of a line, as they stand in it. */
typedef enum
{
  PART_ID,
  PART_TITLE,
  PART_BAR,
  PART_PERCENT,
  PART_AMOUNT,
  PART_RATE,
  PART_REMAINING,
  PART_STATE,
  PART_ELAPSED,
  PART_MESSAGE,
} Part;

#define N_PARTS (PART_MESSAGE + 1)

/* What is left out first where there is no room. The last stays. */
static const Part dispensable[] = {
  PART_AMOUNT, PART_RATE, PART_TITLE, PART_ELAPSED, PART_MESSAGE, PART_REMAINING, PART_BAR,
  PART_ID, PART_STATE,
};

/* The eighths of a cell, the first of which is empty. */
static const char *const eighths[] = { " ", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };

static char *
make_amount (const HwCliBar *bar)
{
  if (bar->total > 0)
    return hw_cli_format_part (bar->done, bar->total, bar->unit);

  return bar->done > 0 ? hw_cli_format_amount (bar->done, bar->unit) : NULL;
}

static char *
make_remaining (const HwCliBar *bar)
{
  g_autofree char *duration = NULL;

  if (bar->remaining < 0)
    return NULL;

  duration = hw_cli_format_duration (bar->remaining);

  /* Translators: a duration, such as 0:07 */
  return g_strdup_printf (_("%s left"), duration);
}

/* Makes all parts but the bar itself; one that is not known stays NULL. */
static void
make_parts (const HwCliBar *bar,
            char           *parts[N_PARTS])
{
  gboolean has_progress = bar->progress >= 0;

  parts[PART_ID] = g_strdup_printf ("#%" G_GUINT64_FORMAT, bar->task_id);
  if (bar->title != NULL && *bar->title != '\0')
    {
      g_autofree char *clean = hw_cli_text_clean (bar->title);

      parts[PART_TITLE] = hw_cli_text_fit (clean, TITLE_WIDTH);
    }

  if (has_progress)
    {
      g_autofree char *percent = hw_cli_format_percent (bar->progress);

      parts[PART_PERCENT] = g_strdup_printf ("%5s", percent);
    }
  if (!has_progress || bar->is_busy)
    parts[PART_STATE] = g_strdup (bar->state);
  else
    parts[PART_REMAINING] = make_remaining (bar);

  parts[PART_AMOUNT] = make_amount (bar);
  if (bar->rate >= 0 && !bar->is_busy)
    parts[PART_RATE] = hw_cli_format_rate (bar->rate, bar->unit);
  if (parts[PART_REMAINING] == NULL)
    parts[PART_ELAPSED] = hw_cli_format_duration (bar->elapsed);
  if (bar->message != NULL && *bar->message != '\0')
    parts[PART_MESSAGE] = hw_cli_text_clean (bar->message);
}

/* A message takes what is left, so it counts as little as it needs to be of use. */
static gsize
get_least_width (char *const parts[N_PARTS],
                 Part        part,
                 gboolean    has_bar)
{
  if (part == PART_BAR)
    return has_bar ? MIN_CELLS + 2 + 1 : 0;
  if (parts[part] == NULL)
    return 0;
  if (part == PART_MESSAGE)
    return MIN (hw_cli_text_get_width (parts[part]), MIN_TEXT_WIDTH) + 1;

  return hw_cli_text_get_width (parts[part]) + 1;
}

/* What the parts need at least, with a column between two. */
static gsize
sum_widths (char *const parts[N_PARTS],
            gboolean    has_bar)
{
  gsize width = 0;

  for (guint i = 0; i < N_PARTS; i++)
    width += get_least_width (parts, (Part) i, has_bar);

  return width > 0 ? width - 1 : 0;
}

static void
append_cells (GString             *line,
              double               progress,
              guint                n_cells,
              const HwCliBarStyle *style)
{
  guint n_eighths = (guint) (CLAMP (progress, 0, 1) * n_cells * G_N_ELEMENTS (eighths));
  guint n_full = n_eighths / G_N_ELEMENTS (eighths);

  g_string_append (line, style->has_unicode ? "▕" : "[");
  if (style->has_colour)
    g_string_append (line, COLOUR_DONE);

  for (guint i = 0; i < n_full; i++)
    g_string_append (line, style->has_unicode ? "█" : "#");
  if (n_full < n_cells)
    g_string_append (line, style->has_unicode ? eighths[n_eighths % G_N_ELEMENTS (eighths)] : "-");
  for (guint i = n_full + 1; i < n_cells; i++)
    g_string_append (line, style->has_unicode ? " " : "-");

  if (style->has_colour)
    g_string_append (line, COLOUR_END);
  g_string_append (line, style->has_unicode ? "▏" : "]");
}

static void
append_part (GString             *line,
             const char          *text,
             Part                 part,
             const HwCliBarStyle *style)
{
  gboolean is_faint = style->has_colour && (part == PART_ID || part == PART_MESSAGE);

  if (is_faint)
    g_string_append (line, COLOUR_FAINT);
  g_string_append (line, text);
  if (is_faint)
    g_string_append (line, COLOUR_END);
}

/* Puts the parts that are left together. @free is how many columns nobody needs: the bar takes
 * them, then the message.
 */
static char *
join_parts (const HwCliBar      *bar,
            const HwCliBarStyle *style,
            char *const          parts[N_PARTS],
            gboolean             has_bar,
            gsize                spare)
{
  g_autoptr(GString) line = g_string_new (NULL);
  guint n_cells = has_bar ? (guint) MIN (MIN_CELLS + spare, MAX_CELLS) : 0;

  if (has_bar)
    spare -= n_cells - MIN_CELLS;

  for (guint i = 0; i < N_PARTS; i++)
    {
      g_autofree char *fitting = NULL;

      if (i == PART_BAR ? !has_bar : parts[i] == NULL)
        continue;

      if (line->len > 0)
        g_string_append_c (line, ' ');
      if (i == PART_BAR)
        {
          append_cells (line, bar->progress, n_cells, style);
          continue;
        }

      if (i == PART_MESSAGE)
        fitting = hw_cli_text_fit (parts[i],
                                   get_least_width (parts, PART_MESSAGE, FALSE) - 1 + spare);
      append_part (line, fitting != NULL ? fitting : parts[i], (Part) i, style);
    }

  return g_string_free (g_steal_pointer (&line), FALSE);
}

/**
 * hw_cli_bar_render:
 * @bar: what to say
 * @style: how
 *
 * Writes a line about a running task that is never longer than the terminal is wide:
 * where there is no room, the least important is left out.
 *
 * Returns: (transfer full): the line, clean for a terminal, without its end
 */
char *
hw_cli_bar_render (const HwCliBar      *bar,
                   const HwCliBarStyle *style)
{
  char *parts[N_PARTS] = { NULL };
  gboolean has_bar = bar->progress >= 0;
  g_autofree char *line = NULL;
  gsize width;

  make_parts (bar, parts);

  for (guint i = 0; i < G_N_ELEMENTS (dispensable); i++)
    {
      if (sum_widths (parts, has_bar) <= style->width)
        break;

      if (dispensable[i] == PART_BAR)
        has_bar = FALSE;
      g_clear_pointer (&parts[dispensable[i]], g_free);
    }

  width = sum_widths (parts, has_bar);
  if (width <= style->width)
    line = join_parts (bar, style, parts, has_bar, style->width - width);
  else
    line = g_strdup ("");

  for (guint i = 0; i < N_PARTS; i++)
    g_free (parts[i]);

  return g_steal_pointer (&line);
}
