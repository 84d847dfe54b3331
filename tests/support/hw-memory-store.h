/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-store.h"

G_BEGIN_DECLS

/**
 * HwMemoryStoreVerb:
 *
 * What a store is asked.
 */
typedef enum
{
  HW_MEMORY_STORE_COMMIT,
  HW_MEMORY_STORE_CLAIM,
  HW_MEMORY_STORE_KEEP_LEVELS,
  HW_MEMORY_STORE_FORGET,
  HW_MEMORY_STORE_LIST_CANDIDATES,
  HW_MEMORY_STORE_LIST_OPEN,
  HW_MEMORY_STORE_LIST_EXPIRED,
  HW_MEMORY_STORE_LIST,
  HW_MEMORY_STORE_GET_TASK,
  HW_MEMORY_STORE_SURVEY,
  HW_MEMORY_STORE_READ_EVENTS,
} HwMemoryStoreVerb;

#define HW_N_MEMORY_STORE_VERBS (HW_MEMORY_STORE_READ_EVENTS + 1)

/**
 * HwMemoryStoreHold:
 * @HW_MEMORY_STORE_HOLD_WRITES: nothing is written: the disk is slow
 * @HW_MEMORY_STORE_HOLD_ANSWERS: what is written is told, but who asked is not answered
 * @HW_MEMORY_STORE_HOLD_READS: what was read is not told: it grows old
 *
 * What is to be held back.
 */
typedef enum
{
  HW_MEMORY_STORE_HOLD_WRITES = 1 << 0,
  HW_MEMORY_STORE_HOLD_ANSWERS = 1 << 1,
  HW_MEMORY_STORE_HOLD_READS = 1 << 2,
} HwMemoryStoreHold;

#define HW_TYPE_MEMORY_STORE (hw_memory_store_get_type ())
G_DECLARE_FINAL_TYPE (HwMemoryStore, hw_memory_store, HW, MEMORY_STORE, GObject)

HwMemoryStore *hw_memory_store_new (void);

void           hw_memory_store_restart (HwMemoryStore *self);
void           hw_memory_store_set_was_closed (HwMemoryStore *self,
                                               gboolean       was_closed);
void           hw_memory_store_hold (HwMemoryStore    *self,
                                     HwMemoryStoreHold what);
void           hw_memory_store_release (HwMemoryStore *self);
void           hw_memory_store_fail_next (HwMemoryStore    *self,
                                          HwMemoryStoreVerb verb,
                                          guint             n_times);
void           hw_memory_store_set_page_limit (HwMemoryStore *self,
                                               guint          limit);
void           hw_memory_store_set_refusal (HwMemoryStore *self,
                                            GError        *refusal);
void           hw_memory_store_forget (HwMemoryStore *self,
                                       guint64        seq);

guint          hw_memory_store_get_n_calls (HwMemoryStore    *self,
                                            HwMemoryStoreVerb verb);
guint64        hw_memory_store_get_head (HwMemoryStore *self);
HwTask        *hw_memory_store_peek_task (HwMemoryStore *self,
                                          guint64        task_id);
GPtrArray     *hw_memory_store_dup_events (HwMemoryStore *self,
                                           guint64        task_id);
GPtrArray     *hw_memory_store_commit_now (HwMemoryStore *self,
                                           GPtrArray     *changes,
                                           GError       **error);

G_END_DECLS
