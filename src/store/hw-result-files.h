/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-files.h"

G_BEGIN_DECLS

#define HW_TYPE_RESULT_FILES (hw_result_files_get_type ())
G_DECLARE_FINAL_TYPE (HwResultFiles, hw_result_files, HW, RESULT_FILES, GObject)

HwFiles *hw_result_files_new (const char *root);

G_END_DECLS
