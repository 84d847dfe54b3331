/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "tests/store/store-fixture.h"

#include "hw-disk-vfs.h"
#include "hw-run.h"
#include "hw-shim-slots.h"

G_BEGIN_DECLS

/* What the story does wrong, to see that it is noticed. */
typedef enum
{
  POWER_FAULT_NONE,
  POWER_FAULT_NO_SYNC,        /* as with PRAGMA synchronous = OFF */
  POWER_FAULT_EARLY_ANSWER,   /* acknowledged before the commit */
  POWER_FAULT_NO_FOLDER_SYNC, /* names are never synced */
} PowerFault;

/* From a step of the disk on, this much was told. */
typedef struct
{
  guint position;
  guint n_heard;
} PowerTold;

/* From a step of the disk on, the database was open with these numbers. */
typedef struct
{
  guint position;
  guint64 epoch;
  guint64 start;
} PowerOpened;

/* From a step of the disk on, the records of an attempt are there, until the store has its end. */
typedef struct
{
  HwRun *run; /* (owned) */
  guint claimed_position; /* nothing of it is there before */
  guint start_position;
  guint end_position;
  guint settled_position;
  guint64 output_size;
} PowerAttempt;

/* A life of tasks in a store and of programs in their folders, and all that was promised
 * on the way.
 */
typedef struct
{
  Fixture fixture;
  HwShimSlots *slots;  /* (owned) (nullable): of the daemon that is there */
  HwDisk *disk;        /* (owned) */
  HwDiskVfs *vfs;      /* (owned) */
  PowerFault fault;
  guint sent_position; /* of the disk, when the last request was sent */
  GArray *told;        /* (owned) (element-type PowerTold) */
  GArray *opened;      /* (owned) (element-type PowerOpened) */
  GPtrArray *attempts; /* (owned) (element-type PowerAttempt) */
} PowerStory;

PowerStory *power_story_play (PowerFault fault,
                              guint      n_rounds);
PowerStory *power_story_play_upgrade (void);
void        power_story_free (PowerStory *self);

void        power_fill_output (guint8 *bytes,
                               gsize   size);
char       *power_check_image (PowerStory *story,
                               guint       position,
                               const char *folder);
char       *power_check_upgrade (PowerStory *story,
                                 guint       position,
                                 const char *folder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PowerStory, power_story_free)

G_END_DECLS
