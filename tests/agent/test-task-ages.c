/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-ages.h"

#define SECOND ((gint64) G_USEC_PER_SEC)
#define MINIMUM (10 * SECOND)

static void
test_task_ages_each_has_its_own (void)
{
  g_autoptr(HwTaskAges) ages = hw_task_ages_new (MINIMUM);

  for (guint64 id = 1; id <= 9; id++)
    hw_task_ages_add (ages, id, id * SECOND);

  for (guint64 id = 1; id <= 9; id++)
    g_assert_cmpint (hw_task_ages_is_young (ages, id, 15 * SECOND), ==, id > 5);
}

static void
test_task_ages_unknown_is_old (void)
{
  g_autoptr(HwTaskAges) ages = hw_task_ages_new (MINIMUM);

  g_assert_false (hw_task_ages_is_young (ages, 1, SECOND));
  hw_task_ages_add (ages, 5, SECOND);
  g_assert_false (hw_task_ages_is_young (ages, 4, SECOND));
  g_assert_false (hw_task_ages_is_young (ages, 6, SECOND));

  hw_task_ages_clear (ages);
  g_assert_false (hw_task_ages_is_young (ages, 5, SECOND));
}

static void
test_task_ages_of_nothing_nobody_is_young (void)
{
  g_autoptr(HwTaskAges) ages = hw_task_ages_new (0);

  hw_task_ages_add (ages, 1, SECOND);
  g_assert_false (hw_task_ages_is_young (ages, 1, SECOND));
}

/* Whoever is old is forgotten, so that a day's tasks cost no more than those of a moment. */
static void
test_task_ages_old_ones_are_forgotten (void)
{
  g_autoptr(HwTaskAges) ages = hw_task_ages_new (MINIMUM);

  for (guint64 id = 1; id <= 100000; id++)
    hw_task_ages_add (ages, id, id * SECOND);

  g_assert_cmpuint (hw_task_ages_get_n_known (ages), <=, 25);
  g_assert_true (hw_task_ages_is_young (ages, 100000, 100001 * SECOND));
  g_assert_true (hw_task_ages_is_young (ages, 99992, 100001 * SECOND));
  g_assert_false (hw_task_ages_is_young (ages, 99991, 100001 * SECOND));
}

/* When a program adds very many at once, the last of them share a time. */
static void
test_task_ages_flood_is_bounded (void)
{
  g_autoptr(HwTaskAges) ages = hw_task_ages_new (MINIMUM);

  for (guint64 id = 1; id <= 1000000; id++)
    hw_task_ages_add (ages, id, SECOND);

  g_assert_cmpuint (hw_task_ages_get_n_known (ages), ==, HW_TASK_AGES_MAX);
  g_assert_true (hw_task_ages_is_young (ages, 1, 2 * SECOND));
  g_assert_true (hw_task_ages_is_young (ages, 500000, 2 * SECOND));
  g_assert_true (hw_task_ages_is_young (ages, 1000000, 2 * SECOND));
  g_assert_false (hw_task_ages_is_young (ages, 1000000, 11 * SECOND));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/task-ages/each-has-its-own", test_task_ages_each_has_its_own);
  g_test_add_func ("/task-ages/unknown-is-old", test_task_ages_unknown_is_old);
  g_test_add_func ("/task-ages/of-nothing-nobody-is-young",
                   test_task_ages_of_nothing_nobody_is_young);
  g_test_add_func ("/task-ages/old-ones-are-forgotten", test_task_ages_old_ones_are_forgotten);
  g_test_add_func ("/task-ages/flood-is-bounded", test_task_ages_flood_is_bounded);

  return g_test_run ();
}
