/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "tests/support/command-fixture.h"

#include <signal.h>

/* Seconds that are longer than any test: what ends earlier was ended. If a test breaks
 * off, what it started goes on no longer than that.
 */
#define FOREVER "60"

/* Reads the number that stands behind @name in what the program printed. */
static inline pid_t
read_pid (CommandFixture *fixture,
          const char     *name)
{
  g_autofree char *output = read_attempt_file (fixture, OUTPUT);
  const char *found = strstr (output, name);

  g_assert_nonnull (found);

  return (pid_t) g_ascii_strtoll (found + strlen (name), NULL, 10);
}

/* Tells whether a process runs no program any more: it is gone, or the kernel is tidying
 * up what is left of it.
 */
static inline gboolean
is_gone (pid_t pid)
{
  g_autofree char *link = g_strdup_printf ("/proc/%d/exe", (int) pid);
  g_autofree char *program = g_file_read_link (link, NULL);

  return program == NULL;
}

/* A tree that ignores SIGTERM: the program, a child in its group, one in a group of its
 * own, and one in a session of its own without a parent. It says their numbers.
 */
#define TREE \
  "{'argv': <['sh', '-c', 'trap \"\" TERM; " \
  "sleep " FOREVER " & echo child=$!; " \
  "setsid sh -c \"echo session=\\\\$\\\\$; exec sleep " FOREVER "\" & " \
  "(setsid sh -c \"echo orphan=\\\\$\\\\$; exec sleep " FOREVER "\" &); " \
  "echo leader=$$; sleep " FOREVER "']>}"

static const char *const tree[] = { "leader=", "child=", "session=", "orphan=" };

static inline void
wait_for_tree (CommandFixture *fixture)
{
  for (guint i = 0; i < G_N_ELEMENTS (tree); i++)
    wait_for_output (fixture, tree[i]);
}

static inline void
assert_tree_is_gone (CommandFixture *fixture)
{
  for (guint i = 0; i < G_N_ELEMENTS (tree); i++)
    g_assert_true (is_gone (read_pid (fixture, tree[i])));
}
