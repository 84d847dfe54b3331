/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HwTraffic:
 * @n_open: how many connections speak HTTP now
 * @n_most: how many may
 * @n_ever: how many there ever were since the daemon started
 * @n_refused: how many of them were told to come again, as there was no room, or sent away
 * @n_displaced: how many were closed to make room
 * @n_received: how many bytes all of them sent to us
 * @n_sent: how many bytes were sent to them
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
} HwTraffic;

G_END_DECLS
