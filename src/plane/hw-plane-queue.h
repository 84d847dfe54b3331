/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-plane-wire.h"

G_BEGIN_DECLS

/**
 * HwPlaneQueue:
 *
 * What is to be sent to somebody, in order. The bytes are shared with whoever made them.
 * Without any it costs nothing; all zeros is empty.
 */
typedef struct
{
  /*< private >*/
  struct _HwPlaneRest *rest; /* (owned) (nullable): none while all was sent */
} HwPlaneQueue;

void     hw_plane_queue_clear (HwPlaneQueue *self);

gboolean hw_plane_queue_is_empty (HwPlaneQueue *self);
void     hw_plane_queue_push (HwPlaneQueue *self,
                              const guint8 *header,
                              gsize         header_length,
                              GBytes       *payload);
gboolean hw_plane_queue_send (HwPlaneQueue *self,
                              HwPlaneWire  *wire,
                              gboolean     *has_moved);
gboolean hw_plane_queue_send_text (HwPlaneQueue *self,
                                   HwPlaneWire  *wire,
                                   const guint8 *header,
                                   gsize         header_length,
                                   const char   *text,
                                   gsize         length);

G_END_DECLS
