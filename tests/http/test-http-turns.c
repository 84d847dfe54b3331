/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-turns.h"

#include <gio/gio.h>

#define N_WAITERS (2 * HW_HTTP_TURNS_OF_ROUND + 1)

typedef struct
{
  HwHttpTurns *turns;
  GPtrArray *waiters; /* (element-type GObject) */
  GString *order;     /* of those who had their turn, a letter each */
} Fixture;

static void
on_turn (gpointer object)
{
  Fixture *fixture = g_object_get_data (object, "fixture");
  const char *letter = g_object_get_data (object, "letter");

  g_string_append (fixture->order, letter);
  if (g_object_get_data (object, "is-greedy") != NULL)
    hw_http_turns_await (fixture->turns, object, on_turn);
}

static GObject *
await (Fixture    *fixture,
       const char *letter)
{
  g_autoptr(GCancellable) waiter = g_cancellable_new ();

  g_object_set_data (G_OBJECT (waiter), "fixture", fixture);
  g_object_set_data_full (G_OBJECT (waiter), "letter", g_strdup (letter), g_free);
  hw_http_turns_await (fixture->turns, waiter, on_turn);
  g_ptr_array_add (fixture->waiters, g_object_ref (waiter));

  return G_OBJECT (waiter);
}

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->turns = hw_http_turns_new ();
  fixture->waiters = g_ptr_array_new ();
  fixture->order = g_string_new (NULL);
}

/* Nothing is left of anybody who waited. */
static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_clear_pointer (&fixture->turns, hw_http_turns_unref);
  for (guint i = 0; i < fixture->waiters->len; i++)
    g_assert_finalize_object (g_ptr_array_index (fixture->waiters, i));
  g_assert_false (g_main_context_pending (NULL));
  g_ptr_array_unref (fixture->waiters);
  g_string_free (fixture->order, TRUE);
}

static void
test_turns_order (Fixture      *fixture,
                  gconstpointer test_data)
{
  await (fixture, "a");
  await (fixture, "b");
  await (fixture, "c");
  g_assert_cmpstr (fixture->order->str, ==, "");

  while (g_main_context_iteration (NULL, FALSE))
    ;

  g_assert_cmpstr (fixture->order->str, ==, "abc");
}

/* Test that others have their turn before all who wait have had theirs. */
static void
test_turns_some_in_a_round (Fixture      *fixture,
                            gconstpointer test_data)
{
  for (guint i = 0; i < N_WAITERS; i++)
    await (fixture, "x");

  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (fixture->order->len, ==, HW_HTTP_TURNS_OF_ROUND);
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (fixture->order->len, ==, 2 * HW_HTTP_TURNS_OF_ROUND);
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (fixture->order->len, ==, N_WAITERS);
}

/* Test that whoever waits again at once does so behind all others. */
static void
test_turns_again (Fixture      *fixture,
                  gconstpointer test_data)
{
  g_object_set_data (await (fixture, "a"), "is-greedy", fixture);
  await (fixture, "b");

  g_main_context_iteration (NULL, FALSE);

  g_assert_true (g_str_has_prefix (fixture->order->str, "aba"));
  g_assert_cmpuint (fixture->order->len, ==, HW_HTTP_TURNS_OF_ROUND);
  hw_http_turns_close (fixture->turns);
}

static void
test_turns_close (Fixture      *fixture,
                  gconstpointer test_data)
{
  await (fixture, "a");

  hw_http_turns_close (fixture->turns);

  g_assert_false (g_main_context_iteration (NULL, FALSE));
  g_assert_cmpstr (fixture->order->str, ==, "");
}

/* Test that a line that was closed takes others. */
static void
test_turns_after_close (Fixture      *fixture,
                        gconstpointer test_data)
{
  await (fixture, "a");
  hw_http_turns_close (fixture->turns);
  await (fixture, "b");

  g_main_context_iteration (NULL, FALSE);

  g_assert_cmpstr (fixture->order->str, ==, "b");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) \
  g_test_add ("/http-turns/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("come-in-order", test_turns_order);
  ADD ("are-some-in-a-round", test_turns_some_in_a_round);
  ADD ("come-again-behind-all-others", test_turns_again);
  ADD ("end-with-the-line", test_turns_close);
  ADD ("begin-anew-after-it", test_turns_after_close);
#undef ADD

  return g_test_run ();
}
