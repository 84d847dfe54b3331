/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-event-socket.h"

#include "hw-plane-socket-private.h"

/* The answer to a request that lasts until the connection is closed: what is said is sent as
 * it is, and what comes is dropped. If we closed a socket that something still comes from, the
 * kernel would take back what it has not sent: so at the end we say no more, and wait for the
 * client to do so, too (RFC 9112, 9.6).
 */
typedef struct
{
  HwPlaneSocket parent;

  gsize n_heard;
} HwEventSocket;

static gsize
hw_event_socket_make_header (HwPlaneSocket *socket,
                             guint8        *header,
                             gsize          length)
{
  return 0;
}

static void
hw_event_socket_take (HwPlaneSocket *socket,
                      char          *bytes,
                      gsize          length)
{
  HwEventSocket *self = (HwEventSocket *) socket;

  self->n_heard += length;
  if (self->n_heard > HW_EVENT_SOCKET_MAX_HEARD)
    hw_plane_socket_cut (socket);
}

static const HwPlaneFraming event_framing = {
  .size = sizeof (HwEventSocket),
  .transport = HW_PLANE_TRANSPORT_HTTP,
  .make_header = hw_event_socket_make_header,
  .take = hw_event_socket_take,
};

/**
 * hw_event_socket_new:
 * @wire: where its bytes come and go; it is the socket's from now on
 * @function: is told what happens
 * @user_data: for @function
 *
 * Makes a socket for events as text (WHATWG HTML, 9.2). Goodbyes have no code there.
 *
 * Returns: (transfer full): the socket
 */
HwPlaneSocket *
hw_event_socket_new (const HwPlaneWire *wire,
                     HwPlaneSocketFunc  function,
                     gpointer           user_data)
{
  g_return_val_if_fail (wire != NULL && function != NULL, NULL);

  return hw_plane_socket_make (&event_framing, wire, function, user_data);
}
