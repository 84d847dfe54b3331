/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-command-runner.h"
#include "hw-output-log.h"
#include "hw-shim-output.h"
#include "hw-sqlite-store.h"
#include "hw-system-clock.h"
#include "hw-task-queue.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* How many tasks that do nothing (`true`) go through queue, store, shim and program a
 * second, beside how often posix_spawn(3) alone does it; and how fast what a program prints
 * is kept, beside a loop of read(2) and write(2). Both in the same run, as machines differ
 * from minute to minute: the ratio counts. With --memory, from a process of 2 GiB.
 */

#define N_TASKS 1000
#define N_ROUNDS 3

/* What a machine of two cores runs at a time. */
#define MAX_PARALLEL 8

#define PROGRAM "/bin/true"
#define MEMORY (G_GUINT64_CONSTANT (2) << 30)
#define OUTPUT_SIZE 256

/* A daemon without doors. */
typedef struct
{
  char *folder;       /* (owned) */
  HwStore *store;     /* (owned) */
  HwTaskQueue *queue; /* (owned) */
  HwPrincipal *me;    /* (owned) */
  guint n_ended;
  gboolean is_open;
} House;

static void
on_event (HwTaskQueue *queue,
          HwEvent     *event,
          House       *house)
{
  const char *state = NULL;

  if (hw_event_get_kind (event) == HW_EVENT_KIND_STATE &&
      g_variant_lookup (hw_event_get_changes (event), "state", "&s", &state) &&
      (g_str_equal (state, "Completed") || g_str_equal (state, "Failed")))
    house->n_ended++;
}

static void
on_opened (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  House *house = user_data;

  house->is_open = hw_task_queue_open_finish (HW_TASK_QUEUE (source), result, NULL);
}

static void
house_open (House *house)
{
  g_autofree char *database = NULL;
  g_autofree char *output_root = NULL;
  g_autofree char *text = NULL;
  gsize length = 0;
  g_autoptr(HwOutput) output = NULL;
  g_autoptr(HwClock) clock = hw_system_clock_new ();
  g_autoptr(HwTaskTypes) types = hw_task_types_new ();
  g_autoptr(HwTaskType) type = NULL;
  g_autoptr(HwCommandRunner) runner = NULL;

  house->folder = g_dir_make_tmp ("bench-process-XXXXXX", NULL);
  database = g_build_filename (house->folder, "bench.db", NULL);
  output_root = g_build_filename (house->folder, "output", NULL);
  house->store = hw_sqlite_store_new (database, NULL);
  output = hw_output_log_new (output_root);
  g_file_get_contents (HW_SOURCE_DATA_DIR "/task-types/command.task", &text, &length, NULL);
  type = hw_task_type_new_from_data ("command", text, length, NULL);
  hw_task_types_add (types, type);
  runner = hw_command_runner_new (HW_BUILD_DIR "/src/shim/headway-shim", output_root, clock);
  house->me = hw_principal_new (HW_DOOR_LOCAL, "bench", TRUE);

  house->queue = hw_task_queue_new (house->store, output, clock, types, MAX_PARALLEL);
  hw_task_queue_set_runner (house->queue, HW_RUNNER_KIND_COMMAND, HW_RUNNER (runner));
  g_signal_connect (house->queue, "event", G_CALLBACK (on_event), house);
  hw_task_queue_open_async (house->queue, NULL, on_opened, house);
  while (!house->is_open)
    g_main_context_iteration (NULL, TRUE);
}

