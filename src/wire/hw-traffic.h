/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HW_N_STATUS_CLASSES:
 *
 * One more than the greatest first digit of a status of HTTP (RFC 9110, 15).
 */
#define HW_N_STATUS_CLASSES 6

/**
 * HwTraffic:
 * @n_open: how many connections speak HTTP now
 * @n_most: how many may
 * @n_ever: how many there ever were since the daemon started
 * @n_refused: how many of them were told to come again, as there was no room, or sent away
 * @n_displaced: how many were closed to make room
 * @n_received: how many bytes all of them sent to us
 * @n_sent: how many bytes were sent to them
 * @n_refused_peer: how many of @n_refused came from a user or an address that had too many already
 * @n_refused_unfit: how many of @n_refused there was no descriptor for
 * @n_answers: how many requests were answered on them, by the first digit of the status. An answer
 *   that lasts counts from its beginning, and a WebSocket is none
 *
 * What comes and goes at the front door. Bytes are counted as HTTP has them, in TLS before it
 * is sealed, and of a connection that became a WebSocket until then.
 */
typedef struct
{
  guint64 n_open;
  guint64 n_most;
  guint64 n_ever;
  guint64 n_refused;
  guint64 n_displaced;
  guint64 n_received;
  guint64 n_sent;
  guint64 n_refused_peer;
  guint64 n_refused_unfit;
  guint64 n_answers[HW_N_STATUS_CLASSES];
} HwTraffic;

G_END_DECLS
