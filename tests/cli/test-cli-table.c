/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-table.h"
#include "hw-cli-text.h"

#include <string.h>

static const HwCliColumn columns[] = {
  { "ID", TRUE, FALSE, 0 },
  { "STATE", FALSE, FALSE, 4 },
  { "ADDED", FALSE, FALSE, 1 },
  { "TIME", TRUE, FALSE, 2 },
  { "TASK", FALSE, TRUE, 3 },
};

static HwCliTable *
make_table (void)
{
  static const char *const cells[] = {
    "1234567", "Processing", "Nov 25 23:59", "1 h 12 min", "Photographs of all these many years",
    "8", "漢字", "13:37", NULL, "",
  };
  HwCliTable *table = hw_cli_table_new (columns, G_N_ELEMENTS (columns));

  for (guint i = 0; i < G_N_ELEMENTS (cells); i++)
    hw_cli_table_add (table, cells[i], NULL);

  return table;
}

static char **
render (HwCliTable *table,
        guint       width)
{
  g_autofree char *text = hw_cli_table_render (table, width, FALSE);

  g_assert_true (g_str_has_suffix (text, "\n"));
  text[strlen (text) - 1] = '\0';

  return g_strsplit (text, "\n", -1);
}

/* Test that a terminal of any width has a line for each row, and not two. */
static void
test_cli_table_never_wraps (void)
{
  g_autoptr(HwCliTable) table = make_table ();

  for (guint width = 1; width <= 120; width++)
    {
      g_auto(GStrv) lines = render (table, width);

      g_assert_cmpuint (g_strv_length (lines), ==, 3);
      for (guint i = 0; lines[i] != NULL; i++)
        g_assert_cmpuint (hw_cli_text_get_width (lines[i]), <=, width);
    }
}

/* Test that the room there is is used: by the title, and by what was left out before. */
static void
test_cli_table_leaves_out_what_matters_least (void)
{
  static const struct
  {
    guint width;
    const char *heading;
    const char *row;
  } cases[] = {
    { 0, "     ID  STATE       ADDED               TIME  TASK",
      "1234567  Processing  Nov 25 23:59  1 h 12 min  Photographs of all these many years" },
    { 60, "     ID  STATE       ADDED               TIME  TASK",
      "1234567  Processing  Nov 25 23:59  1 h 12 min  Photographs …" },
    { 50, "     ID  STATE             TIME  TASK",
      "1234567  Processing  1 h 12 min  Photographs of a…" },
    { 45, "     ID  STATE             TIME  TASK", "1234567  Processing  1 h 12 min  Photographs…" },
    { 44, "     ID  STATE       TASK", "1234567  Processing  Photographs of all the…" },
    { 33, "     ID  STATE       TASK", "1234567  Processing  Photographs…" },
    { 32, "     ID  STATE", "1234567  Processing" },
    { 18, "     ID", "1234567" },
    { 4, "  ID", "123…" },
  };
  g_autoptr(HwCliTable) table = make_table ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto(GStrv) lines = render (table, cases[i].width);

      g_assert_cmpstr (lines[0], ==, cases[i].heading);
      g_assert_cmpstr (lines[1], ==, cases[i].row);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cli-table/never-wraps", test_cli_table_never_wraps);
  g_test_add_func ("/cli-table/leaves-out-what-matters-least",
                   test_cli_table_leaves_out_what_matters_least);

  return g_test_run ();
}
