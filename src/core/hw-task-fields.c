/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-fields.h"

/* A value, as the type of its field has it. */
typedef union
{
  gint64 number;        /* of all four kinds of integers */
  double real;
  char *string;         /* a #GRefString (owned): copies share it; or one that stays for good */
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
  guint64 constant; /* a bit of each whose string stays for good */
  HwTaskState state; /* if that is a constant */
  Value values[HW_N_TASK_FIELDS];
};

G_STATIC_ASSERT (HW_N_TASK_FIELDS <= 64);

G_DEFINE_BOXED_TYPE (HwTaskFields, hw_task_fields, hw_task_fields_ref, hw_task_fields_unref)

#define BIT HW_TASK_FIELD_BIT

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
static void
hold_value (const HwTaskFields *self,
            HwTaskField         field)
{
  GVariantClass value_class = hw_task_field_get_class (field);

  if (value_class == G_VARIANT_CLASS_STRING && (self->constant & BIT (field)) == 0)
    g_ref_string_acquire (self->values[field].string);
  else if (value_class == G_VARIANT_CLASS_ARRAY)
    g_variant_ref (self->values[field].dictionary);
}

static void
release_value (const HwTaskFields *self,
               HwTaskField         field)
{
  GVariantClass value_class = hw_task_field_get_class (field);

  if (value_class == G_VARIANT_CLASS_STRING && (self->constant & BIT (field)) == 0)
    g_ref_string_release (self->values[field].string);
  else if (value_class == G_VARIANT_CLASS_ARRAY)
    g_variant_unref (self->values[field].dictionary);
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

  for (guint64 left = self->set; left != 0;)
    release_value (self, hw_task_field_take_first (&left));
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

static void
hw_task_fields_put_constant (HwTaskFields *self,
                             HwTaskField   field,
                             const char   *value)
{
  hw_task_fields_put (self, field, (Value) { .string = (char *) value });
  self->constant |= BIT (field);
}

/**
 * hw_task_fields_set_constant:
 * @self: fields that nobody else has
 * @field: a field whose values are strings, but not the state
 * @value: its value, which stays for good; not copied
 *
 * Sets a string that is part of the program.
 */
void
hw_task_fields_set_constant (HwTaskFields *self,
                             HwTaskField   field,
                             const char   *value)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (hw_task_field_get_class (field) == G_VARIANT_CLASS_STRING);
  g_return_if_fail (field != HW_TASK_FIELD_STATE);
  g_return_if_fail (value != NULL);

  hw_task_fields_put_constant (self, field, value);
}

/**
 * hw_task_fields_share_string:
 * @self: fields that nobody else has
 * @field: a field whose values are strings, but not the state
 * @value: its value
 *
 * Sets a string that others have, too.
 */
void
hw_task_fields_share_string (HwTaskFields *self,
                             HwTaskField   field,
                             GRefString   *value)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (hw_task_field_get_class (field) == G_VARIANT_CLASS_STRING);
  g_return_if_fail (field != HW_TASK_FIELD_STATE);
  g_return_if_fail (value != NULL);

  hw_task_fields_put (self, field, (Value) { .string = g_ref_string_acquire (value) });
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
  HwTaskState state;

  g_return_if_fail (self != NULL);
  g_return_if_fail (hw_task_field_get_class (field) == G_VARIANT_CLASS_STRING);

  if (value == NULL)
    hw_task_fields_unset (self, field);
  else if (field == HW_TASK_FIELD_STATE && hw_task_state_from_string (value, &state))
    hw_task_fields_set_state (self, state);
  else
    hw_task_fields_put (self, field, (Value) { .string = g_ref_string_new (value) });
}

static gboolean
is_number (HwTaskField field)
{
  GVariantClass value_class = hw_task_field_get_class (field);

  return value_class != G_VARIANT_CLASS_STRING && value_class != G_VARIANT_CLASS_DOUBLE &&
         value_class != G_VARIANT_CLASS_ARRAY;
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
 * Sets a dictionary. It is kept in its normal form and in one piece, as it is written down
 * more than once.
 */
void
hw_task_fields_set_dictionary (HwTaskFields *self,
                               HwTaskField   field,
                               GVariant     *value)
{
  g_autoptr(GVariant) owned = NULL;
  GVariant *normal;

  g_return_if_fail (self != NULL);
  g_return_if_fail (hw_task_field_get_class (field) == G_VARIANT_CLASS_ARRAY);
  g_return_if_fail (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT));

  owned = g_variant_ref_sink (value);
  normal = g_variant_get_normal_form (owned);
  g_variant_get_data (normal);
  hw_task_fields_put (self, field, (Value) { .dictionary = normal });
}

void
hw_task_fields_set_state (HwTaskFields *self,
                          HwTaskState   state)
{
  hw_task_fields_put_constant (self, HW_TASK_FIELD_STATE, hw_task_state_to_string (state));
  self->state = state;
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

  release_value (self, field);
  self->set &= ~BIT (field);
  self->constant &= ~BIT (field);
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

  for (guint64 left = newer->set; left != 0;)
    {
      HwTaskField field = hw_task_field_take_first (&left);

      hold_value (newer, field);
      hw_task_fields_put (self, field, newer->values[field]);
    }

  self->constant |= newer->constant;
  if ((newer->constant & BIT (HW_TASK_FIELD_STATE)) != 0)
    self->state = newer->state;
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
  for (guint64 left = self->set & HW_TASK_FIELDS_HIDDEN; left != 0;)
    {
      HwTaskField field = hw_task_field_take_first (&left);

      hold_value (self, field);
      hw_task_fields_put (hidden, field, self->values[field]);
      hw_task_fields_unset (self, field);
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

/**
 * hw_task_fields_get_set:
 * @self: fields
 *
 * Gets which fields are set.
 *
 * Returns: a bit of each, see hw_task_field_take_first()
 */
guint64
hw_task_fields_get_set (const HwTaskFields *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->set;
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

  return (self->set & HW_TASK_FIELDS_HIDDEN) != 0;
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
 * hw_task_fields_dup_string:
 * @self: fields
 * @field: a field whose values are strings
 *
 * Gets a string for somebody who keeps it.
 *
 * Returns: (transfer full) (nullable): the string, or %NULL if it is not set
 */
GRefString *
hw_task_fields_dup_string (const HwTaskFields *self,
                           HwTaskField         field)
{
  const char *string = hw_task_fields_get_string (self, field);

  if (string == NULL || (self->constant & BIT (field)) != 0)
    return string != NULL ? g_ref_string_new (string) : NULL;

  return g_ref_string_acquire (self->values[field].string);
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
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (state != NULL, FALSE);

  if ((self->constant & BIT (HW_TASK_FIELD_STATE)) == 0)
    return FALSE;

  *state = self->state;

  return TRUE;
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

  for (guint64 left = self->set & ~HW_TASK_FIELDS_HIDDEN; left != 0;)
    {
      HwTaskField field = hw_task_field_take_first (&left);
      g_autoptr(GVariant) value = hw_task_fields_dup_value (self, field);

      g_variant_builder_add (&builder, "{sv}", hw_task_field_get_name (field), value);
    }

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}
