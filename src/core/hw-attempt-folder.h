/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HW_ATTEMPT_FILES_FOLDER:
 *
 * The folder in that of an attempt where its program may leave files as results.
 */
#define HW_ATTEMPT_FILES_FOLDER "files"

/**
 * HwAttemptKey:
 * @epoch: the database's number
 * @task_id: the task
 * @attempt: which attempt at it
 * @earliest: if it may have been begun in an epoch before @epoch, not before when it was begun,
 *   in microseconds since the Unix epoch
 * @latest: and not after when; 0, if it was begun in @epoch
 *
 * What the files of an attempt are found by.
 */
typedef struct
{
  guint64 epoch;
  guint64 task_id;
  guint attempt;
  gint64 earliest;
  gint64 latest;
} HwAttemptKey;

char *hw_attempt_folder_build (const char *root,
                               guint64     epoch,
                               guint64     task_id,
                               guint       attempt);

G_END_DECLS
