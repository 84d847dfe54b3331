/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-output.h"

G_BEGIN_DECLS

#define HW_TYPE_OUTPUT_LOG (hw_output_log_get_type ())
G_DECLARE_FINAL_TYPE (HwOutputLog, hw_output_log, HW, OUTPUT_LOG, GObject)

HwOutput *hw_output_log_new (const char *root);

G_END_DECLS
