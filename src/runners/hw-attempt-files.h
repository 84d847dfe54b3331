/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-run.h"

G_BEGIN_DECLS

int      hw_attempt_files_create (const char *root,
                                  HwRun      *run,
                                  GError    **error);
gboolean hw_attempt_files_write_start (const char *root,
                                       HwRun      *run,
                                       const char *mark,
                                       GError    **error);

gboolean hw_attempt_files_has_start (const char *root,
                                     HwRun      *run);
guint64  hw_attempt_files_get_output_size (const char *root,
                                           HwRun      *run);

G_END_DECLS
