/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/**
 * HwShimProcess:
 * @pid: the shim
 * @pidfd: (owned): a descriptor of it, which says when it has ended
 * @link_fd: (owned): the connection to it
 * @order: (owned) (nullable): what is left to say of its order, %NULL before anything was said
 *
 * A shim that runs, and how to speak with it.
 */
typedef struct
{
  pid_t pid;
  int pidfd;
  int link_fd;
  GByteArray *order;
} HwShimProcess;

void     hw_shim_process_free (HwShimProcess *self);

gboolean hw_spawn_shim (const char    *path,
                        const char    *name,
                        const char    *folder,
                        int            slot_fd,
                        HwShimProcess *process,
                        GError       **error);

void     hw_spawn_heed_children (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwShimProcess, hw_shim_process_free)

G_END_DECLS
