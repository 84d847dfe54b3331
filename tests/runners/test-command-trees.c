/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tests/support/command-fixture.h"
#include "tests/support/hostile-tree.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

/* How many trees, and how many of them grow at a time. */
#define N_TREES 100
#define N_AT_ONCE 10

/* How long a tree may take to end by itself, which it never does. */
#define GRACE_MILLISECONDS 300

static RunProbe *
plant (CommandFixture *fixture,
       const char     *token,
       guint           number)
{
  g_autofree char *script = make_script (number);
  const char *argv[] = { "sh", "-c", script, token, PHOENIX, NULL };
  g_auto(GVariantDict) parameters = G_VARIANT_DICT_INIT (NULL);
  RunProbe *probe;

  g_variant_dict_insert (&parameters, "argv", "^as", argv);
  probe = run_probe_new_for_run (hw_run_new (PROBE_EPOCH, 100 + number, PROBE_ATTEMPT,
                                             fixture->type, g_variant_dict_end (&parameters)));
  run_probe_start (probe, fixture->runner, NULL);

  return probe;
}

static gboolean
is_planted (CommandFixture *fixture,
            guint           number)
{
  g_autofree char *folder = hw_attempt_folder_build (fixture->output_root, PROBE_EPOCH,
                                                     100 + number, PROBE_ATTEMPT);
  g_autofree char *path = g_build_filename (folder, OUTPUT, NULL);
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) && strstr (text, "ready") != NULL;
}

static gboolean
on_look (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Test that of trees of processes that do all that one can do to get away, nothing is left
 * when their tasks have ended.
 */
static void
test_trees_are_felled (CommandFixture *fixture,
                       gconstpointer   test_data)
{
  g_autofree char *token = make_token ();
  RunProbe *probes[N_AT_ONCE];
  guint n_processes = 0;
  gint64 longest = 0;

  for (guint first = 0; first < N_TREES; first += N_AT_ONCE)
    {
      guint look_id = g_timeout_add (5, on_look, NULL);
      gint64 begin;

      for (guint i = 0; i < N_AT_ONCE; i++)
        probes[i] = plant (fixture, token, first + i);
      for (guint i = 0; i < N_AT_ONCE; i++)
        wait_until (is_planted (fixture, first + i));
      n_processes += count_processes (token);

      begin = g_get_monotonic_time ();
      for (guint i = 0; i < N_AT_ONCE; i++)
        run_probe_control (probes[i], fixture->runner, HW_CONTROL_STOP,
                           hw_clock_get_monotonic_time (fixture->clock) +
                           GRACE_MILLISECONDS * 1000);
      for (guint i = 0; i < N_AT_ONCE; i++)
        {
          wait_until (probes[i]->is_finished);
          g_assert_cmpint (probes[i]->result, ==, HW_RESULT_CANCELED);
          run_probe_free (probes[i]);
        }
      longest = MAX (longest, g_get_monotonic_time () - begin);
      g_source_remove (look_id);

      g_assert_cmpuint (count_processes (token), ==, 0);
    }

  g_assert_cmpuint (n_processes, >=, 3 * N_TREES);
  g_test_message ("%d trees of %u processes, gone at most %d ms after the grace", N_TREES,
                  n_processes, (int) (longest / 1000) - GRACE_MILLISECONDS);
}

/* Test that a program ends under us as it ends under a shell that waits for it. */
static void
test_ends_as_without_us (CommandFixture *fixture,
                         gconstpointer   test_data)
{
  static const char *const scripts[] = {
    "exit 0", "exit 1", "exit 2", "exit 126", "exit 127", "exit 128", "exit 130", "exit 255",
    "kill -HUP $$", "kill -INT $$", "kill -QUIT $$", "kill -ABRT $$", "kill -KILL $$",
    "kill -SEGV $$", "kill -PIPE $$", "kill -TERM $$", "kill -USR1 $$", "kill -XFSZ $$",
    "kill -s 35 $$",
  };

  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      const char *argv[] = { "sh", "-c", scripts[i], NULL };
      g_auto(GVariantDict) parameters = G_VARIANT_DICT_INIT (NULL);
      g_autoptr(RunProbe) probe = NULL;
      int status = 0;

      g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                                   NULL, NULL, &status, NULL));
      g_variant_dict_insert (&parameters, "argv", "^as", argv);
      probe = run_probe_new_for_run (hw_run_new (PROBE_EPOCH, 1000 + i, PROBE_ATTEMPT,
                                                 fixture->type, g_variant_dict_end (&parameters)));
      run_probe_start (probe, fixture->runner, NULL);
      wait_until (probe->is_finished);

      g_assert_cmpint (probe->exit_code, ==, WIFEXITED (status) ? WEXITSTATUS (status) : -1);
      g_assert_true ((probe->signal != NULL) == WIFSIGNALED (status));
      if (WIFSIGNALED (status) && sigabbrev_np (WTERMSIG (status)) != NULL)
        g_assert_cmpstr (probe->signal + strlen ("SIG"), ==, sigabbrev_np (WTERMSIG (status)));
    }
}

