/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-session-bus.h"

#include "private-bus.h"

#include "hw-await.h"
#include "wait.h"

#define NAME "org.headway.Test"

/* Longer than any test waits, and any machine has run. */
#define PATIENT (G_MAXINT64)

/* Somebody who wants a place on a bus. */
typedef struct
{
  HwSessionBus *place; /* (owned) */
  GString *said;       /* (owned): a word a line */
} Seeker;

static void
on_changed (HwSessionBus    *place,
            GDBusConnection *connection,
            Seeker          *seeker)
{
  g_string_append (seeker->said, connection != NULL ? "here\n" : "lost\n");
}

static void
on_ended (HwSessionBus *place,
          const char   *reason,
          Seeker       *seeker)
{
  g_assert_cmpstr (reason, !=, "");
  g_string_append (seeker->said, "ended\n");
}

static Seeker *
seeker_new (PrivateBus *bus,
            gint64      patience)
{
  Seeker *self = g_new0 (Seeker, 1);

  self->said = g_string_new (NULL);
  self->place = hw_session_bus_new (private_bus_get_address (bus), NAME, patience);
  g_signal_connect (self->place, "changed", G_CALLBACK (on_changed), self);
  g_signal_connect (self->place, "ended", G_CALLBACK (on_ended), self);
  hw_session_bus_start (self->place);

  return self;
}

static void
seeker_free (Seeker *self)
{
  hw_session_bus_stop (self->place);
  hw_await_quiet ();
  drop_object (self->place);
  g_string_free (self->said, TRUE);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Seeker, seeker_free)

static gboolean
has_said (Seeker     *seeker,
          const char *text)
{
  return g_str_equal (seeker->said->str, text);
}

static void
test_session_bus_is_there (void)
{
  g_autoptr(PrivateBus) bus = private_bus_new ();
  g_autoptr(Seeker) seeker = seeker_new (bus, PATIENT);

  wait_until (has_said (seeker, "here\n"));
}

static void
test_session_bus_none_ends (void)
{
  g_autoptr(PrivateBus) bus = private_bus_new ();
  g_autoptr(Seeker) seeker = NULL;

  private_bus_kill (bus);
  seeker = seeker_new (bus, PATIENT);
  wait_until (has_said (seeker, "ended\n"));
}

/* Two of a kind would tell everything twice. */
static void
test_session_bus_second_one_ends (void)
{
  g_autoptr(PrivateBus) bus = private_bus_new ();
  g_autoptr(Seeker) first = seeker_new (bus, PATIENT);
  g_autoptr(Seeker) second = NULL;

  wait_until (has_said (first, "here\n"));
  second = seeker_new (bus, PATIENT);
  wait_until (has_said (second, "ended\n"));
  g_assert_cmpstr (first->said->str, ==, "here\n");
}

static void
test_session_bus_comes_back (void)
{
  g_autoptr(PrivateBus) bus = private_bus_new ();
  g_autoptr(Seeker) seeker = seeker_new (bus, PATIENT);

  wait_until (has_said (seeker, "here\n"));
  private_bus_kill (bus);
  wait_until (has_said (seeker, "here\nlost\n"));
  private_bus_start (bus);
  wait_until (has_said (seeker, "here\nlost\nhere\n"));
}

static void
test_session_bus_patience_ends (void)
{
  g_autoptr(PrivateBus) bus = private_bus_new ();
  g_autoptr(Seeker) seeker = seeker_new (bus, 0);

  wait_until (has_said (seeker, "here\n"));
  private_bus_kill (bus);
  wait_until (has_said (seeker, "here\nlost\nended\n"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/session-bus/is-there", test_session_bus_is_there);
  g_test_add_func ("/session-bus/none-ends", test_session_bus_none_ends);
  g_test_add_func ("/session-bus/second-one-ends", test_session_bus_second_one_ends);
  g_test_add_func ("/session-bus/comes-back", test_session_bus_comes_back);
  g_test_add_func ("/session-bus/patience-ends", test_session_bus_patience_ends);

  return g_test_run ();
}
