/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"
#include "hw-store.h"

G_BEGIN_DECLS

/* What is kept if nobody says: a month, as long as anybody remembers a task by its date;
 * and of each type more than anybody scrolls through.
 */
#define HW_RETENTION_DEFAULT_AGE (30 * G_TIME_SPAN_DAY)
#define HW_RETENTION_DEFAULT_TASKS 10000

/* Events of tasks that are gone, for watchers who were away: some hundred MiB at most. */
#define HW_RETENTION_EVENTS 1000000

#define HW_TYPE_RETENTION (hw_retention_get_type ())
G_DECLARE_FINAL_TYPE (HwRetention, hw_retention, HW, RETENTION, GObject)

HwRetention *hw_retention_new (HwStore             *store,
                               HwClock             *clock,
                               const HwStoreLimits *limits);
void         hw_retention_begin (HwRetention *self);
void         hw_retention_close (HwRetention *self);

G_END_DECLS
