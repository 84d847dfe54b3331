/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-fake-clock.h"
#include "hw-http-sessions.h"

#include <string.h>

typedef struct
{
  HwFakeClock *clock;
  HwHttpSessions *sessions;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->clock = hw_fake_clock_new ();
  fixture->sessions = hw_http_sessions_new (HW_CLOCK (fixture->clock));
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_assert_finalize_object (fixture->sessions);
  g_assert_finalize_object (fixture->clock);
}

static char *
open_session (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  char *secret = hw_http_sessions_open (fixture->sessions, &error);

  g_assert_no_error (error);
  return secret;
}

static void
test_http_sessions_open (Fixture      *fixture,
                         gconstpointer test_data)
{
  g_autofree char *secret = open_session (fixture);

  g_assert_true (hw_http_sessions_touch (fixture->sessions, secret));
}

static void
test_http_sessions_secret (Fixture      *fixture,
                           gconstpointer test_data)
{
  g_autofree char *first = open_session (fixture);
  g_autofree char *second = open_session (fixture);

  g_assert_cmpuint (strlen (first), ==, 64);
  g_assert_cmpuint (strspn (first, "0123456789abcdef"), ==, 64);
  g_assert_cmpstr (first, !=, second);
}

static void
test_http_sessions_unknown (Fixture      *fixture,
                            gconstpointer test_data)
{
  g_autofree char *secret = open_session (fixture);
  g_autofree char *longer = g_strconcat (secret, "0", NULL);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, secret, -1);

  g_assert_false (hw_http_sessions_touch (fixture->sessions, ""));
  g_assert_false (hw_http_sessions_touch (fixture->sessions, longer));
  g_assert_false (hw_http_sessions_touch (fixture->sessions, hash));
  secret[0] = secret[0] == '0' ? '1' : '0';
  g_assert_false (hw_http_sessions_touch (fixture->sessions, secret));
}

static void
test_http_sessions_idle (Fixture      *fixture,
                         gconstpointer test_data)
{
  g_autofree char *secret = open_session (fixture);

  hw_fake_clock_advance (fixture->clock, HW_HTTP_SESSION_IDLE - 1);
  g_assert_true (hw_http_sessions_touch (fixture->sessions, secret));
  hw_fake_clock_advance (fixture->clock, HW_HTTP_SESSION_IDLE - 1);
  g_assert_true (hw_http_sessions_touch (fixture->sessions, secret));
  hw_fake_clock_advance (fixture->clock, HW_HTTP_SESSION_IDLE);
  g_assert_false (hw_http_sessions_touch (fixture->sessions, secret));
}

static void
test_http_sessions_life (Fixture      *fixture,
                         gconstpointer test_data)
{
  g_autofree char *secret = open_session (fixture);
  guint n_steps = HW_HTTP_SESSION_LIFE / (HW_HTTP_SESSION_IDLE / 2);

  for (guint i = 1; i < n_steps; i++)
    {
      hw_fake_clock_advance (fixture->clock, HW_HTTP_SESSION_IDLE / 2);
      g_assert_true (hw_http_sessions_touch (fixture->sessions, secret));
    }

  hw_fake_clock_advance (fixture->clock, HW_HTTP_SESSION_IDLE / 2);
  g_assert_false (hw_http_sessions_touch (fixture->sessions, secret));
}

static void
test_http_sessions_ended_stays_ended (Fixture      *fixture,
                                      gconstpointer test_data)
{
  g_autofree char *secret = open_session (fixture);

  hw_fake_clock_advance (fixture->clock, HW_HTTP_SESSION_IDLE);

  g_assert_false (hw_http_sessions_touch (fixture->sessions, secret));
  g_assert_false (hw_http_sessions_touch (fixture->sessions, secret));
}

static void
test_http_sessions_limit (Fixture      *fixture,
                          gconstpointer test_data)
{
  g_autofree char *busy = open_session (fixture);
  g_autofree char *silent = open_session (fixture);
  g_autofree char *newest = NULL;

  for (guint i = 2; i < HW_HTTP_MAX_SESSIONS; i++)
    {
      g_autofree char *secret = open_session (fixture);

      g_assert_true (hw_http_sessions_touch (fixture->sessions, secret));
    }

  g_assert_true (hw_http_sessions_touch (fixture->sessions, busy));
  newest = open_session (fixture);

  g_assert_false (hw_http_sessions_touch (fixture->sessions, silent));
  g_assert_true (hw_http_sessions_touch (fixture->sessions, busy));
  g_assert_true (hw_http_sessions_touch (fixture->sessions, newest));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)
  ADD ("/http-sessions/a-new-one-is-known", test_http_sessions_open);
  ADD ("/http-sessions/secret-has-256-random-bits", test_http_sessions_secret);
  ADD ("/http-sessions/nothing-else-is-known", test_http_sessions_unknown);
  ADD ("/http-sessions/ends-after-12-idle-hours", test_http_sessions_idle);
  ADD ("/http-sessions/ends-after-7-days", test_http_sessions_life);
  ADD ("/http-sessions/stays-ended", test_http_sessions_ended_stays_ended);
  ADD ("/http-sessions/the-silent-one-goes-first", test_http_sessions_limit);
#undef ADD

  return g_test_run ();
}
