/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-run.h"
#include "hw-shim-record.h"

G_BEGIN_DECLS

char    *hw_mark_build (HwRun *run);

gboolean hw_marked_processes_kill (const char *mark,
                                   gboolean   *were_there);

G_END_DECLS
