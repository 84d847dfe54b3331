/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-await.h"
#include "hw-event-log.h"
#include "hw-event-socket.h"
#include "hw-plane.h"
#include "hw-test-house.h"
#include "wait.h"

#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

/* Time that passes only when the test says so, and what the plane is said to have used of it. */
typedef struct
{
  atomic_llong now;
  atomic_llong used;
  atomic_llong cost; /* of what is told of one event */
} Time;

static gint64
get_time (gint64  *used,
          gpointer user_data)
{
  Time *time = user_data;

  *used = atomic_load (&time->used);

  return atomic_load (&time->now);
}

/* Tells somebody something once, which costs so much. */
static void
tell_once (HwPlanePace *pace,
           Time        *time,
           gint64       cost)
{
  g_assert_true (hw_plane_pace_begin (pace));
  atomic_fetch_add (&time->used, cost);
  hw_plane_pace_end (pace);
}

static void
test_pace_of_little (void)
{
  Time time = { 1000000, 5000, 0 };
  HwPlanePace pace;

  hw_plane_pace_init (&pace, get_time, &time);
  for (guint i = 0; i < 100; i++)
    {
      tell_once (&pace, &time, HW_PLANE_MAX_HASTE);
      g_assert_cmpint (hw_plane_pace_get_rest (&pace), ==, 0);
    }
}

/* Test that a pause is as long as what was told has cost: the more watch, the longer. */
static void
test_pace_of_much (void)
{
  static const gint64 costs[] = { HW_PLANE_MAX_HASTE + 1, 3000, 6000, 50000, 2000, 250000 };
  Time time = { 1000000, 5000, 0 };
  HwPlanePace pace;

  hw_plane_pace_init (&pace, get_time, &time);
  for (guint i = 0; i < G_N_ELEMENTS (costs); i++)
    {
      tell_once (&pace, &time, costs[i]);
      g_assert_cmpint (hw_plane_pace_get_rest (&pace), ==, (costs[i] + 999) / 1000);

      atomic_fetch_add (&time.now, costs[i] - 1);
      g_assert_false (hw_plane_pace_begin (&pace));
      g_assert_cmpint (hw_plane_pace_get_rest (&pace), ==, 1);

      atomic_fetch_add (&time.now, 1);
      g_assert_cmpint (hw_plane_pace_get_rest (&pace), ==, 0);
    }
  g_assert_true (hw_plane_pace_begin (&pace));
}

/* A plane in which somebody watches all that happens in a queue, where one task runs, and others
 * wait.
 */
typedef struct
{
  HwTestHouse *house;
  HwPlane *plane;
  HwPlaneLine *line;
  int fd;
  Time time;
  guint n_drained;
  gboolean is_over;
} Fixture;

static void
on_line_news (HwPlaneLine    *line,
              HwPlaneNewsKind kind,
              GBytes         *data,
              gpointer        user_data)
{
  Fixture *fixture = user_data;

  fixture->n_drained += kind == HW_PLANE_NEWS_DRAINED;
  fixture->is_over = fixture->is_over || kind == HW_PLANE_NEWS_OVER;
}

static const HwPlaneFuncs funcs = { .news = on_line_news };

