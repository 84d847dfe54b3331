/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-plane-wire.h"

G_BEGIN_DECLS

/**
 * HW_PLANE_MAX_UNTAKEN:
 *
 * How many bytes may have been read that nobody has taken yet, before no more are read: a
 * client that sends faster than it is heard waits. Two of the longest records.
 */
#define HW_PLANE_MAX_UNTAKEN 65536

/**
 * HwPlaneNewsKind:
 * @HW_PLANE_NEWS_DATA: the client sent data
 * @HW_PLANE_NEWS_BLOCKED: the network takes no more of what is to be sent; comes again each time
 *   that it has taken some of it, so that whoever is slow is told from whoever is gone
 * @HW_PLANE_NEWS_DRAINED: all was sent, after it was blocked, or as somebody asked
 * @HW_PLANE_NEWS_GOODBYE: the client says goodbye, or breaks the protocol: it is not read any more
 * @HW_PLANE_NEWS_OVER: the connection is about to be closed; nothing comes after this
 *
 * What can happen on a connection.
 */
typedef enum
{
  HW_PLANE_NEWS_DATA,
  HW_PLANE_NEWS_BLOCKED,
  HW_PLANE_NEWS_DRAINED,
  HW_PLANE_NEWS_GOODBYE,
  HW_PLANE_NEWS_OVER,
} HwPlaneNewsKind;

/**
 * HwPlaneTransport:
 * @HW_PLANE_TRANSPORT_WEBSOCKET: a WebSocket
 * @HW_PLANE_TRANSPORT_HTTP: the answer to a request, which lasts or was waited for
 *
 * What kind of connection it is.
 */
typedef enum
{
  HW_PLANE_TRANSPORT_WEBSOCKET,
  HW_PLANE_TRANSPORT_HTTP,
} HwPlaneTransport;

#define HW_N_PLANE_TRANSPORTS (HW_PLANE_TRANSPORT_HTTP + 1)

typedef struct _HwPlaneSocket HwPlaneSocket;

/**
 * HwPlaneSocketFunc:
 * @self: a socket
 * @kind: what happened
 * @data: (transfer full) (nullable): what the client sent, of %HW_PLANE_NEWS_DATA
 * @user_data: what the socket was made with
 *
 * Is told what happens. It must not end the socket.
 */
typedef void (*HwPlaneSocketFunc) (HwPlaneSocket  *self,
                                   HwPlaneNewsKind kind,
                                   GBytes         *data,
                                   gpointer        user_data);

/**
 * HwPlaneSocketNewFunc:
 * @wire: where its bytes come and go; it is the socket's from now on
 * @function: is told what happens
 * @user_data: for @function
 *
 * Makes a socket of one kind.
 *
 * Returns: (transfer full): the socket
 */
typedef HwPlaneSocket *(*HwPlaneSocketNewFunc) (const HwPlaneWire *wire,
                                                HwPlaneSocketFunc  function,
                                                gpointer           user_data);

void     hw_plane_socket_free (HwPlaneSocket *self);

int      hw_plane_socket_get_fd (const HwPlaneSocket *self);
guint32  hw_plane_socket_get_interest (HwPlaneSocket *self);
HwPlaneTransport hw_plane_socket_get_transport (const HwPlaneSocket *self);
gboolean hw_plane_socket_is_over (const HwPlaneSocket *self);
gboolean hw_plane_socket_is_open (HwPlaneSocket *self);

void     hw_plane_socket_give (HwPlaneSocket *self,
                               GBytes        *early);
void     hw_plane_socket_read (HwPlaneSocket *self);
void     hw_plane_socket_go_on (HwPlaneSocket *self,
                                gsize          n_taken);
void     hw_plane_socket_push (HwPlaneSocket *self,
                               GBytes        *message);
void     hw_plane_socket_flush (HwPlaneSocket *self);
void     hw_plane_socket_say (HwPlaneSocket *self,
                              const char    *text,
                              gsize          length);
void     hw_plane_socket_go_binary (HwPlaneSocket *self);
void     hw_plane_socket_ask (HwPlaneSocket *self);
void     hw_plane_socket_say_goodbye (HwPlaneSocket *self,
                                      guint          code);
void     hw_plane_socket_cut (HwPlaneSocket *self);

G_END_DECLS
