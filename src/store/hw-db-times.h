/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-db.h"
#include "hw-store.h"

G_BEGIN_DECLS

/* How long one transaction took, in microseconds; %FALSE if nothing was committed. Of the thread
 * that writes, until it hands it over.
 */
typedef struct
{
  gboolean is_committed;
  gint64 commit;
  gint64 sync;
} HwDbSpan;

/* How long all took: of the main context. */
typedef struct
{
  HwHistogram commits;
  HwHistogram syncs;
} HwDbTimes;

void hw_db_span_begin (HwDbSpan *self,
                       HwDb     *db);
void hw_db_span_end (HwDbSpan *self,
                     HwDb     *db);

void hw_db_times_init (HwDbTimes *self);
void hw_db_times_add (HwDbTimes      *self,
                      const HwDbSpan *span);
void hw_db_times_survey (const HwDbTimes *self,
                         HwStoreSurvey   *survey);

G_END_DECLS
