/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-ws-frame.h"
#include "hw-ws-wire.h"

G_BEGIN_DECLS

/**
 * HwWsQueue:
 *
 * What is to be sent over a WebSocket, as frames, in order. The bytes of a frame are
 * shared with whoever made them. Without any it costs nothing; all zeros is empty.
 */
typedef struct
{
  /*< private >*/
  GQueue pieces; /* (element-type GBytes) (owned) */
  gsize n_sent;  /* of the first of them */
} HwWsQueue;

void     hw_ws_queue_clear (HwWsQueue *self);

gboolean hw_ws_queue_is_empty (HwWsQueue *self);
void     hw_ws_queue_push (HwWsQueue *self,
                           HwWsOpcode opcode,
                           GBytes    *payload);
gboolean hw_ws_queue_send (HwWsQueue *self,
                           HwWsWire  *wire);
gboolean hw_ws_queue_send_text (HwWsQueue  *self,
                                HwWsWire   *wire,
                                const char *text,
                                gsize       length);

G_END_DECLS
