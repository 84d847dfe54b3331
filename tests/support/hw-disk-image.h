/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-disk-left.h"
#include "hw-disk.h"

G_BEGIN_DECLS

/**
 * HwDiskLoss:
 * @HW_DISK_LOSS_ALL: all that was not synced is gone
 * @HW_DISK_LOSS_NONE: the disk was quicker than anybody asked
 * @HW_DISK_LOSS_TORN: it came as far as the middle of some write
 * @HW_DISK_LOSS_REORDERED: some sectors and names of what was not synced are there, whatever
 *   their order
 *
 * What a power failure does to what was not synced.
 */
typedef enum
{
  HW_DISK_LOSS_ALL,
  HW_DISK_LOSS_NONE,
  HW_DISK_LOSS_TORN,
  HW_DISK_LOSS_REORDERED,
} HwDiskLoss;

#define HW_N_DISK_LOSSES (HW_DISK_LOSS_REORDERED + 1)

typedef struct _HwDiskImage HwDiskImage;

HwDiskImage *hw_disk_image_new (HwDisk *disk);
void         hw_disk_image_free (HwDiskImage *self);

gboolean     hw_disk_image_step (HwDiskImage *self);
guint        hw_disk_image_get_position (HwDiskImage *self);
guint        hw_disk_image_get_n_pending (HwDiskImage *self);
gboolean     hw_disk_image_write (HwDiskImage *self,
                                  HwDiskLoss   loss,
                                  GRand       *rand,
                                  HwDiskLeft  *left);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwDiskImage, hw_disk_image_free)

G_END_DECLS