/* The head of the stream is no text here, but tells what time it is. */
static void
write_dot (GString *output,
           GBytes  *head,
           HwEvent *event)
{
  Time *time = *(Time *const *) g_bytes_get_data (head, NULL);

  atomic_fetch_add (&time->used, atomic_load (&time->cost));
  g_string_append_c (output, '.');
}

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  HwPlaneWire wire = { -1, NULL };
  Time *time = &fixture->time;
  g_autoptr(GBytes) head = g_bytes_new (&time, sizeof (time));
  g_auto(HwWatchPlace) place = { 0 };
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  wire.fd = fds[0];
  fixture->fd = fds[1];
  fixture->house = hw_test_house_new (1);
  hw_test_house_open (fixture->house);
  hw_test_house_submit (fixture->house, "demo");
  fixture->plane = hw_plane_new (HW_CLOCK (fixture->house->clock));
  atomic_store (&time->now, 1000000);
  hw_plane_set_time (fixture->plane, get_time, time);
  fixture->line = hw_plane_add (fixture->plane, fixture->house->owner, hw_event_socket_new, &wire,
                                NULL, &funcs, fixture);
  place.queue = fixture->house->queue;
  place.seq = hw_event_log_get_head (hw_task_queue_get_log (fixture->house->queue));
  place.principal = hw_principal_ref (fixture->house->owner);
  hw_plane_watch (fixture->plane, fixture->line, &place, write_dot, head);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  hw_plane_close (fixture->plane);
  g_assert_true (fixture->is_over);
  g_assert_finalize_object (fixture->plane);
  hw_test_house_free (fixture->house);
  close (fixture->fd);
}

/* Has something happen that is one event, and that the plane knows of. */
static void
happen (Fixture *fixture,
        guint    n_events)
{
  for (guint i = 0; i < n_events; i++)
    hw_test_house_submit (fixture->house, "demo");
  hw_await_quiet ();
}

/* Waits until the plane has begun another turn, and so is at the end of the one before. */
static void
await_turn (Fixture *fixture)
{
  guint n_drained = fixture->n_drained;

  hw_plane_ask (fixture->plane, fixture->line);
  wait_until_seen (fixture->n_drained > n_drained);
}

/* Waits until as much has been told. */
static void
assert_told (Fixture *fixture,
             gsize    n_events)
{
  char dots[64];

  for (gsize n_heard = 0; n_heard < n_events;)
    {
      gssize n_read = recv (fixture->fd, dots, MIN (sizeof (dots), n_events - n_heard), 0);

      g_assert_cmpint (n_read, >, 0);
      n_heard += (gsize) n_read;
    }
  await_turn (fixture);
}

/* Tests that nothing more is told, though the plane has had a turn since. */
static void
assert_silent (Fixture *fixture)
{
  char dot;

  await_turn (fixture);
  await_turn (fixture);
  g_assert_cmpint (recv (fixture->fd, &dot, 1, MSG_DONTWAIT), ==, -1);
}

/* Test that while there are few nobody waits for a time to pass. */
static void
test_plane_pace_low_load (Fixture      *fixture,
                          gconstpointer test_data)
{
  atomic_store (&fixture->time.cost, HW_PLANE_MAX_HASTE);
  for (guint i = 0; i < 10; i++)
    {
      happen (fixture, 1);
      assert_told (fixture, 1);
    }
}

/* Test that who costs much is told after a pause, which grows with what it costs, and then of all
 * that came meanwhile.
 */
static void
test_plane_pace_load (Fixture      *fixture,
                      gconstpointer test_data)
{
  atomic_store (&fixture->time.cost, 3000);
  happen (fixture, 1);
  assert_told (fixture, 1);

  happen (fixture, 4);
  assert_silent (fixture);
  atomic_fetch_add (&fixture->time.now, 2999);
  assert_silent (fixture);
  atomic_fetch_add (&fixture->time.now, 1);
  assert_told (fixture, 4);

  happen (fixture, 1);
  atomic_fetch_add (&fixture->time.now, 4 * 3000 - 1);
  assert_silent (fixture);
  atomic_fetch_add (&fixture->time.now, 1);
  assert_told (fixture, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/plane-pace/of-little-has-no-pause", test_pace_of_little);
  g_test_add_func ("/plane-pace/of-much-has-a-pause-as-long", test_pace_of_much);
  g_test_add ("/plane-pace/plane/nobody-waits-while-load-is-low", Fixture, NULL, set_up,
              test_plane_pace_low_load, tear_down);
  g_test_add ("/plane-pace/plane/pauses-grow-with-load", Fixture, NULL, set_up,
              test_plane_pace_load, tear_down);

  return g_test_run ();
}
