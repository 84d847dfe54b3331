/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-table.h"

#include "hw-cli-text.h"

/* Between two columns. */
#define GAP 2

/* An elastic column never gets narrower: others are left out for it. Less tells nothing. */
#define MIN_ELASTIC_WIDTH 12

#define COLOUR_HEADING "\033[1m"
#define COLOUR_END "\033[0m"

/* A cell of a table. */
typedef struct
{
  char *text;         /* (owned) */
  const char *colour; /* (nullable): what turns it on, static */
} Cell;

/**
 * HwCliTable:
 *
 * Rows of cells under headings, as a terminal or a file shows them. Cells are added one
 * by one, row by row. One column may be elastic, and takes the width that is left. No line is
 * longer than the terminal is wide: it would wrap, and then nobody finds the columns.
 */
struct _HwCliTable
{
  const HwCliColumn *columns; /* (unowned) */
  guint n_columns;
  GArray *cells; /* (owned) (element-type Cell) */
};

static void
cell_clear (gpointer cell)
{
  g_clear_pointer (&((Cell *) cell)->text, g_free);
}

/**
 * hw_cli_table_new:
 * @columns: (array length=n_columns): the columns, which outlive the table
 * @n_columns: how many
 *
 * Begins a table.
 *
 * Returns: (transfer full): a table without rows
 */
HwCliTable *
hw_cli_table_new (const HwCliColumn *columns,
                  guint              n_columns)
{
  HwCliTable *self = g_new0 (HwCliTable, 1);

  self->columns = columns;
  self->n_columns = n_columns;
  self->cells = g_array_new (FALSE, TRUE, sizeof (Cell));
  g_array_set_clear_func (self->cells, cell_clear);

  return self;
}

void
hw_cli_table_free (HwCliTable *self)
{
  g_clear_pointer (&self->cells, g_array_unref);
  g_free (self);
}

/**
 * hw_cli_table_add:
 * @self: a table
 * @cell: (nullable): a text from anywhere
 * @colour: (nullable): an escape sequence that lasts as long as the program
 *
 * Adds the next cell, in the order in which one reads.
 */
void
hw_cli_table_add (HwCliTable *self,
                  const char *cell,
                  const char *colour)
{
  Cell added = { .text = hw_cli_text_clean (cell != NULL ? cell : ""), .colour = colour };

  g_array_append_val (self->cells, added);
}

static gsize
get_column_width (HwCliTable *self,
                  guint       column)
{
  gsize width = hw_cli_text_get_width (self->columns[column].heading);

  for (guint i = column; i < self->cells->len; i += self->n_columns)
    width = MAX (width, hw_cli_text_get_width (g_array_index (self->cells, Cell, i).text));

  return width;
}

static gsize
get_least_width (const HwCliColumn *column,
                 gsize              width)
{
  return column->is_elastic ? MIN (width, MIN_ELASTIC_WIDTH) : width;
}

/* How wide a line is at least, with the columns that are not left out: those have no width. */
static gsize
get_least_total (HwCliTable  *self,
                 const gsize *widths)
{
  gsize total = 0;

  for (guint i = 0; i < self->n_columns; i++)
    if (widths[i] > 0)
      total += get_least_width (&self->columns[i], widths[i]) + (total > 0 ? GAP : 0);

  return total;
}

/* Leaves out columns, the least important first, until the others have room. */
static void
leave_out (HwCliTable *self,
           gsize       width,
           gsize      *widths)
{
  for (guint turn = 1; turn <= self->n_columns && get_least_total (self, widths) > width; turn++)
    for (guint i = 0; i < self->n_columns; i++)
      if (self->columns[i].leaves_at == turn)
        widths[i] = 0;
}

/* Cuts columns where there is no room for all of them: the elastic one to what the others leave,
 * and where that is nothing, whatever is the furthest from the beginning of the line.
 */
static void
cut (HwCliTable *self,
     gsize       width,
     gsize      *widths)
{
  gsize left = width;
  gsize others = get_least_total (self, widths);

  for (guint i = 0; i < self->n_columns; i++)
    {
      gsize least = get_least_width (&self->columns[i], widths[i]);

      if (widths[i] == 0)
        continue;

      if (self->columns[i].is_elastic && others <= width)
        widths[i] = MIN (widths[i], least + width - others);
      widths[i] = MIN (widths[i], left);
      left -= widths[i];
      left -= MIN (left, GAP);
    }
}

/* @width is 0 where there is room for all. A column that is left out gets no width. */
static void
measure (HwCliTable *self,
         guint       width,
         gsize      *widths)
{
  for (guint i = 0; i < self->n_columns; i++)
    widths[i] = MAX (get_column_width (self, i), 1);

  if (width > 0)
    {
      leave_out (self, width, widths);
      cut (self, width, widths);
    }
}

static gboolean
is_last (HwCliTable  *self,
         const gsize *widths,
         guint        column)
{
  for (guint i = column + 1; i < self->n_columns; i++)
    if (widths[i] > 0)
      return FALSE;

  return TRUE;
}

static void
append_cell (GString           *text,
             const HwCliColumn *column,
             const char        *cell,
             const char        *colour,
             gsize              width,
             gboolean           ends_line)
{
  g_autofree char *fitting = hw_cli_text_fit (cell, width);
  int padding = (int) (width - hw_cli_text_get_width (fitting));

  if (column->is_number)
    g_string_append_printf (text, "%*s", padding, "");
  g_string_append_printf (text, "%s%s%s", colour != NULL ? colour : "", fitting,
                          colour != NULL ? COLOUR_END : "");

  /* No blanks at the end of a line. */
  if (ends_line)
    g_string_append_c (text, '\n');
  else
    g_string_append_printf (text, "%*s", (column->is_number ? 0 : padding) + GAP, "");
}

/**
 * hw_cli_table_render:
 * @self: a table whose last row is full
 * @width: how many columns a terminal has, or 0 where there is room for all
 * @has_colour: whether to use colours
 *
 * Writes the table.
 *
 * Returns: (transfer full): lines
 */
char *
hw_cli_table_render (HwCliTable *self,
                     guint       width,
                     gboolean    has_colour)
{
  g_autoptr(GString) text = g_string_new (NULL);
  g_autofree gsize *widths = g_new0 (gsize, self->n_columns);

  measure (self, width, widths);

  for (guint i = 0; i < self->n_columns; i++)
    if (widths[i] > 0)
      append_cell (text, &self->columns[i], self->columns[i].heading,
                   has_colour ? COLOUR_HEADING : NULL, widths[i], is_last (self, widths, i));

  for (guint i = 0; i < self->cells->len; i++)
    {
      const Cell *cell = &g_array_index (self->cells, Cell, i);
      guint column = i % self->n_columns;

      if (widths[column] > 0)
        append_cell (text, &self->columns[column], cell->text, has_colour ? cell->colour : NULL,
                     widths[column], is_last (self, widths, column));
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}
