/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-marked-processes.h"

#include "hw-attempt-files.h"
#include "hw-attempt-folder.h"
#include "remove-tree.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

/* Attempts that are lost at once. */
#define N_LOST 32

/* As many processes of others make a look cost more than a thread does, on any machine. */
#define N_OTHERS 150

/* Where no output is. */
#define OUTPUT_ROOT "/nonexistent"

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

/* Starts a program with a mark, whose results go to a folder of @root if that is not %NULL. */
static GSubprocess *
start_program (const char *mark,
               const char *root)
{
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr(GError) error = NULL;
  g_autofree char *results = NULL;
  const char *name = strchr (mark, '=') + 1;
  GSubprocess *program;

  g_subprocess_launcher_setenv (launcher, HW_MARK_VARIABLE, name, TRUE);
  if (root != NULL)
    {
      results = g_strdup_printf ("%s/%s/" HW_ATTEMPT_FILES_FOLDER, root, name);
      g_subprocess_launcher_setenv (launcher, HW_RESULTS_VARIABLE, results, TRUE);
    }
  program = g_subprocess_launcher_spawn (launcher, &error, "sleep", FOREVER, NULL);
  g_assert_no_error (error);

  return program;
}

/* Ends a program. Somebody who killed it already would have used another signal. */
static void
assert_lives (GSubprocess *program)
{
  g_subprocess_send_signal (program, SIGTERM);
  g_assert_true (g_subprocess_wait (program, NULL, NULL));
  g_assert_cmpint (g_subprocess_get_term_sig (program), ==, SIGTERM);
}

static void
assert_killed (GSubprocess *program)
{
  g_assert_true (g_subprocess_wait (program, NULL, NULL));
  g_assert_cmpint (g_subprocess_get_term_sig (program), ==, SIGKILL);
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
        searches[i].program = start_program (searches[i].mark, NULL);
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
  HwMarkedProcesses *processes = hw_marked_processes_new (OUTPUT_ROOT);
  g_autofree char *other_mark = make_mark (N_LOST + 1);
  g_autoptr(GSubprocess) other = start_program (other_mark, NULL);
  Search searches[N_LOST];

  search_all (processes, searches, N_LOST / 2);

  for (guint i = 0; i < N_LOST; i++)
    {
      g_assert_true (searches[i].is_done);
      g_assert_cmpint (searches[i].were_there, ==, i < N_LOST / 2);
      if (searches[i].program != NULL)
        assert_killed (searches[i].program);
      search_clear (&searches[i]);
    }

  assert_lives (other);
  hw_marked_processes_unref (processes);
}

/* Test that a process goes on that has the mark of an attempt in a copy of our database, as its
 * results go to the folder of another daemon; one of ours does not, by whatever name its folder
 * is known, or if it was moved away.
 */
static void
test_leaves_those_of_another_folder (void)
{
  g_autofree char *folder = g_dir_make_tmp ("headway-XXXXXX", NULL);
  g_autofree char *root = g_build_filename (folder, "output", NULL);
  g_autofree char *link = g_build_filename (folder, "link", NULL);
  g_autofree char *moved = g_build_filename (folder, "moved", NULL);
  g_autofree char *mark = make_mark (1);
  g_autoptr(GSubprocess) other = start_program (mark, folder);
  g_autoptr(GSubprocess) own = start_program (mark, root);
  g_autoptr(GSubprocess) linked = start_program (mark, link);
  g_autoptr(GSubprocess) gone = start_program (mark, moved);
  HwMarkedProcesses *processes = hw_marked_processes_new (root);
  gboolean were_there = FALSE;

  g_assert_no_errno (g_mkdir (root, 0700));
  g_assert_no_errno (symlink (root, link));
  g_assert_true (hw_marked_processes_kill (processes, mark, &were_there));

  g_assert_true (were_there);
  assert_killed (own);
  assert_killed (linked);
  assert_killed (gone);
  g_assert_true (hw_marked_processes_kill (processes, mark, &were_there));
  g_assert_false (were_there);
  assert_lives (other);

  hw_marked_processes_unref (processes);
  remove_tree (folder);
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
  HwMarkedProcesses *processes = hw_marked_processes_new (OUTPUT_ROOT);
  g_autofree char *other_mark = make_mark (N_LOST + 1);
  GSubprocess *others[N_OTHERS];
  gint64 one = G_MAXINT64;
  gint64 all = G_MAXINT64;

  for (guint i = 0; i < N_OTHERS; i++)
    others[i] = start_program (other_mark, NULL);
  for (guint i = 0; i < 5; i++)
    {
      one = MIN (one, measure_one (processes));
      all = MIN (all, measure_all (processes));
    }
  g_test_message ("one takes %" G_GINT64_FORMAT " µs, %d at once %" G_GINT64_FORMAT " µs",
                  one, N_LOST, all);

  g_assert_cmpint (all, <, one * N_LOST / 2);
  for (guint i = 0; i < N_OTHERS; i++)
    {
      assert_lives (others[i]);
      g_object_unref (others[i]);
    }
  hw_marked_processes_unref (processes);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/marked-processes/each-gets-its-own", test_each_gets_its_own);
  g_test_add_func ("/marked-processes/leaves-those-of-another-folder",
                   test_leaves_those_of_another_folder);
  g_test_add_func ("/marked-processes/one-looks-for-all", test_one_looks_for_all);

  return g_test_run ();
}
