/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-shim-words.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

static void
test_frame_round_trip (void)
{
  guint8 bytes[HW_FRAME_HEAD + 3 + HW_FRAME_HEAD];
  HwShimFrame frame;

  hw_shim_frame_write_head (bytes, 7, HW_SHIM_REFUSED, 3);
  memcpy (bytes + HW_FRAME_HEAD, "abc", 3);

  /* It is complete with its last byte, and what stands behind it is another one's. */
  for (size_t size = 0; size < HW_FRAME_HEAD + 3; size++)
    g_assert_cmpint (hw_shim_frame_read (bytes, size, &frame), ==, 0);
  g_assert_cmpint (hw_shim_frame_read (bytes, sizeof bytes, &frame), ==, HW_FRAME_HEAD + 3);
  g_assert_cmpuint (frame.version, ==, 7);
  g_assert_cmpuint (frame.verb, ==, HW_SHIM_REFUSED);
  g_assert_cmpmem (frame.payload, frame.length, "abc", 3);
}

static void
test_frame_refused (void)
{
  guint8 bytes[HW_FRAME_HEAD];
  HwShimFrame frame;

  hw_shim_frame_write_head (bytes, 0, HW_SHIM_STATUS, 0);
  g_assert_cmpint (hw_shim_frame_read (bytes, sizeof bytes, &frame), ==, -1);

  hw_shim_frame_write_head (bytes, 1, HW_SHIM_STATUS, HW_FRAME_MAX + 1);
  g_assert_cmpint (hw_shim_frame_read (bytes, sizeof bytes, &frame), ==, -1);

  hw_shim_frame_write_head (bytes, 1, HW_SHIM_START_TASK, (size_t) HW_START_MAX + 1);
  g_assert_cmpint (hw_shim_frame_read (bytes, sizeof bytes, &frame), ==, -1);

  hw_shim_frame_write_head (bytes, 1, HW_SHIM_STATUS, 0);
  bytes[3] = 1;
  g_assert_cmpint (hw_shim_frame_read (bytes, sizeof bytes, &frame), ==, -1);
}

static void
test_status_round_trip (void)
{
  const HwShimStatus status = {
    .pid = 4194304,
    .start = G_GUINT64_CONSTANT (0x123456789abcdef0),
    .containment = HW_SHIM_CGROUP,
    .has_ended = true,
    .is_paused = true,
  };
  guint8 bytes[HW_SHIM_STATUS_SIZE + 1] = { 0 };
  HwShimStatus read;

  hw_shim_status_write (&status, bytes);

  g_assert_true (hw_shim_status_read (bytes, HW_SHIM_STATUS_SIZE, &read));
  g_assert_cmpuint (read.pid, ==, status.pid);
  g_assert_cmpuint (read.start, ==, status.start);
  g_assert_false (read.is_stopping);
  g_assert_true (read.has_ended);
  g_assert_true (read.is_paused);
  g_assert_cmpint (read.containment, ==, HW_SHIM_CGROUP);

  /* A newer version may say more, not less. */
  g_assert_true (hw_shim_status_read (bytes, sizeof bytes, &read));
  g_assert_false (hw_shim_status_read (bytes, HW_SHIM_STATUS_SIZE - 1, &read));
}

static const char *const argv[] = { "sh", "-c", "", "\n \377", NULL };
static const char *const environment[] = { "A=", "B=x y", NULL };
static const char *const secrets[] = { "hunter2", "", NULL };

static const HwShimTask task = {
  .mark = "HEADWAY_TASK=1/2/3",
  .life = "0b0c915f-78c8/1",
  .path = "/bin/sh",
  .directory = "/",
  .cgroup = "/sys/fs/cgroup/x",
  .umask = -1,
  .timeout = 90000,
  .grace = G_MAXUINT32,
  .output_limit = G_GUINT64_CONSTANT (0x123456789abcdef0),
  .terminal = 1,
  .argv = (char **) argv,
  .environment = (char **) environment,
  .secrets = (char **) secrets,
};

static void
test_task_round_trip (void)
{
  size_t size = hw_shim_task_size (&task);
  g_autofree guint8 *bytes = g_malloc (size);
  HwShimTask read;

  hw_shim_task_write (&task, bytes);
  g_assert_true (hw_shim_task_read (bytes, size, &read));

  g_assert_cmpstr (read.mark, ==, task.mark);
  g_assert_cmpstr (read.life, ==, task.life);
  g_assert_cmpstr (read.path, ==, task.path);
  g_assert_cmpstr (read.directory, ==, task.directory);
  g_assert_cmpstr (read.cgroup, ==, task.cgroup);
  g_assert_cmpint (read.umask, ==, -1);
  g_assert_cmpuint (read.timeout, ==, task.timeout);
  g_assert_cmpuint (read.grace, ==, task.grace);
  g_assert_cmpuint (read.output_limit, ==, task.output_limit);
  g_assert_cmpuint (read.terminal, ==, task.terminal);
  g_assert_cmpstrv (read.argv, argv);
  g_assert_cmpstrv (read.environment, environment);
  g_assert_cmpstrv (read.secrets, secrets);

  free (read.texts);
}

/* Test that a task may do without what only some have. */
static void
test_task_without (void)
{
  HwShimTask plain = task;
  g_autofree guint8 *bytes = NULL;
  HwShimTask read;
  size_t size;

  plain.cgroup = NULL;
  plain.secrets = NULL;
  size = hw_shim_task_size (&plain);
  bytes = g_malloc (size);
  hw_shim_task_write (&plain, bytes);

  g_assert_true (hw_shim_task_read (bytes, size, &read));
  g_assert_cmpstr (read.cgroup, ==, "");
  g_assert_cmpuint (g_strv_length (read.secrets), ==, 0);

  free (read.texts);
}

/* Test that a task of which a part is missing, or which has too much, is none. */
static void
test_task_refused (void)
{
  size_t size = hw_shim_task_size (&task);
  g_autofree guint8 *bytes = g_malloc0 (size + 1);
  HwShimTask read;

  hw_shim_task_write (&task, bytes);
  for (size_t length = 0; length < size; length++)
    {
      g_autofree guint8 *part = g_memdup2 (bytes, length);

      g_assert_false (hw_shim_task_read (part, length, &read));
    }
  g_assert_false (hw_shim_task_read (bytes, size + 1, &read));

  /* More strings than there are bytes. */
  for (size_t i = 4; i <= 12; i += 4)
    {
      guint32 n = hw_shim_read_u32 (bytes + i);

      hw_shim_write_u32 (bytes + i, G_MAXUINT32);
      g_assert_false (hw_shim_task_read (bytes, size, &read));
      hw_shim_write_u32 (bytes + i, n + 1);
      g_assert_false (hw_shim_task_read (bytes, size, &read));
      hw_shim_write_u32 (bytes + i, n);
    }
  hw_shim_write_u32 (bytes + 4, 0);
  g_assert_false (hw_shim_task_read (bytes, size, &read));
}

int
main (int   argc,
      char *arguments[])
{
  g_test_init (&argc, &arguments, NULL);

  g_test_add_func ("/shim-protocol/frame/round-trip", test_frame_round_trip);
  g_test_add_func ("/shim-protocol/frame/refused", test_frame_refused);
  g_test_add_func ("/shim-protocol/status/round-trip", test_status_round_trip);
  g_test_add_func ("/shim-protocol/task/round-trip", test_task_round_trip);
  g_test_add_func ("/shim-protocol/task/without-cgroup-and-secrets", test_task_without);
  g_test_add_func ("/shim-protocol/task/refused", test_task_refused);

  return g_test_run ();
}
