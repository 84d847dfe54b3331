/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-members.h"

#include "hw-error.h"

static const char *const names[HW_N_HUB_MEMBERS] = {
  [HW_HUB_MEMBER_NONE] = "",
  [HW_HUB_MEMBER_TYPE] = "type",
  [HW_HUB_MEMBER_ID] = "invocationId",
  [HW_HUB_MEMBER_TARGET] = "target",
  [HW_HUB_MEMBER_ARGUMENTS] = "arguments",
  [HW_HUB_MEMBER_STREAM_IDS] = "streamIds",
  [HW_HUB_MEMBER_ITEM] = "item",
  [HW_HUB_MEMBER_RESULT] = "result",
  [HW_HUB_MEMBER_ERROR] = "error",
  [HW_HUB_MEMBER_PROTOCOL] = "protocol",
  [HW_HUB_MEMBER_VERSION] = "version",
};

/**
 * hw_hub_members_clear:
 * @self: members, or all zeros
 *
 * Forgets them.
 */
void
hw_hub_members_clear (HwHubMembers *self)
{
  for (guint i = 0; i < HW_N_HUB_MEMBERS; i++)
    g_clear_pointer (&self->values[i], g_variant_unref);
}

/**
 * hw_hub_members_take:
 * @self: members
 * @member: one of them
 * @value: (transfer floating): what it is
 *
 * Notes a member. What is none is dropped.
 */
void
hw_hub_members_take (HwHubMembers *self,
                     HwHubMember   member,
                     GVariant     *value)
{
  g_autoptr(GVariant) owned = g_variant_ref_sink (value);

  if (member == HW_HUB_MEMBER_NONE)
    return;

  g_clear_pointer (&self->values[member], g_variant_unref);
  self->values[member] = g_steal_pointer (&owned);
}

/**
 * hw_hub_member_get_name:
 * @member: a member
 *
 * Gets what a member is called in JSON, and in sentences.
 *
 * Returns: (transfer none): the name
 */
const char *
hw_hub_member_get_name (HwHubMember member)
{
  return names[member];
}

/**
 * hw_hub_member_find:
 * @name: a name
 *
 * Finds a member by its name.
 *
 * Returns: the member, or %HW_HUB_MEMBER_NONE
 */
HwHubMember
hw_hub_member_find (const char *name)
{
  for (guint i = HW_HUB_MEMBER_NONE + 1; i < HW_N_HUB_MEMBERS; i++)
    if (g_str_equal (name, names[i]))
      return (HwHubMember) i;

  return HW_HUB_MEMBER_NONE;
}

/**
 * hw_hub_refuse:
 * @error: return location for a #GError, or %NULL
 * @format: why, as printf() has it
 * @...: arguments for @format
 *
 * Sets %HW_ERROR_INVALID_REQUEST.
 *
 * Returns: %FALSE
 */
gboolean
hw_hub_refuse (GError    **error,
               const char *format,
               ...)
{
  g_autofree char *sentence = NULL;
  va_list arguments;

  va_start (arguments, format);
  sentence = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, HW_ERROR, HW_ERROR_INVALID_REQUEST, sentence);

  return FALSE;
}

/* Gets a member that must be there and of a type. Returns: (transfer none) (nullable) */
static GVariant *
get_member (const HwHubMembers *self,
            HwHubMember         member,
            const GVariantType *type,
            const char         *type_name,
            GError            **error)
{
  GVariant *value = self->values[member];

  if (value == NULL)
    {
      hw_hub_refuse (error, "Missing required property '%s'.", names[member]);
      return NULL;
    }

  if (!g_variant_is_of_type (value, type))
    {
      hw_hub_refuse (error, "Expected '%s' to be of type %s.", names[member], type_name);
      return NULL;
    }

  return value;
}

/**
 * hw_hub_members_get_string:
 * @self: members
 * @member: one of them
 * @error: return location for a #GError, or %NULL
 *
 * Gets a member that must be a text.
 *
 * Returns: (transfer none): the text, or %NULL with %HW_ERROR_INVALID_REQUEST
 */
GVariant *
hw_hub_members_get_string (const HwHubMembers *self,
                           HwHubMember         member,
                           GError            **error)
{
  return get_member (self, member, G_VARIANT_TYPE_STRING, "String", error);
}

/**
 * hw_hub_members_get_number:
 * @self: members
 * @member: one of them
 * @error: return location for a #GError, or %NULL
 *
 * Gets a member that must be a whole number.
 *
 * Returns: (transfer none): the number, or %NULL with %HW_ERROR_INVALID_REQUEST
 */
GVariant *
hw_hub_members_get_number (const HwHubMembers *self,
                           HwHubMember         member,
                           GError            **error)
{
  return get_member (self, member, G_VARIANT_TYPE_INT64, "Number", error);
}

/**
 * hw_hub_members_get_array:
 * @self: members
 * @member: one of them
 * @error: return location for a #GError, or %NULL
 *
 * Gets a member that must be an array.
 *
 * Returns: (transfer none): the array, or %NULL with %HW_ERROR_INVALID_REQUEST
 */
GVariant *
hw_hub_members_get_array (const HwHubMembers *self,
                          HwHubMember         member,
                          GError            **error)
{
  return get_member (self, member, G_VARIANT_TYPE ("av"), "Array", error);
}

/**
 * hw_hub_members_have:
 * @self: members
 * @member: one of them
 *
 * Tells whether something is there that is not null.
 *
 * Returns: %TRUE if so
 */
gboolean
hw_hub_members_have (const HwHubMembers *self,
                     HwHubMember         member)
{
  GVariant *value = self->values[member];

  return value != NULL && !g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE);
}
