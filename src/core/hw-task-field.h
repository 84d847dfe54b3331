/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HwTaskField:
 *
 * Everything that can be said of a task but its number. The one vocabulary of
 * the house: events, rows and every door use these names. Hidden ones alone go
 * through no door.
 */
typedef enum
{
  HW_TASK_FIELD_TYPE,
  HW_TASK_FIELD_TITLE,
  HW_TASK_FIELD_PARAMETERS,
  HW_TASK_FIELD_STATE,
  HW_TASK_FIELD_RESULT,
  HW_TASK_FIELD_ERROR,
  HW_TASK_FIELD_VALUE,
  HW_TASK_FIELD_EXIT_CODE,
  HW_TASK_FIELD_SIGNAL,
  HW_TASK_FIELD_PROGRESS,
  HW_TASK_FIELD_MESSAGE,
  HW_TASK_FIELD_UNIT,
  HW_TASK_FIELD_DONE,
  HW_TASK_FIELD_TOTAL,
  HW_TASK_FIELD_ACTIVITY,
  HW_TASK_FIELD_CONTAINMENT,
  HW_TASK_FIELD_GROUP,
  HW_TASK_FIELD_PRIORITY,
  HW_TASK_FIELD_OWNER,
  HW_TASK_FIELD_ATTEMPT,
  HW_TASK_FIELD_MAX_ATTEMPTS,
  HW_TASK_FIELD_TIMEOUT,
  HW_TASK_FIELD_CREATED_AT,
  HW_TASK_FIELD_STARTED_AT,
  HW_TASK_FIELD_ENDED_AT,
  HW_TASK_FIELD_OUTPUT_SIZE,
  HW_TASK_FIELD_HIDDEN_PARAMETERS,
  HW_TASK_FIELD_ABORTED_STARTS,
  HW_TASK_FIELD_EPOCH,
} HwTaskField;

#define HW_N_TASK_FIELDS (HW_TASK_FIELD_EPOCH + 1)

/* A set of fields is a bit of each. */
#define HW_TASK_FIELD_BIT(field) (G_GUINT64_CONSTANT (1) << (field))

/* Those that are for the queue and the runners alone, and go through no door. */
#define HW_TASK_FIELDS_HIDDEN (HW_TASK_FIELD_BIT (HW_TASK_FIELD_HIDDEN_PARAMETERS) | \
                               HW_TASK_FIELD_BIT (HW_TASK_FIELD_ABORTED_STARTS) |    \
                               HW_TASK_FIELD_BIT (HW_TASK_FIELD_EPOCH))

/* Those that do not outlive the daemon: they are known of a live task only. */
#define HW_TASK_FIELDS_UNSTORED (HW_TASK_FIELD_BIT (HW_TASK_FIELD_ACTIVITY) | \
                                 HW_TASK_FIELD_BIT (HW_TASK_FIELD_CONTAINMENT))

/**
 * hw_task_field_take_first:
 * @set: a set of fields that is not empty
 *
 * Takes the first field out of a set: so one visits those that are in it alone.
 *
 * Returns: the field
 */
static inline HwTaskField
hw_task_field_take_first (guint64 *set)
{
  HwTaskField first = (HwTaskField) __builtin_ctzll (*set);

  *set &= *set - 1;

  return first;
}

const char         *hw_task_field_get_name (HwTaskField field);
const GVariantType *hw_task_field_get_variant_type (HwTaskField field);
GVariantClass       hw_task_field_get_class (HwTaskField field);
gboolean            hw_task_field_is_stored (HwTaskField field);
gboolean            hw_task_field_is_of_attempt (HwTaskField field);
gboolean            hw_task_field_is_hidden (HwTaskField field);
gboolean            hw_task_field_from_name (const char  *name,
                                             HwTaskField *field);

G_END_DECLS
