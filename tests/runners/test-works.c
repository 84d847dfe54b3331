/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-checksum.h"
#include "hw-demo.h"
#include "hw-in-process-runner.h"
#include "hw-noop.h"
#include "hw-system-clock.h"

#include "tests/support/run-probe.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  HwRunner *runner; /* (owned) */
  char *folder;     /* (owned): temporary */
  char *path;       /* (owned): of a file in it */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  g_autoptr(HwClock) clock = hw_system_clock_new ();
  HwInProcessRunner *runner = hw_in_process_runner_new (clock, 1);
  g_autoptr(GError) error = NULL;

  hw_in_process_runner_add (runner, "checksum", hw_checksum_work);
  hw_in_process_runner_add (runner, "demo", hw_demo_work);
  hw_in_process_runner_add (runner, "noop", hw_noop_work);
  fixture->runner = HW_RUNNER (runner);

  fixture->folder = g_dir_make_tmp ("headway-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "file", NULL);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  drop_object (g_steal_pointer (&fixture->runner));
  g_unlink (fixture->path);
  g_assert_no_errno (g_rmdir (fixture->folder));
  g_clear_pointer (&fixture->path, g_free);
  g_clear_pointer (&fixture->folder, g_free);
}

static RunProbe *
probe_work (const char *type_name,
            const char *parameters)
{
  g_autoptr(HwTaskType) type = load_task_type (type_name);

  return run_probe_new (type, parameters);
}

static RunProbe *
probe_checksum (const char *path)
{
  g_autofree char *parameters = g_strdup_printf ("{'path': <'%s'>}", path);

  return probe_work ("checksum", parameters);
}

static void
write_file (const char *path,
            const char *data,
            gsize       length)
{
  g_autoptr(GError) error = NULL;

  g_file_set_contents (path, data, (gssize) length, &error);
  g_assert_no_error (error);
}

static void
assert_digest (RunProbe   *probe,
               const char *sha256,
               gint64      size)
{
  const char *made_sha256 = NULL;
  gint64 made_size = -1;

  g_assert_cmpstr (probe->error, ==, NULL);
  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  g_assert_true (g_variant_lookup (probe->value, "sha256", "&s", &made_sha256));
  g_assert_true (g_variant_lookup (probe->value, "size", "x", &made_size));
  g_assert_cmpstr (made_sha256, ==, sha256);
  g_assert_cmpint (made_size, ==, size);
}

/* The two examples that everybody has: FIPS 180-4's. */
static void
test_checksum_of_known_file (Fixture      *fixture,
                             gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_checksum (fixture->path);

  write_file (fixture->path, "abc", 3);
  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->is_finished);

  assert_digest (probe, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 3);
}

static void
test_checksum_of_empty_file (Fixture      *fixture,
                             gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_checksum (fixture->path);

  write_file (fixture->path, "", 0);
  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->is_finished);

  assert_digest (probe, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 0);
}

/* A file of some megabytes that is not a multiple of any buffer. */
#define BIG_SIZE (8 * 1024 * 1024 + 12345)

static void
write_big_file (const char *path)
{
  g_autofree guint32 *data = g_malloc0 (BIG_SIZE + sizeof (guint32));

  for (guint32 i = 0; i <= BIG_SIZE / sizeof (guint32); i++)
    data[i] = i * 2654435761u;
  write_file (path, (const char *) data, BIG_SIZE);
}

/* Test that a big file's digest is what sha256sum says. */
static void
test_checksum_equals_sha256sum (Fixture      *fixture,
                                gconstpointer test_data)
{
  const char *argv[] = { "sha256sum", fixture->path, NULL };
  g_autoptr(RunProbe) probe = probe_checksum (fixture->path);
  g_autofree char *output = NULL;
  g_autoptr(GError) error = NULL;

  write_big_file (fixture->path);
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, NULL, NULL,
                &error);
  g_assert_no_error (error);
  output[64] = '\0';

  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->is_finished);

  assert_digest (probe, output, BIG_SIZE);
}

/* Bytes of a file that is still read when the first report arrives. It is all holes. */
#define LONG_SIZE (64 * 1024 * 1024)

static void
write_long_file (const char *path)
{
  write_file (path, "", 0);
  g_assert_no_errno (truncate (path, LONG_SIZE));
}

