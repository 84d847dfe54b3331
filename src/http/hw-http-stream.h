/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"
#include "hw-http-peer.h"
#include "hw-http-turns.h"
#include "hw-tls-certificate.h"
#include "hw-traffic.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * HW_HTTP_MAX_IDLE:
 *
 * How long a connection may wait for its next request. A page that is open asks over the
 * hub; everybody else connects again at no cost worth a descriptor.
 */
#define HW_HTTP_MAX_IDLE (30 * G_USEC_PER_SEC)

/**
 * HW_HTTP_HEAD_TIMEOUT:
 *
 * How long the head of a request may take to come: a program sends it in one piece.
 */
#define HW_HTTP_HEAD_TIMEOUT (5 * G_USEC_PER_SEC)

/**
 * HW_HTTP_BODY_TIMEOUT:
 *
 * How long the body of a request may take to come, and a second more for each
 * #HW_HTTP_BODY_RATE bytes of it, which is what a bad line carries.
 */
#define HW_HTTP_BODY_TIMEOUT (10 * G_USEC_PER_SEC)
#define HW_HTTP_BODY_RATE (16 * 1024)

/**
 * HW_HTTP_MAX_STALL:
 *
 * How long somebody may take nothing of an answer, which is in memory until then.
 */
#define HW_HTTP_MAX_STALL (10 * G_USEC_PER_SEC)

/**
 * HW_HTTP_MAX_REFUSED_BODY:
 *
 * What a client may send behind a head that was refused: it is read and dropped, so that
 * one that sends first and reads later still gets to know why. Beyond this it is cut.
 */
#define HW_HTTP_MAX_REFUSED_BODY (8 * 1024 * 1024)

/**
 * HW_HTTP_LEAVE_TIMEOUT:
 *
 * How long a client that was told our last word may go on sending.
 */
#define HW_HTTP_LEAVE_TIMEOUT (5 * G_USEC_PER_SEC)

/**
 * HwHttpStreamState:
 * @HW_HTTP_STREAM_STATE_REFUSED: it is told that it has to go
 * @HW_HTTP_STREAM_STATE_BEGUN: the head of its request has not come as a whole
 * @HW_HTTP_STREAM_STATE_SLOW: the rest of its request has not, it does not take the answer, or it
 *   asks ahead
 * @HW_HTTP_STREAM_STATE_SILENT: it has never said anything
 * @HW_HTTP_STREAM_STATE_IDLE: it has asked before
 * @HW_HTTP_STREAM_STATE_BUSY: it waits for us
 *
 * What the other side does.
 */
typedef enum
{
  HW_HTTP_STREAM_STATE_REFUSED,
  HW_HTTP_STREAM_STATE_BEGUN,
  HW_HTTP_STREAM_STATE_SLOW,
  HW_HTTP_STREAM_STATE_SILENT,
  HW_HTTP_STREAM_STATE_IDLE,
  HW_HTTP_STREAM_STATE_BUSY,
} HwHttpStreamState;

#define HW_TYPE_HTTP_STREAM (hw_http_stream_get_type ())
G_DECLARE_FINAL_TYPE (HwHttpStream, hw_http_stream, HW, HTTP_STREAM, GIOStream)

HwHttpStream   *hw_http_stream_new (GSocket           *socket,
                                    GSocketAddress    *address,
                                    const char *const *hosts,
                                    HwClock           *clock);
HwHttpStream   *hw_http_stream_get (SoupServerMessage *message);

GSocketAddress *hw_http_stream_get_address (HwHttpStream *self);
int             hw_http_stream_get_fd (HwHttpStream *self);
const HwHttpPeer *hw_http_stream_get_peer (HwHttpStream *self);
HwHttpStreamState hw_http_stream_get_state (HwHttpStream *self);
gint64 hw_http_stream_get_since (HwHttpStream *self);
void            hw_http_stream_add_traffic (HwHttpStream *self,
                                            HwTraffic    *traffic);
void            hw_http_stream_set_known (HwHttpStream *self,
                                          gboolean      is_known);
gboolean        hw_http_stream_is_known (HwHttpStream *self);
gboolean        hw_http_stream_is_stuck (HwHttpStream *self);
gboolean        hw_http_stream_is_taken (HwHttpStream *self);
void            hw_http_stream_set_max_stall (HwHttpStream *self,
                                              gint64        max_stall);

void            hw_http_stream_set_turns (HwHttpStream *self,
                                          HwHttpTurns  *turns);
gboolean        hw_http_stream_set_entrance (HwHttpStream     *self,
                                             HwHttpEntrance    entrance,
                                             HwTlsCredentials *credentials);
void            hw_http_stream_set_refusal (HwHttpStream *self,
                                            guint         status,
                                            GError       *error);
void            hw_http_stream_start (HwHttpStream *self);
void            hw_http_stream_look (HwHttpStream *self);
void            hw_http_stream_go_on (HwHttpStream *self);
void            hw_http_stream_tick (HwHttpStream *self);
void            hw_http_stream_cut (HwHttpStream *self);

G_END_DECLS
