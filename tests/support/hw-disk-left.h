/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a folder's name has in place of the number of a file. */
#define HW_DISK_FOLDER G_MAXUINT

/* What a version is if there may be another one of the same file at any time. */
#define HW_DISK_NO_VERSION 0

typedef struct _HwDiskLeft HwDiskLeft;

HwDiskLeft *hw_disk_left_new (const char *folder);
void        hw_disk_left_free (HwDiskLeft *self);

const char *hw_disk_left_get_folder (HwDiskLeft *self);
void        hw_disk_left_write (HwDiskLeft *self,
                                GHashTable *names,
                                GPtrArray  *files,
                                GArray     *versions);
void        hw_disk_left_clear (HwDiskLeft *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwDiskLeft, hw_disk_left_free)

G_END_DECLS
