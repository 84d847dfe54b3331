/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-ws-socket.h"

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * HwPlaneLine:
 *
 * A WebSocket in the plane, as the main context knows it.
 */
typedef struct _HwPlaneLine HwPlaneLine;

/**
 * HwPlaneFunc:
 * @line: a WebSocket
 * @kind: what happened on it
 * @data: (nullable): what the client sent, of %HW_WS_NEWS_DATA; to be answered with
 *   hw_plane_go_on()
 * @user_data: what was given to hw_plane_add()
 *
 * Is told what happens, in the main context. After %HW_WS_NEWS_OVER, @line is there no more.
 */
typedef void (*HwPlaneFunc) (HwPlaneLine *line,
                             HwWsNewsKind kind,
                             GBytes      *data,
                             gpointer     user_data);

#define HW_TYPE_PLANE (hw_plane_get_type ())
G_DECLARE_FINAL_TYPE (HwPlane, hw_plane, HW, PLANE, GObject)

HwPlane     *hw_plane_new (void);
void         hw_plane_close (HwPlane *self);
void         hw_plane_settle (HwPlane *self);

HwPlaneLine *hw_plane_add (HwPlane        *self,
                           const HwWsWire *wire,
                           GBytes         *early,
                           HwPlaneFunc     function,
                           gpointer        user_data);
void         hw_plane_send (HwPlane     *self,
                            HwPlaneLine *line,
                            GBytes      *message);
void         hw_plane_ask (HwPlane     *self,
                           HwPlaneLine *line);
void         hw_plane_go_on (HwPlane     *self,
                             HwPlaneLine *line,
                             gsize        n_taken);
void         hw_plane_say_goodbye (HwPlane     *self,
                                   HwPlaneLine *line,
                                   guint        code);
void         hw_plane_cut (HwPlane     *self,
                           HwPlaneLine *line);

G_END_DECLS
