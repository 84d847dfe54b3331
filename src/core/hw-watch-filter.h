/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-event.h"
#include "hw-principal.h"

G_BEGIN_DECLS

/**
 * HwWatchFilter:
 * @task_id: the one task to watch, or 0
 * @type: (nullable): the type whose tasks to watch
 * @owner: (nullable): whose tasks to watch
 *
 * What a watcher sees. Only of what never changes, so that no task leaves its view.
 */
typedef struct
{
  guint64 task_id;
  char *type;
  char *owner;
} HwWatchFilter;

void     hw_watch_filter_copy (const HwWatchFilter *self,
                               HwWatchFilter       *copy);
void     hw_watch_filter_clear (HwWatchFilter *self);
gboolean hw_watch_filter_equals (const HwWatchFilter *self,
                                 const HwWatchFilter *other);
gboolean hw_watch_filter_sees (const HwWatchFilter *self,
                               const HwPrincipal   *principal,
                               HwEvent             *event);
void     hw_watch_filter_pick (const HwWatchFilter *self,
                               const HwPrincipal   *principal,
                               GPtrArray           *events);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (HwWatchFilter, hw_watch_filter_clear)

G_END_DECLS
