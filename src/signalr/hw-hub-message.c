/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-message.h"

#include <string.h>

/* Clients count: theirs are decimal numbers. Each answer repeats it. */
#define MAX_INVOCATION_ID_LENGTH 128

/* Which members a message of each type must have. */
typedef struct
{
  gboolean needs_id;
  gboolean needs_call; /* a target and its arguments */
  gboolean needs_item;
} MessageForm;

static const MessageForm forms[HW_N_HUB_MESSAGE_TYPES] = {
  [HW_HUB_MESSAGE_TYPE_INVOCATION] = { .needs_call = TRUE },
  [HW_HUB_MESSAGE_TYPE_STREAM_ITEM] = { .needs_id = TRUE, .needs_item = TRUE },
  [HW_HUB_MESSAGE_TYPE_COMPLETION] = { .needs_id = TRUE },
  [HW_HUB_MESSAGE_TYPE_STREAM_INVOCATION] = { .needs_id = TRUE, .needs_call = TRUE },
  [HW_HUB_MESSAGE_TYPE_CANCEL_INVOCATION] = { .needs_id = TRUE },
};

/**
 * hw_hub_message_free:
 * @self: (transfer full): a message
 *
 * Frees a message.
 */
void
hw_hub_message_free (HwHubMessage *self)
{
  g_return_if_fail (self != NULL);

  g_free (self->invocation_id);
  g_free (self->target);
  g_clear_pointer (&self->arguments, g_variant_unref);
  g_free (self);
}

static gboolean
read_type (HwHubMessage       *self,
           const HwHubMembers *members,
           GError            **error)
{
  GVariant *value = hw_hub_members_get_number (members, HW_HUB_MEMBER_TYPE, error);
  gint64 type;

  if (value == NULL)
    return FALSE;

  type = g_variant_get_int64 (value);
  if (type > 0 && type < HW_N_HUB_MESSAGE_TYPES)
    self->type = (HwHubMessageType) type;

  return TRUE;
}

/* A call without an ID, or with an empty one, wants no answer. */
static gboolean
read_id (HwHubMessage       *self,
         const HwHubMembers *members,
         GError            **error)
{
  const char *name = hw_hub_member_get_name (HW_HUB_MEMBER_ID);
  const char *id;
  GVariant *value;

  if (!forms[self->type].needs_id && !hw_hub_members_have (members, HW_HUB_MEMBER_ID))
    return TRUE;

  value = hw_hub_members_get_string (members, HW_HUB_MEMBER_ID, error);
  if (value == NULL)
    return FALSE;

  id = g_variant_get_string (value, NULL);
  if (strlen (id) > MAX_INVOCATION_ID_LENGTH)
    return hw_hub_refuse (error, "The value of '%s' is too long.", name);
  if (*id == '\0' && forms[self->type].needs_id)
    return hw_hub_refuse (error, "The value of '%s' is empty.", name);

  if (*id != '\0')
    self->invocation_id = g_strdup (id);

  return TRUE;
}

static gboolean
read_call (HwHubMessage       *self,
           const HwHubMembers *members,
           GError            **error)
{
  GVariant *target = hw_hub_members_get_string (members, HW_HUB_MEMBER_TARGET, error);
  GVariant *arguments = NULL;
  GVariant *stream_ids = NULL;

  if (target == NULL)
    return FALSE;

  arguments = hw_hub_members_get_array (members, HW_HUB_MEMBER_ARGUMENTS, error);
  if (arguments == NULL)
    return FALSE;

  self->target = g_variant_dup_string (target, NULL);
  self->arguments = g_variant_ref (arguments);
  /* One block of bytes instead of an object for each part: calls may wait. */
  g_variant_get_data (self->arguments);
  self->size = strlen (self->target) + g_variant_get_size (self->arguments);

  if (!hw_hub_members_have (members, HW_HUB_MEMBER_STREAM_IDS))
    return TRUE;

  stream_ids = hw_hub_members_get_array (members, HW_HUB_MEMBER_STREAM_IDS, error);
  if (stream_ids == NULL)
    return FALSE;

  self->n_stream_ids = (guint) g_variant_n_children (stream_ids);

  return TRUE;
}

static gboolean
read_body (HwHubMessage       *self,
           const HwHubMembers *members,
           GError            **error)
{
  const MessageForm *form = &forms[self->type];

  if ((form->needs_id || form->needs_call) && !read_id (self, members, error))
    return FALSE;
  if (form->needs_call && !read_call (self, members, error))
    return FALSE;
  if (form->needs_item && members->values[HW_HUB_MEMBER_ITEM] == NULL)
    return hw_hub_refuse (error, "Missing required property '%s'.",
                          hw_hub_member_get_name (HW_HUB_MEMBER_ITEM));
  if (self->type == HW_HUB_MESSAGE_TYPE_COMPLETION &&
      members->values[HW_HUB_MEMBER_ERROR] != NULL &&
      members->values[HW_HUB_MEMBER_RESULT] != NULL)
    return hw_hub_refuse (error, "The 'error' and 'result' properties are mutually exclusive.");

  return TRUE;
}

/**
 * hw_hub_message_new:
 * @members: what a record has
 * @error: return location for a #GError, or %NULL
 *
 * Makes a message of what a record has, whatever protocol it is of. Members and types that it
 * does not know are ignored, as all implementations do; what a call is called with is in one
 * block of bytes.
 *
 * Returns: (transfer full): the message, or %NULL with %HW_ERROR_INVALID_REQUEST
 */
HwHubMessage *
hw_hub_message_new (const HwHubMembers *members,
                    GError            **error)
{
  g_autoptr(HwHubMessage) self = g_new0 (HwHubMessage, 1);

  if (!read_type (self, members, error) || !read_body (self, members, error))
    return NULL;

  return g_steal_pointer (&self);
}
