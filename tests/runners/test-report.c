/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-report.h"

#include <string.h>

typedef struct
{
  HwReport report;
  GPtrArray *messages; /* (owned) (element-type utf8) */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->messages = g_ptr_array_new_with_free_func (g_free);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_clear_pointer (&fixture->messages, g_ptr_array_unref);
}

static gboolean
tell (Fixture    *fixture,
      const char *text)
{
  return hw_report_read (&fixture->report, text, strlen (text), fixture->messages);
}

static void
assert_message (Fixture    *fixture,
                guint       index,
                const char *expected)
{
  g_assert_cmpuint (fixture->messages->len, >, index);
  g_assert_cmpstr (g_ptr_array_index (fixture->messages, index), ==, expected);
}

static void
test_share (Fixture      *fixture,
            gconstpointer test_data)
{
  static const struct { const char *text; double share; } cases[] = {
    { "PROGRESS=0.42", 0.42 }, { "X_HEADWAY_PROGRESS=0.5\n", 0.5 }, { "PROGRESS=1", 1 },
    { "PROGRESS=0\n", 0 }, { "PROGRESS=.25\n", 0.25 }, { "PROGRESS=1e-05\n", 0.00001 },
    { "READY=1\nPROGRESS=0.75\nMAINPID=1\n", 0.75 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_true (tell (fixture, cases[i].text));
      g_assert_cmpfloat_with_epsilon (fixture->report.share, cases[i].share, 1e-12);
    }

  g_assert_false (fixture->report.is_counting);
}

static void
test_count (Fixture      *fixture,
            gconstpointer test_data)
{
  g_assert_true (tell (fixture, "TOTAL=120\nUNIT=files\nDONE=7\n"));
  g_assert_true (tell (fixture, "X_HEADWAY_DONE=8\n"));

  g_assert_true (fixture->report.is_counting);
  g_assert_cmpuint (fixture->report.done, ==, 8);
  g_assert_cmpuint (fixture->report.total, ==, 120);
  g_assert_cmpstr (fixture->report.unit, ==, "files");

  /* Who counts needs no share. */
  g_assert_false (tell (fixture, "PROGRESS=0.9\n"));
}

/* Test that a unit that nobody knows is none. */
static void
test_unknown_unit (Fixture      *fixture,
                   gconstpointer test_data)
{
  tell (fixture, "UNIT=files\nDONE=1\n");
  tell (fixture, "UNIT=furlongs\n");

  g_assert_null (fixture->report.unit);
}

static void
test_messages (Fixture      *fixture,
               gconstpointer test_data)
{
  g_assert_false (tell (fixture, "STATUS=Reading\nSTATUS= a=b \nSTATUS=\nSTATUS=  \n"));
  g_assert_false (tell (fixture, "STATUS=Stra\303\237e\nSTATUS=\377\nSTATUS=a\tb\033[2Jc\302\205d\r\n"));

  g_assert_cmpuint (fixture->messages->len, ==, 5);
  assert_message (fixture, 0, "Reading");
  assert_message (fixture, 1, "a=b");
  assert_message (fixture, 2, "Stra\303\237e");
  assert_message (fixture, 3, "\357\277\275");
  assert_message (fixture, 4, "a b [2Jc d");
}

/* Test that what makes no sense, or is for others, changes nothing. */
static void
test_nonsense (Fixture      *fixture,
               gconstpointer test_data)
{
  static const char *const lines[] = {
    "", "\n\n", "=", "PROGRESS", "PROGRESS=", "PROGRESS=nan", "PROGRESS=NaN", "PROGRESS=inf",
    "PROGRESS=-0.1", "PROGRESS=1.01", "PROGRESS=1e400", "PROGRESS=0x1p-1", "PROGRESS= 0.5",
    "PROGRESS=0.5 ", "PROGRESS=0,5", "PROGRESS=50%", "PROGRESS=e", "PROGRESS=1-", "progress=0.5",
    "PROGRESS=0.50000000000000000000000000000000000000000000001", "XPROGRESS=0.5",
    "X_HEADWAY_X_HEADWAY_PROGRESS=0.5", "X_OTHERS_PROGRESS=0.5", " PROGRESS=0.5", "?PROGRESS=0.5",
    "DONE=-1", "DONE=+1", "DONE=1.5", "DONE=9007199254740992", "DONE=99999999999999999999999999",
    "DONE=1e3", "TOTAL=", "TOTAL=0x10", "READY=1", "WATCHDOG=1", "MAINPID=1", "FDSTORE=1",
    "X_HEADWAY_", "X_HEADWAY_=1", "STATUS",
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_test_message ("%s", lines[i]);
      g_assert_false (tell (fixture, lines[i]));
    }

  g_assert_cmpuint (fixture->messages->len, ==, 0);
  g_assert_cmpfloat_with_epsilon (fixture->report.share, 0, 1e-12);
  g_assert_false (fixture->report.is_counting);
}

/* Test that a byte of zero ends nothing but the text that it is in. */
static void
test_zero_bytes (Fixture      *fixture,
                 gconstpointer test_data)
{
  static const char text[] = "PRO\0GRESS=0.1\nSTATUS=a\0b\nPROGRESS=0.\0005\nPROGRESS=0.5";

  g_assert_true (hw_report_read (&fixture->report, text, sizeof text - 1, fixture->messages));
  g_assert_cmpfloat_with_epsilon (fixture->report.share, 0.5, 1e-12);
  g_assert_cmpuint (fixture->messages->len, ==, 1);
}

#define ADD(path, function) g_test_add ("/report/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("share", test_share);
  ADD ("count", test_count);
  ADD ("count/unknown-unit", test_unknown_unit);
  ADD ("messages", test_messages);
  ADD ("nonsense", test_nonsense);
  ADD ("nonsense/zero-bytes", test_zero_bytes);

  return g_test_run ();
}
