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

/* What is sent in one piece. Sending costs as much for a small piece as for a large one;
 * above this a slow client would get more than it can take.
 */
#define PIECE_SIZE 32768

/* The plane's thread: waits for all lines at once, in the kernel, so that one that is quiet
 * costs nothing. It waits for nothing else.
 */
typedef struct
{
  HwPlaneDesk *desk;
  HwFanOut *fan_out; /* (owned) (nullable): none while nobody watches */
  GPtrArray *dirty;  /* (owned) (element-type HwPlaneLine): where something is to be sent */
  GPtrArray *woken;  /* (owned) (element-type HwPlaneLine): who watches and is to be told */
  GString *piece;    /* (owned): what one of them is told */
  HwPlanePace pace;  /* and when */
  gboolean is_asked; /* somebody waits until there is nothing to do */
  gboolean is_stopped;
} Loop;

static void
watch_order_free (HwPlaneWatch *watch)
{
  hw_watch_place_clear (&watch->place);
  g_clear_pointer (&watch->head, g_bytes_unref);
  g_free (watch);
}

/**
 * hw_plane_order_clear:
 * @order: an order
 *
 * Forgets what is enclosed.
 */
void
hw_plane_order_clear (HwPlaneOrder *order)
{
  gpointer enclosed = g_steal_pointer (&order->enclosed);

  if (enclosed == NULL)
    return;

  switch (order->subject)
    {
    case HW_PLANE_SUBJECT_ADD:
    case HW_PLANE_SUBJECT_SEND:
      g_bytes_unref (enclosed);
      break;

    case HW_PLANE_SUBJECT_WATCH:
      watch_order_free (enclosed);
      break;

    case HW_PLANE_SUBJECT_EVENTS:
    case HW_PLANE_SUBJECT_LEVELS:
      g_ptr_array_unref (enclosed);
      break;

    case HW_PLANE_SUBJECT_BINARY:
    case HW_PLANE_SUBJECT_ASK:
    case HW_PLANE_SUBJECT_GO_ON:
    case HW_PLANE_SUBJECT_GOODBYE:
    case HW_PLANE_SUBJECT_CUT:
    case HW_PLANE_SUBJECT_FREE:
    case HW_PLANE_SUBJECT_UNWATCH:
    case HW_PLANE_SUBJECT_BEGIN:
    case HW_PLANE_SUBJECT_TICK:
    case HW_PLANE_SUBJECT_SETTLE:
    case HW_PLANE_SUBJECT_STOP:
    default:
      g_free (enclosed);
      break;
    }
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

static void
on_watch_woken (gpointer owner,
                gpointer user_data)
{
  HwPlaneLine *line = owner;
  Loop *loop = user_data;

  if (line->is_woken)
    return;

  line->is_woken = TRUE;
  g_ptr_array_add (loop->woken, line);
}

/* Has the kernel look for what a line waits for. One that is closed the kernel has forgotten. */
static void
loop_poll (Loop        *loop,
           HwPlaneLine *line,
           int          operation)
{
  struct epoll_event event = { .data.ptr = line };

  if (hw_plane_socket_is_over (line->socket))
    return;

  event.events = hw_plane_socket_get_interest (line->socket);
  if (operation == EPOLL_CTL_MOD && event.events == line->interest)
    return;

  line->interest = event.events;
  if (epoll_ctl (loop->desk->epoll_fd, operation, hw_plane_socket_get_fd (line->socket), &event) != 0)
    hw_plane_socket_cut (line->socket);
}

static void
loop_add (Loop               *loop,
          const HwPlaneOrder *order)
{
  loop_poll (loop, order->line, EPOLL_CTL_ADD);
  if (order->enclosed != NULL)
    hw_plane_socket_give (order->line->socket, order->enclosed);

  /* Of TLS there may be more in memory, of which the kernel knows nothing. */
  hw_plane_socket_read (order->line->socket);
  loop_mark_dirty (loop, order->line);
}

/* It was over before its owner could say so: nothing of it is left to be sent. */
static void
loop_free (Loop        *loop,
           HwPlaneLine *line)
{
  if (line->is_dirty)
    g_ptr_array_remove_fast (loop->dirty, line);
  if (line->is_woken)
    g_ptr_array_remove_fast (loop->woken, line);

  hw_plane_line_unwatch_all (line, loop->fan_out);
  hw_plane_line_free (line);
}

/* What is asked of one line. */
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
      hw_plane_socket_push (line->socket, order->enclosed);
      loop_mark_dirty (loop, line);
      break;

    case HW_PLANE_SUBJECT_BINARY:
      hw_plane_socket_go_binary (line->socket);
      break;

    case HW_PLANE_SUBJECT_ASK:
      hw_plane_socket_ask (line->socket);
      loop_mark_dirty (loop, line);
      break;

    case HW_PLANE_SUBJECT_GO_ON:
      hw_plane_socket_go_on (line->socket, order->number);
      loop_poll (loop, line, EPOLL_CTL_MOD);
      break;

    case HW_PLANE_SUBJECT_GOODBYE:
      hw_plane_socket_say_goodbye (line->socket, (guint) order->number);
      loop_mark_dirty (loop, line);
      break;

    case HW_PLANE_SUBJECT_WATCH:
      hw_plane_line_watch (line, loop->fan_out, order->enclosed, (guint) order->number);
      break;

    case HW_PLANE_SUBJECT_UNWATCH:
      hw_plane_line_unwatch (line, loop->fan_out, (guint) order->number);
      break;

    case HW_PLANE_SUBJECT_CUT:
      hw_plane_line_unwatch_all (line, loop->fan_out);
      hw_plane_socket_cut (line->socket);
      break;

    case HW_PLANE_SUBJECT_FREE:
      loop_free (loop, line);
      break;

    case HW_PLANE_SUBJECT_BEGIN:
    case HW_PLANE_SUBJECT_EVENTS:
    case HW_PLANE_SUBJECT_LEVELS:
    case HW_PLANE_SUBJECT_TICK:
    case HW_PLANE_SUBJECT_SETTLE:
    case HW_PLANE_SUBJECT_STOP:
    default:
      g_assert_not_reached ();
    }
}

