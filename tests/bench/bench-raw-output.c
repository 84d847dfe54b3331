/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bench-raw-output.h"

#include "bench-drain.h"
#include "bench-house.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MIB (1024 * 1024)

/* What a shim reads at once. */
#define BUFFER_SIZE (64 * 1024)

/* What a follower reads at once. */
#define PIECE_SIZE MIB

/* A file that becomes longer, and those who read it meanwhile. */
typedef struct
{
  int fd;
  GMutex lock;
  GCond grown;
  guint64 n_written;
  gboolean is_whole;
} Growing;

/* Prints as much as it is told, in blocks with numbers. */
int
bench_print_blocks (guint mib)
{
  g_autofree char *buffer = g_malloc0 (BUFFER_SIZE);
  const guint64 n_blocks = (guint64) mib * MIB / BENCH_BLOCK_SIZE;
  guint64 number = 0;

  while (number < n_blocks)
    {
      for (gsize at = 0; at < BUFFER_SIZE; at += BENCH_BLOCK_SIZE, number++)
        memcpy (buffer + at, &number, sizeof number);
      if (write (STDOUT_FILENO, buffer, BUFFER_SIZE) != BUFFER_SIZE)
        return 1;
    }

  return 0;
}

/* Fails if bytes are not those that are printed at @offset. */
void
bench_check_blocks (guint64     offset,
                    const char *bytes,
                    gsize       size)
{
  guint64 number = (offset + BENCH_BLOCK_SIZE - 1) / BENCH_BLOCK_SIZE;
  gsize at = (gsize) (number * BENCH_BLOCK_SIZE - offset);

  for (; at + sizeof number <= size; at += BENCH_BLOCK_SIZE, number++)
    g_assert_cmpmem (bytes + at, sizeof number, &number, sizeof number);
}

static gboolean
growing_wait (Growing *self,
              guint64  offset)
{
  gboolean has_more;

  g_mutex_lock (&self->lock);
  while (self->n_written == offset && !self->is_whole)
    g_cond_wait (&self->grown, &self->lock);
  has_more = self->n_written > offset;
  g_mutex_unlock (&self->lock);

  return has_more;
}

static void
growing_tell (Growing *self,
              gsize    n_more,
              gboolean is_whole)
{
  g_mutex_lock (&self->lock);
  self->n_written += n_more;
  self->is_whole = is_whole;
  g_cond_broadcast (&self->grown);
  g_mutex_unlock (&self->lock);
}

static gpointer
read_growing (gpointer data)
{
  Growing *self = data;
  g_autofree char *buffer = g_malloc (PIECE_SIZE);
  guint64 offset = 0;

  while (growing_wait (self, offset))
    {
      gssize n = pread (self->fd, buffer, PIECE_SIZE, (off_t) offset);

      if (n < 0)
        break;
      bench_check_blocks (offset, buffer, (gsize) n);
      offset += (guint64) n;
    }

  return NULL;
}

static void
send_all (int         fd,
          const char *bytes,
          gsize       size)
{
  while (size > 0)
    {
      gssize n = send (fd, bytes, size, MSG_NOSIGNAL);

      if (n < 0)
        return;
      bytes += n;
      size -= (gsize) n;
    }
}

/* Sends each as much as these bytes are in base64. */
static void
send_to_all (const int  *sockets,
             guint       n_sockets,
             const char *bytes,
             gsize       size)
{
  for (guint i = 0; i < n_sockets; i++)
    {
      send_all (sockets[i], bytes, size);
      send_all (sockets[i], bytes, size / 3);
    }
}

static void
keep (Growing   *file,
      guint      mib,
      const int *sockets,
      guint      n_sockets)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *command = g_strdup_printf ("'%s' --print %u", self, mib);
  g_autofree char *buffer = g_malloc (BUFFER_SIZE);
  FILE *pipe = popen (command, "r"); /* check-source: allow shell: the command is our own */
  gssize n;

  while ((n = read (fileno (pipe), buffer, BUFFER_SIZE)) > 0)
    {
      if (write (file->fd, buffer, (gsize) n) != n)
        break;
      growing_tell (file, (gsize) n, FALSE);
      send_to_all (sockets, n_sockets, buffer, (gsize) n);
    }
  pclose (pipe);
  fsync (file->fd);
  growing_tell (file, 0, TRUE);
}

/* Keeps what a program prints by hand, while others read the file, or are sent each piece.
 * Returns MiB a second, all of them having all.
 */
double
bench_keep_raw (const char *folder,
                guint       mib,
                guint       n_readers,
                guint       n_sockets)
{
  g_autofree char *path = g_build_filename (folder, "raw", NULL);
  g_autofree GThread **readers = g_new0 (GThread *, n_readers + 1);
  g_autofree int *sockets = g_new0 (int, n_sockets + 1);
  BenchDrain *drain = bench_drain_new (n_sockets, 0, NULL);
  Growing file = { .fd = g_open (path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) };
  gint64 begin = g_get_monotonic_time ();
  double rate;

  g_mutex_init (&file.lock);
  g_cond_init (&file.grown);
  for (guint i = 0; i < n_sockets; i++)
    sockets[i] = bench_drain_get_socket (drain, i);
  for (guint i = 0; i < n_readers; i++)
    readers[i] = g_thread_new ("reader", read_growing, &file);

  keep (&file, mib, sockets, n_sockets);
  for (guint i = 0; i < n_readers; i++)
    g_thread_join (readers[i]);
  rate = bench_get_rate (mib, begin);

  for (guint i = 0; i < n_sockets; i++)
    close (sockets[i]);
  bench_drain_free (drain);
  g_mutex_clear (&file.lock);
  g_cond_clear (&file.grown);
  close (file.fd);
  g_remove (path);

  return rate;
}
