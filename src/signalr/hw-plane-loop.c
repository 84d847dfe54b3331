/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-plane-loop.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

/* How many lines are looked at between two looks at the orders. */
#define MAX_EVENTS 256

/* The plane's thread: waits for all lines at once, in the kernel, so that one that is quiet
 * costs nothing. It waits for nothing else.
 */
typedef struct
{
  HwPlaneDesk *desk;
  GPtrArray *dirty; /* (owned) (element-type HwPlaneLine): where something is to be sent */
  gboolean is_asked; /* somebody waits until there is nothing to do */
  gboolean is_stopped;
} Loop;

/* Tells the main context. A descriptor that is closed would still be polled for while a child
 * that is about to become another program has it, too.
 */
static void
on_socket_news (HwWsSocket  *socket,
                HwWsNewsKind kind,
                GBytes      *data,
                gpointer     user_data)
{
  HwPlaneLine *line = user_data;
  HwPlaneDesk *desk = line->desk;
  const HwPlaneNews news = { line, kind, data };

  if (kind == HW_WS_NEWS_OVER)
    epoll_ctl (desk->epoll_fd, EPOLL_CTL_DEL, hw_ws_socket_get_fd (socket), NULL);

  if (hw_plane_box_put (&desk->news, &news))
    g_source_set_ready_time (desk->source, 0);
}

/**
 * hw_plane_line_new:
 * @desk: what the threads have in common
 * @wire: where the bytes come and go; it is the line's from now on
 * @function: is told in the main context what happens
 * @user_data: for @function
 *
 * Makes a line, for %HW_PLANE_SUBJECT_ADD.
 *
 * Returns: (transfer full): the line
 */
HwPlaneLine *
hw_plane_line_new (HwPlaneDesk    *desk,
                   const HwWsWire *wire,
                   HwPlaneFunc     function,
                   gpointer        user_data)
{
  HwPlaneLine *self = g_new0 (HwPlaneLine, 1);

  self->socket = hw_ws_socket_new (wire, on_socket_news, self);
  self->desk = desk;
  self->function = function;
  self->user_data = user_data;

  return self;
}

void
hw_plane_line_free (HwPlaneLine *self)
{
  g_return_if_fail (self != NULL);

  hw_ws_socket_free (self->socket);
  g_free (self);
}

static void
loop_mark_dirty (Loop        *loop,
                 HwPlaneLine *line)
{
  if (line->is_dirty)
    return;

  line->is_dirty = TRUE;
  g_ptr_array_add (loop->dirty, line);
}

/* Has the kernel look for what a line waits for. One that is closed the kernel has forgotten. */
static void
loop_poll (Loop        *loop,
           HwPlaneLine *line,
           int          operation)
{
  struct epoll_event event = { .data.ptr = line };

  if (hw_ws_socket_is_over (line->socket))
    return;

  event.events = hw_ws_socket_get_interest (line->socket);
  if (operation == EPOLL_CTL_MOD && event.events == line->interest)
    return;

  line->interest = event.events;
  if (epoll_ctl (loop->desk->epoll_fd, operation, hw_ws_socket_get_fd (line->socket), &event) != 0)
    hw_ws_socket_cut (line->socket);
}

static void
loop_add (Loop               *loop,
          const HwPlaneOrder *order)
{
  loop_poll (loop, order->line, EPOLL_CTL_ADD);
  if (order->bytes != NULL)
    hw_ws_socket_give (order->line->socket, order->bytes);
  loop_mark_dirty (loop, order->line);
}

