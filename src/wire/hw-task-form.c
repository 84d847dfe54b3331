/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-form-private.h"

#include <string.h>

/* How a field looks in JSON. */
typedef struct
{
  const char *name;   /* (nullable): none for one that nobody is shown */
  const char *start;  /* the name as it is written */
  const char *absent; /* the whole member while the field is not set */
  gboolean is_time;
} FieldForm;

/* Most members of most tasks are as they are while nothing is known. */
#define FORM(name, absent, is_time) \
  { name, "\"" name "\":", "\"" name "\":" absent, is_time }

/* The names are those of the fields with the underscores gone: exit_code is
 * exitCode. A word or a count that is not there yet is empty, not null, so that a
 * client can always compare and add. A field that has no form here does not leave
 * the house: the hidden ones do not.
 */
static const FieldForm forms[HW_N_TASK_FIELDS] = {
  [HW_TASK_FIELD_TYPE] = FORM ("type", "null", FALSE),
  [HW_TASK_FIELD_TITLE] = FORM ("title", "null", FALSE),
  [HW_TASK_FIELD_PARAMETERS] = FORM ("parameters", "{}", FALSE),
  [HW_TASK_FIELD_STATE] = FORM ("state", "null", FALSE),
  [HW_TASK_FIELD_RESULT] = FORM ("result", "\"\"", FALSE),
  [HW_TASK_FIELD_ERROR] = FORM ("error", "null", FALSE),
  [HW_TASK_FIELD_VALUE] = FORM ("value", "null", FALSE),
  [HW_TASK_FIELD_EXIT_CODE] = FORM ("exitCode", "null", FALSE),
  [HW_TASK_FIELD_SIGNAL] = FORM ("signal", "null", FALSE),
  [HW_TASK_FIELD_PROGRESS] = FORM ("progress", "null", FALSE),
  [HW_TASK_FIELD_MESSAGE] = FORM ("message", "null", FALSE),
  [HW_TASK_FIELD_UNIT] = FORM ("unit", "null", FALSE),
  [HW_TASK_FIELD_DONE] = FORM ("done", "null", FALSE),
  [HW_TASK_FIELD_TOTAL] = FORM ("total", "null", FALSE),
  [HW_TASK_FIELD_ACTIVITY] = FORM ("activity", "null", FALSE),
  [HW_TASK_FIELD_CONTAINMENT] = FORM ("containment", "null", FALSE),
  [HW_TASK_FIELD_GROUP] = FORM ("group", "\"\"", FALSE),
  [HW_TASK_FIELD_PRIORITY] = FORM ("priority", "0", FALSE),
  [HW_TASK_FIELD_OWNER] = FORM ("owner", "null", FALSE),
  [HW_TASK_FIELD_ATTEMPT] = FORM ("attempt", "0", FALSE),
  [HW_TASK_FIELD_MAX_ATTEMPTS] = FORM ("maxAttempts", "1", FALSE),
  [HW_TASK_FIELD_TIMEOUT] = FORM ("timeout", "null", FALSE),
  [HW_TASK_FIELD_CREATED_AT] = FORM ("createdAt", "null", TRUE),
  [HW_TASK_FIELD_STARTED_AT] = FORM ("startedAt", "null", TRUE),
  [HW_TASK_FIELD_ENDED_AT] = FORM ("endedAt", "null", TRUE),
  [HW_TASK_FIELD_OUTPUT_SIZE] = FORM ("outputSize", "0", FALSE),
};

/* Whether the field is set: as a level, the end of an activity is an empty word. */
static gboolean
is_set (const HwTaskFields *fields,
        HwTaskField         field)
{
  return hw_task_fields_has (fields, field) &&
         (field != HW_TASK_FIELD_ACTIVITY || *hw_task_fields_get_string (fields, field) != '\0');
}

static void
write_value (HwJsonWriter       *writer,
             const HwTaskFields *fields,
             HwTaskField         field)
{
  GVariantClass value_class = hw_task_field_get_class (field);

  if (forms[field].is_time)
    hw_json_writer_add_time (writer, hw_task_fields_get_number (fields, field));
  else if (value_class == G_VARIANT_CLASS_STRING)
    hw_json_writer_add_string (writer, hw_task_fields_get_string (fields, field));
  else if (value_class == G_VARIANT_CLASS_DOUBLE)
    hw_json_writer_add_double (writer, hw_task_fields_get_real (fields, field));
  else if (value_class == G_VARIANT_CLASS_ARRAY)
    hw_json_writer_add_variant (writer, hw_task_fields_get_dictionary (fields, field));
  else if (value_class == G_VARIANT_CLASS_UINT64)
    hw_json_writer_add_uint (writer, (guint64) hw_task_fields_get_number (fields, field));
  else
    hw_json_writer_add_int (writer, hw_task_fields_get_number (fields, field));
}

