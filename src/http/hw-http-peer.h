/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HwHttpPeer:
 * @name: a name for them, the same for all connections that they open
 * @is_local: whether they came over a Unix socket
 * @uid: the user who they are there, as the kernel says, or -1 if nobody can say
 *
 * Who is on the other side of a connection.
 */
typedef struct
{
  char *name; /* (owned) */
  gboolean is_local;
  gint64 uid;
} HwHttpPeer;

void hw_http_peer_init (HwHttpPeer     *self,
                        GSocket        *socket,
                        GSocketAddress *address);
void hw_http_peer_clear (HwHttpPeer *self);

G_END_DECLS