/* Test that progress rises from nothing to all, in bytes. */
static void
test_checksum_tells_bytes (Fixture      *fixture,
                           gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_checksum (fixture->path);
  guint64 last = 0;

  write_long_file (fixture->path);
  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->is_finished);

  g_assert_cmpuint (probe->levels->len, >, 1);
  for (guint i = 0; i < probe->levels->len; i++)
    {
      const HwRunLevel *level = &g_array_index (probe->levels, HwRunLevel, i);

      g_assert_cmpuint (level->done, >=, last);
      g_assert_cmpuint (level->total, ==, LONG_SIZE);
      g_assert_cmpstr (level->unit, ==, "bytes");
      last = level->done;
    }
  g_assert_cmpuint (last, ==, LONG_SIZE);
}

/* Test that files whose size says nothing are read to their end. */
static void
test_checksum_of_file_of_the_kernel (Fixture      *fixture,
                                     gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_checksum ("/proc/version");
  g_autofree char *data = NULL;
  g_autofree char *expected = NULL;
  gsize length;

  g_assert_true (g_file_get_contents ("/proc/version", &data, &length, NULL));
  expected = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) data, length);
  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->is_finished);

  assert_digest (probe, expected, (gint64) length);
}

static void
test_checksum_follows_links (Fixture      *fixture,
                             gconstpointer test_data)
{
  g_autofree char *link = g_build_filename (fixture->folder, "link", NULL);
  g_autoptr(RunProbe) probe = probe_checksum (link);

  write_file (fixture->path, "abc", 3);
  g_assert_no_errno (symlink (fixture->path, link));
  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->is_finished);
  g_unlink (link);

  assert_digest (probe, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 3);
}

/* Files that have no checksum, and what is said of them. `%s` is the folder. */
static const struct
{
  const char *path;
  const char *name;
  const char *sentence;
} failures[] = {
  { "missing", "file", "There is no file “%s”. Check the path and add the task again." },
  { "below-a-file", "file/x", "There is no file “%s”. Check the path and add the task again." },
  { "folder", ".", "“%s” is a folder, which has no checksum. "
    "Choose a file, and add the task again." },
  { "fifo", "fifo", "“%s” is a device or a pipe, which may have no end. "
    "Choose a file, and add the task again." },
  { "circle", "circle", "Links that go in a circle lead to the file “%s”. "
    "Correct them, and retry the task." },
};

static void
test_checksum_failure (Fixture      *fixture,
                       gconstpointer test_data)
{
  guint i = GPOINTER_TO_UINT (test_data);
  g_autofree char *fifo = g_build_filename (fixture->folder, "fifo", NULL);
  g_autofree char *circle = g_build_filename (fixture->folder, "circle", NULL);
  g_autofree char *path = g_build_filename (fixture->folder, failures[i].name, NULL);
  g_auto(GStrv) parts = g_strsplit (failures[i].sentence, "%s", 2);
  g_autofree char *expected = g_strconcat (parts[0], path, parts[1], NULL);
  g_autoptr(RunProbe) probe = probe_checksum (path);

  g_assert_no_errno (mkfifo (fifo, 0600));
  g_assert_no_errno (symlink ("circle", circle));
  if (g_str_equal (failures[i].path, "below-a-file"))
    write_file (fixture->path, "abc", 3);

  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->is_finished);
  g_unlink (fifo);
  g_unlink (circle);

  g_assert_cmpint (probe->result, ==, HW_RESULT_ERROR);
  g_assert_cmpstr (probe->error, ==, expected);
  g_assert_null (probe->value);
}

/* What a file does to itself once the runner has read some of it. */
static void
on_reading_run_changed (HwRun *run,
                        int   *size)
{
  g_autofree char *path = NULL;

  if (*size < 0)
    return;

  g_variant_lookup (hw_run_get_parameters (run), "path", "s", &path);
  g_assert_no_errno (truncate (path, *size));
  *size = -1;
}

/* Test that the digest of a file that changes is not given out as the file's. */
static void
test_checksum_of_changing_file (Fixture      *fixture,
                                gconstpointer test_data)
{
  int size = GPOINTER_TO_INT (test_data);
  g_autoptr(RunProbe) probe = probe_checksum (fixture->path);
  g_autofree char *expected = NULL;

  write_long_file (fixture->path);
  g_signal_connect (probe->run, "changed", G_CALLBACK (on_reading_run_changed), &size);
  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->is_finished);

  expected = g_strdup_printf ("The file “%s” changed while it was read, so its checksum would be "
                              "of no use. Wait until nothing writes to it, and retry the "
                              "task.", fixture->path);
  g_assert_cmpint (probe->result, ==, HW_RESULT_ERROR);
  g_assert_cmpstr (probe->error, ==, expected);
}

