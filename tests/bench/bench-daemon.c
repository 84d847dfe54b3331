/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bench-daemon.h"

#include "bench-figures.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define READY "Headway is ready at http://127.0.0.1:"

/* Makes the folder, and the settings in it. */
static void
bench_daemon_make_folder (BenchDaemon *self,
                          guint        max_parallel)
{
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;

  if (self->folder == NULL)
    self->folder = g_dir_make_tmp ("bench-daemon-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (self->folder, "headway.conf", NULL);
  text = g_strdup_printf ("[Daemon]\nmax-parallel=%u\nkeep-tasks=0\n", max_parallel);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

/* Makes a log in which the daemon notes when something was on the disk. */
static void
bench_daemon_make_log (BenchDaemon *self,
                       const char  *path)
{
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  g_assert_cmpint (ftruncate (fd, sizeof (SlowDiskLog)), ==, 0);
  self->disk_log = mmap (NULL, sizeof (SlowDiskLog), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  g_assert_true (self->disk_log != MAP_FAILED);
  close (fd);
}

/* Its environment: a disk whose syncs take @sync_time µs longer, and of which is known when they
 * are over.
 */
static char **
bench_daemon_make_environment (BenchDaemon *self,
                               guint        sync_time)
{
  g_autofree char *time = g_strdup_printf ("%u", sync_time);
  g_autofree char *path = g_build_filename (self->folder, "disk-log", NULL);
  g_autofree char *options = NULL;
  char **environment = g_get_environ ();

  if (self->disk_log == NULL)
    bench_daemon_make_log (self, path);

  /* A sanitizer wants to be first, unless it is told that this is meant. */
  options = g_strconcat (g_environ_getenv (environment, "ASAN_OPTIONS") != NULL
                         ? g_environ_getenv (environment, "ASAN_OPTIONS") : "",
                         ":verify_asan_link_order=0", NULL);
  environment = g_environ_setenv (environment, "ASAN_OPTIONS", options, TRUE);
  environment = g_environ_setenv (environment, "SLOW_DISK_TIME", time, TRUE);
  environment = g_environ_setenv (environment, "SLOW_DISK_LOG", path, TRUE);

  return g_environ_setenv (environment, "LD_PRELOAD",
                           HW_BUILD_DIR "/tests/e2e/slow-disk.so", TRUE);
}

static void
bench_daemon_read_token (BenchDaemon *self)
{
  g_autofree char *path = g_build_filename (self->folder, "token", NULL);
  g_autoptr(GError) error = NULL;

  g_clear_pointer (&self->token, g_free);
  g_file_get_contents (path, &self->token, NULL, &error);
  g_assert_no_error (error);
  g_strstrip (self->token);
}

/**
 * bench_daemon_start:
 * @self: a daemon that does not run; its folder is made unless it has one
 * @max_parallel: how many tasks it runs at once
 * @sync_time: how many microseconds each sync of a file takes beside its own time
 *
 * Starts it, and waits until it is ready.
 */
void
bench_daemon_start (BenchDaemon *self,
                    guint        max_parallel,
                    guint        sync_time)
{
  g_auto(GStrv) environment = NULL;
  const char *argv[] = {
    HW_BUILD_DIR "/src/daemon/headwayd", "--config", NULL, "--state-dir", NULL,
    "--http-port", "0", "--no-dbus", NULL,
  };
  g_autofree char *config = NULL;
  g_autoptr(GError) error = NULL;
  char line[128] = "";
  int fd = -1;
  FILE *output;
  gint64 begin;

  bench_daemon_make_folder (self, max_parallel);
  environment = bench_daemon_make_environment (self, sync_time);
  argv[2] = config = g_build_filename (self->folder, "headway.conf", NULL);
  argv[4] = self->folder;

  begin = g_get_monotonic_time ();
  g_spawn_async_with_pipes (NULL, (char **) argv, environment, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                            NULL, &self->pid, NULL, &fd, NULL, &error);
  g_assert_no_error (error);
  output = fdopen (fd, "r");
  g_assert_nonnull (fgets (line, sizeof (line), output));
  self->start = (double) (g_get_monotonic_time () - begin);
  fclose (output);

  g_assert_true (g_str_has_prefix (line, READY));
  self->port = (guint16) strtoul (line + strlen (READY), NULL, 10);
  bench_daemon_read_token (self);
}

/* Ends it properly; its folder stays. */
void
bench_daemon_stop (BenchDaemon *self)
{
  kill (self->pid, SIGTERM);
  g_assert_cmpint (waitpid (self->pid, NULL, 0), ==, self->pid);
  self->pid = 0;
}

/* Removes its folder. */
void
bench_daemon_remove (BenchDaemon *self)
{
  const char *argv[] = { "rm", "-rf", "--", self->folder, NULL };

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
  munmap (g_steal_pointer (&self->disk_log), sizeof (SlowDiskLog));
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->token, g_free);
}

/* Gets a number out of a line of /proc/PID/FILE. */
static double
bench_daemon_read_number (BenchDaemon *self,
                          const char  *file,
                          const char  *name)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/%s", (int) self->pid, file);
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  line = strstr (text, name);

  return line != NULL ? g_ascii_strtod (line + strlen (name), NULL) : 0;
}

/* Gets how many MiB it has that no other process shares. */
double
bench_daemon_get_memory (BenchDaemon *self)
{
  return (bench_daemon_read_number (self, "smaps_rollup", "Private_Dirty:") +
          bench_daemon_read_number (self, "smaps_rollup", "Private_Clean:")) / 1024;
}

/* Gets the time that processors gave it, in microseconds. */
double
bench_daemon_get_processor_time (BenchDaemon *self)
{
  return bench_get_processor_time_of (self->pid);
}

/* Gets how many descriptors it has open. */
guint
bench_daemon_count_descriptors (BenchDaemon *self)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/fd", (int) self->pid);
  g_autoptr(GDir) folder = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (folder != NULL && g_dir_read_name (folder) != NULL)
    n++;

  return n;
}

/**
 * bench_daemon_find_sync:
 * @self: a daemon
 * @since: a monotonic time
 * @sync: (out): the sync
 *
 * Finds the first sync of a file that was over after a time.
 *
 * Returns: whether there is one
 */
gboolean
bench_daemon_find_sync (BenchDaemon  *self,
                        gint64        since,
                        SlowDiskSync *sync)
{
  sync->end = G_MAXINT64;
  for (guint i = 0; i < SLOW_DISK_MAX_SYNCS; i++)
    {
      const SlowDiskSync *other = &self->disk_log->syncs[i];
      gint64 end = __atomic_load_n (&other->end, __ATOMIC_SEQ_CST);

      if (end >= since && end < sync->end)
        *sync = (SlowDiskSync) { other->begin, end }
      ;
    }

  return sync->end != G_MAXINT64;
}
