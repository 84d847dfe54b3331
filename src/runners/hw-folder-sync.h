/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _HwFolderSync HwFolderSync;

HwFolderSync *hw_folder_sync_new (void);
HwFolderSync *hw_folder_sync_ref (HwFolderSync *self);
void          hw_folder_sync_unref (HwFolderSync *self);

int           hw_folder_sync_now (const char *path);
int           hw_folder_sync_wait (HwFolderSync *self,
                                   const char   *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwFolderSync, hw_folder_sync_unref)

G_END_DECLS
