/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-http-listener.h"
#include "hw-plane.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * HwHttpRide:
 *
 * A connection in the plane, on which we write the answer.
 */
typedef struct _HwHttpRide HwHttpRide;

/**
 * HwHttpRideFuncs:
 * @drained: (nullable): is told that all was sent, after it was blocked or as somebody asked
 * @watch_news: (nullable): is told what has become of the watch
 * @over: is told that the connection is over, and the ride there no more
 *
 * Who is told of a ride.
 */
typedef struct
{
  void (*drained)(gpointer user_data);
  void (*watch_news)(HwPlaneWatchNews *news,
                     gpointer          user_data);
  void (*over)(gpointer user_data);
} HwHttpRideFuncs;

#define HW_TYPE_HTTP_RIDES (hw_http_rides_get_type ())
G_DECLARE_FINAL_TYPE (HwHttpRides, hw_http_rides, HW, HTTP_RIDES, GObject)

HwHttpRides *hw_http_rides_new (HwClock        *clock,
                                HwPlane        *plane,
                                HwHttpListener *listener);
gboolean     hw_http_rides_have_room (HwHttpRides *self,
                                      HwPrincipal *principal);
void         hw_http_rides_reply_full (SoupServerMessage *message);
HwHttpRide  *hw_http_rides_take (HwHttpRides           *self,
                                 SoupServerMessage     *message,
                                 HwPrincipal           *principal,
                                 const HwHttpRideFuncs *funcs,
                                 gpointer               user_data);
void         hw_http_rides_cut_all (HwHttpRides *self);

void         hw_http_ride_answer (HwHttpRide *self,
                                  guint       status,
                                  GBytes     *head);
void         hw_http_ride_send (HwHttpRide *self,
                                GBytes     *bytes);
void         hw_http_ride_ask (HwHttpRide *self);
void         hw_http_ride_watch (HwHttpRide      *self,
                                 HwWatchPlace    *place,
                                 HwWatchWriteFunc write);
void         hw_http_ride_end (HwHttpRide *self);

G_END_DECLS
