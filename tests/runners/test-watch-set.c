/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-watch-set.h"

#include "tests/support/wait.h"

#include <fcntl.h>
#include <unistd.h>

/* More than are told of at once. */
#define N_PIPES 100

typedef struct
{
  HwWatchSet *set;
  int ends[N_PIPES][2];
  HwWatch *watches[N_PIPES];
  guint n_told;
} Fixture;

typedef struct
{
  Fixture *fixture;
  guint number;
} Pipe;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->set = hw_watch_set_new ();
  for (guint i = 0; i < N_PIPES; i++)
    g_assert_no_errno (pipe2 (fixture->ends[i], O_CLOEXEC | O_NONBLOCK));
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  for (guint i = 0; i < N_PIPES; i++)
    {
      g_clear_pointer (&fixture->watches[i], hw_watch_free);
      close (fixture->ends[i][0]);
      close (fixture->ends[i][1]);
    }
  g_clear_pointer (&fixture->set, hw_watch_set_unref);
}

static void
on_letter (gpointer user_data)
{
  Pipe *self = user_data;
  char letter;

  g_assert_cmpint (read (self->fixture->ends[self->number][0], &letter, 1), ==, 1);
  self->fixture->n_told++;
}

/* Lets go of itself and of the one beside it. */
static void
on_letter_for_two (gpointer user_data)
{
  Pipe *self = user_data;

  self->fixture->n_told++;
  g_clear_pointer (&self->fixture->watches[self->number], hw_watch_free);
  g_clear_pointer (&self->fixture->watches[self->number ^ 1], hw_watch_free);
}

/* Watches all, and has something to read in each. */
static void
watch_all (Fixture    *fixture,
           Pipe       *pipes,
           HwWatchFunc func)
{
  for (guint i = 0; i < N_PIPES; i++)
    {
      pipes[i] = (Pipe) { fixture, i };
      fixture->watches[i] = hw_watch_set_add (fixture->set, fixture->ends[i][0], func, &pipes[i]);
      g_assert_cmpint (write (fixture->ends[i][1], "x", 1), ==, 1);
    }
}

/* Test that each is told of, however many have news at once. */
static void
test_tells_of_each (Fixture      *fixture,
                    gconstpointer test_data)
{
  Pipe pipes[N_PIPES];

  watch_all (fixture, pipes, on_letter);
  wait_until (fixture->n_told == N_PIPES);

  g_assert_false (g_main_context_pending (NULL));
}

/* Test that who is removed while others are told of is not told of any more. */
static void
test_removed_is_not_told (Fixture      *fixture,
                          gconstpointer test_data)
{
  Pipe pipes[N_PIPES];

  watch_all (fixture, pipes, on_letter_for_two);
  while (g_main_context_iteration (NULL, FALSE))
    continue;

  g_assert_cmpuint (fixture->n_told, ==, N_PIPES / 2);
}

static int
count_descriptors (void)
{
  GMainContext *context = g_main_context_default ();
  int timeout;
  int n;

  g_assert_true (g_main_context_acquire (context));
  n = g_main_context_query (context, G_PRIORITY_DEFAULT, &timeout, NULL, 0);
  g_main_context_release (context);

  return n;
}

/* Test that many cost the main context no more than one. */
static void
test_many_are_one (Fixture      *fixture,
                   gconstpointer test_data)
{
  Pipe pipes[N_PIPES];
  int n_before = count_descriptors ();

  watch_all (fixture, pipes, on_letter);

  g_assert_cmpint (count_descriptors (), ==, n_before);
}

/* Test that a set stays as long as something is watched in it. */
static void
test_outlives_its_owner (Fixture      *fixture,
                         gconstpointer test_data)
{
  Pipe pipes[N_PIPES];

  watch_all (fixture, pipes, on_letter);
  g_clear_pointer (&fixture->set, hw_watch_set_unref);

  wait_until (fixture->n_told == N_PIPES);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/watch-set/tells-of-each", Fixture, NULL, set_up, test_tells_of_each, tear_down);
  g_test_add ("/watch-set/removed-is-not-told", Fixture, NULL, set_up, test_removed_is_not_told,
              tear_down);
  g_test_add ("/watch-set/many-are-one", Fixture, NULL, set_up, test_many_are_one, tear_down);
  g_test_add ("/watch-set/outlives-its-owner", Fixture, NULL, set_up, test_outlives_its_owner,
              tear_down);

  return g_test_run ();
}
