/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task-fields.h"

G_BEGIN_DECLS

guint8 *hw_fields_blob_new (const HwTaskFields *fields,
                            gsize              *size);

G_END_DECLS
