/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task-types.h"

G_BEGIN_DECLS

HwTaskTypes *hw_type_folders_read (const char *const *folders);

G_END_DECLS
