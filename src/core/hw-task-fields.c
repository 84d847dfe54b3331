/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-fields.h"

#include <string.h>

/* A value, as the type of its field has it. */
typedef union
{
  gint64 number;        /* of all four kinds of integers */
  double real;
  char *string;         /* (owned), a #GRefString: copies share it */
  GVariant *dictionary; /* (owned) */
} Value;

/**
 * HwTaskFields:
 *
 * Values of some of the fields of a task: all of one, or those that changed. They are
 * set while nobody else has them; from then on they stay as they are, and may be shared
 * and cross threads. All parts of the house pass them on as they are: to put them into
 * a dictionary, and to take them out of it, would take longer than to write them down.
 */
struct _HwTaskFields
{
  gatomicrefcount ref_count;

  guint64 set; /* a bit of each field that is set */
  Value values[HW_N_TASK_FIELDS];
};

G_STATIC_ASSERT (HW_N_TASK_FIELDS <= 64);

G_DEFINE_BOXED_TYPE (HwTaskFields, hw_task_fields, hw_task_fields_ref, hw_task_fields_unref)

#define BIT(field) (G_GUINT64_CONSTANT (1) << (field))

/**
 * hw_task_fields_new:
 *
 * Creates fields of which none is set.
 *
 * Returns: (transfer full): the fields
 */
HwTaskFields *
hw_task_fields_new (void)
{
  HwTaskFields *self = g_new0 (HwTaskFields, 1);

  g_atomic_ref_count_init (&self->ref_count);

  return self;
}

/**
 * hw_task_fields_new_from_variant:
 * @dictionary: an `a{sv}` of field names; a floating reference is taken
 *
 * Creates fields out of a dictionary. A name that is no field, or a value of another type,
 * comes from a newer version's row: it says nothing to this one, and is left out.
 *
 * Returns: (transfer full): the fields
 */
HwTaskFields *
hw_task_fields_new_from_variant (GVariant *dictionary)
{
  g_autoptr(GVariant) owned = NULL;
  HwTaskFields *self;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_return_val_if_fail (g_variant_is_of_type (dictionary, G_VARIANT_TYPE_VARDICT), NULL);

  owned = g_variant_ref_sink (dictionary);
  self = hw_task_fields_new ();
  g_variant_iter_init (&iter, owned);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      HwTaskField field;

      if (hw_task_field_from_name (name, &field) &&
          g_variant_is_of_type (value, hw_task_field_get_variant_type (field)))
        hw_task_fields_set_value (self, field, value);
    }

  return self;
}

/* Has a second holder keep a value. */
static Value
copy_value (HwTaskField  field,
            const Value *value)
{
  Value copy = *value;

  if (hw_task_field_get_class (field) == G_VARIANT_CLASS_STRING)
    g_ref_string_acquire (copy.string);
  else if (hw_task_field_get_class (field) == G_VARIANT_CLASS_ARRAY)
    g_variant_ref (copy.dictionary);

  return copy;
}

/**
 * hw_task_fields_copy:
 * @self: fields
 *
 * Makes a copy that may be changed.
 *
 * Returns: (transfer full): the copy
 */
HwTaskFields *
hw_task_fields_copy (const HwTaskFields *self)
{
  HwTaskFields *copy = hw_task_fields_new ();

  hw_task_fields_update (copy, self);

  return copy;
}

HwTaskFields *
hw_task_fields_ref (HwTaskFields *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
hw_task_fields_unref (HwTaskFields *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (guint i = 0; self->set != 0; i++)
    hw_task_fields_unset (self, (HwTaskField) i);
  g_free (self);
}

/* Takes @value. */
static void
hw_task_fields_put (HwTaskFields *self,
                    HwTaskField   field,
                    Value         value)
{
  hw_task_fields_unset (self, field);
  self->values[field] = value;
  self->set |= BIT (field);
}

/**
 * hw_task_fields_set_string:
 * @self: fields that nobody else has
 * @field: a field whose values are strings
 * @value: (nullable): its value, valid UTF-8; copied. %NULL unsets it
 *
 * Sets a string.
 */
void
hw_task_fields_set_string (HwTaskFields *self,
                           HwTaskField   field,
                           const char   *value)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (hw_task_field_get_class (field) == G_VARIANT_CLASS_STRING);

  if (value != NULL)
    hw_task_fields_put (self, field, (Value) { .string = g_ref_string_new (value) });
  else
    hw_task_fields_unset (self, field);
}

static gboolean
is_number (HwTaskField field)
{
  return strchr ("iuxt", (char) hw_task_field_get_class (field)) != NULL;
}

/**
 * hw_task_fields_set_number:
 * @self: fields that nobody else has
 * @field: a field whose values are integers
 * @value: its value; of one without a sign, the same bits
 *
 * Sets an integer.
 */
void
hw_task_fields_set_number (HwTaskFields *self,
                           HwTaskField   field,
                           gint64        value)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (is_number (field));

  hw_task_fields_put (self, field, (Value) { .number = value });
}

