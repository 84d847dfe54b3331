/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"
#include "hw-plane-pace.h"
#include "hw-plane-socket.h"
#include "hw-watch-place.h"

G_BEGIN_DECLS

/**
 * HwPlaneLine:
 *
 * A connection in the plane, as the main context knows it.
 */
typedef struct _HwPlaneLine HwPlaneLine;

/**
 * HwPlaneWatchNews:
 * @id: what hw_plane_watch() gave, or 0
 * @state: what has become of it: it is not in the plane any more
 * @place: of %HW_WATCH_BEHIND: where it is, for whoever watches on
 *
 * What the main context is told of somebody who watched.
 */
typedef struct
{
  guint id;
  HwWatchState state;
  HwWatchPlace place;
} HwPlaneWatchNews;

/**
 * HwPlaneFuncs:
 * @news: is told what happened on a connection, with what the client sent, if it is
 *   %HW_PLANE_NEWS_DATA; that is to be answered with hw_plane_go_on(). After %HW_PLANE_NEWS_OVER
 *   it is there no more
 * @watch_news: is told what has become of one who watches
 *
 * Who is told of a connection, in the main context.
 */
typedef struct
{
  void (*news)(HwPlaneLine    *line,
               HwPlaneNewsKind kind,
               GBytes         *data,
               gpointer        user_data);
  void (*watch_news)(HwPlaneLine      *line,
                     HwPlaneWatchNews *news,
                     gpointer          user_data);
} HwPlaneFuncs;

/**
 * HwPlaneTraffic:
 * @n_open: how many connections there are, of each #HwPlaneTransport
 * @n_most: how many there may be, of all
 * @n_ever: how many there ever were, of each
 * @n_cut: how many were closed by us without the client's word: mostly as it took nothing
 *
 * Who comes and goes in the plane.
 */
typedef struct
{
  guint n_open[HW_N_PLANE_TRANSPORTS];
  guint n_most;
  guint64 n_ever[HW_N_PLANE_TRANSPORTS];
  guint64 n_cut;
} HwPlaneTraffic;

#define HW_TYPE_PLANE (hw_plane_get_type ())
G_DECLARE_FINAL_TYPE (HwPlane, hw_plane, HW, PLANE, GObject)

HwPlane     *hw_plane_new (HwClock *clock);
void         hw_plane_close (HwPlane *self);
void         hw_plane_settle (HwPlane *self);

void         hw_plane_set_time (HwPlane        *self,
                                HwPlaneTimeFunc get_time,
                                gpointer        user_data);
void         hw_plane_set_max_lines (HwPlane *self,
                                     guint    max_lines);
guint        hw_plane_get_max_lines (HwPlane *self);
void         hw_plane_get_traffic (HwPlane        *self,
                                   HwPlaneTraffic *traffic);
gboolean     hw_plane_has_room (HwPlane     *self,
                                HwPrincipal *principal);

HwPlaneLine *hw_plane_add (HwPlane             *self,
                           HwPrincipal         *principal,
                           HwPlaneSocketNewFunc make_socket,
                           const HwPlaneWire   *wire,
                           GBytes              *early,
                           const HwPlaneFuncs  *funcs,
                           gpointer             user_data);
void         hw_plane_send (HwPlane     *self,
                            HwPlaneLine *line,
                            GBytes      *message);
void         hw_plane_go_binary (HwPlane     *self,
                                 HwPlaneLine *line);
void         hw_plane_ask (HwPlane     *self,
                           HwPlaneLine *line);
void         hw_plane_go_on (HwPlane     *self,
                             HwPlaneLine *line,
                             gsize        n_taken);
void         hw_plane_say_goodbye (HwPlane     *self,
                                   HwPlaneLine *line,
                                   guint        code);
void         hw_plane_cut (HwPlane     *self,
                           HwPlaneLine *line);
guint        hw_plane_watch (HwPlane         *self,
                             HwPlaneLine     *line,
                             HwWatchPlace    *place,
                             HwWatchWriteFunc write,
                             GBytes          *head);
void         hw_plane_unwatch (HwPlane     *self,
                               HwPlaneLine *line,
                               guint        id);

G_END_DECLS
