/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-run.h"
#include "hw-shim-record.h"

G_BEGIN_DECLS

char *hw_mark_build (HwRun *run);

/* Kills processes by the marks of their attempts. */
typedef struct _HwMarkedProcesses HwMarkedProcesses;

HwMarkedProcesses *hw_marked_processes_new (const char *output_root);
HwMarkedProcesses *hw_marked_processes_ref (HwMarkedProcesses *self);
void               hw_marked_processes_unref (HwMarkedProcesses *self);

gboolean           hw_marked_processes_kill (HwMarkedProcesses *self,
                                             const char        *mark,
                                             gboolean          *were_there);

G_END_DECLS
