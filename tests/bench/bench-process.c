/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bench-house.h"

#include "hw-io.h"
#include "hw-shim-slot.h"

#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* How many tasks that do nothing (`true`) go through queue, store, shim and program a
 * second, beside how often posix_spawn(3) alone does it, as many at a time: first as small
 * as we are, then with 2 GiB of memory. Each pair in the same run, as machines differ from
 * minute to minute: the ratio counts. And what a task costs in time of the processors, all
 * of its processes together, which a busy machine changes less; and what of that the disk
 * takes, whose state changes it much: the folders and records of a task, made by hand.
 */

#define N_TASKS 1000
#define N_FILES 300

/* In percent. */
#define FLOOR 30
#define STRETCH 45

#define PROGRAM "/bin/true"
#define MEMORY (G_GUINT64_CONSTANT (2) << 30)

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
      if (n_running == BENCH_PARALLEL && wait (NULL) > 0)
        n_running--;
      if (posix_spawn (&pid, PROGRAM, NULL, NULL, argv, environment) == 0)
        n_running++;
    }
  while (wait (NULL) > 0)
    continue;

  return bench_get_rate (n_tasks, begin);
}

/* Gets the time that processors gave to whom, in µs. */
static double
get_processor_time (int who)
{
  struct rusage usage;

  getrusage (who, &usage);

  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC +
         (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* Makes what a task that prints nothing leaves on the disk, in a folder for it, and in a slot. */
static void
make_files (const char *root,
            guint       number,
            int         slot_fd)
{
  const char text[] = "a record";
  g_autofree char *of_task = g_strdup_printf ("%s/%u", root, number);
  g_autofree char *of_attempt = g_build_filename (of_task, "1", NULL);
  g_autofree char *results = g_build_filename (of_attempt, "files", NULL);
  int fd;

  hw_io_make_folder (of_task);
  hw_io_make_folder (of_attempt);
  hw_io_make_folder (results);
  fd = hw_io_open_folder (of_attempt);
  hw_shim_slot_keep_start (slot_fd, fd, text, strlen (text));
  hw_shim_slot_keep_end (slot_fd, fd, text, strlen (text));
  close (fd);
}

/* Tells what the disk takes of a task's time, with nobody beside who shares a sync. */
static void
tell_files (const char *folder,
            const char *name)
{
  g_autofree char *root = g_build_filename (folder, name, NULL);
  const char zeros[HW_SLOT_SIZE] = { 0 };
  double processor_time;
  gint64 begin;
  int folder_fd, slot_fd;

  hw_io_make_folder (root);
  folder_fd = hw_io_open_folder (root);
  hw_io_write_record (folder_fd, "slot", zeros, sizeof zeros, FALSE, TRUE);
  slot_fd = hw_io_open (folder_fd, "slot");

  processor_time = bench_get_processor_time ();
  begin = g_get_monotonic_time ();
  for (guint i = 0; i < N_FILES; i++)
    make_files (root, i, slot_fd);

  g_print ("  folders and records of a task, by hand, in us: %.0f, processor time %.0f\n",
           (double) (g_get_monotonic_time () - begin) / N_FILES,
           (bench_get_processor_time () - processor_time) / N_FILES);
  close (slot_fd);
  close (folder_fd);
}

/* Where the time of a task goes: to us, and to the processes that it takes. */
typedef struct
{
  double own;
  double children;
} Cost;

static Cost
get_cost (void)
{
  return (Cost) {
           .own = get_processor_time (RUSAGE_SELF),
           .children = get_processor_time (RUSAGE_CHILDREN),
  };
}

static void
add_cost (Cost *sum,
          Cost  before)
{
  Cost after = get_cost ();

  sum->own += after.own - before.own;
  sum->children += after.children - before.children;
}

static void
measure (BenchHouse *house,
         const char *memory)
{
  const char *const nothing[] = { PROGRAM, NULL };
  double ours[BENCH_ROUNDS], raw[BENCH_ROUNDS];
  Cost our_cost = { 0 }, raw_cost = { 0 };
  g_autofree char *what = g_strdup_printf ("tasks a second, %s", memory);
  double n_tasks = N_TASKS * BENCH_ROUNDS;

  for (guint i = 0; i < BENCH_ROUNDS; i++)
    {
      Cost before = get_cost ();

      ours[i] = bench_house_run (house, nothing, N_TASKS);
      add_cost (&our_cost, before);
      before = get_cost ();
      raw[i] = run_raw (N_TASKS);
      add_cost (&raw_cost, before);
    }

  bench_tell (what, ours, raw);
  bench_tell_goal ("  of posix_spawn()", 100 * ours[BENCH_ROUNDS / 2] / raw[BENCH_ROUNDS / 2], FLOOR,
                   STRETCH);
  g_print ("  processor time of each, in us: %.0f of the queue, %.0f of shim and program; raw %.0f\n",
           our_cost.own / n_tasks, our_cost.children / n_tasks,
           (raw_cost.own + raw_cost.children) / n_tasks);
  tell_files (house->folder, memory);
}

int
main (int   argc,
      char *argv[])
{
  BenchHouse house = { NULL };
  void *memory;

  bench_house_open (&house);
  bench_tell_head ();
  measure (&house, "small");

  memory = mmap (NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  g_assert_true (memory != MAP_FAILED);
  memset (memory, 1, MEMORY);
  measure (&house, "with 2 GiB");
  bench_house_close (&house);

  return 0;
}
