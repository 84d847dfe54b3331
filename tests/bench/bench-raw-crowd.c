/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "bench-raw-crowd.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Who connects waits here until there is time. */
#define BACKLOG 4096

#define MAX_CONNECTIONS 32768

#define UPGRADED "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n" \
  "Upgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
#define READY "{}\036{\"type\":3,\"invocationId\":\"ready\",\"result\":null}\036"

/* What is asked of it. */
typedef struct
{
  guint first;
  guint n_watchers;
  guint n_frames;
  gsize frame_size; /* of what a frame carries */
} Order;

typedef struct
{
  int listener;
  int control;
  int epoll_fd;
  GArray *fds;   /* (element-type int): in the order in which they came */
  guint8 *steps; /* by fd: what was answered already */
  guint64 seq;
} Server;

static void
server_watch (Server *self,
              int     fd)
{
  struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

  if (epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
    _exit (1);
}

static void
server_send (Server     *self,
             int         fd,
             const char *bytes,
             gsize       length)
{
  gsize n_sent = 0;

  while (n_sent < length)
    {
      gssize n = send (fd, bytes + n_sent, length - n_sent, MSG_NOSIGNAL);

      if (n < 0)
        _exit (1);
      n_sent += (gsize) n;
    }
}

static void
server_accept (Server *self)
{
  int fd = accept4 (self->listener, NULL, NULL, SOCK_CLOEXEC);
  int on = 1;

  if (fd < 0 || fd >= MAX_CONNECTIONS)
    _exit (1);
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof (on));
  self->steps[fd] = 0;
  g_array_append_val (self->fds, fd);
  server_watch (self, fd);
}

static void
server_forget (Server *self,
               int     fd)
{
  for (guint i = 0; i < self->fds->len; i++)
    if (g_array_index (self->fds, int, i) == fd)
      {
        g_array_remove_index (self->fds, i);
        break;
      }
  close (fd);
}

/* Puts a frame of text behind others. */
static void
append_frame (GString    *frames,
              const char *text,
              gsize       length)
{
  guint size = length < 126 ? 0 : length <= G_MAXUINT16 ? 2 : 8;

  g_string_append_c (frames, (char) 0x81);
  g_string_append_c (frames, (char) (size == 0 ? length : size == 2 ? 126 : 127));
  for (guint i = 0; i < size; i++)
    g_string_append_c (frames, (char) ((guint64) length >> 8 * (size - 1 - i)));
  g_string_append_len (frames, text, (gssize) length);
}

/* Answers the request and the greeting behind it; the rest nobody looks at. */
static void
server_hear (Server *self,
             int     fd)
{
  char bytes[4096];
  g_autoptr(GString) ready = g_string_new (NULL);

  if (recv (fd, bytes, sizeof (bytes), 0) <= 0)
    {
      server_forget (self, fd);
      return;
    }

  append_frame (ready, READY, sizeof (READY) - 1);
  if (self->steps[fd] == 0)
    server_send (self, fd, UPGRADED, sizeof (UPGRADED) - 1);
  else if (self->steps[fd] == 1)
    server_send (self, fd, ready->str, ready->len);
  self->steps[fd] = MIN (self->steps[fd] + 1, 2);
}

/* Makes an event as a crowd reads it, of exactly so many bytes. */
static void
append_event (GString *frames,
              guint64  seq,
              gsize    size)
{
  g_autoptr(GString) record = g_string_new (NULL);

  g_string_printf (record, "{\"type\":2,\"item\":{\"kind\":\"raw\",\"seq\":%" G_GUINT64_FORMAT "}}",
                   seq);
  while (record->len + 1 < size)
    g_string_append_c (record, ' ');
  g_string_append_c (record, '\036');
  append_frame (frames, record->str, record->len);
}

static void
server_obey (Server *self)
{
  Order order;
  g_autoptr(GString) frames = g_string_new (NULL);

  if (recv (self->control, &order, sizeof (order), 0) != sizeof (order))
    _exit (0);

  for (guint i = 0; i < order.n_frames; i++)
    append_event (frames, ++self->seq, order.frame_size);
  for (guint i = order.first; i < order.first + order.n_watchers; i++)
    server_send (self, g_array_index (self->fds, int, i), frames->str, frames->len);
}

G_GNUC_NORETURN
static void
serve (int listener,
       int control)
{
  Server self = { .listener = listener, .control = control };
  struct epoll_event events[256];

  self.fds = g_array_new (FALSE, FALSE, sizeof (int));
  self.steps = g_new0 (guint8, MAX_CONNECTIONS);
  self.epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  server_watch (&self, listener);
  server_watch (&self, control);

  for (;;)
    {
      int n = epoll_wait (self.epoll_fd, events, G_N_ELEMENTS (events), -1);

      for (int i = 0; i < n; i++)
        {
          if (events[i].data.fd == listener)
            server_accept (&self);
          else if (events[i].data.fd == control)
            server_obey (&self);
          else
            server_hear (&self, events[i].data.fd);
        }
    }
}

/* Starts it on a free port. */
void
bench_raw_crowd_start (BenchRawCrowd *self)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof (address);
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int controls[2];

  g_assert_cmpint (bind (listener, (struct sockaddr *) &address, length), ==, 0);
  g_assert_cmpint (listen (listener, BACKLOG), ==, 0);
  g_assert_cmpint (getsockname (listener, (struct sockaddr *) &address, &length), ==, 0);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, controls), ==, 0);
  self->port = ntohs (address.sin_port);
  self->pid = fork ();
  if (self->pid == 0)
    {
      close (controls[0]);
      serve (listener, controls[1]);
    }
  close (listener);
  close (controls[1]);
  self->control = controls[0];
}

void
bench_raw_crowd_stop (BenchRawCrowd *self)
{
  close (self->control);
  kill (self->pid, SIGKILL);
  g_assert_cmpint (waitpid (self->pid, NULL, 0), ==, self->pid);
}

/**
 * bench_raw_crowd_send:
 * @self: a server
 * @first: the first of those who get something, in the order in which they came
 * @n_watchers: how many
 * @n_frames: how many frames each of them gets at once
 * @frame_size: how many bytes a frame carries
 *
 * Has frames sent.
 */
void
bench_raw_crowd_send (BenchRawCrowd *self,
                      guint          first,
                      guint          n_watchers,
                      guint          n_frames,
                      gsize          frame_size)
{
  const Order order = { first, n_watchers, n_frames, frame_size };

  g_assert_cmpint (send (self->control, &order, sizeof (order), MSG_NOSIGNAL), ==, sizeof (order));
}
