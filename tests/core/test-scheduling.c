/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-scheduling.h"

/* Waiting tasks in the order in which they are to begin. */
static const HwCandidate in_order[] = {
  { .task_id = 9, .priority = 1000 },
  { .task_id = 3, .priority = 5 },
  { .task_id = 4, .priority = 5 },
  { .task_id = 1, .priority = 0 },
  { .task_id = G_MAXUINT64, .priority = 0 },
  { .task_id = 2, .priority = -5 },
  { .task_id = 5, .priority = -1000 },
};

static void
test_scheduling_order_is_priority_then_age (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (in_order); i++)
    for (guint k = 0; k < G_N_ELEMENTS (in_order); k++)
      {
        int order = hw_scheduling_compare (&in_order[i], &in_order[k]);

        g_test_message ("%u with %u", i, k);
        g_assert_cmpint (order < 0, ==, i < k);
        g_assert_cmpint (order > 0, ==, i > k);
      }
}

/* How many of seven may start, by how many may run and how many do. */
static const struct
{
  guint max_parallel;
  guint n_running;
  guint n_starting;
} golden[] = {
  { 1, 0, 1 },
  { 1, 1, 0 },
  { 4, 0, 4 },
  { 4, 3, 1 },
  { 4, 4, 0 },
  { 7, 0, 7 },
  { 100, 0, 7 },
  { 100, 95, 5 },

  /* The limit was lowered while they ran: nothing wraps round. */
  { 2, 5, 0 },
  { 0, 0, 0 },
};

static void
test_scheduling_decide_table (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (golden); i++)
    {
      const HwLimits limits = { golden[i].max_parallel, golden[i].n_running };
      HwWait waits[G_N_ELEMENTS (in_order)];

      g_test_message ("row %u", i);
      g_assert_cmpuint (hw_scheduling_decide (in_order, G_N_ELEMENTS (in_order), &limits, waits),
                        ==, golden[i].n_starting);

      /* The first in the order start, and each other one knows why it does not. */
      for (guint k = 0; k < G_N_ELEMENTS (in_order); k++)
        g_assert_cmpint (waits[k], ==,
                         k < golden[i].n_starting ? HW_WAIT_NONE : HW_WAIT_PLACE);
    }
}

static void
test_scheduling_decide_of_none_is_none (void)
{
  const HwLimits limits = { 4, 0 };

  g_assert_cmpuint (hw_scheduling_decide (NULL, 0, &limits, NULL), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/scheduling/order/is-priority-then-age",
                   test_scheduling_order_is_priority_then_age);
  g_test_add_func ("/scheduling/decide/table", test_scheduling_decide_table);
  g_test_add_func ("/scheduling/decide/of-none-is-none", test_scheduling_decide_of_none_is_none);

  return g_test_run ();
}
