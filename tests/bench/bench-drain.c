/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bench-drain.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* Those at the other ends of sockets, who take all that they are sent, in a thread of their
 * own.
 */

#define BUFFER_SIZE (256 * 1024)
#define TAIL_SIZE 32

typedef struct
{
  int ours;
  int theirs;
  guint64 n_read;
  char tail[TAIL_SIZE]; /* what came last */
  gboolean is_done;
} End;

struct _BenchDrain
{
  End *ends;        /* (owned) */
  guint n_ends;
  guint n_done;     /* atomic: who was sent all */
  guint64 size;     /* of all that each is sent, at least */
  const char *last; /* (nullable): what that ends with */
  int epoll_fd;
  int stop_pipe[2];
  GThread *thread;
};

static void
end_take (End        *self,
          const char *bytes,
          gsize       size)
{
  gsize kept = MIN (size, TAIL_SIZE);

  self->n_read += size;
  memmove (self->tail, self->tail + kept, TAIL_SIZE - kept);
  memcpy (self->tail + TAIL_SIZE - kept, bytes + size - kept, kept);
}

static gboolean
end_has_all (const End        *self,
             const BenchDrain *drain)
{
  gsize length;

  if (self->n_read < drain->size)
    return FALSE;
  if (drain->last == NULL)
    return TRUE;

  length = strlen (drain->last);

  return memcmp (self->tail + TAIL_SIZE - length, drain->last, length) == 0;
}

static void
end_read (End        *self,
          BenchDrain *drain,
          char       *buffer)
{
  gssize n;

  while ((n = recv (self->theirs, buffer, BUFFER_SIZE, MSG_DONTWAIT)) > 0)
    end_take (self, buffer, (gsize) n);

  if (self->is_done || !end_has_all (self, drain))
    return;

  self->is_done = TRUE;
  g_atomic_int_inc (&drain->n_done);
  g_main_context_wakeup (NULL);
}

static gpointer
read_everything (gpointer data)
{
  BenchDrain *self = data;
  g_autofree char *buffer = g_malloc (BUFFER_SIZE);
  struct epoll_event events[16];

  for (;;)
    {
      int n = epoll_wait (self->epoll_fd, events, G_N_ELEMENTS (events), -1);

      for (int i = 0; i < n; i++)
        {
          if (events[i].data.ptr == NULL)
            return NULL;
          end_read (events[i].data.ptr, self, buffer);
        }
    }
}

static void
watch (BenchDrain *self,
       int         fd,
       End        *end)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = end };

  if (epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
    g_assert_not_reached ();
}

/* Makes as many as it is told, each of whom is sent @size bytes or more, and then something
 * that ends with @last, of at most 32 characters.
 */
BenchDrain *
bench_drain_new (guint       n_ends,
                 guint64     size,
                 const char *last)
{
  BenchDrain *self = g_new0 (BenchDrain, 1);

  self->ends = g_new0 (End, n_ends);
  self->n_ends = n_ends;
  self->size = size;
  self->last = last;
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (pipe (self->stop_pipe) != 0)
    g_assert_not_reached ();
  watch (self, self->stop_pipe[0], NULL);

  for (guint i = 0; i < n_ends; i++)
    {
      int fds[2];

      if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
        g_assert_not_reached ();
      self->ends[i] = (End) { .ours = fds[0], .theirs = fds[1] };
      watch (self, fds[1], &self->ends[i]);
    }
  self->thread = g_thread_new ("drain", read_everything, self);

  return self;
}

/* Ends it. The sockets that it gave are closed by whoever has them. */
void
bench_drain_free (BenchDrain *self)
{
  if (write (self->stop_pipe[1], "", 1) != 1)
    g_assert_not_reached ();
  g_thread_join (self->thread);
  for (guint i = 0; i < self->n_ends; i++)
    close (self->ends[i].theirs);
  close (self->stop_pipe[0]);
  close (self->stop_pipe[1]);
  close (self->epoll_fd);
  g_free (self->ends);
  g_free (self);
}

/* Gets our end of one of the sockets, (transfer full). */
int
bench_drain_get_socket (BenchDrain *self,
                        guint       i)
{
  return self->ends[i].ours;
}

/* Gets whether each was sent all. The main context wakes up when it may be so. */
gboolean
bench_drain_is_done (BenchDrain *self)
{
  return (guint) g_atomic_int_get (&self->n_done) == self->n_ends;
}
