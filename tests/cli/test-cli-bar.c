/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-bar.h"
#include "hw-cli-rate.h"
#include "hw-cli-table.h"
#include "hw-cli-text.h"

#include <string.h>

static const HwCliBar whole = {
  .task_id = 42,
  .title = "Checksum of big.iso",
  .state = "Processing",
  .message = "Reading",
  .progress = 0.5,
  .unit = "steps",
  .done = 5,
  .total = 10,
  .rate = 2,
  .remaining = 65 * G_USEC_PER_SEC,
  .elapsed = 5 * G_USEC_PER_SEC,
};

static void
test_cli_bar_has_everything_where_there_is_room (void)
{
  const HwCliBarStyle style = { .width = 120, .has_unicode = TRUE };
  g_autofree char *line = hw_cli_bar_render (&whole, &style);

  g_assert_cmpstr (line, ==,
                   "#42 Checksum of big.iso ▕████████████████████                    ▏  50 % "
                   "5 of 10 steps 2.0 steps/s 1:05 left Reading");
}

static void
test_cli_bar_leaves_out_the_least_important_first (void)
{
  static const struct
  {
    guint width;
    const char *line;
  } cases[] = {
    { 70, "#42 Checksum of big.iso [####----]  50 % 2.0 steps/s 1:05 left Reading" },
    { 50, "#42 [##########----------]  50 % 1:05 left Reading" },
    { 30, "#42 [####----]  50 % 1:05 left" },
    { 20, "#42 [####----]  50 %" },
    { 9, "#42  50 %" },
    { 5, " 50 %" },
    { 3, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const HwCliBarStyle style = { .width = cases[i].width };
      g_autofree char *line = hw_cli_bar_render (&whole, &style);

      g_assert_cmpstr (line, ==, cases[i].line);
    }
}

/* Test that a task that stands still has no speed and no end in sight, and says so. */
static void
test_cli_bar_says_that_a_task_is_paused (void)
{
  static const struct
  {
    guint width;
    const char *line;
  } cases[] = {
    { 70, "#42 Checksum of big.iso [#########---------]  50 % paused 0:05 Reading" },
    { 30, "#42 [#####------]  50 % paused" },
    { 13, " 50 % paused" },
    { 12, " 50 % paused" },
    { 11, " 50 %" },
  };
  HwCliBar paused = whole;

  paused.state = "paused";
  paused.is_busy = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const HwCliBarStyle style = { .width = cases[i].width };
      g_autofree char *line = hw_cli_bar_render (&paused, &style);

      g_assert_cmpstr (line, ==, cases[i].line);
    }
}

/* Test that no line is longer than there is room, of whatever is known. */
static void
test_cli_bar_is_never_too_wide (void)
{
  for (guint known = 0; known < 64; known++)
    for (guint width = 0; width < 160; width++)
      {
        const HwCliBarStyle style = { .width = width, .has_unicode = width % 2 == 0 };
        HwCliBar bar = whole;
        g_autofree char *line = NULL;

        bar.title = known & 1 ? "漢字 a long title that is cut somewhere" : NULL;
        bar.message = known & 2 ? "a message that goes on and on and on \033[31m" : NULL;
        bar.progress = known & 4 ? 0.999 : -1;
        bar.remaining = known & 8 ? bar.remaining : -1;
        bar.rate = known & 16 ? 1e12 : -1;
        bar.total = known & 32 ? G_MAXUINT64 : 0;
        line = hw_cli_bar_render (&bar, &style);

        g_assert_cmpuint (hw_cli_text_get_width (line), <=, width);
        g_assert_null (strchr (line, '\033'));
      }
}

static void
test_cli_bar_without_progress_tells_the_state (void)
{
  const HwCliBarStyle style = { .width = 60, .has_unicode = TRUE };
  HwCliBar bar = whole;
  g_autofree char *line = NULL;

  bar.progress = -1;
  bar.done = bar.total = 0;
  bar.rate = -1;
  line = hw_cli_bar_render (&bar, &style);

  g_assert_cmpstr (line, ==, "#42 Checksum of big.iso Processing 0:05 Reading");
}

