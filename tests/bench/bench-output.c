/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bench-house.h"
#include "bench-output-hub.h"
#include "bench-raw-output.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* How fast what a program prints is kept, without a reader and with ten who follow it, beside
 * a loop of read(2) and write(2) into a file, in the same run: the ratio counts. Whoever
 * follows gets each byte, which is looked at. And how long what it prints takes to a
 * follower: for that, this program runs itself (--talk) and prints the time.
 *
 * There are two kinds of ten who follow: those who ask the queue, as all doors do, beside ten
 * threads that read(2) the growing file; and those at the hub, who are sent it as JSON, beside
 * send(2) of as many bytes.
 */

#define OUTPUT_SIZE 256
#define HUB_SIZE 64
#define N_FOLLOWERS 10

#define N_LINES 200
#define LINE_INTERVAL 10007

/* Somebody who follows one task to its end. */
typedef struct
{
  BenchHouse *house;
  guint64 task_id;
  guint64 offset;
  guint *n_left;
  GString *line;     /* (owned) (nullable): what came of a line, if times are wanted */
  GArray *latencies; /* (not owned) (nullable): of double, in ms */
} Follower;

static void follow (Follower *self);

static void
take_byte (Follower *self,
           char      byte)
{
  gint64 printed_at;
  double latency;

  if (byte != '\n')
    {
      g_string_append_c (self->line, byte);
      return;
    }

  printed_at = g_ascii_strtoll (self->line->str, NULL, 10);
  latency = (double) (g_get_monotonic_time () - printed_at) / 1000;
  g_array_append_val (self->latencies, latency);
  g_string_truncate (self->line, 0);
}

static void
on_output (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Follower *self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(HwOutputChunk) chunk =
    hw_task_queue_read_output_finish (HW_TASK_QUEUE (source), result, &error);
  const char *bytes;
  gsize size = 0;

  g_assert_no_error (error);
  g_assert_cmpuint (chunk->skip_to, ==, 0);
  g_assert_cmpuint (chunk->offset, ==, self->offset);
  bytes = g_bytes_get_data (chunk->data, &size);
  if (self->latencies == NULL)
    bench_check_blocks (self->offset, bytes, size);
  for (gsize i = 0; i < size && self->latencies != NULL; i++)
    take_byte (self, bytes[i]);
  self->offset += size;

  if (chunk->is_end)
    (*self->n_left)--;
  else
    follow (self);
}

static void
follow (Follower *self)
{
  const HwOutputQuery query = { .of.task_id = self->task_id, .offset = self->offset };

  hw_task_queue_read_output_async (self->house->queue, self->house->me, &query, TRUE, NULL,
                                   on_output, self);
}

/* Keeps what a program prints while others read it. Returns MiB a second, all of them
 * having read all that there was.
 */
static double
print_followed (BenchHouse *house,
                guint       n_followers)
{
  gint64 begin = g_get_monotonic_time ();
  guint64 task_id = bench_house_print (house, OUTPUT_SIZE);
  g_autofree Follower *followers = g_new0 (Follower, n_followers);
  guint n_left = n_followers;

  for (guint i = 0; i < n_followers; i++)
    {
      followers[i] = (Follower) { .house = house, .task_id = task_id, .n_left = &n_left };
      follow (&followers[i]);
    }
  while (house->n_ended < 1 || n_left > 0)
    g_main_context_iteration (NULL, TRUE);

  for (guint i = 0; i < n_followers; i++)
    g_assert_cmpuint (followers[i].offset, ==, OUTPUT_SIZE * G_GUINT64_CONSTANT (1024) * 1024);

  return bench_get_rate (OUTPUT_SIZE, begin);
}

/* Gets our memory in MiB, without what is read from files. */
static double
get_memory (void)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    return 0;

  line = strstr (text, "RssAnon:");

  return line != NULL ? (double) g_ascii_strtoll (line + strlen ("RssAnon:"), NULL, 10) / 1024 : 0;
}

