/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-run.h"

G_BEGIN_DECLS

/* The environment variable that all processes of an attempt inherit. */
#define HW_MARK_VARIABLE "HEADWAY_TASK"

char    *hw_mark_build (HwRun *run);

gboolean hw_marked_processes_kill (const char *mark);

G_END_DECLS
