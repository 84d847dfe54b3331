/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-histogram.h"
#include "hw-task.h"

G_BEGIN_DECLS

/**
 * HW_TALLY_MAX_TYPES:
 *
 * How many types are counted each for itself: more than anybody writes files for, and so few that
 * whoever collects the counts is not flooded by a folder of types that somebody generates.
 */
#define HW_TALLY_MAX_TYPES 100

/**
 * HW_TALLY_OTHER_TYPES:
 *
 * What all further types together are called. No type has such a name.
 */
#define HW_TALLY_OTHER_TYPES "*"

/**
 * HwTypeTally:
 * @type: the name of the type, or %HW_TALLY_OTHER_TYPES
 * @n_started: how many attempts began
 * @n_ended: how many tasks ended, by result
 *
 * What became of the tasks of one type.
 */
typedef struct
{
  char *type;
  guint64 n_started;
  guint64 n_ended[HW_N_RESULTS];
} HwTypeTally;

typedef struct _HwTally HwTally;

HwTally           *hw_tally_new (void);
void               hw_tally_free (HwTally *self);

void               hw_tally_take_start (HwTally *self,
                                        HwEvent *event,
                                        HwTask  *task);
void               hw_tally_take_end (HwTally *self,
                                      HwEvent *event,
                                      HwTask  *task);

GPtrArray         *hw_tally_get_types (HwTally *self);
const HwHistogram *hw_tally_get_waits (HwTally *self);
const HwHistogram *hw_tally_get_runs (HwTally *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwTally, hw_tally_free)

G_END_DECLS
