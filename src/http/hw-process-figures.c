/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-process-figures.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is read of /proc/self/stat, by number: see proc_pid_stat(5). The second field may have
 * blanks and brackets in it, so that the third is the first behind the last bracket.
 */
#define FIRST_FIELD 3
#define USER_TIME 14
#define SYSTEM_TIME 15
#define START_TIME 22
#define VIRTUAL_SIZE 23
#define RESIDENT_PAGES 24

static char *
read_file (const char *root,
           const char *name)
{
  g_autofree char *path = g_build_filename (root, name, NULL);
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? text : NULL;
}

static gint64
get_time (guint64 n_ticks)
{
  return (gint64) (n_ticks * G_USEC_PER_SEC / (guint64) sysconf (_SC_CLK_TCK));
}

/* When the machine began, in microseconds since the Unix epoch, or 0. */
static gint64
read_boot_time (const char *root)
{
  g_autofree char *text = read_file (root, "stat");
  const char *line = text != NULL ? strstr (text, "\nbtime ") : NULL;

  return line != NULL
         ? g_ascii_strtoll (line + strlen ("\nbtime "), NULL, 10) * (gint64) G_USEC_PER_SEC : 0;
}

static void
read_stat (HwProcessFigures *self,
           const char       *root)
{
  g_autofree char *text = read_file (root, "self/stat");
  const char *rest = text != NULL ? strrchr (text, ')') : NULL;
  g_auto(GStrv) fields = rest != NULL ? g_strsplit (rest + 1, " ", -1) : NULL;
  guint64 values[RESIDENT_PAGES + 1] = { 0 };

  /* It begins with a blank. */
  for (guint i = 1; fields != NULL && fields[i] != NULL; i++)
    if (i + FIRST_FIELD - 1 < G_N_ELEMENTS (values))
      values[i + FIRST_FIELD - 1] = g_ascii_strtoull (fields[i], NULL, 10);

  self->processor_time = get_time (values[USER_TIME] + values[SYSTEM_TIME]);
  self->n_virtual_bytes = values[VIRTUAL_SIZE];
  self->n_resident_bytes = values[RESIDENT_PAGES] * (guint64) sysconf (_SC_PAGESIZE);
  if (values[START_TIME] > 0)
    self->start_time = read_boot_time (root) + get_time (values[START_TIME]);
}

/* The kernel knows how many there are since Linux 6.2; before, they are to be counted. */
static guint64
count_descriptors (const char *root)
{
  g_autofree char *path = g_build_filename (root, "self", "fd", NULL);
  g_autoptr(GDir) folder = NULL;
  struct stat status;
  guint64 count = 0;

  if (stat (path, &status) == 0 && status.st_size > 0 && g_str_equal (root, "/proc"))
    return (guint64) status.st_size;

  folder = g_dir_open (path, 0, NULL);
  while (folder != NULL && g_dir_read_name (folder) != NULL)
    count++;

  return count;
}

/**
 * hw_process_figures_read:
 * @self: (out): what the kernel says of this process
 * @root: where it says so: `/proc`
 *
 * Reads it. With many descriptors that takes milliseconds: it is for a thread.
 */
void
hw_process_figures_read (HwProcessFigures *self,
                         const char       *root)
{
  struct rlimit limit;

  g_return_if_fail (self != NULL && root != NULL);

  *self = (HwProcessFigures) { 0 };
  read_stat (self, root);
  self->n_descriptors = count_descriptors (root);
  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    self->n_most_descriptors = limit.rlim_cur;
}
