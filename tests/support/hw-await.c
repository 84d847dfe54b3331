/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-await.h"

/* More turns than any test takes: who gets there goes in circles. */
#define MAX_TURNS 1000000

/**
 * hw_await_result:
 * @source: what was asked
 * @result: its answer
 * @user_data: (type GAsyncResult): where to put a reference on @result, NULL so far
 *
 * Takes note of an answer: a callback for an operation that a test waits for.
 */
void
hw_await_result (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  GAsyncResult **place = user_data;

  g_assert_null (*place);
  *place = g_object_ref (result);
}

/**
 * hw_await_quiet:
 *
 * Lets the main context run until nothing is left to do. With fakes, which have no
 * threads and no time of their own, that is when everything has happened that ever
 * will.
 */
void
hw_await_quiet (void)
{
  guint n_turns = 0;

  while (g_main_context_iteration (NULL, FALSE))
    g_assert_cmpuint (++n_turns, <, MAX_TURNS);
}