/* Writes one member of a task: its name and value, or what stands there if it has none. */
void
hw_task_form_write (HwJsonWriter       *writer,
                    const HwTaskFields *fields,
                    HwTaskField         field)
{
  const FieldForm *form = &forms[field];

  if (form->name == NULL)
    return;

  if (!is_set (fields, field))
    {
      hw_json_writer_add_json (writer, form->absent, strlen (form->absent));
      return;
    }

  hw_json_writer_add_name (writer, form->start, strlen (form->start));
  write_value (writer, fields, field);
}

/* Reads @n_digits of a time. */
static int
read_digits (const char *text,
             guint       n_digits)
{
  int number = 0;

  for (guint i = 0; i < n_digits; i++)
    number = number * 10 + g_ascii_digit_value (text[i]);

  return number;
}

/* Reads a time as hw_json_writer_add_time() writes it, and no other form of RFC 3339, section
 * 5.6: GLib's own reader takes the seconds as a double, which loses a microsecond here and
 * there. Returns whether it is one.
 */
gboolean
hw_task_form_read_time (const char *text,
                        gint64     *microseconds)
{
  static const char form[] = "0000-00-00T00:00:00.000000Z";
  g_autoptr(GDateTime) second = NULL;

  if (strlen (text) != strlen (form))
    return FALSE;

  for (gsize i = 0; form[i] != '\0'; i++)
    if (form[i] == '0' ? !g_ascii_isdigit (text[i]) : text[i] != form[i])
      return FALSE;

  second = g_date_time_new_utc (read_digits (text, 4), read_digits (text + 5, 2),
                                read_digits (text + 8, 2), read_digits (text + 11, 2),
                                read_digits (text + 14, 2), read_digits (text + 17, 2));
  if (second == NULL)
    return FALSE;

  *microseconds = g_date_time_to_unix (second) * G_USEC_PER_SEC + read_digits (text + 20, 6);

  return TRUE;
}

/* JSON has one kind of integers; a field has its own. Returns (transfer floating)
 * (nullable). */
static GVariant *
convert_integer (gint64              number,
                 const GVariantType *type)
{
  if (g_variant_type_equal (type, G_VARIANT_TYPE_DOUBLE))
    return g_variant_new_double ((double) number);

  if (g_variant_type_equal (type, G_VARIANT_TYPE_INT32) &&
      number >= G_MININT32 && number <= G_MAXINT32)
    return g_variant_new_int32 ((gint32) number);

  if (g_variant_type_equal (type, G_VARIANT_TYPE_UINT32) && number >= 0 && number <= G_MAXUINT32)
    return g_variant_new_uint32 ((guint32) number);

  if (g_variant_type_equal (type, G_VARIANT_TYPE_UINT64) && number >= 0)
    return g_variant_new_uint64 ((guint64) number);

  return NULL;
}

/* Returns (transfer full) (nullable): @value as a value of a field, or %NULL if it can
 * be none. */
static GVariant *
convert (GVariant   *value,
         HwTaskField field)
{
  const GVariantType *type = hw_task_field_get_variant_type (field);
  GVariant *converted = NULL;
  gint64 microseconds;

  if (forms[field].is_time)
    {
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) &&
          hw_task_form_read_time (g_variant_get_string (value, NULL), &microseconds))
        converted = g_variant_new_int64 (microseconds);
    }
  else if (g_variant_is_of_type (value, type))
    {
      return g_variant_ref (value);
    }
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    {
      converted = convert_integer (g_variant_get_int64 (value), type);
    }

  return converted != NULL ? g_variant_ref_sink (converted) : NULL;
}

/* Gets what has a name in JSON. Returns whether it is a field. */
static gboolean
find_field (const char  *name,
            HwTaskField *field)
{
  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    if (g_strcmp0 (forms[i].name, name) == 0)
      {
        *field = (HwTaskField) i;
        return TRUE;
      }

  return FALSE;
}

/* Reads one member of a task, of what hw_json_variant_parse() gave, into @fields, if it is one of
 * them and set. A value of another type comes from a newer version, and says nothing to this one.
 */
void
hw_task_form_read (HwTaskFields *fields,
                   const char   *name,
                   GVariant     *value)
{
  g_autoptr(GVariant) converted = NULL;
  HwTaskField field;

  if (!find_field (name, &field))
    return;

  /* The only word that is empty as long as it is not there; the others are never. */
  if (field == HW_TASK_FIELD_RESULT && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) &&
      *g_variant_get_string (value, NULL) == '\0')
    return;

  converted = convert (value, field);
  if (converted != NULL)
    hw_task_fields_set_value (fields, field, converted);
}