static void
test_cli_bar_fills_by_eighths_of_a_cell (void)
{
  const HwCliBarStyle style = { .width = 20, .has_unicode = TRUE };
  static const struct
  {
    double progress;
    const char *cells;
  } cases[] = {
    { 0, "▕        ▏" }, { 0.02, "▕▏       ▏" }, { 0.5, "▕████    ▏" },
    { 0.99, "▕███████▉▏" }, { 1, "▕████████▏" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const HwCliBar bar = { .task_id = 42, .state = "", .progress = cases[i].progress,
                             .rate = -1, .remaining = 0 };
      g_autofree char *line = hw_cli_bar_render (&bar, &style);

      g_assert_nonnull (strstr (line, cases[i].cells));
    }
}

static void
test_cli_rate_is_what_was_done_in_a_second (void)
{
  HwCliRate rate;

  hw_cli_rate_init (&rate);
  g_assert_cmpfloat (hw_cli_rate_get (&rate), <, 0);
  for (guint i = 0; i < 60; i++)
    hw_cli_rate_add (&rate, (gint64) i * G_USEC_PER_SEC, i * 100);

  g_assert_cmpfloat_with_epsilon (hw_cli_rate_get (&rate), 100, 1e-6);
  g_assert_cmpint (hw_cli_rate_get_remaining (&rate, 59 * G_USEC_PER_SEC, 6900), ==,
                   10 * G_USEC_PER_SEC);
  g_assert_cmpint (hw_cli_rate_get_remaining (&rate, 62 * G_USEC_PER_SEC, 6900), ==,
                   7 * G_USEC_PER_SEC);
}

static void
test_cli_rate_follows_what_happens_without_a_jump (void)
{
  HwCliRate rate;

  hw_cli_rate_init (&rate);
  hw_cli_rate_add (&rate, 0, 0);
  hw_cli_rate_add (&rate, G_USEC_PER_SEC, 100);
  hw_cli_rate_add (&rate, 2 * G_USEC_PER_SEC, 1100);

  g_assert_cmpfloat (hw_cli_rate_get (&rate), >, 100);
  g_assert_cmpfloat (hw_cli_rate_get (&rate), <, 500);
}

static void
test_cli_rate_does_not_guess (void)
{
  HwCliRate rate;

  hw_cli_rate_init (&rate);
  hw_cli_rate_add (&rate, 0, 10);
  hw_cli_rate_add (&rate, 1, 20);
  g_assert_cmpfloat (hw_cli_rate_get (&rate), <, 0);
  g_assert_cmpint (hw_cli_rate_get_remaining (&rate, 1, 100), ==, -1);

  /* Another attempt begins anew. */
  hw_cli_rate_add (&rate, G_USEC_PER_SEC, 50);
  hw_cli_rate_add (&rate, 2 * G_USEC_PER_SEC, 0);
  g_assert_cmpfloat (hw_cli_rate_get (&rate), <, 0);

  /* A standstill never ends, as far as anybody knows. */
  hw_cli_rate_add (&rate, 3 * G_USEC_PER_SEC, 0);
  g_assert_cmpint (hw_cli_rate_get_remaining (&rate, 3 * G_USEC_PER_SEC, 100), ==, -1);
}

static const HwCliColumn columns[] = {
  { "ID", TRUE, FALSE },
  { "STATE", FALSE, FALSE },
  { "TASK", FALSE, TRUE },
};

static HwCliTable *
make_table (void)
{
  HwCliTable *table = hw_cli_table_new (columns, G_N_ELEMENTS (columns));
  const char *const cells[] = {
    "7", "Completed", "short",
    "12345", "Failed", "a title that is long \033[31m",
  };

  for (guint i = 0; i < G_N_ELEMENTS (cells); i++)
    hw_cli_table_add (table, cells[i], i == 1 ? "\033[32m" : NULL);

  return table;
}

static void
test_cli_table_aligns_its_columns (void)
{
  g_autoptr(HwCliTable) table = make_table ();
  g_autofree char *text = hw_cli_table_render (table, 0, FALSE);

  g_assert_cmpstr (text, ==,
                   "   ID  STATE      TASK\n"
                   "    7  Completed  short\n"
                   "12345  Failed     a title that is long ␛[31m\n");
}

static void
test_cli_table_cuts_the_elastic_column (void)
{
  g_autoptr(HwCliTable) table = make_table ();
  g_autofree char *text = hw_cli_table_render (table, 31, TRUE);

  g_assert_cmpstr (text, ==,
                   "   \033[1mID\033[0m  \033[1mSTATE\033[0m      \033[1mTASK\033[0m\n"
                   "    7  \033[32mCompleted\033[0m  short\n"
                   "12345  Failed     a title that…\n");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cli-bar/has-everything-where-there-is-room",
                   test_cli_bar_has_everything_where_there_is_room);
  g_test_add_func ("/cli-bar/leaves-out-the-least-important-first",
                   test_cli_bar_leaves_out_the_least_important_first);
  g_test_add_func ("/cli-bar/says-that-a-task-is-paused", test_cli_bar_says_that_a_task_is_paused);
  g_test_add_func ("/cli-bar/is-never-too-wide", test_cli_bar_is_never_too_wide);
  g_test_add_func ("/cli-bar/without-progress-tells-the-state",
                   test_cli_bar_without_progress_tells_the_state);
  g_test_add_func ("/cli-bar/fills-by-eighths-of-a-cell", test_cli_bar_fills_by_eighths_of_a_cell);
  g_test_add_func ("/cli-rate/is-what-was-done-in-a-second",
                   test_cli_rate_is_what_was_done_in_a_second);
  g_test_add_func ("/cli-rate/follows-what-happens-without-a-jump",
                   test_cli_rate_follows_what_happens_without_a_jump);
  g_test_add_func ("/cli-rate/does-not-guess", test_cli_rate_does_not_guess);
  g_test_add_func ("/cli-table/aligns-its-columns", test_cli_table_aligns_its_columns);
  g_test_add_func ("/cli-table/cuts-the-elastic-column", test_cli_table_cuts_the_elastic_column);

  return g_test_run ();
}
