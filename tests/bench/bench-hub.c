/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-await.h"
#include "hw-test-house.h"

#include "hw-hub-record.h"
#include "hw-task-hub.h"
#include "hw-ws-frame.h"
#include "hw-line-transport.h"

#include <malloc.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* What it costs to tell many watchers of a burst of events, beside what the kernel alone
 * takes to send the same bytes: processor time of all threads but one for each event and
 * watcher. Watchers hang on socket pairs, and that thread reads what they are sent.
 */

/* Events in a burst; bursts in a measurement; and how many of these, of which the median
 * is told.
 */
#define N_EVENTS 20
#define N_BURSTS 20
#define N_ROUNDS 5

/* About what an event has in it. */
#define MESSAGE "Checked 4,194,304 of 536,870,912 bytes of /srv/archive/2026/some-file.iso"

static const guint n_watchers[] = { 1, 10, 100, 1000 };

typedef struct
{
  HwTestHouse *house;
  HwPlane *plane;
  HwHubHandler *handler;
  GPtrArray *transports; /* (element-type HwHubTransport) */
  GArray *ours;          /* (element-type int): our ends of the socket pairs */
  GArray *theirs;
  GThread *reader;
  int is_reading;
  clockid_t reader_clock; /* how much of the processor it has had */
  int epoll_fd;
  int stop_pipe[2];
  guint64 seq;
} Crowd;

static double
get_seconds (clockid_t clock)
{
  struct timespec time;

  clock_gettime (clock, &time);

  return (double) time.tv_sec + (double) time.tv_nsec / 1e9;
}

/* Seconds of processor time of all threads but the one that reads. */
static double
get_time (Crowd *crowd)
{
  return get_seconds (CLOCK_PROCESS_CPUTIME_ID) - get_seconds (crowd->reader_clock);
}

/* Lets all happen that there is to do, on both sides. */
static void
crowd_settle (Crowd *crowd)
{
  hw_await_quiet ();
  hw_plane_settle (crowd->plane);
  hw_await_quiet ();
}

/* Reads whatever any watcher is sent, until the pipe says that it is enough. */
static gpointer
read_everything (gpointer data)
{
  Crowd *crowd = data;
  static char bytes[262144];
  struct epoll_event events[64];

  pthread_getcpuclockid (pthread_self (), &crowd->reader_clock);
  g_atomic_int_set (&crowd->is_reading, TRUE);

  for (;;)
    {
      int n = epoll_wait (crowd->epoll_fd, events, G_N_ELEMENTS (events), -1);

      for (int i = 0; i < n; i++)
        {
          if (events[i].data.fd == crowd->stop_pipe[0])
            return NULL;
          while (recv (events[i].data.fd, bytes, sizeof (bytes), MSG_DONTWAIT) > 0)
            continue;
        }
    }
}

