/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-ws-frame.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HwWsQueue:
 *
 * The frames that a WebSocket's server has to send. What they carry is not copied.
 * One that is all zeros is empty.
 */
typedef struct
{
  /*< private >*/
  GQueue pieces; /* (element-type GBytes) (owned) */
  gsize n_sent;  /* of the first piece */
} HwWsQueue;

void     hw_ws_queue_clear (HwWsQueue *self);
gboolean hw_ws_queue_is_empty (HwWsQueue *self);
void     hw_ws_queue_push (HwWsQueue *self,
                           HwWsOpcode opcode,
                           GBytes    *payload);
gboolean hw_ws_queue_send (HwWsQueue             *self,
                           GPollableOutputStream *stream,
                           GError               **error);

G_END_DECLS
