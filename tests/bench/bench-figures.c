/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bench-figures.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

/* How long something is measured. To see that a benchmark still works, a moment is enough. */
#define DURATION G_USEC_PER_SEC
#define SMOKE_DURATION (G_USEC_PER_SEC / 50)

/* Whether it is only to be seen that the benchmark works. */
gboolean
bench_is_smoke (int   argc,
                char *argv[])
{
  return argc > 1 && g_str_equal (argv[1], "--smoke");
}

/* Gets the microseconds of one measurement. */
gint64
bench_get_duration (gboolean is_smoke)
{
  return is_smoke ? SMOKE_DURATION : DURATION;
}

/* Gets the time that processors gave to this process, in microseconds. */
double
bench_get_processor_time (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);

  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC +
         (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* Gets the same of another process. */
double
bench_get_processor_time_of (pid_t pid)
{
  clockid_t clock;
  struct timespec time;

  if (clock_getcpuclockid (pid, &clock) != 0 || clock_gettime (clock, &time) != 0)
    return 0;

  return (double) time.tv_sec * G_USEC_PER_SEC + (double) time.tv_nsec / 1000;
}

/* Gets how much there was a second since @begin. */
double
bench_get_rate (double amount,
                gint64 begin)
{
  return amount * (double) G_USEC_PER_SEC / (double) (g_get_monotonic_time () - begin);
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Sorts the values. */
double
bench_get_median (double *values,
                  guint   n_values)
{
  qsort (values, n_values, sizeof (double), compare);

  return values[n_values / 2];
}

/* Gets the middle one of BENCH_ROUNDS figures, by their rates. */
BenchFigure
bench_get_middle (BenchFigure *figures)
{
  /* The rate is the first member. */
  qsort (figures, BENCH_ROUNDS, sizeof (BenchFigure), compare);

  return figures[BENCH_ROUNDS / 2];
}

void
bench_tell_head (void)
{
  g_print ("%-42s Headway      raw   ratio\n", "");
}

/* Prints the middle one of BENCH_ROUNDS figures beside those of the bare building block. */
void
bench_tell (const char *what,
            double     *ours,
            double     *raw)
{
  double a = bench_get_median (ours, BENCH_ROUNDS);
  double b = bench_get_median (raw, BENCH_ROUNDS);

  g_print ("%-40s %9.0f %8.0f   %3.0f %%\n", what, a, b, 100 * a / b);
}

/* Prints a figure that is to be reached, and what it is held against. */
void
bench_tell_goal (const char *what,
                 double      percent,
                 double      floor,
                 double      stretch)
{
  g_print ("%-58s %4.0f %%   floor %3.0f %%, stretch %3.0f %%%s\n", what, percent, floor, stretch,
           percent < floor ? "   BELOW" : "");
}
