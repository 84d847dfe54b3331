/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bench-house.h"

#include "hw-command-runner.h"
#include "hw-in-process-runner.h"
#include "hw-noop.h"
#include "hw-output-log.h"
#include "hw-sqlite-store.h"
#include "hw-system-clock.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void
on_event (HwTaskQueue *queue,
          HwEvent     *event,
          BenchHouse  *self)
{
  HwTaskState state;

  if (hw_event_get_kind (event) == HW_EVENT_KIND_ADDED)
    self->newest_id = hw_event_get_task_id (event);
  if (hw_event_get_kind (event) == HW_EVENT_KIND_STATE &&
      hw_task_fields_get_state (hw_event_get_fields (event), &state) &&
      (state == HW_TASK_STATE_COMPLETED || state == HW_TASK_STATE_FAILED))
    self->n_ended++;
}

static void
on_opened (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  BenchHouse *self = user_data;

  self->is_open = hw_task_queue_open_finish (HW_TASK_QUEUE (source), result, NULL);
}

static void
add_type (HwTaskTypes *types,
          const char  *name)
{
  g_autofree char *path = g_strdup_printf (HW_SOURCE_DATA_DIR "/task-types/%s.task", name);
  g_autofree char *text = NULL;
  g_autoptr(HwTaskType) type = NULL;
  gsize length = 0;

  g_file_get_contents (path, &text, &length, NULL);
  type = hw_task_type_new_from_data (name, text, length, NULL);
  hw_task_types_add (types, type);
}

/* Has what comes into a folder put elsewhere on the disk, each folder into a corner with few others
 * (chattr +T). A file system without a journal passes over the inodes that were freed in the last
 * minutes, one by one: what was removed before, by us or by others, would slow down all that is
 * made here. Where a file system knows no such flag nothing changes.
 */
static void
part_folders (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int flags = 0;

  if (ioctl (fd, FS_IOC_GETFLAGS, &flags) == 0)
    {
      flags |= FS_TOPDIR_FL;
      ioctl (fd, FS_IOC_SETFLAGS, &flags);
    }
  close (fd);
}

static char *
make_corner (void)
{
  g_autofree char *parent = g_dir_make_tmp ("bench-process-XXXXXX", NULL);
  char *corner = g_build_filename (parent, "house-XXXXXX", NULL);

  part_folders (parent);

  /* Where it is put depends on its name. */
  return g_mkdtemp (corner);
}

/* Opens a house in a folder of its own. */
void
bench_house_open (BenchHouse *self)
{
  bench_house_open_wide (self, BENCH_PARALLEL);
}

/* The same, in which as many tasks run at a time. */
void
bench_house_open_wide (BenchHouse *self,
                       guint       max_parallel)
{
  g_autofree char *database = NULL;
  g_autofree char *output_root = NULL;
  g_autoptr(HwOutput) output = NULL;
  g_autoptr(HwClock) clock = hw_system_clock_new ();
  g_autoptr(HwTaskTypes) types = hw_task_types_new ();
  g_autoptr(HwCommandRunner) runner = NULL;
  g_autoptr(HwInProcessRunner) in_process = NULL;

  self->folder = make_corner ();
  database = g_build_filename (self->folder, "bench.db", NULL);
  output_root = g_build_filename (self->folder, "output", NULL);
  self->store = hw_sqlite_store_new (database, NULL);
  output = hw_output_log_new (output_root);
  add_type (types, "command");
  add_type (types, "noop");
  runner = hw_command_runner_new (HW_BUILD_DIR "/src/shim/headway-shim", output_root, clock);
  in_process = hw_in_process_runner_new (clock, max_parallel);
  hw_in_process_runner_set_output_root (in_process, output_root);
  hw_in_process_runner_add_instant (in_process, "noop", hw_noop_work);
  self->me = hw_principal_new (HW_DOOR_LOCAL, "bench", TRUE);

  self->queue = hw_task_queue_new (self->store, output, clock, types, max_parallel);
  hw_task_queue_set_runner (self->queue, HW_RUNNER_KIND_COMMAND, HW_RUNNER (runner));
  hw_task_queue_set_runner (self->queue, HW_RUNNER_KIND_IN_PROCESS, HW_RUNNER (in_process));
  g_signal_connect (self->queue, "event", G_CALLBACK (on_event), self);
  hw_task_queue_open_async (self->queue, NULL, on_opened, self);
  while (!self->is_open)
    g_main_context_iteration (NULL, TRUE);
}

void
bench_house_close (BenchHouse *self)
{
  g_autofree char *parent = g_path_get_dirname (self->folder);
  const char *argv[] = { "rm", "-rf", "--", parent, NULL };

  hw_task_queue_close (self->queue);
  hw_sqlite_store_close (HW_SQLITE_STORE (self->store));
  g_clear_object (&self->queue);
  g_clear_object (&self->store);
  g_clear_pointer (&self->me, hw_principal_unref);
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
  g_clear_pointer (&self->folder, g_free);
}

static HwTaskSpec *
make_spec (const char *const *argv)
{
  g_auto(GVariantDict) parameters = G_VARIANT_DICT_INIT (NULL);
  HwTaskSpec *spec = hw_task_spec_new ();

  g_variant_dict_insert (&parameters, "argv", "^as", argv);
  spec->type = g_strdup ("command");
  spec->parameters = g_variant_ref_sink (g_variant_dict_end (&parameters));

  return spec;
}

/* Adds as many tasks as it is told, all at once; from here on their ends are counted. */
void
bench_house_submit (BenchHouse        *self,
                    const char *const *argv,
                    guint              n_tasks)
{
  g_autoptr(GPtrArray) specs = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_task_spec_free);

  self->n_ended = 0;
  for (guint i = 0; i < n_tasks; i++)
    g_ptr_array_add (specs, make_spec (argv));
  hw_task_queue_submit_many_async (self->queue, self->me, specs, NULL, NULL, NULL, NULL);
}

/* Adds a task and waits until it is there. */
guint64
bench_house_add (BenchHouse        *self,
                 const char *const *argv)
{
  guint64 before = self->newest_id;

  bench_house_submit (self, argv, 1);
  while (self->newest_id == before)
    g_main_context_iteration (NULL, TRUE);

  return self->newest_id;
}

/* Adds a task that prints, by this program itself: it has bench_print_blocks(). */
guint64
bench_house_print (BenchHouse *self,
                   guint       mib)
{
  g_autofree char *path = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *size = g_strdup_printf ("%u", mib);
  const char *const argv[] = { path, "--print", size, NULL };

  return bench_house_add (self, argv);
}

/* Runs as many tasks as it is told to their ends, and returns how many a second. */
double
bench_house_run (BenchHouse        *self,
                 const char *const *argv,
                 guint              n_tasks)
{
  gint64 begin = g_get_monotonic_time ();

  bench_house_submit (self, argv, n_tasks);
  while (self->n_ended < n_tasks)
    g_main_context_iteration (NULL, TRUE);

  return bench_get_rate (n_tasks, begin);
}
