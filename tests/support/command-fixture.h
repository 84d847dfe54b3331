/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-attempt-folder.h"
#include "hw-command-runner.h"
#include "hw-shim-output.h"
#include "hw-shim-records.h"
#include "hw-system-clock.h"

#include "tests/support/remove-tree.h"
#include "tests/support/run-probe.h"

#include <glib/gstdio.h>

/* For a shell: waits until the test writes the file `go`, but no longer than a minute, in
 * case that the test breaks off.
 */
#define WAIT_FOR_GO "for i in $(seq 3000); do if [ -e @/go ]; then break; fi; sleep 0.02; done"

/* What an attempt printed, as long as it is no more than a segment. */
#define OUTPUT "output-0"

/* A runner whose attempts leave their files in a temporary folder. */
typedef struct
{
  HwRunner *runner;  /* (owned) */
  HwClock *clock;    /* (owned) */
  HwTaskType *type;  /* (owned): `command` */
  char *folder;      /* (owned) */
  char *output_root; /* (owned) */
  char *attempt;     /* (owned): where the attempt of a probe leaves its files */
  char *mark;        /* (owned): what its processes have in their environment */
} CommandFixture;

static inline HwCommandRunner *
make_runner (CommandFixture *fixture)
{
  return hw_command_runner_new (g_getenv ("HEADWAY_SHIM"), fixture->output_root, fixture->clock);
}

static inline void
set_up (CommandFixture *fixture,
        gconstpointer   test_data)
{
  g_autoptr(GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("headway-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->output_root = g_build_filename (fixture->folder, "state", "output", NULL);
  fixture->attempt = hw_attempt_folder_build (fixture->output_root, PROBE_EPOCH, PROBE_TASK_ID,
                                              PROBE_ATTEMPT);
  fixture->mark = g_strdup_printf ("HEADWAY_TASK=%" G_GUINT64_FORMAT "/%d/%d",
                                   PROBE_EPOCH, PROBE_TASK_ID, PROBE_ATTEMPT);
  fixture->clock = hw_system_clock_new ();
  fixture->runner = HW_RUNNER (make_runner (fixture));
  fixture->type = load_task_type ("command");
}

static inline void
tear_down (CommandFixture *fixture,
           gconstpointer   test_data)
{
  drop_object (g_steal_pointer (&fixture->runner));
  g_clear_object (&fixture->clock);
  g_clear_object (&fixture->type);
  remove_tree (fixture->folder);
  g_clear_pointer (&fixture->mark, g_free);
  g_clear_pointer (&fixture->attempt, g_free);
  g_clear_pointer (&fixture->output_root, g_free);
  g_clear_pointer (&fixture->folder, g_free);
}

/* Makes an attempt at a `command` with @parameters, where `@` is the temporary folder. */
static inline RunProbe *
probe_command (CommandFixture *fixture,
               const char     *parameters)
{
  g_auto(GStrv) parts = g_strsplit (parameters, "@", -1);
  g_autofree char *filled = g_strjoinv (fixture->folder, parts);

  return run_probe_new (fixture->type, filled);
}

static inline RunProbe *
run_command (CommandFixture *fixture,
             const char     *parameters)
{
  RunProbe *probe = probe_command (fixture, parameters);

  run_probe_start (probe, fixture->runner, NULL);
  wait_until (probe->is_finished);

  return probe;
}

static inline char *
read_attempt_file (CommandFixture *fixture,
                   const char     *name)
{
  g_autofree char *path = g_build_filename (fixture->attempt, name, NULL);
  g_autofree char *data = NULL;

  g_file_get_contents (path, &data, NULL, NULL);

  return g_steal_pointer (&data);
}

static inline gboolean
has_output (CommandFixture *fixture,
            const char     *text)
{
  g_autofree char *output = read_attempt_file (fixture, OUTPUT);

  return output != NULL && strstr (output, text) != NULL;
}

/* Waits until the program has printed @text; its file tells nobody that it grows. */
static inline void
wait_for_output (CommandFixture *fixture,
                 const char     *text)
{
  wait_until_seen (has_output (fixture, text));
}

/* Waits until the shim has made its socket, the last of its files if nothing is printed. */
static inline void
wait_for_door (CommandFixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->attempt, HW_SHIM_SOCKET, NULL);

  wait_until_seen (g_file_test (path, G_FILE_TEST_EXISTS));
}

static inline void
write_file (CommandFixture *fixture,
            const char     *name,
            const char     *data,
            int             mode)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, data, -1, NULL));
  g_assert_no_errno (g_chmod (path, mode));
}
