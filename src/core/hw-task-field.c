/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-field.h"

#include <string.h>

/* What is to be known of a field. */
typedef struct
{
  const char *name;
  const char *type;
  gboolean is_of_attempt;
} FieldFacts;

/* A field of the attempt says what the newest attempt did: it is unset when its task
 * becomes Pending again.
 */
static const FieldFacts facts[HW_N_TASK_FIELDS] = {
  [HW_TASK_FIELD_TYPE] = { "type", "s", FALSE },
  [HW_TASK_FIELD_TITLE] = { "title", "s", FALSE },
  [HW_TASK_FIELD_PARAMETERS] = { "parameters", "a{sv}", FALSE },
  [HW_TASK_FIELD_STATE] = { "state", "s", FALSE },
  [HW_TASK_FIELD_RESULT] = { "result", "s", TRUE },
  [HW_TASK_FIELD_ERROR] = { "error", "s", TRUE },
  [HW_TASK_FIELD_VALUE] = { "value", "a{sv}", TRUE },
  [HW_TASK_FIELD_EXIT_CODE] = { "exit_code", "i", TRUE },
  [HW_TASK_FIELD_SIGNAL] = { "signal", "s", TRUE },
  [HW_TASK_FIELD_PROGRESS] = { "progress", "d", TRUE },
  [HW_TASK_FIELD_MESSAGE] = { "message", "s", TRUE },
  [HW_TASK_FIELD_UNIT] = { "unit", "s", TRUE },
  [HW_TASK_FIELD_DONE] = { "done", "t", TRUE },
  [HW_TASK_FIELD_TOTAL] = { "total", "t", TRUE },
  [HW_TASK_FIELD_ACTIVITY] = { "activity", "s", TRUE },
  [HW_TASK_FIELD_CONTAINMENT] = { "containment", "s", TRUE },
  [HW_TASK_FIELD_GROUP] = { "group", "s", FALSE },
  [HW_TASK_FIELD_PRIORITY] = { "priority", "i", FALSE },
  [HW_TASK_FIELD_OWNER] = { "owner", "s", FALSE },
  [HW_TASK_FIELD_ATTEMPT] = { "attempt", "u", FALSE },
  [HW_TASK_FIELD_MAX_ATTEMPTS] = { "max_attempts", "u", FALSE },
  [HW_TASK_FIELD_TIMEOUT] = { "timeout", "t", FALSE },
  [HW_TASK_FIELD_CREATED_AT] = { "created_at", "x", FALSE },
  [HW_TASK_FIELD_STARTED_AT] = { "started_at", "x", TRUE },
  [HW_TASK_FIELD_ENDED_AT] = { "ended_at", "x", TRUE },
  [HW_TASK_FIELD_OUTPUT_SIZE] = { "output_size", "t", TRUE },
  [HW_TASK_FIELD_HIDDEN_PARAMETERS] = { "hidden_parameters", "a{sv}", FALSE },
  [HW_TASK_FIELD_ABORTED_STARTS] = { "aborted_starts", "u", FALSE },
  [HW_TASK_FIELD_EPOCH] = { "epoch", "t", FALSE },
};

/**
 * hw_task_field_get_name:
 * @field: a field
 *
 * Gets the field's name, in `snake_case` as dictionaries on the bus have it.
 *
 * Returns: a static string
 */
const char *
hw_task_field_get_name (HwTaskField field)
{
  g_return_val_if_fail ((guint) field < HW_N_TASK_FIELDS, NULL);

  return facts[field].name;
}

/**
 * hw_task_field_get_variant_type:
 * @field: a field
 *
 * Gets the type of the field's values. Names that end in `_at` are times in
 * microseconds since the Unix epoch, UTC; a timeout is in seconds.
 *
 * Returns: (transfer none): the type
 */
const GVariantType *
hw_task_field_get_variant_type (HwTaskField field)
{
  g_return_val_if_fail ((guint) field < HW_N_TASK_FIELDS, NULL);

  return G_VARIANT_TYPE (facts[field].type);
}

/**
 * hw_task_field_get_class:
 * @field: a field
 *
 * Gets of which class the field's type is: a string, a double, one of four integers, or
 * an array, which is a dictionary.
 *
 * Returns: the class
 */
GVariantClass
hw_task_field_get_class (HwTaskField field)
{
  g_return_val_if_fail ((guint) field < HW_N_TASK_FIELDS, G_VARIANT_CLASS_STRING);

  return (GVariantClass) facts[field].type[0];
}

/**
 * hw_task_field_is_stored:
 * @field: a field
 *
 * Tells whether the field outlives the daemon. One that does not is known of a
 * live task only.
 *
 * Returns: %TRUE if a store keeps it
 */
gboolean
hw_task_field_is_stored (HwTaskField field)
{
  g_return_val_if_fail ((guint) field < HW_N_TASK_FIELDS, FALSE);

  return (HW_TASK_FIELDS_UNSTORED & HW_TASK_FIELD_BIT (field)) == 0;
}

/**
 * hw_task_field_is_of_attempt:
 * @field: a field
 *
 * Tells whether the field says what the newest attempt did, so that it is unset
 * when the task becomes Pending again.
 *
 * Returns: %TRUE if it belongs to the attempt
 */
gboolean
hw_task_field_is_of_attempt (HwTaskField field)
{
  g_return_val_if_fail ((guint) field < HW_N_TASK_FIELDS, FALSE);

  return facts[field].is_of_attempt;
}

/**
 * hw_task_field_is_hidden:
 * @field: a field
 *
 * Tells whether the field is for the queue and the runners alone, and goes through no
 * door.
 *
 * Returns: %TRUE if nobody is shown it
 */
gboolean
hw_task_field_is_hidden (HwTaskField field)
{
  g_return_val_if_fail ((guint) field < HW_N_TASK_FIELDS, TRUE);

  return (HW_TASK_FIELDS_HIDDEN & HW_TASK_FIELD_BIT (field)) != 0;
}

/**
 * hw_task_field_from_name:
 * @name: a name
 * @field: (out): where to put the field
 *
 * Finds the field with a name.
 *
 * Returns: whether there is one
 */
gboolean
hw_task_field_from_name (const char  *name,
                         HwTaskField *field)
{
  g_return_val_if_fail (name != NULL, FALSE);

  /* The first letter tells most of them apart, without a call. */
  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    if (facts[i].name[0] == name[0] && strcmp (facts[i].name, name) == 0)
      {
        *field = (HwTaskField) i;
        return TRUE;
      }

  return FALSE;
}
