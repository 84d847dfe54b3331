/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HW_ATTEMPT_FILES_FOLDER:
 *
 * The folder in that of an attempt where its program may leave files as results.
 */
#define HW_ATTEMPT_FILES_FOLDER "files"

char *hw_attempt_folder_build (const char *root,
                               guint64     epoch,
                               guint64     task_id,
                               guint       attempt);

G_END_DECLS
