/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task-types.h"

G_BEGIN_DECLS

GBytes *hw_openapi_json_encode (HwTaskTypes *types);

G_END_DECLS
