/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HwWsWire:
 * @fd: the connection, to be polled
 * @stream: (nullable): what the bytes have to go through, such as TLS; %NULL if they go as
 *   they are, and then @fd is the wire's own
 *
 * The network's side of a WebSocket. Nothing in here waits. Whoever has it uses it from one
 * thread.
 */
typedef struct
{
  int fd;
  GIOStream *stream;
} HwWsWire;

/**
 * HW_WS_WIRE_OVER:
 *
 * What reading and writing give when the network is of no more use.
 */
#define HW_WS_WIRE_OVER (-1)

gssize hw_ws_wire_read (HwWsWire *self,
                        char     *bytes,
                        gsize     size);
gssize hw_ws_wire_write (HwWsWire            *self,
                         const GOutputVector *vectors,
                         gsize                n_vectors);
void   hw_ws_wire_clear (HwWsWire *self);

G_END_DECLS