static void
house_close (House *house)
{
  const char *argv[] = { "rm", "-rf", "--", house->folder, NULL };

  hw_task_queue_close (house->queue);
  hw_sqlite_store_close (HW_SQLITE_STORE (house->store));
  g_clear_object (&house->queue);
  g_clear_object (&house->store);
  g_clear_pointer (&house->me, hw_principal_unref);
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
  g_clear_pointer (&house->folder, g_free);
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

/* Runs as many tasks as it is told, and returns how many a second. */
static double
house_run (House             *house,
           const char *const *argv,
           guint              n_tasks)
{
  g_autoptr(GPtrArray) specs = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_task_spec_free);
  gint64 begin = g_get_monotonic_time ();

  house->n_ended = 0;
  for (guint i = 0; i < n_tasks; i++)
    g_ptr_array_add (specs, make_spec (argv));
  hw_task_queue_submit_many_async (house->queue, house->me, specs, NULL, NULL, NULL);
  while (house->n_ended < n_tasks)
    g_main_context_iteration (NULL, TRUE);

  return n_tasks * (double) G_USEC_PER_SEC / (double) (g_get_monotonic_time () - begin);
}

/* The same by hand: as many at a time, as fast as they end. */
static double
run_raw (guint n_tasks)
{
  char *const argv[] = { (char *) PROGRAM, NULL };
  char *const environment[] = { NULL };
  gint64 begin = g_get_monotonic_time ();
  guint n_running = 0;
  pid_t pid;

  for (guint i = 0; i < n_tasks; i++)
    {
      if (n_running == MAX_PARALLEL && wait (NULL) > 0)
        n_running--;
      if (posix_spawn (&pid, PROGRAM, NULL, NULL, argv, environment) == 0)
        n_running++;
    }
  while (wait (NULL) > 0)
    continue;

  return n_tasks * (double) G_USEC_PER_SEC / (double) (g_get_monotonic_time () - begin);
}

/* Keeps what a program prints by hand. Returns MiB a second. */
static double
print_raw (House *house)
{
  g_autofree char *path = g_build_filename (house->folder, "raw", NULL);
  g_autofree char *command = g_strdup_printf ("head -c %dM /dev/zero", OUTPUT_SIZE);
  g_autofree char *buffer = g_malloc (64 * 1024);
  int fd = g_open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  gint64 begin = g_get_monotonic_time ();
  FILE *pipe = popen (command, "r"); /* check-source: allow shell: the command is our own */
  gssize n;

  while ((n = read (fileno (pipe), buffer, 64 * 1024)) > 0)
    if (write (fd, buffer, (gsize) n) != n)
      break;
  pclose (pipe);
  fsync (fd);
  close (fd);
  g_remove (path);

  return OUTPUT_SIZE * (double) G_USEC_PER_SEC / (double) (g_get_monotonic_time () - begin);
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
get_median (double *rates)
{
  qsort (rates, N_ROUNDS, sizeof (double), compare);

  return rates[N_ROUNDS / 2];
}

static void
tell (const char *what,
      double     *ours,
      double     *raw)
{
  double a = get_median (ours);
  double b = get_median (raw);

  g_print ("%-22s %8.0f %8.0f   %3.0f %%\n", what, a, b, 100 * a / b);
}

int
main (int   argc,
      char *argv[])
{
  g_autofree char *size = g_strdup_printf ("%dM", OUTPUT_SIZE);
  const char *const nothing[] = { PROGRAM, NULL };
  const char *const print[] = { "head", "-c", size, "/dev/zero", NULL };
  House house = { NULL };
  double ours[N_ROUNDS], raw[N_ROUNDS];
  double ours_out[N_ROUNDS], raw_out[N_ROUNDS];

  if (argc > 1 && g_str_equal (argv[1], "--memory"))
    memset (mmap (NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 1,
            MEMORY);

  house_open (&house);
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      ours[i] = house_run (&house, nothing, N_TASKS);
      raw[i] = run_raw (N_TASKS);
      ours_out[i] = house_run (&house, print, 1) * OUTPUT_SIZE;
      raw_out[i] = print_raw (&house);
    }
  house_close (&house);

  g_print ("                       Headway      raw   ratio\n");
  tell ("tasks a second", ours, raw);
  tell ("MiB printed a second", ours_out, raw_out);

  return 0;
}
