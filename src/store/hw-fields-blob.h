/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task-fields.h"

G_BEGIN_DECLS

void hw_fields_blob_write (const HwTaskFields *fields,
                           GByteArray         *blob);

G_END_DECLS
