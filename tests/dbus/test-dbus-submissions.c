/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-dbus-submissions.h"

static void
count (HwDBusSubmissions *submissions,
       guint             *n_signals)
{
  (*n_signals)++;
}

static void
test_submissions_free_news_without_calls (void)
{
  g_autoptr(HwDBusSubmissions) submissions = hw_dbus_submissions_new ();

  hw_dbus_submissions_note_added (submissions, 1);

  g_assert_true (hw_dbus_submissions_may_tell (submissions, 1));
}

static void
test_submissions_hold_news_until_the_answer (void)
{
  g_autoptr(HwDBusSubmissions) submissions = hw_dbus_submissions_new ();
  guint64 ticket = hw_dbus_submissions_begin (submissions);
  guint n_signals = 0;

  g_signal_connect (submissions, "released", G_CALLBACK (count), &n_signals);
  hw_dbus_submissions_note_added (submissions, 1);
  g_assert_false (hw_dbus_submissions_may_tell (submissions, 1));
  g_assert_true (hw_dbus_submissions_may_tell (submissions, 2));

  hw_dbus_submissions_end (submissions, ticket);
  g_assert_true (hw_dbus_submissions_may_tell (submissions, 1));
  g_assert_cmpuint (n_signals, ==, 1);
}

/* Test that a task whose call is not known waits for all that it may belong to. */
static void
test_submissions_wait_for_all_calls_of_then (void)
{
  g_autoptr(HwDBusSubmissions) submissions = hw_dbus_submissions_new ();
  guint64 first = hw_dbus_submissions_begin (submissions);
  guint64 second = hw_dbus_submissions_begin (submissions);

  hw_dbus_submissions_note_added (submissions, 1);
  hw_dbus_submissions_end (submissions, second);
  g_assert_false (hw_dbus_submissions_may_tell (submissions, 1));
  hw_dbus_submissions_end (submissions, first);
  g_assert_true (hw_dbus_submissions_may_tell (submissions, 1));
}

/* Test that calls which never cease to come do not hold a task's news for good. */
static void
test_submissions_do_not_wait_for_later_calls (void)
{
  g_autoptr(HwDBusSubmissions) submissions = hw_dbus_submissions_new ();
  guint64 first = hw_dbus_submissions_begin (submissions);
  guint64 later;

  hw_dbus_submissions_note_added (submissions, 1);
  later = hw_dbus_submissions_begin (submissions);
  hw_dbus_submissions_end (submissions, first);

  g_assert_true (hw_dbus_submissions_may_tell (submissions, 1));
  hw_dbus_submissions_end (submissions, later);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) g_test_add_func ("/dbus-submissions/" path, test)

  ADD ("free-news-without-calls", test_submissions_free_news_without_calls);
  ADD ("hold-news-until-the-answer", test_submissions_hold_news_until_the_answer);
  ADD ("wait-for-all-calls-of-then", test_submissions_wait_for_all_calls_of_then);
  ADD ("do-not-wait-for-later-calls", test_submissions_do_not_wait_for_later_calls);

  return g_test_run ();
}