/* Gets what the processors gave to us and to all that we started and waited for, in ms. */
static double
get_processor_time (void)
{
  const int whose[] = { RUSAGE_SELF, RUSAGE_CHILDREN };
  double time = 0;

  for (guint i = 0; i < G_N_ELEMENTS (whose); i++)
    {
      struct rusage usage;

      getrusage (whose[i], &usage);
      time += (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
              (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
    }

  return time;
}

/* Gets how much of that it took since @begin for each 100 MiB. */
static double
get_cost (double begin,
          guint  mib)
{
  return (get_processor_time () - begin) * 100 / mib;
}

static void
measure_rate (BenchHouse *house)
{
  double alone[BENCH_ROUNDS], followed[BENCH_ROUNDS], raw[BENCH_ROUNDS], read[BENCH_ROUNDS];
  double followed_cost[BENCH_ROUNDS], raw_cost[BENCH_ROUNDS];
  double memory[BENCH_ROUNDS];

  for (guint i = 0; i < BENCH_ROUNDS; i++)
    {
      double begin = get_processor_time ();

      raw[i] = bench_keep_raw (house->folder, OUTPUT_SIZE, 0, 0);
      raw_cost[i] = get_cost (begin, OUTPUT_SIZE);
      begin = get_processor_time ();
      followed[i] = print_followed (house, N_FOLLOWERS);
      followed_cost[i] = get_cost (begin, OUTPUT_SIZE);
      memory[i] = get_memory ();
      alone[i] = print_followed (house, 0);
      read[i] = bench_keep_raw (house->folder, OUTPUT_SIZE, N_FOLLOWERS, 0);
    }

  bench_tell ("MiB printed a second", alone, raw);
  bench_tell ("the same with ten who follow", followed, raw);
  bench_tell ("the same, beside ten who read the file", followed, read);
  bench_tell ("processor ms for 100 MiB, ten follow", followed_cost, raw_cost);
  g_print ("  memory %.1f MiB after ten followed first, %.1f MiB after they did last\n", memory[0],
           memory[BENCH_ROUNDS - 1]);
}

static void
measure_hub (BenchHouse *house)
{
  double followed[BENCH_ROUNDS], sent[BENCH_ROUNDS], raw[BENCH_ROUNDS];
  double followed_cost[BENCH_ROUNDS], sent_cost[BENCH_ROUNDS];

  for (guint i = 0; i < BENCH_ROUNDS; i++)
    {
      double begin = get_processor_time ();

      followed[i] = bench_print_to_hub (house, HUB_SIZE, N_FOLLOWERS);
      followed_cost[i] = get_cost (begin, HUB_SIZE);
      begin = get_processor_time ();
      sent[i] = bench_keep_raw (house->folder, HUB_SIZE, 0, N_FOLLOWERS);
      sent_cost[i] = get_cost (begin, HUB_SIZE);
      raw[i] = bench_keep_raw (house->folder, HUB_SIZE, 0, 0);
    }

  bench_tell ("ten who follow at the hub", followed, raw);
  bench_tell ("the same, beside ten who are sent it", followed, sent);
  bench_tell ("processor ms for 100 MiB, at the hub", followed_cost, sent_cost);
}

/* Has ten follow a program that prints the time. */
static void
measure_latency (BenchHouse *house)
{
  g_autofree char *path = g_file_read_link ("/proc/self/exe", NULL);
  const char *const argv[] = { path, "--talk", NULL };
  guint64 task_id = bench_house_add (house, argv);
  g_autoptr(GArray) latencies = g_array_new (FALSE, FALSE, sizeof (double));
  Follower followers[N_FOLLOWERS];
  guint n_left = N_FOLLOWERS;

  for (guint i = 0; i < N_FOLLOWERS; i++)
    {
      followers[i] = (Follower) { .house = house, .task_id = task_id, .n_left = &n_left };
      followers[i].line = g_string_new (NULL);
      followers[i].latencies = latencies;
      follow (&followers[i]);
    }
  while (n_left > 0)
    g_main_context_iteration (NULL, TRUE);

  for (guint i = 0; i < N_FOLLOWERS; i++)
    g_string_free (followers[i].line, TRUE);
  g_print ("from printed to read by one of ten who follow: p50 %.1f ms, ",
           bench_get_median ((double *) (gpointer) latencies->data, latencies->len));
  g_print ("p99 %.1f ms, longest %.1f ms\n",
           g_array_index (latencies, double, latencies->len * 99 / 100),
           g_array_index (latencies, double, latencies->len - 1));
}

/* Prints what time it is, again and again. */
static int
talk (void)
{
  for (guint i = 0; i < N_LINES; i++)
    {
      g_print ("%" G_GINT64_FORMAT "\n", g_get_monotonic_time ());
      g_usleep (LINE_INTERVAL); /* check-source: allow sleep: it is a program that takes time */
    }

  return 0;
}

int
main (int   argc,
      char *argv[])
{
  BenchHouse house = { NULL };

  if (argc > 1 && g_str_equal (argv[1], "--talk"))
    return talk ();
  if (argc > 2 && g_str_equal (argv[1], "--print"))
    return bench_print_blocks ((guint) atoi (argv[2]));

  bench_house_open (&house);
  bench_tell_head ();
  measure_rate (&house);
  measure_hub (&house);
  measure_latency (&house);
  bench_house_close (&house);

  return 0;
}
