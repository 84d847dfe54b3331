/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-event-socket.h"
#include "hw-plane-loop.h"
#include "hw-task-json.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* One turn of the plane's thread: it is told all that is to be done, and then to end. */

#define EPOCH 7
#define N_EVENTS 2000

/* What is sent in one piece, and an event more. */
#define PIECE_SIZE (32768 + 1024)

typedef struct
{
  HwPlaneDesk desk;
  GSource *source; /* (owned): the desk's, which nobody looks at */
} Fixture;

/* Somebody who watches. */
typedef struct
{
  HwPlaneLine *line;
  int fd;
} Viewer;

static GSourceFuncs source_funcs = { NULL };

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  HwPlaneDesk *desk = &fixture->desk;
  struct epoll_event event = { .events = EPOLLIN };

  hw_plane_box_init (&desk->orders, sizeof (HwPlaneOrder));
  hw_plane_box_init (&desk->news, sizeof (HwPlaneNews));
  fixture->source = g_source_new (&source_funcs, sizeof (GSource));
  desk->source = fixture->source;
  desk->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  desk->wake_fd = eventfd (1, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_ctl (desk->epoll_fd, EPOLL_CTL_ADD, desk->wake_fd, &event);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_source_unref (fixture->source);
  hw_plane_box_clear (&fixture->desk.orders);
  hw_plane_box_clear (&fixture->desk.news);
  close (fixture->desk.epoll_fd);
  close (fixture->desk.wake_fd);
}

static void
order (Fixture       *fixture,
       HwPlaneSubject subject,
       HwPlaneLine   *line,
       gpointer       enclosed,
       guint64        number)
{
  const HwPlaneOrder letter = { subject, line, enclosed, number };

  hw_plane_box_put (&fixture->desk.orders, &letter);
}

static void
write_event (GString *output,
             GBytes  *head,
             HwEvent *event)
{
  g_autoptr(GBytes) json = hw_task_json_encode_event (event);

  g_string_append_len (output, g_bytes_get_data (json, NULL), (gssize) g_bytes_get_size (json));
}

/* Begins, with events that were. */
static void
begin (Fixture *fixture)
{
  const HwEventOrigin origin = { .epoch = EPOCH, .task_id = 1, .type = "noop", .owner = "me" };
  const guint64 epoch = EPOCH;
  GPtrArray *events = hw_events_new ();

  for (guint64 seq = 1; seq <= N_EVENTS; seq++)
    g_ptr_array_add (events, hw_event_new (HW_EVENT_KIND_MESSAGE, &origin, seq, NULL));
  order (fixture, HW_PLANE_SUBJECT_BEGIN, NULL, g_memdup2 (&epoch, sizeof (epoch)), 0);
  order (fixture, HW_PLANE_SUBJECT_EVENTS, NULL, events, 0);
}

/* Has somebody watch who knows all up to a number. */
static void
viewer_join (Viewer  *viewer,
             Fixture *fixture,
             guint64  seq)
{
  HwPlaneWire wire = { -1, NULL };
  HwPlaneWatch *watch = g_new0 (HwPlaneWatch, 1);
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), ==, 0);
  wire.fd = fds[0];
  viewer->fd = fds[1];
  viewer->line = hw_plane_line_new (&fixture->desk, hw_event_socket_new, &wire, NULL, NULL);

  watch->place.principal = hw_principal_new (HW_DOOR_TCP, "token:owner", TRUE);
  watch->place.seq = seq;
  watch->write = write_event;
  order (fixture, HW_PLANE_SUBJECT_ADD, viewer->line, NULL, 0);
  order (fixture, HW_PLANE_SUBJECT_WATCH, viewer->line, watch, 1);
}

static gsize
viewer_count_bytes (Viewer *viewer)
{
  char bytes[4096];
  gsize length = 0;
  gssize n_read;

  while ((n_read = recv (viewer->fd, bytes, sizeof (bytes), 0)) > 0)
    length += (gsize) n_read;

  return length;
}

/* The watch went with the loop. */
static void
viewer_leave (Viewer *viewer)
{
  viewer->line->watches = NULL;
  hw_plane_line_free (viewer->line);
  close (viewer->fd);
}

/* Test that whoever has much to catch up with, and takes all that comes, is told a piece of it in
 * a turn, so that nobody waits longer for them than for others.
 */
static void
test_plane_loop_catching_up_is_piecewise (Fixture      *fixture,
                                          gconstpointer test_data)
{
  Viewer viewers[3];

  begin (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (viewers); i++)
    viewer_join (&viewers[i], fixture, i < 2 ? 0 : N_EVENTS - 1);
  order (fixture, HW_PLANE_SUBJECT_STOP, NULL, NULL, 0);
  hw_plane_loop_run (&fixture->desk);

  for (guint i = 0; i < G_N_ELEMENTS (viewers); i++)
    {
      gsize length = viewer_count_bytes (&viewers[i]);

      g_assert_cmpuint (length, >, i < 2 ? 16384 : 0);
      g_assert_cmpuint (length, <, PIECE_SIZE);
      viewer_leave (&viewers[i]);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/plane-loop/catching-up-is-piecewise", Fixture, NULL, set_up,
              test_plane_loop_catching_up_is_piecewise, tear_down);

  return g_test_run ();
}
