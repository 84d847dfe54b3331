/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-disk.h"

G_BEGIN_DECLS

typedef struct _HwDiskVfs HwDiskVfs;

HwDiskVfs *hw_disk_vfs_new (void);
void       hw_disk_vfs_free (HwDiskVfs *self);

void       hw_disk_vfs_set_disk (HwDiskVfs *self,
                                 HwDisk    *disk);
void       hw_disk_vfs_set_syncs_folders (HwDiskVfs *self,
                                          gboolean   syncs_folders);
void       hw_disk_vfs_set_never_syncs (HwDiskVfs *self,
                                        gboolean   never_syncs);
void       hw_disk_vfs_fail_sync (HwDiskVfs *self,
                                  guint      n_before);
void       hw_disk_vfs_set_fails_databases (HwDiskVfs *self,
                                            gboolean   fails_databases);
void       hw_disk_vfs_set_is_full (HwDiskVfs *self,
                                    gboolean   is_full);
void       hw_disk_vfs_set_is_index_full (HwDiskVfs *self,
                                          gboolean   is_index_full);
void       hw_disk_vfs_set_sync_time (HwDiskVfs *self,
                                      guint      sync_time);
guint      hw_disk_vfs_get_n_syncs (HwDiskVfs *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwDiskVfs, hw_disk_vfs_free)

G_END_DECLS