static void
test_checksum_stops (Fixture      *fixture,
                     gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_checksum (fixture->path);
  HwRunLevel last;

  write_file (fixture->path, "", 0);
  g_assert_no_errno (truncate (fixture->path, G_MAXINT));
  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->levels->len > 0);
  run_probe_control (probe, fixture->runner, HW_CONTROL_STOP, 0);
  wait_until (probe->is_finished);

  last = g_array_index (probe->levels, HwRunLevel, probe->levels->len - 1);
  g_assert_cmpint (probe->result, ==, HW_RESULT_CANCELED);
  g_assert_cmpuint (last.done, <, last.total);
}

static void
test_demo_tells_steps (Fixture      *fixture,
                       gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_work ("demo", "{'steps': <int64 3>, 'delay': <0.0>}");
  HwRunLevel last;

  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  g_assert_cmpuint (probe->messages->len, ==, 3);
  g_assert_cmpstr (probe->messages->pdata[0], ==, "Step 1 of 3");
  g_assert_cmpstr (probe->messages->pdata[2], ==, "Step 3 of 3");
  last = g_array_index (probe->levels, HwRunLevel, probe->levels->len - 1);
  g_assert_cmpuint (last.done, ==, 3);
  g_assert_cmpuint (last.total, ==, 3);
  g_assert_cmpstr (last.unit, ==, "steps");
}

static void
test_demo_waits (Fixture      *fixture,
                 gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_work ("demo", "{'steps': <int64 2>, 'delay': <0.05>}");
  gint64 begin = g_get_monotonic_time ();

  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->is_finished);

  g_assert_cmpint (g_get_monotonic_time () - begin, >=, 100 * 1000);
}

static void
test_demo_fails_at_the_last_step (Fixture      *fixture,
                                  gconstpointer test_data)
{
  g_autoptr(RunProbe) probe =
    probe_work ("demo", "{'steps': <int64 2>, 'delay': <0.0>, 'fail': <true>}");

  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->result, ==, HW_RESULT_ERROR);
  g_assert_cmpstr (probe->error, ==,
                   "Step 2 of 2 failed, as it was asked to. Add the task again without “fail”.");
  g_assert_cmpuint (probe->messages->len, ==, 2);
}

/* Test that a stop does not wait for the end of a step. The step is longer than any test. */
static void
test_demo_stops_at_once (Fixture      *fixture,
                         gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_work ("demo", "{'steps': <int64 2>, 'delay': <3600.0>}");

  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->messages->len > 0);
  run_probe_control (probe, fixture->runner, HW_CONTROL_STOP, 0);
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->result, ==, HW_RESULT_CANCELED);
  g_assert_cmpuint (probe->messages->len, ==, 1);
}

static void
test_noop_succeeds (Fixture      *fixture,
                    gconstpointer test_data)
{
  g_autoptr(RunProbe) probe = probe_work ("noop", "{}");

  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->is_finished);

  g_assert_cmpint (probe->result, ==, HW_RESULT_SUCCESS);
  g_assert_null (probe->value);
}

#define ADD(path, data, function) \
  g_test_add (path, Fixture, data, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/checksum/of-known-file", NULL, test_checksum_of_known_file);
  ADD ("/checksum/of-empty-file", NULL, test_checksum_of_empty_file);
  ADD ("/checksum/equals-sha256sum", NULL, test_checksum_equals_sha256sum);
  ADD ("/checksum/tells-bytes", NULL, test_checksum_tells_bytes);
  ADD ("/checksum/of-file-of-the-kernel", NULL, test_checksum_of_file_of_the_kernel);
  ADD ("/checksum/follows-links", NULL, test_checksum_follows_links);
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *path = g_strconcat ("/checksum/failure/", failures[i].path, NULL);

      ADD (path, GUINT_TO_POINTER (i), test_checksum_failure);
    }
  ADD ("/checksum/of-growing-file", GINT_TO_POINTER (LONG_SIZE + 1),
       test_checksum_of_changing_file);
  ADD ("/checksum/of-shrinking-file", GINT_TO_POINTER (1), test_checksum_of_changing_file);
  ADD ("/checksum/stops", NULL, test_checksum_stops);
  ADD ("/demo/tells-steps", NULL, test_demo_tells_steps);
  ADD ("/demo/waits", NULL, test_demo_waits);
  ADD ("/demo/fails-at-the-last-step", NULL, test_demo_fails_at_the_last_step);
  ADD ("/demo/stops-at-once", NULL, test_demo_stops_at_once);
  ADD ("/noop/succeeds", NULL, test_noop_succeeds);

  return g_test_run ();
}
