/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-scheduling.h"
#include "hw-store.h"

G_BEGIN_DECLS

#define HW_TYPE_CANDIDATES (hw_candidates_get_type ())
G_DECLARE_FINAL_TYPE (HwCandidates, hw_candidates, HW, CANDIDATES, GObject)

HwCandidates *hw_candidates_new (guint limit);

gboolean      hw_candidates_wants (HwCandidates *self,
                                   guint64       task_id,
                                   int           priority);
void          hw_candidates_add (HwCandidates *self,
                                 HwTask       *task);
void          hw_candidates_remove (HwCandidates *self,
                                    guint64       task_id);
gboolean      hw_candidates_must_refill (HwCandidates *self);
void          hw_candidates_begin_refill (HwCandidates *self);
void          hw_candidates_end_refill (HwCandidates *self,
                                        HwTaskPage   *page);
void          hw_candidates_abandon_refill (HwCandidates *self);
void          hw_candidates_invalidate (HwCandidates *self);
guint         hw_candidates_get_limit (HwCandidates *self);

gboolean      hw_candidates_is_idle (HwCandidates *self);
GPtrArray    *hw_candidates_decide (HwCandidates   *self,
                                    const HwLimits *limits);

G_END_DECLS
