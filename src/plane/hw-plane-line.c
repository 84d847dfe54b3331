/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-plane-loop.h"

#include <sys/epoll.h>

/* One connection in the plane's thread, with those who watch on it. */

static void
put_news (HwPlaneLine       *self,
          const HwPlaneNews *news)
{
  if (hw_plane_box_put (&self->desk->news, news))
    g_source_set_ready_time (self->desk->source, 0);
}

/* A descriptor that is closed would still be polled for while a child that is about to become
 * another program has it, too.
 */
static void
on_socket_news (HwPlaneSocket  *socket,
                HwPlaneNewsKind kind,
                GBytes         *data,
                gpointer        user_data)
{
  HwPlaneLine *self = user_data;
  const HwPlaneNews news = { .line = self, .kind = kind, .data = data };

  if (kind == HW_PLANE_NEWS_OVER)
    epoll_ctl (self->desk->epoll_fd, EPOLL_CTL_DEL, hw_plane_socket_get_fd (socket), NULL);

  put_news (self, &news);
}

/**
 * hw_plane_line_new:
 * @desk: what the threads have in common
 * @make_socket: makes the kind of socket that it is
 * @wire: where the bytes come and go; it is the line's from now on
 * @funcs: is told in the main context what happens
 * @user_data: for @funcs
 *
 * Makes a line, for %HW_PLANE_SUBJECT_ADD.
 *
 * Returns: (transfer full): the line
 */
HwPlaneLine *
hw_plane_line_new (HwPlaneDesk         *desk,
                   HwPlaneSocketNewFunc make_socket,
                   const HwPlaneWire   *wire,
                   const HwPlaneFuncs  *funcs,
                   gpointer             user_data)
{
  HwPlaneLine *self = g_slice_new0 (HwPlaneLine);

  self->socket = make_socket (wire, on_socket_news, self);
  self->desk = desk;
  self->funcs = funcs;
  self->user_data = user_data;

  return self;
}

void
hw_plane_line_free (HwPlaneLine *self)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (self->watches == NULL);

  hw_plane_socket_free (self->socket);
  g_slice_free (HwPlaneLine, self);
}

static HwWatch **
hw_plane_line_find (HwPlaneLine *self,
                    guint        id)
{
  HwWatch **place = &self->watches;

  while (*place != NULL && (*place)->id != id)
    place = &(*place)->next;

  return place;
}

/**
 * hw_plane_line_watch:
 * @self: a line
 * @fan_out: where to watch
 * @order: who watches what, from where on
 * @id: what to call it
 *
 * Begins to watch.
 */
void
hw_plane_line_watch (HwPlaneLine  *self,
                     HwFanOut     *fan_out,
                     HwPlaneWatch *order,
                     guint         id)
{
  HwWatch **place = NULL;

  g_return_if_fail (self != NULL && fan_out != NULL && order != NULL);

  if (hw_plane_socket_is_over (self->socket))
    return;

  place = hw_plane_line_find (self, id);
  *place = hw_fan_out_add (fan_out, &order->place, order->write, order->head, self);
  (*place)->id = id;
}

/**
 * hw_plane_line_unwatch:
 * @self: a line
 * @fan_out: where it watches
 * @id: which watch
 *
 * Ends a watch, if it has not ended by itself.
 */
void
hw_plane_line_unwatch (HwPlaneLine *self,
                       HwFanOut    *fan_out,
                       guint        id)
{
  HwWatch **place = NULL;
  HwWatch *watch;

  g_return_if_fail (self != NULL && fan_out != NULL);

  place = hw_plane_line_find (self, id);
  watch = *place;
  if (watch == NULL)
    return;

  *place = watch->next;
  hw_fan_out_remove (fan_out, watch);
}

/**
 * hw_plane_line_unwatch_all:
 * @self: a line that is over
 * @fan_out: where it watches
 *
 * Ends all watches.
 */
void
hw_plane_line_unwatch_all (HwPlaneLine *self,
                           HwFanOut    *fan_out)
{
  g_return_if_fail (self != NULL);

  while (self->watches != NULL)
    hw_plane_line_unwatch (self, fan_out, self->watches->id);
}

/* Tells the main context what has become of a watch, which is here no more. */
static void
hw_plane_line_end_watch (HwPlaneLine *self,
                         HwFanOut    *fan_out,
                         HwWatch     *watch,
                         HwWatchState state)
{
  HwPlaneNews news = { .line = self, .watch = { .id = watch->id, .state = state } };

  if (state == HW_WATCH_BEHIND)
    hw_watch_get_place (watch, &news.watch.place);

  hw_plane_line_unwatch (self, fan_out, watch->id);
  put_news (self, &news);
}

/* The next who is read first is another one, so that one with much to tell does not keep the
 * others from it.
 */
static void
hw_plane_line_rotate (HwPlaneLine *self)
{
  HwWatch *first = self->watches;
  HwWatch **end = &self->watches;

  self->watches = first->next;
  first->next = NULL;
  while (*end != NULL)
    end = &(*end)->next;
  *end = first;
}

static guint
hw_plane_line_count (HwPlaneLine *self)
{
  guint n = 0;

  for (HwWatch *watch = self->watches; watch != NULL; watch = watch->next)
    n++;

  return n;
}

/* Reads for all once, or until there is enough. Returns: whether there is more */
static gboolean
hw_plane_line_read (HwPlaneLine *self,
                    HwFanOut    *fan_out,
                    GString     *piece,
                    gsize        enough)
{
  gboolean has_more = FALSE;

  for (guint n = hw_plane_line_count (self); n > 0 && piece->len < enough; n--)
    {
      HwWatch *watch = self->watches;
      HwWatchState state = HW_WATCH_GOES_ON;

      if (hw_watch_is_woken (watch))
        state = hw_fan_out_read (fan_out, watch, piece, enough);

      if (n > 1)
        hw_plane_line_rotate (self);
      has_more = has_more || hw_watch_is_woken (watch);
      if (state != HW_WATCH_GOES_ON)
        hw_plane_line_end_watch (self, fan_out, watch, state);
    }

  return has_more || piece->len >= enough;
}

/**
 * hw_plane_line_tell:
 * @self: a line
 * @fan_out: where it watches
 * @piece: room for what is sent at once
 * @enough: how long that may become
 *
 * Tells those who watch what there is to be told, if the network takes it: a piece of it, so that
 * one who has much to catch up with keeps no other line from being told.
 *
 * Returns: %TRUE if there is more, and it would take that
 */
gboolean
hw_plane_line_tell (HwPlaneLine *self,
                    HwFanOut    *fan_out,
                    GString     *piece,
                    gsize        enough)
{
  gboolean has_more;

  g_return_val_if_fail (self != NULL && fan_out != NULL && piece != NULL, FALSE);

  if (!hw_plane_socket_is_open (self->socket))
    return FALSE;

  g_string_truncate (piece, 0);
  has_more = hw_plane_line_read (self, fan_out, piece, enough);
  if (piece->len > 0)
    hw_plane_socket_say (self->socket, piece->str, piece->len);

  return has_more && hw_plane_socket_is_open (self->socket);
}
