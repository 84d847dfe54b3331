/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-plane-socket.h"

G_BEGIN_DECLS

HwPlaneSocket *hw_ws_socket_new (const HwPlaneWire *wire,
                                 HwPlaneSocketFunc  function,
                                 gpointer           user_data);

G_END_DECLS
