/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-task-fields.h"

/* Makes fields out of a dictionary in GVariant's text format. */
static inline HwTaskFields *
parsed_fields (const char *text)
{
  return hw_task_fields_new_from_variant (g_variant_new_parsed (text));
}
