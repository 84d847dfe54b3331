/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-plane-queue.h"
#include "hw-plane-socket.h"

G_BEGIN_DECLS

/**
 * HwPlaneFraming:
 * @size: how many bytes one of the kind has
 * @transport: which kind it is
 * @make_header: writes what stands before a message of @length bytes; returns how long that is,
 *   at most %HW_PLANE_MAX_HEADER_LENGTH
 * @take: takes what came; @bytes may be changed
 * @finish: (nullable): puts into the queue, which is empty, what is due when all was sent
 * @part: (nullable): puts into the queue what a goodbye is, after which nothing is said. Without
 *   it the end of what is said is one, and so is that of what the client says
 * @clear: (nullable): frees what is the kind's own
 *
 * What tells one kind of socket from another.
 */
typedef struct
{
  gsize size;
  HwPlaneTransport transport;
  gsize (*make_header)(HwPlaneSocket *socket,
                       guint8        *header,
                       gsize          length);
  void (*take)(HwPlaneSocket *socket,
               char          *bytes,
               gsize          length);
  void (*finish)(HwPlaneSocket *socket);
  void (*part)(HwPlaneSocket *socket,
               guint          code);
  void (*clear)(HwPlaneSocket *socket);
} HwPlaneFraming;

/**
 * HW_PLANE_MAX_HEADER_LENGTH:
 *
 * How long the longest header of any kind is: that of a WebSocket's frame.
 */
#define HW_PLANE_MAX_HEADER_LENGTH 10

/* What all kinds have in common, at the beginning of each. Thousands of these wait, so that each
 * byte counts.
 */
struct _HwPlaneSocket
{
  const HwPlaneFraming *framing;
  HwPlaneWire wire;
  HwPlaneSocketFunc function;
  gpointer user_data;

  HwPlaneQueue queue; /* what is not sent yet */
  guint n_untaken;    /* of what was read */

  guint is_binary : 1; /* what is said is no text */
  guint is_blocked : 1;
  guint is_asked : 1; /* somebody wants to know when all is sent */
  guint has_said_goodbye : 1;
  guint has_heard_goodbye : 1;
  guint is_silent : 1; /* the client was told that no more comes */
  guint is_over : 1;
};

HwPlaneSocket *hw_plane_socket_make (const HwPlaneFraming *framing,
                                     const HwPlaneWire    *wire,
                                     HwPlaneSocketFunc     function,
                                     gpointer              user_data);
void           hw_plane_socket_tell (HwPlaneSocket  *self,
                                     HwPlaneNewsKind kind,
                                     GBytes         *data);

G_END_DECLS
