/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"
#include "hw-http-entrances.h"
#include "hw-traffic.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * HW_HTTP_MAX_CONNECTIONS:
 *
 * How many connections may speak HTTP at once. The main context slows down with each of
 * them. Watchers who were upgraded do not count: they have limits of their own.
 */
#define HW_HTTP_MAX_CONNECTIONS 512

/**
 * HW_HTTP_MAX_OF_PEER:
 *
 * How many of them may be one peer's, a user's on the Unix socket or an address's on TCP:
 * all that may wait or download at once, and some more, and yet not all there are.
 */
#define HW_HTTP_MAX_OF_PEER 384

/**
 * HW_HTTP_MAX_STRANGERS:
 *
 * How many connections libsoup may have on which nobody has shown yet who they are. It keeps
 * some twenty kilobytes for each; a page that lets its reader in takes six.
 */
#define HW_HTTP_MAX_STRANGERS 64

#define HW_TYPE_HTTP_LISTENER (hw_http_listener_get_type ())
G_DECLARE_FINAL_TYPE (HwHttpListener, hw_http_listener, HW, HTTP_LISTENER, GObject)

HwHttpListener *hw_http_listener_new (SoupServer *soup,
                                      HwClock    *clock);

HwHttpEntrances *hw_http_listener_get_entrances (HwHttpListener *self);
void            hw_http_listener_add (HwHttpListener *self,
                                      GSocket        *socket,
                                      HwHttpEntrance  entrance);
void            hw_http_listener_close (HwHttpListener *self);

void            hw_http_listener_count_answer (HwHttpListener *self,
                                               guint           status);

guint           hw_http_listener_get_n_connections (HwHttpListener *self);
void            hw_http_listener_get_traffic (HwHttpListener *self,
                                              HwTraffic      *traffic);

G_END_DECLS
