/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-disk.h"

G_BEGIN_DECLS

void hw_disk_io_set_disk (HwDisk *disk);
void hw_disk_io_set_syncs_folders (gboolean syncs_folders);

G_END_DECLS
