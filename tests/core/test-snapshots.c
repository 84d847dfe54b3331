/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-await.h"
#include "hw-test-house.h"
#include "hw-test-viewer.h"

/* What those have in common who begin to watch all tasks at once. */

typedef struct
{
  HwTestHouse *house; /* (owned) */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->house = hw_test_house_new (1);
  hw_test_house_open (fixture->house);
  hw_test_house_submit (fixture->house, "noop");
  hw_test_house_submit (fixture->house, "demo");
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_clear_pointer (&fixture->house, hw_test_house_free);
}

static guint
count_lists (Fixture *fixture)
{
  return hw_memory_store_get_n_calls (fixture->house->store, HW_MEMORY_STORE_LIST);
}

/* Somebody who begins to watch, and has not been told anything. */
static HwTestViewer *
begin (Fixture      *fixture,
       HwPrincipal  *principal,
       HwWatchFilter filter,
       guint64       epoch)
{
  HwTestViewer *viewer = hw_test_viewer_new (fixture->house->queue, principal, filter, epoch, 0);

  hw_test_viewer_pull (viewer);

  return viewer;
}

/* What they are told first. */
static HwEvent *
get_first (HwTestViewer *viewer)
{
  hw_await_quiet ();
  g_assert_cmpuint (viewer->events->len, ==, 1);

  return g_ptr_array_index (viewer->events, 0);
}

static HwTestViewer *
begin_as_owner (Fixture *fixture)
{
  return begin (fixture, fixture->house->owner, (HwWatchFilter) { 0 }, 0);
}

/* Test that a hundred who come at once ask the store once. */
static void
test_snapshots_at_once (Fixture      *fixture,
                        gconstpointer test_data)
{
  HwTestViewer *viewers[100];
  guint n_lists = count_lists (fixture);

  for (guint i = 0; i < G_N_ELEMENTS (viewers); i++)
    viewers[i] = begin_as_owner (fixture);

  for (guint i = 0; i < G_N_ELEMENTS (viewers); i++)
    g_assert_true (get_first (viewers[i]) == get_first (viewers[0]));
  g_assert_cmpuint (count_lists (fixture), ==, n_lists + 1);

  for (guint i = 0; i < G_N_ELEMENTS (viewers); i++)
    hw_test_viewer_free (viewers[i]);
}

/* Test that who comes a little later is told the same, as long as nothing happens. */
static void
test_snapshots_soon_after (Fixture      *fixture,
                           gconstpointer test_data)
{
  g_autoptr(HwTestViewer) early = begin_as_owner (fixture);
  HwEvent *first = get_first (early);
  g_autoptr(HwTestViewer) soon = begin_as_owner (fixture);
  g_autoptr(HwTestViewer) late = NULL;

  g_assert_true (get_first (soon) == first);

  hw_test_house_submit (fixture->house, "noop");
  late = begin_as_owner (fixture);
  g_assert_true (get_first (late) != first);
  g_assert_cmpuint (hw_event_get_tasks (get_first (late))->len, ==, 3);
}

static void
test_snapshots_alike (Fixture      *fixture,
                      gconstpointer test_data)
{
  HwPrincipal *owner = fixture->house->owner;
  HwPrincipal *guest = fixture->house->guest;
  g_autoptr(HwTestViewer) all = begin_as_owner (fixture);
  g_autoptr(HwTestViewer) of_guest = begin (fixture, guest, (HwWatchFilter) { 0 }, 0);
  g_autoptr(HwTestViewer) demos =
    begin (fixture, owner, (HwWatchFilter) { .type = (char *) "demo" }, 0);
  g_autoptr(HwTestViewer) nobodys =
    begin (fixture, owner, (HwWatchFilter) { .owner = (char *) "nobody" }, 0);
  g_autoptr(HwTestViewer) back = begin (fixture, owner, (HwWatchFilter) { 0 }, 1);

  g_assert_cmpuint (hw_event_get_tasks (get_first (all))->len, ==, 2);
  g_assert_cmpuint (hw_event_get_tasks (get_first (of_guest))->len, ==, 0);
  g_assert_cmpuint (hw_event_get_tasks (get_first (demos))->len, ==, 1);
  g_assert_cmpuint (hw_event_get_tasks (get_first (nobodys))->len, ==, 0);
  g_assert_false (hw_event_get_is_reset (get_first (all)));
  g_assert_true (hw_event_get_is_reset (get_first (back)));
}

/* Test that nothing is kept for long, and no timer then. */
static void
test_snapshots_kept (Fixture      *fixture,
                     gconstpointer test_data)
{
  guint n_timers = hw_fake_clock_get_n_timers (fixture->house->clock);
  HwTestViewer *early = begin_as_owner (fixture);
  g_autoptr(HwEvent) first = hw_event_ref (get_first (early));
  g_autoptr(HwTestViewer) late = NULL;

  hw_test_viewer_free (early);
  hw_test_house_advance (fixture->house, G_USEC_PER_SEC);
  g_assert_cmpuint (hw_fake_clock_get_n_timers (fixture->house->clock), ==, n_timers);

  late = begin_as_owner (fixture);
  g_assert_true (get_first (late) != first);
}

static void
test_snapshots_error (Fixture      *fixture,
                      gconstpointer test_data)
{
  HwTestViewer *viewers[3];
  g_autoptr(HwTestViewer) late = NULL;

  hw_memory_store_fail_next (fixture->house->store, HW_MEMORY_STORE_LIST, 1);
  for (guint i = 0; i < G_N_ELEMENTS (viewers); i++)
    viewers[i] = begin_as_owner (fixture);
  hw_await_quiet ();
  for (guint i = 0; i < G_N_ELEMENTS (viewers); i++)
    {
      g_assert_nonnull (viewers[i]->error);
      hw_test_viewer_free (viewers[i]);
    }

  late = begin_as_owner (fixture);
  g_assert_cmpuint (hw_event_get_tasks (get_first (late))->len, ==, 2);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) \
  g_test_add ("/snapshots/" path, Fixture, NULL, set_up, test_snapshots_ ## test, tear_down)
  ADD ("who-come-at-once-ask-the-store-once", at_once);
  ADD ("who-come-soon-after-have-the-same", soon_after);
  ADD ("who-see-something-else-have-another", alike);
  ADD ("are-forgotten-after-a-second", kept);
  ADD ("error-is-told-to-all-and-forgotten", error);
#undef ADD

  return g_test_run ();
}
