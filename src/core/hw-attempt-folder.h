/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HW_ATTEMPT_OUTPUT:
 *
 * The name of the file in an attempt's folder that holds what it printed.
 */
#define HW_ATTEMPT_OUTPUT "output"

/**
 * HW_ATTEMPT_START:
 *
 * The name of the file in an attempt's folder that is there once its work may
 * have begun.
 */
#define HW_ATTEMPT_START "start"

char *hw_attempt_folder_build (const char *root,
                               guint64     epoch,
                               guint64     task_id,
                               guint       attempt);

G_END_DECLS
