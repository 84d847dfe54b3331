/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"
#include "hw-run.h"
#include "hw-task-fields.h"

G_BEGIN_DECLS

#define HW_TYPE_RUN_NEWS (hw_run_news_get_type ())
G_DECLARE_FINAL_TYPE (HwRunNews, hw_run_news, HW, RUN_NEWS, GObject)

HwRunNews    *hw_run_news_new (HwRun   *run,
                               HwClock *clock,
                               guint n_messages);

void          hw_run_news_set_stopping (HwRunNews *self);
void          hw_run_news_catch_up (HwRunNews *self);
void          hw_run_news_close (HwRunNews *self);
HwTaskFields *hw_run_news_dup_level (HwRunNews *self);

G_END_DECLS
