/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-watcher.h"

G_BEGIN_DECLS

/**
 * HwTestViewer:
 * @watcher: what it pulls from
 * @cancellable: ends its waiting
 * @events: (element-type HwEvent): what it got, which a test may clear
 * @error: (nullable): why it got no more
 * @epoch: the epoch of its cursor
 * @seq: its cursor: how far it has come
 * @n_answers: how often it was answered
 * @is_pulling: whether it waits for an answer
 * @is_following: whether it asks again after each answer
 * @has_ended: whether it was told that nothing more comes
 *
 * Somebody who watches, and remembers what a client does: what came, and a cursor.
 */
typedef struct
{
  HwWatcher *watcher;
  GCancellable *cancellable;
  GPtrArray *events;
  GError *error;
  guint64 epoch;
  guint64 seq;
  guint n_answers;
  gboolean is_pulling;
  gboolean is_following;
  gboolean has_ended;
} HwTestViewer;

HwTestViewer *hw_test_viewer_new (HwTaskQueue        *queue,
                                  HwPrincipal        *principal,
                                  const HwWatchFilter filter,
                                  guint64             epoch,
                                  guint64             after);
void          hw_test_viewer_free (HwTestViewer *self);

void          hw_test_viewer_pull (HwTestViewer *self);
void          hw_test_viewer_follow (HwTestViewer *self);
void          hw_test_viewer_stop (HwTestViewer *self);
char         *hw_test_viewer_take_story (HwTestViewer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwTestViewer, hw_test_viewer_free)

G_END_DECLS
