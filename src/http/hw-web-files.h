/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * HW_WEB_FILES_PREFIX:
 *
 * Where the web client stands among the program's resources.
 */
#define HW_WEB_FILES_PREFIX "/org/headway/Headway/web"

#define HW_TYPE_WEB_FILES (hw_web_files_get_type ())
G_DECLARE_FINAL_TYPE (HwWebFiles, hw_web_files, HW, WEB_FILES, GObject)

HwWebFiles *hw_web_files_new (const char *prefix);

void        hw_web_files_answer (HwWebFiles        *self,
                                 SoupServerMessage *message);

G_END_DECLS
