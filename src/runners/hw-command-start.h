/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-run.h"

#include <gio/gio.h>
#include <sys/types.h>

G_BEGIN_DECLS

typedef struct _HwCommandStart HwCommandStart;

/**
 * HwProcess:
 * @pid: the process, which leads its own session and group
 * @pidfd: a descriptor of it, which says when it has ended
 *
 * A program that was started and that nobody has waited for.
 */
typedef struct
{
  pid_t pid;
  int pidfd;
} HwProcess;

HwCommandStart *hw_command_start_new (const char *output_root,
                                      HwRun      *run,
                                      GError    **error);
void            hw_command_start_free (HwCommandStart *self);

const char     *hw_command_start_get_program (HwCommandStart *self);

gboolean        hw_command_start_run (HwCommandStart *self,
                                      GCancellable   *cancellable,
                                      HwProcess      *process,
                                      GError        **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwCommandStart, hw_command_start_free)

G_END_DECLS
