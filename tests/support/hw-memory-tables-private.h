/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-memory-store.h"
#include "hw-memory-tables.h"

G_BEGIN_DECLS

/**
 * HwMemoryTables:
 *
 * What a database holds: the tasks as they are, and one list of events. Nobody waits
 * here; that is the part of #HwMemoryStore.
 */
struct _HwMemoryTables
{
  guint64 epoch;
  guint64 last_task;
  HwEverCounts ever;
  guint64 head;
  guint64 first_event; /* from which on all are there */
  gboolean has_holes;  /* even of tasks that are there, some are not */

  GHashTable *tasks; /* (owned) task id → HwTask (owned) */
  GPtrArray *events; /* (owned) (element-type HwEvent), by rising number */
  GHashTable *keys;  /* (owned) owner and key → Keyed (owned) */
  GError *refusal;   /* (owned) (nullable): why no new task is taken, as they say */
};

void            hw_memory_tables_drop_events (HwMemoryTables *self,
                                              guint64         task_id);
HwMemoryTables *hw_memory_store_get_tables (HwMemoryStore *self);

G_END_DECLS