static void
loop_carry_out (Loop               *loop,
                const HwPlaneOrder *order)
{
  HwPlaneLine *line = order->line;

  switch (order->subject)
    {
    case HW_PLANE_SUBJECT_ADD:
      loop_add (loop, order);
      break;

    case HW_PLANE_SUBJECT_SEND:
      hw_ws_socket_push (line->socket, order->bytes);
      loop_mark_dirty (loop, line);
      break;

    case HW_PLANE_SUBJECT_ASK:
      hw_ws_socket_ask (line->socket);
      loop_mark_dirty (loop, line);
      break;

    case HW_PLANE_SUBJECT_GO_ON:
      hw_ws_socket_go_on (line->socket, order->number);
      loop_poll (loop, line, EPOLL_CTL_MOD);
      break;

    case HW_PLANE_SUBJECT_GOODBYE:
      hw_ws_socket_say_goodbye (line->socket, (guint) order->number);
      loop_mark_dirty (loop, line);
      break;

    case HW_PLANE_SUBJECT_CUT:
      hw_ws_socket_cut (line->socket);
      break;

    /* It was over before its owner could say so: nothing of it is left to be sent. */
    case HW_PLANE_SUBJECT_FREE:
      if (line->is_dirty)
        g_ptr_array_remove_fast (loop->dirty, line);
      hw_plane_line_free (line);
      break;

    case HW_PLANE_SUBJECT_SETTLE:
      loop->is_asked = TRUE;
      break;

    case HW_PLANE_SUBJECT_STOP:
    default:
      loop->is_stopped = TRUE;
      break;
    }
}

/* Sends what there is: all that came for a line meanwhile, in as few pieces as possible. */
static void
loop_flush (Loop *loop)
{
  for (guint i = 0; i < loop->dirty->len; i++)
    {
      HwPlaneLine *line = g_ptr_array_index (loop->dirty, i);

      line->is_dirty = FALSE;
      hw_ws_socket_flush (line->socket);
      loop_poll (loop, line, EPOLL_CTL_MOD);
    }

  g_ptr_array_set_size (loop->dirty, 0);
}

/* Returns: whether there were any */
static gboolean
loop_take_orders (Loop *loop)
{
  g_autoptr(GArray) orders = hw_plane_box_take (&loop->desk->orders);

  if (orders == NULL)
    return FALSE;

  for (guint i = 0; i < orders->len; i++)
    {
      HwPlaneOrder *order = &g_array_index (orders, HwPlaneOrder, i);

      loop_carry_out (loop, order);
      g_clear_pointer (&order->bytes, g_bytes_unref);
    }

  return TRUE;
}

/* What was written to wake us says no more than that. */
static void
loop_hear (Loop *loop)
{
  guint64 n_times;
  gssize length = read (loop->desk->wake_fd, &n_times, sizeof (n_times));

  g_assert (length == sizeof (n_times) || errno == EAGAIN);
}

static void
loop_serve (Loop        *loop,
            HwPlaneLine *line,
            guint32      events)
{
  if ((events & EPOLLIN) != 0)
    hw_ws_socket_read (line->socket);
  else if ((events & (EPOLLERR | EPOLLHUP)) != 0)
    hw_ws_socket_cut (line->socket);

  loop_mark_dirty (loop, line);
}

/* Tells whoever waits that all is done. */
static void
loop_settle (Loop *loop)
{
  HwPlaneDesk *desk = loop->desk;

  pthread_mutex_lock (&desk->lock);
  desk->is_settled = TRUE;
  pthread_cond_signal (&desk->settled);
  pthread_mutex_unlock (&desk->lock);
  loop->is_asked = FALSE;
}

/* Lines are freed only when the kernel's list of them is done with. */
static void
loop_turn (Loop *loop)
{
  struct epoll_event events[MAX_EVENTS];
  int n_events = epoll_wait (loop->desk->epoll_fd, events, MAX_EVENTS, loop->is_asked ? 0 : -1);
  gboolean had_orders;

  for (int i = 0; i < n_events; i++)
    {
      if (events[i].data.ptr == NULL)
        loop_hear (loop);
      else
        loop_serve (loop, events[i].data.ptr, events[i].events);
    }

  had_orders = loop_take_orders (loop);
  loop_flush (loop);
  if (loop->is_asked && !had_orders && n_events == 0)
    loop_settle (loop);
}

/**
 * hw_plane_loop_run:
 * @desk: what the threads have in common
 *
 * Serves all lines until %HW_PLANE_SUBJECT_STOP comes.
 */
void
hw_plane_loop_run (HwPlaneDesk *desk)
{
  g_autoptr(GPtrArray) dirty = g_ptr_array_new ();
  Loop loop = { .desk = desk, .dirty = dirty };

  while (!loop.is_stopped)
    loop_turn (&loop);
}