static void
loop_begin (Loop   *loop,
            guint64 epoch,
            guint64 head)
{
  if (loop->fan_out != NULL)
    hw_fan_out_restart (loop->fan_out, head);
  else
    loop->fan_out = hw_fan_out_new (epoch, head, on_watch_woken, loop);
}

/* What is of no line. */
static void
loop_take_note (Loop               *loop,
                const HwPlaneOrder *order)
{
  switch (order->subject)
    {
    case HW_PLANE_SUBJECT_BEGIN:
      loop_begin (loop, *(const guint64 *) order->enclosed, order->number);
      break;

    case HW_PLANE_SUBJECT_EVENTS:
      hw_fan_out_append (loop->fan_out, order->enclosed);
      break;

    case HW_PLANE_SUBJECT_LEVELS:
      hw_fan_out_set_levels (loop->fan_out, order->enclosed);
      break;

    case HW_PLANE_SUBJECT_TICK:
      hw_fan_out_tick (loop->fan_out, (gint64) order->number);
      break;

    case HW_PLANE_SUBJECT_SETTLE:
      loop->is_asked = TRUE;
      break;

    case HW_PLANE_SUBJECT_STOP:
      loop->is_stopped = TRUE;
      break;

    case HW_PLANE_SUBJECT_ADD:
    case HW_PLANE_SUBJECT_SEND:
    case HW_PLANE_SUBJECT_BINARY:
    case HW_PLANE_SUBJECT_ASK:
    case HW_PLANE_SUBJECT_GO_ON:
    case HW_PLANE_SUBJECT_GOODBYE:
    case HW_PLANE_SUBJECT_CUT:
    case HW_PLANE_SUBJECT_FREE:
    case HW_PLANE_SUBJECT_WATCH:
    case HW_PLANE_SUBJECT_UNWATCH:
    default:
      g_assert_not_reached ();
    }
}

/* Sends what there is: all that came for a line meanwhile, in as few pieces as possible. */
static void
loop_flush (Loop *loop)
{
  for (guint i = 0; i < loop->dirty->len; i++)
    {
      HwPlaneLine *line = g_ptr_array_index (loop->dirty, i);
      gboolean was_blocked = (line->interest & EPOLLOUT) != 0;

      line->is_dirty = FALSE;
      hw_plane_socket_flush (line->socket);
      loop_poll (loop, line, EPOLL_CTL_MOD);

      /* Who watched could not be told meanwhile. */
      if (was_blocked && line->watches != NULL && hw_plane_socket_is_open (line->socket))
        on_watch_woken (line, loop);
    }

  g_ptr_array_set_size (loop->dirty, 0);
}

/* Tells those who watch, each a piece; who has more to hear comes again behind all others. If that
 * costs much, more is left to come together before the next time.
 */
static void
loop_tell (Loop *loop)
{
  guint n_woken = loop->woken->len;

  if (n_woken == 0 || !hw_plane_pace_begin (&loop->pace))
    return;

  for (guint i = 0; i < n_woken; i++)
    {
      HwPlaneLine *line = g_ptr_array_index (loop->woken, i);

      line->is_woken = FALSE;
      if (hw_plane_line_tell (line, loop->fan_out, loop->piece, PIECE_SIZE))
        on_watch_woken (line, loop);
      loop_poll (loop, line, EPOLL_CTL_MOD);
    }
  g_ptr_array_remove_range (loop->woken, 0, n_woken);
  hw_plane_pace_end (&loop->pace);
}

/* How long to wait in the kernel, in milliseconds. */
static int
loop_get_timeout (Loop *loop)
{
  if (loop->woken->len == 0)
    return loop->is_asked ? 0 : -1;

  return hw_plane_pace_get_rest (&loop->pace);
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

      if (order->line != NULL)
        loop_carry_out (loop, order);
      else
        loop_take_note (loop, order);
      hw_plane_order_clear (order);
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
    hw_plane_socket_read (line->socket);
  else if ((events & (EPOLLERR | EPOLLHUP)) != 0)
    hw_plane_socket_cut (line->socket);

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
  int n_events = epoll_wait (loop->desk->epoll_fd, events, MAX_EVENTS,
                             loop_get_timeout (loop));
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
  loop_tell (loop);
  if (loop->is_asked && !had_orders && n_events == 0 && loop->woken->len == 0)
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
  Loop loop = {
    .desk = desk,
    .dirty = g_ptr_array_new (),
    .woken = g_ptr_array_new (),
    .piece = g_string_sized_new (PIECE_SIZE),
  };

  hw_plane_pace_init (&loop.pace, desk->get_time, desk->time_data);
  while (!loop.is_stopped)
    loop_turn (&loop);

  g_clear_pointer (&loop.fan_out, hw_fan_out_free);
  g_ptr_array_unref (loop.dirty);
  g_ptr_array_unref (loop.woken);
  g_string_free (loop.piece, TRUE);
}
