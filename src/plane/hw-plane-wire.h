/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HwPlaneWire:
 * @fd: the connection, to be polled
 * @stream: (nullable): what the bytes have to go through, such as TLS; %NULL if they go as
 *   they are, and then @fd is the wire's own
 *
 * The network's side of a connection. Nothing in here waits. Whoever has it uses it from one
 * thread.
 */
typedef struct
{
  int fd;
  GIOStream *stream;
} HwPlaneWire;

/**
 * HW_PLANE_WIRE_OVER:
 *
 * What reading and writing give when the network is of no more use.
 */
#define HW_PLANE_WIRE_OVER (-1)

gssize hw_plane_wire_read (HwPlaneWire *self,
                           char        *bytes,
                           gsize        size);
gssize hw_plane_wire_write (HwPlaneWire         *self,
                            const GOutputVector *vectors,
                            gsize                n_vectors);
void   hw_plane_wire_say_goodbye (HwPlaneWire *self);
void   hw_plane_wire_forget_rest (HwPlaneWire *self);
void   hw_plane_wire_clear (HwPlaneWire *self);

G_END_DECLS
