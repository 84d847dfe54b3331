/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-plane.h"

G_BEGIN_DECLS

typedef struct _HwPlaneFeed HwPlaneFeed;

HwPlaneFeed *hw_plane_feed_new (HwPlane     *plane,
                                HwTaskQueue *queue);
void         hw_plane_feed_free (HwPlaneFeed *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwPlaneFeed, hw_plane_feed_free)

G_END_DECLS