static void
watch_fd (Crowd *crowd,
          int    fd)
{
  struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

  epoll_ctl (crowd->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static void
crowd_add_watcher (Crowd *crowd)
{
  const char *request = "{\"protocol\":\"json\",\"version\":1}\036"
                        "{\"type\":4,\"invocationId\":\"1\",\"target\":\"WatchTasks\","
                        "\"arguments\":[null,0,0]}\036";
  g_autoptr(HwHubConnection) connection = NULL;
  HwHubTransport *transport;
  HwPlaneWire wire = { -1, NULL };
  int fds[2];

  if (socketpair (AF_UNIX, SOCK_STREAM, 0, fds) != 0)
    g_assert_not_reached ();
  g_array_append_val (crowd->ours, fds[0]);
  g_array_append_val (crowd->theirs, fds[1]);
  watch_fd (crowd, fds[1]);

  wire.fd = fds[0];
  connection = hw_hub_connection_new (crowd->handler, crowd->house->owner, 1);
  transport = hw_line_transport_new (HW_LINE_KIND_WEBSOCKET, crowd->plane, connection, HW_CLOCK (crowd->house->clock));
  g_ptr_array_add (crowd->transports, transport);
  hw_line_transport_start (HW_LINE_TRANSPORT (transport), &wire, NULL, NULL);
  hw_hub_connection_feed (connection, request, strlen (request), 1);
}

static Crowd *
crowd_new (guint n)
{
  Crowd *crowd = g_new0 (Crowd, 1);

  crowd->house = hw_test_house_new (1);
  hw_test_house_open (crowd->house);
  crowd->plane = hw_plane_new (HW_CLOCK (crowd->house->clock));
  crowd->handler = hw_task_hub_new (crowd->house->queue);
  crowd->transports = g_ptr_array_new_with_free_func (g_object_unref);
  crowd->ours = g_array_new (FALSE, FALSE, sizeof (int));
  crowd->theirs = g_array_new (FALSE, FALSE, sizeof (int));
  crowd->epoll_fd = epoll_create1 (0);
  if (pipe (crowd->stop_pipe) != 0)
    g_assert_not_reached ();
  watch_fd (crowd, crowd->stop_pipe[0]);

  for (guint i = 0; i < n; i++)
    crowd_add_watcher (crowd);
  crowd->reader = g_thread_new ("reader", read_everything, crowd);
  while (!g_atomic_int_get (&crowd->is_reading))
    g_thread_yield ();
  crowd_settle (crowd);
  crowd->seq = hw_event_log_get_head (hw_task_queue_get_log (crowd->house->queue));

  return crowd;
}

static void
crowd_free (Crowd *crowd)
{
  if (write (crowd->stop_pipe[1], "", 1) != 1)
    g_assert_not_reached ();
  g_thread_join (crowd->reader);
  for (guint i = 0; i < crowd->transports->len; i++)
    hw_hub_transport_finish (g_ptr_array_index (crowd->transports, i));
  hw_await_quiet ();
  g_ptr_array_unref (crowd->transports);
  hw_plane_close (crowd->plane);
  g_object_unref (crowd->plane);
  g_object_unref (crowd->handler);
  hw_test_house_free (crowd->house);
  for (guint i = 0; i < crowd->theirs->len; i++)
    close (g_array_index (crowd->theirs, int, i));
  close (crowd->epoll_fd);
  close (crowd->stop_pipe[0]);
  close (crowd->stop_pipe[1]);
  g_array_unref (crowd->ours);
  g_array_unref (crowd->theirs);
  g_free (crowd);
}

static GPtrArray *
crowd_make_burst (Crowd *crowd)
{
  const HwEventOrigin origin = {
    .epoch = hw_task_queue_get_epoch (crowd->house->queue), .task_id = 1, .attempt = 1,
    .type = "checksum", .group = "", .owner = "token:owner", .actor = "token:owner",
    .at = G_GINT64_CONSTANT (1795374000000000),
  };
  GPtrArray *events = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_event_unref);

  for (guint i = 0; i < N_EVENTS; i++)
    {
      HwTaskFields *fields = hw_task_fields_new ();

      hw_task_fields_set_string (fields, HW_TASK_FIELD_MESSAGE, MESSAGE);
      g_ptr_array_add (events, hw_event_new (HW_EVENT_KIND_MESSAGE, &origin, ++crowd->seq,
                                             fields));
    }

  return events;
}

static double
measure_hub (Crowd *crowd)
{
  HwEventLog *log = hw_task_queue_get_log (crowd->house->queue);
  double time = 0.0;

  for (guint i = 0; i < N_BURSTS; i++)
    {
      g_autoptr(GPtrArray) burst = crowd_make_burst (crowd);
      double begin = get_time (crowd);

      hw_event_log_append (log, burst);
      crowd_settle (crowd);
      time += get_time (crowd) - begin;
    }

  return time;
}

/* Sends as many bytes to as many, one piece each. */
static double
measure_raw (Crowd *crowd,
             gsize  length)
{
  g_autofree char *bytes = g_strnfill (length, 'a');
  double begin = get_time (crowd);

  for (guint i = 0; i < N_BURSTS; i++)
    for (guint j = 0; j < crowd->ours->len; j++)
      if (send (g_array_index (crowd->ours, int, j), bytes, length, MSG_NOSIGNAL) < 0)
        j--;
  /* the reader is behind */

  return get_time (crowd) - begin;
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return (x > y) - (x < y);
}

int
main (int   argc,
      char *argv[])
{
  struct rlimit files;

  /* Two for each watcher. */
  getrlimit (RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit (RLIMIT_NOFILE, &files);

  g_print ("watchers   hub us   raw us (for each event and watcher)   bytes a watcher\n");
  for (guint i = 0; i < G_N_ELEMENTS (n_watchers); i++)
    {
      gsize before = mallinfo2 ().uordblks;
      Crowd *crowd = crowd_new (n_watchers[i]);
      gsize memory = mallinfo2 ().uordblks - before;
      double per = 1e6 / (N_BURSTS * N_EVENTS * (double) n_watchers[i]);
      double hub[N_ROUNDS];
      double raw[N_ROUNDS];

      for (guint round = 0; round < N_ROUNDS; round++)
        {
          hub[round] = measure_hub (crowd);
          raw[round] = measure_raw (crowd, N_EVENTS * 300);
        }
      qsort (hub, N_ROUNDS, sizeof (double), compare_doubles);
      qsort (raw, N_ROUNDS, sizeof (double), compare_doubles);
      g_print ("%8u %8.2f %8.2f %44" G_GSIZE_FORMAT "\n", n_watchers[i],
               hub[N_ROUNDS / 2] * per, raw[N_ROUNDS / 2] * per, memory / n_watchers[i]);
      crowd_free (crowd);
    }

  return 0;
}