void
hw_task_fields_set_real (HwTaskFields *self,
                         HwTaskField   field,
                         double        value)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (hw_task_field_get_class (field) == G_VARIANT_CLASS_DOUBLE);

  hw_task_fields_put (self, field, (Value) { .real = value });
}

/**
 * hw_task_fields_set_dictionary:
 * @self: fields that nobody else has
 * @field: a field whose values are dictionaries
 * @value: its value, an `a{sv}`; a floating reference is taken
 *
 * Sets a dictionary.
 */
void
hw_task_fields_set_dictionary (HwTaskFields *self,
                               HwTaskField   field,
                               GVariant     *value)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (hw_task_field_get_class (field) == G_VARIANT_CLASS_ARRAY);
  g_return_if_fail (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT));

  hw_task_fields_put (self, field, (Value) { .dictionary = g_variant_ref_sink (value) });
}

void
hw_task_fields_set_state (HwTaskFields *self,
                          HwTaskState   state)
{
  hw_task_fields_set_string (self, HW_TASK_FIELD_STATE, hw_task_state_to_string (state));
}

/**
 * hw_task_fields_set_value:
 * @self: fields that nobody else has
 * @field: a field
 * @value: its value, which is of the field's type; a floating reference is taken
 *
 * Sets a field, whatever its type.
 */
void
hw_task_fields_set_value (HwTaskFields *self,
                          HwTaskField   field,
                          GVariant     *value)
{
  g_autoptr(GVariant) owned = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (g_variant_is_of_type (value, hw_task_field_get_variant_type (field)));

  owned = g_variant_ref_sink (value);
  if (hw_task_field_get_class (field) == G_VARIANT_CLASS_STRING)
    hw_task_fields_set_string (self, field, g_variant_get_string (value, NULL));
  else if (hw_task_field_get_class (field) == G_VARIANT_CLASS_DOUBLE)
    hw_task_fields_set_real (self, field, g_variant_get_double (value));
  else if (hw_task_field_get_class (field) == G_VARIANT_CLASS_INT32)
    hw_task_fields_set_number (self, field, g_variant_get_int32 (value));
  else if (hw_task_field_get_class (field) == G_VARIANT_CLASS_UINT32)
    hw_task_fields_set_number (self, field, g_variant_get_uint32 (value));
  else if (hw_task_field_get_class (field) == G_VARIANT_CLASS_INT64)
    hw_task_fields_set_number (self, field, g_variant_get_int64 (value));
  else if (hw_task_field_get_class (field) == G_VARIANT_CLASS_UINT64)
    hw_task_fields_set_number (self, field, (gint64) g_variant_get_uint64 (value));
  else
    hw_task_fields_set_dictionary (self, field, value);
}

void
hw_task_fields_unset (HwTaskFields *self,
                      HwTaskField   field)
{
  g_return_if_fail (self != NULL);

  if (!hw_task_fields_has (self, field))
    return;

  if (hw_task_field_get_class (field) == G_VARIANT_CLASS_STRING)
    g_ref_string_release (self->values[field].string);
  else if (hw_task_field_get_class (field) == G_VARIANT_CLASS_ARRAY)
    g_variant_unref (self->values[field].dictionary);
  self->set &= ~BIT (field);
}

/**
 * hw_task_fields_update:
 * @self: fields that nobody else has
 * @newer: fields
 *
 * Sets all that is set in @newer.
 */
void
hw_task_fields_update (HwTaskFields       *self,
                       const HwTaskFields *newer)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (newer != NULL);

  for (guint i = 0; newer->set >> i != 0; i++)
    if (hw_task_fields_has (newer, (HwTaskField) i))
      hw_task_fields_put (self, (HwTaskField) i,
                          copy_value ((HwTaskField) i, &newer->values[i]));
}

/**
 * hw_task_fields_split_hidden:
 * @self: fields that nobody else has
 *
 * Takes those out that nobody may see.
 *
 * Returns: (transfer full): these
 */
HwTaskFields *
hw_task_fields_split_hidden (HwTaskFields *self)
{
  HwTaskFields *hidden;

  g_return_val_if_fail (self != NULL, NULL);

  hidden = hw_task_fields_new ();
  for (guint i = 0; i < HW_N_TASK_FIELDS; i++)
    if (hw_task_fields_has (self, (HwTaskField) i) && hw_task_field_is_hidden ((HwTaskField) i))
      {
        hw_task_fields_put (hidden, (HwTaskField) i, self->values[i]);
        self->set &= ~BIT (i);
      }

  return hidden;
}

