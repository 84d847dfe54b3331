/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-http-server.h"
#include "hw-hub.h"

G_BEGIN_DECLS

HwHub *hw_hub_joint_new_hub (HwHttpServer *server,
                             HwTaskQueue  *queue,
                             HwClock      *clock,
                             HwPlane      *plane);

G_END_DECLS
