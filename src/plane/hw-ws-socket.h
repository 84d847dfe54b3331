/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-ws-frame.h"
#include "hw-ws-wire.h"

G_BEGIN_DECLS

/**
 * HW_WS_SOCKET_MAX_UNTAKEN:
 *
 * How many bytes may have been read that nobody has taken yet, before no more are read: a
 * client that sends faster than it is heard waits. Two of the longest records.
 */
#define HW_WS_SOCKET_MAX_UNTAKEN 65536

/**
 * HwWsNewsKind:
 * @HW_WS_NEWS_DATA: the client sent data
 * @HW_WS_NEWS_BLOCKED: the network takes no more of what is to be sent
 * @HW_WS_NEWS_DRAINED: all was sent, after it was blocked, or as somebody asked
 * @HW_WS_NEWS_GOODBYE: the client says goodbye, or breaks the protocol: it is not read any more
 * @HW_WS_NEWS_OVER: the WebSocket is about to be closed; nothing comes after this
 *
 * What can happen on a WebSocket.
 */
typedef enum
{
  HW_WS_NEWS_DATA,
  HW_WS_NEWS_BLOCKED,
  HW_WS_NEWS_DRAINED,
  HW_WS_NEWS_GOODBYE,
  HW_WS_NEWS_OVER,
} HwWsNewsKind;

typedef struct _HwWsSocket HwWsSocket;

/**
 * HwWsNewsFunc:
 * @self: a WebSocket
 * @kind: what happened
 * @data: (transfer full) (nullable): what the client sent, of %HW_WS_NEWS_DATA
 * @user_data: what was given to hw_ws_socket_new()
 *
 * Is told what happens. It must not end the WebSocket.
 */
typedef void (*HwWsNewsFunc) (HwWsSocket  *self,
                              HwWsNewsKind kind,
                              GBytes      *data,
                              gpointer     user_data);

HwWsSocket *hw_ws_socket_new (const HwWsWire *wire,
                              HwWsNewsFunc    function,
                              gpointer        user_data);
void        hw_ws_socket_free (HwWsSocket *self);

int         hw_ws_socket_get_fd (const HwWsSocket *self);
guint32     hw_ws_socket_get_interest (HwWsSocket *self);
gboolean    hw_ws_socket_is_over (const HwWsSocket *self);
gboolean    hw_ws_socket_is_open (HwWsSocket *self);

void        hw_ws_socket_give (HwWsSocket *self,
                               GBytes     *early);
void        hw_ws_socket_read (HwWsSocket *self);
void        hw_ws_socket_go_on (HwWsSocket *self,
                                gsize       n_taken);
void        hw_ws_socket_push (HwWsSocket *self,
                               GBytes     *message);
void        hw_ws_socket_flush (HwWsSocket *self);
void        hw_ws_socket_say (HwWsSocket *self,
                              const char *text,
                              gsize       length);
void        hw_ws_socket_ask (HwWsSocket *self);
void        hw_ws_socket_say_goodbye (HwWsSocket *self,
                                      guint       code);
void        hw_ws_socket_cut (HwWsSocket *self);

G_END_DECLS