/**
 * hw_task_fields_is_shared:
 * @self: fields
 *
 * Tells whether somebody else has the fields too, so that they must not be changed.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_task_fields_is_shared (const HwTaskFields *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return !g_atomic_ref_count_compare ((gatomicrefcount *) &self->ref_count, 1);
}

gboolean
hw_task_fields_is_empty (const HwTaskFields *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return self->set == 0;
}

gboolean
hw_task_fields_has (const HwTaskFields *self,
                    HwTaskField         field)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail ((guint) field < HW_N_TASK_FIELDS, FALSE);

  return (self->set & BIT (field)) != 0;
}

gboolean
hw_task_fields_has_hidden (const HwTaskFields *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  for (guint i = 0; self->set >> i != 0; i++)
    if (hw_task_fields_has (self, (HwTaskField) i) && hw_task_field_is_hidden ((HwTaskField) i))
      return TRUE;

  return FALSE;
}

/**
 * hw_task_fields_get_string:
 * @self: fields
 * @field: a field whose values are strings
 *
 * Gets a string.
 *
 * Returns: (nullable): the string, or %NULL if it is not set
 */
const char *
hw_task_fields_get_string (const HwTaskFields *self,
                           HwTaskField         field)
{
  g_return_val_if_fail (hw_task_field_get_class (field) == G_VARIANT_CLASS_STRING, NULL);

  return hw_task_fields_has (self, field) ? self->values[field].string : NULL;
}

/**
 * hw_task_fields_get_number:
 * @self: fields
 * @field: a field whose values are integers
 *
 * Gets an integer.
 *
 * Returns: the number, or 0 if it is not set
 */
gint64
hw_task_fields_get_number (const HwTaskFields *self,
                           HwTaskField         field)
{
  g_return_val_if_fail (is_number (field), 0);

  return hw_task_fields_has (self, field) ? self->values[field].number : 0;
}

double
hw_task_fields_get_real (const HwTaskFields *self,
                         HwTaskField         field)
{
  g_return_val_if_fail (hw_task_field_get_class (field) == G_VARIANT_CLASS_DOUBLE, 0);

  return hw_task_fields_has (self, field) ? self->values[field].real : 0;
}

/**
 * hw_task_fields_get_dictionary:
 * @self: fields
 * @field: a field whose values are dictionaries
 *
 * Gets a dictionary.
 *
 * Returns: (transfer none) (nullable): an `a{sv}`, or %NULL if it is not set
 */
GVariant *
hw_task_fields_get_dictionary (const HwTaskFields *self,
                               HwTaskField         field)
{
  g_return_val_if_fail (hw_task_field_get_class (field) == G_VARIANT_CLASS_ARRAY, NULL);

  return hw_task_fields_has (self, field) ? self->values[field].dictionary : NULL;
}

/**
 * hw_task_fields_get_state:
 * @self: fields
 * @state: (out): the state that they tell
 *
 * Gets the state.
 *
 * Returns: whether it is set, and one that there is
 */
gboolean
hw_task_fields_get_state (const HwTaskFields *self,
                          HwTaskState        *state)
{
  const char *name = hw_task_fields_get_string (self, HW_TASK_FIELD_STATE);

  return name != NULL && hw_task_state_from_string (name, state);
}

/* Returns (transfer floating), or (transfer none) what is there. */
static GVariant *
make_value (const Value  *value,
            GVariantClass value_class)
{
  if (value_class == G_VARIANT_CLASS_STRING)
    return g_variant_new_string (value->string);
  if (value_class == G_VARIANT_CLASS_DOUBLE)
    return g_variant_new_double (value->real);
  if (value_class == G_VARIANT_CLASS_INT32)
    return g_variant_new_int32 ((gint32) value->number);
  if (value_class == G_VARIANT_CLASS_UINT32)
    return g_variant_new_uint32 ((guint32) value->number);
  if (value_class == G_VARIANT_CLASS_INT64)
    return g_variant_new_int64 (value->number);
  if (value_class == G_VARIANT_CLASS_UINT64)
    return g_variant_new_uint64 ((guint64) value->number);

  return value->dictionary;
}

/**
 * hw_task_fields_dup_value:
 * @self: fields
 * @field: a field
 *
 * Gets a value as a door shows it that speaks in variants.
 *
 * Returns: (transfer full) (nullable): the value, or %NULL if it is not set
 */
GVariant *
hw_task_fields_dup_value (const HwTaskFields *self,
                          HwTaskField         field)
{
  if (!hw_task_fields_has (self, field))
    return NULL;

  return g_variant_ref_sink (make_value (&self->values[field], hw_task_field_get_class (field)));
}

/**
 * hw_task_fields_dup_visible:
 * @self: fields
 *
 * Gets all fields that are set, but for what nobody may see.
 *
 * Returns: (transfer full): an `a{sv}` of field names
 */
GVariant *
hw_task_fields_dup_visible (const HwTaskFields *self)
{
  g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  g_return_val_if_fail (self != NULL, NULL);

  for (guint i = 0; self->set >> i != 0; i++)
    {
      g_autoptr(GVariant) value = hw_task_fields_dup_value (self, (HwTaskField) i);

      if (value != NULL && !hw_task_field_is_hidden ((HwTaskField) i))
        g_variant_builder_add (&builder, "{sv}", hw_task_field_get_name ((HwTaskField) i), value);
    }

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}