/* Puts together what the attempt printed. */
static GByteArray *
read_segments (CommandFixture *fixture)
{
  GByteArray *all = g_byte_array_new ();
  char name[HW_IO_NAME_MAX];
  gsize length = HW_SEGMENT_SIZE;

  while (length == HW_SEGMENT_SIZE)
    {
      g_autofree char *path = NULL;
      g_autofree char *data = NULL;

      hw_segment_build_name (name, all->len);
      path = g_build_filename (fixture->attempt, name, NULL);
      length = 0;
      if (g_file_get_contents (path, &data, &length, NULL))
        g_byte_array_append (all, (const guint8 *) data, (guint) length);
    }

  return all;
}

static void
test_large_output_is_whole (CommandFixture *fixture,
                            gconstpointer   test_data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "copy", NULL);
  g_autoptr(RunProbe) probe =
    run_command (fixture, "{'argv': <['sh', '-c', 'head -c 10485760 /dev/urandom | "
                 "tee @/copy']>}");
  g_autoptr(GByteArray) output = read_segments (fixture);
  g_autofree char *copy = NULL;
  gsize length;

  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  g_assert_cmpuint (probe->output_size, ==, 10485760);
  g_assert_true (g_file_get_contents (path, &copy, &length, NULL));
  g_assert_true (output->len == length && memcmp (output->data, copy, length) == 0);
}

/* Test that a child that goes on to print, and never stops, does not hide that the program
 * has ended, and that all is there that the program printed before.
 */
static void
test_noise_does_not_hide_the_end (CommandFixture *fixture,
                                  gconstpointer   test_data)
{
  g_autoptr(RunProbe) probe =
    run_command (fixture, "{'argv': <['sh', '-c', 'yes > /dev/stderr & echo noise=$!; "
                 "head -c 100000 /dev/zero; echo last words']>}");
  g_autoptr(GByteArray) output = read_segments (fixture);
  const char *noise = memmem (output->data, output->len, "noise=", strlen ("noise="));

  g_assert_nonnull (noise);
  g_assert_cmpint (atoi (noise + strlen ("noise=")), >, 1);
  g_assert_no_errno (kill ((pid_t) atoi (noise + strlen ("noise=")), SIGKILL));
  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  g_assert_nonnull (memmem (output->data, probe->output_size, "last words", strlen ("last words")));
}

#define ADD(path, function) \
  g_test_add ("/command-trees/" path, CommandFixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("are-felled", test_trees_are_felled);
  ADD ("end-as-without-us", test_ends_as_without_us);
  ADD ("large-output-is-whole", test_large_output_is_whole);
  ADD ("noise-does-not-hide-the-end", test_noise_does_not_hide_the_end);

  return g_test_run ();
}
