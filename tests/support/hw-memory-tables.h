/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-store.h"

G_BEGIN_DECLS

typedef struct _HwMemoryTables HwMemoryTables;

HwMemoryTables *hw_memory_tables_new (guint64 epoch);
void            hw_memory_tables_free (HwMemoryTables *self);

GPtrArray      *hw_memory_tables_commit (HwMemoryTables *self,
                                         GPtrArray      *changes,
                                         gboolean       *is_replay,
                                         GError        **error);
GPtrArray      *hw_memory_tables_trim (HwMemoryTables      *self,
                                       const HwStoreLimits *limits,
                                       gint64               now,
                                       gboolean            *has_more);
HwTaskPage     *hw_memory_tables_list_expired (HwMemoryTables      *self,
                                               const HwStoreLimits *limits,
                                               gint64               now);
GPtrArray      *hw_memory_tables_claim (HwMemoryTables *self,
                                        GArray         *task_ids,
                                        const char     *node,
                                        gint64          at);
GPtrArray      *hw_memory_tables_keep_levels (HwMemoryTables *self,
                                              GPtrArray      *levels);

HwTask         *hw_memory_tables_lookup (HwMemoryTables *self,
                                         guint64         task_id);
HwTaskPage     *hw_memory_tables_list (HwMemoryTables     *self,
                                       const HwTaskFilter *filter);
HwStoreSurvey  *hw_memory_tables_survey (HwMemoryTables *self);
void            hw_memory_tables_set_refusal (HwMemoryTables *self,
                                              GError         *refusal);
void            hw_memory_tables_count (HwMemoryTables *self,
                                        HwTaskCounts   *counts);
HwTaskPage     *hw_memory_tables_list_candidates (HwMemoryTables *self,
                                                  guint           limit);
HwEventPage    *hw_memory_tables_read (HwMemoryTables     *self,
                                       const HwEventQuery *query);
void            hw_memory_tables_forget (HwMemoryTables *self,
                                         guint64         seq);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwMemoryTables, hw_memory_tables_free)

G_END_DECLS
