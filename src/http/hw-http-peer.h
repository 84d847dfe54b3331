/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HwHttpEntrance:
 * @HW_HTTP_ENTRANCE_LOOPBACK: TCP, as plain HTTP, for this machine only
 * @HW_HTTP_ENTRANCE_TLS: TCP, with TLS
 * @HW_HTTP_ENTRANCE_OWNER: the Unix socket on which a user is who the kernel says
 * @HW_HTTP_ENTRANCE_PROXY: the Unix socket of a proxy, which speaks TLS with others
 *
 * Where a connection comes in.
 */
typedef enum
{
  HW_HTTP_ENTRANCE_LOOPBACK,
  HW_HTTP_ENTRANCE_TLS,
  HW_HTTP_ENTRANCE_OWNER,
  HW_HTTP_ENTRANCE_PROXY,
} HwHttpEntrance;

#define HW_HTTP_N_ENTRANCES (HW_HTTP_ENTRANCE_PROXY + 1)

/**
 * HwHttpPeer:
 * @name: a name for them, the same for all connections that they open
 * @entrance: where they came in
 * @is_local: whether they are the user that the kernel says, and need no token
 * @uid: the user at the other end of a Unix socket, or -1 if nobody can say
 *
 * Who is on the other side of a connection.
 */
typedef struct
{
  char *name; /* (owned) */
  HwHttpEntrance entrance;
  gboolean is_local;
  gint64 uid;
} HwHttpPeer;

void hw_http_peer_init (HwHttpPeer     *self,
                        GSocket        *socket,
                        GSocketAddress *address);
void hw_http_peer_set_entrance (HwHttpPeer    *self,
                                HwHttpEntrance entrance);
void hw_http_peer_clear (HwHttpPeer *self);

G_END_DECLS
