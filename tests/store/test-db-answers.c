/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-db-answers.h"

#define N_ANSWERS 64

static void
on_answer (gpointer answer,
           gpointer user_data)
{
  g_array_append_vals (user_data, &(guint) { GPOINTER_TO_UINT (answer) }, 1);
}

/* Test that answers which wait together come in few rounds, as each round is long when there is
 * much else to do, and not all in one, so that all else has its turn between.
 */
static void
test_db_answers_rounds (void)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  g_autoptr(GArray) taken = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr(HwDbAnswers) answers = hw_db_answers_new (context, on_answer, taken);
  guint n_rounds = 0;

  for (guint i = 1; i <= N_ANSWERS; i++)
    hw_db_answers_post (answers, GUINT_TO_POINTER (i));
  while (taken->len < N_ANSWERS && g_main_context_iteration (context, FALSE))
    n_rounds++;

  g_assert_cmpuint (taken->len, ==, N_ANSWERS);
  g_assert_cmpuint (n_rounds, >, 1);
  g_assert_cmpuint (n_rounds, <=, N_ANSWERS / 8);
  for (guint i = 0; i < taken->len; i++)
    g_assert_cmpuint (g_array_index (taken, guint, i), ==, i + 1);

  hw_db_answers_close (answers);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/db-answers/come-in-few-rounds", test_db_answers_rounds);

  return g_test_run ();
}
