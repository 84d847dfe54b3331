/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-marked-processes.h"

#include <gio/gio.h>

/* Attempts that are lost at once. */
#define N_LOST 32

/* Seconds that are longer than any test. */
#define FOREVER "60"

/* One who looks for the processes of an attempt. */
typedef struct
{
  HwMarkedProcesses *processes; /* (unowned) */
  char *mark;                   /* (owned) */
  GSubprocess *program;         /* (owned) (nullable) */
  GThread *thread;              /* (owned) */
  gboolean is_done;
  gboolean were_there;
} Search;

static gpointer
search (gpointer data)
{
  Search *self = data;

  self->is_done = hw_marked_processes_kill (self->processes, self->mark, &self->were_there);

  return NULL;
}

/* Starts a program with a mark. */
static GSubprocess *
start_program (const char *mark)
{
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr(GError) error = NULL;
  GSubprocess *program;

  g_subprocess_launcher_setenv (launcher, HW_MARK_VARIABLE, strchr (mark, '=') + 1, TRUE);
  program = g_subprocess_launcher_spawn (launcher, &error, "sleep", FOREVER, NULL);
  g_assert_no_error (error);

  return program;
}

static char *
make_mark (guint number)
{
  return g_strdup_printf (HW_MARK_VARIABLE "=%d/%u/1", (int) getpid (), number);
}

static void
search_all (HwMarkedProcesses *processes,
            Search            *searches,
            guint              n_programs)
{
  for (guint i = 0; i < N_LOST; i++)
    {
      searches[i] = (Search) { .processes = processes, .mark = make_mark (i + 1) };
      if (i < n_programs)
        searches[i].program = start_program (searches[i].mark);
    }
  for (guint i = 0; i < N_LOST; i++)
    searches[i].thread = g_thread_new ("search", search, &searches[i]);
  for (guint i = 0; i < N_LOST; i++)
    g_thread_join (searches[i].thread);
}

static void
search_clear (Search *self)
{
  g_clear_object (&self->program);
  g_clear_pointer (&self->mark, g_free);
}

/* Test that of many who look at once, each gets its own processes killed, and hears of those
 * only; what nobody looks for goes on.
 */
static void
test_each_gets_its_own (void)
{
  HwMarkedProcesses *processes = hw_marked_processes_new ();
  g_autofree char *other_mark = make_mark (N_LOST + 1);
  g_autoptr(GSubprocess) other = start_program (other_mark);
  Search searches[N_LOST];

  search_all (processes, searches, N_LOST / 2);

  for (guint i = 0; i < N_LOST; i++)
    {
      g_assert_true (searches[i].is_done);
      g_assert_cmpint (searches[i].were_there, ==, i < N_LOST / 2);
      if (searches[i].program != NULL)
        {
          g_assert_true (g_subprocess_wait (searches[i].program, NULL, NULL));
          g_assert_cmpint (g_subprocess_get_term_sig (searches[i].program), ==, SIGKILL);
        }
      search_clear (&searches[i]);
    }

  /* Somebody who killed it already would have used another signal. */
  g_subprocess_send_signal (other, SIGTERM);
  g_assert_true (g_subprocess_wait (other, NULL, NULL));
  g_assert_cmpint (g_subprocess_get_term_sig (other), ==, SIGTERM);
  hw_marked_processes_unref (processes);
}

/* How long all of our threads have worked, in µs: others on the machine change that little. */
static gint64
get_processor_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);

  return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

static gint64
measure_one (HwMarkedProcesses *processes)
{
  g_autofree char *mark = make_mark (0);
  gint64 begin = get_processor_time ();

  g_assert_true (hw_marked_processes_kill (processes, mark, NULL));

  return get_processor_time () - begin;
}

static gint64
measure_all (HwMarkedProcesses *processes)
{
  Search searches[N_LOST];
  gint64 begin = get_processor_time ();

  search_all (processes, searches, 0);
  begin = get_processor_time () - begin;
  for (guint i = 0; i < N_LOST; i++)
    search_clear (&searches[i]);

  return begin;
}

/* Test that many who look at once do not each look at all processes. */
static void
test_one_looks_for_all (void)
{
  HwMarkedProcesses *processes = hw_marked_processes_new ();
  gint64 one = G_MAXINT64;
  gint64 all = G_MAXINT64;

  for (guint i = 0; i < 5; i++)
    {
      one = MIN (one, measure_one (processes));
      all = MIN (all, measure_all (processes));
    }
  g_test_message ("one takes %" G_GINT64_FORMAT " µs, %d at once %" G_GINT64_FORMAT " µs",
                  one, N_LOST, all);

  g_assert_cmpint (all, <, one * N_LOST / 2);
  hw_marked_processes_unref (processes);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/marked-processes/each-gets-its-own", test_each_gets_its_own);
  g_test_add_func ("/marked-processes/one-looks-for-all", test_one_looks_for_all);

  return g_test_run ();
}
