/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-message.h"

#include "hw-error.h"
#include "hw-hub-record.h"
#include "hw-json-reader.h"
#include "hw-json-scan.h"

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

static gboolean refuse (GError    **error,
                        const char *format,
                        ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError    **error,
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

/* What is looked at in messages. */
typedef enum
{
  MEMBER_TYPE,
  MEMBER_ID,
  MEMBER_TARGET,
  MEMBER_ARGUMENTS,
  MEMBER_STREAM_IDS,
  MEMBER_ITEM,
  MEMBER_RESULT,
  MEMBER_ERROR,
  MEMBER_PROTOCOL,
  MEMBER_VERSION,
} Member;

static const char *const member_names[] = {
  [MEMBER_TYPE] = "type",
  [MEMBER_ID] = "invocationId",
  [MEMBER_TARGET] = "target",
  [MEMBER_ARGUMENTS] = "arguments",
  [MEMBER_STREAM_IDS] = "streamIds",
  [MEMBER_ITEM] = "item",
  [MEMBER_RESULT] = "result",
  [MEMBER_ERROR] = "error",
  [MEMBER_PROTOCOL] = "protocol",
  [MEMBER_VERSION] = "version",
};

#define N_MEMBERS G_N_ELEMENTS (member_names)

/* What a record has of that. */
typedef struct
{
  GVariant *values[N_MEMBERS]; /* (owned) (nullable) */
} Members;

static void
members_clear (Members *self)
{
  for (guint i = 0; i < N_MEMBERS; i++)
    g_clear_pointer (&self->values[i], g_variant_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Members, members_clear)

/* Reads an array as an `av`, whatever the elements are. Returns: (transfer floating) */
static GVariant *
take_array (HwJsonLexer *lexer)
{
  g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (gboolean has_more = hw_json_reader_enter (lexer); has_more;
       has_more = hw_json_reader_next (lexer))
    g_variant_builder_add (&builder, "v", hw_json_reader_take_value (lexer));

  return g_variant_builder_end (&builder);
}

static void
members_take (Members     *self,
              const char  *name,
              HwJsonLexer *lexer)
{
  gboolean is_array = hw_json_reader_peek_class (lexer) == G_VARIANT_CLASS_ARRAY;
  g_autoptr(GVariant) value =
    g_variant_ref_sink (is_array ? take_array (lexer) : hw_json_reader_take_value (lexer));

  for (guint i = 0; i < N_MEMBERS; i++)
    if (g_str_equal (name, member_names[i]))
      {
        g_clear_pointer (&self->values[i], g_variant_unref);
        self->values[i] = g_steal_pointer (&value);
        return;
      }
}

/* Reads a record, which must be an object. */
static gboolean
read_members (const char *record,
              gsize       length,
              Members    *members,
              GError    **error)
{
  HwJsonLexer lexer = { .data = record, .length = length };

  if (!hw_json_scan (record, length, HW_HUB_MAX_RECORD_LENGTH, error))
    return FALSE;

  if (hw_json_reader_peek_class (&lexer) != G_VARIANT_CLASS_DICT_ENTRY)
    return refuse (error, "A message must be a JSON object.");

  for (gboolean has_more = hw_json_reader_enter (&lexer); has_more;
       has_more = hw_json_reader_next (&lexer))
    {
      g_autofree char *name = hw_json_reader_take_name (&lexer);

      members_take (members, name, &lexer);
    }

  return TRUE;
}

/* Gets a member that must be there and of a type. Returns: (transfer none) (nullable) */
static GVariant *
get_member (const Members      *members,
            Member              member,
            const GVariantType *type,
            const char         *type_name,
            GError            **error)
{
  GVariant *value = members->values[member];

  if (value == NULL)
    {
      refuse (error, "Missing required property '%s'.", member_names[member]);
      return NULL;
    }

  if (!g_variant_is_of_type (value, type))
    {
      refuse (error, "Expected '%s' to be of type %s.", member_names[member], type_name);
      return NULL;
    }

  return value;
}

static GVariant *
get_string (const Members *members,
            Member         member,
            GError       **error)
{
  return get_member (members, member, G_VARIANT_TYPE_STRING, "String", error);
}

static GVariant *
get_number (const Members *members,
            Member         member,
            GError       **error)
{
  return get_member (members, member, G_VARIANT_TYPE_INT64, "Number", error);
}

static GVariant *
get_array (const Members *members,
           Member         member,
           GError       **error)
{
  return get_member (members, member, G_VARIANT_TYPE ("av"), "Array", error);
}

/* Whether something is there that is not null. */
static gboolean
has_value (const Members *members,
           Member         member)
{
  GVariant *value = members->values[member];

  return value != NULL && !g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE);
}

static gboolean
read_type (HwHubMessage  *self,
           const Members *members,
           GError       **error)
{
  GVariant *value = get_number (members, MEMBER_TYPE, error);
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
read_id (HwHubMessage  *self,
         const Members *members,
         GError       **error)
{
  const char *name = member_names[MEMBER_ID];
  const char *id;
  GVariant *value;

  if (!forms[self->type].needs_id && !has_value (members, MEMBER_ID))
    return TRUE;

  value = get_string (members, MEMBER_ID, error);
  if (value == NULL)
    return FALSE;

  id = g_variant_get_string (value, NULL);
  if (strlen (id) > MAX_INVOCATION_ID_LENGTH)
    return refuse (error, "The value of '%s' is too long.", name);
  if (*id == '\0' && forms[self->type].needs_id)
    return refuse (error, "The value of '%s' is empty.", name);

  if (*id != '\0')
    self->invocation_id = g_strdup (id);

  return TRUE;
}

static gboolean
read_call (HwHubMessage  *self,
           const Members *members,
           GError       **error)
{
  GVariant *target = get_string (members, MEMBER_TARGET, error);
  GVariant *arguments = NULL;
  GVariant *stream_ids = NULL;

  if (target == NULL)
    return FALSE;

  arguments = get_array (members, MEMBER_ARGUMENTS, error);
  if (arguments == NULL)
    return FALSE;

  self->target = g_variant_dup_string (target, NULL);
  self->arguments = g_variant_ref (arguments);
  /* One block of bytes instead of an object for each part: calls may wait. */
  g_variant_get_data (self->arguments);

  if (!has_value (members, MEMBER_STREAM_IDS))
    return TRUE;

  stream_ids = get_array (members, MEMBER_STREAM_IDS, error);
  if (stream_ids == NULL)
    return FALSE;

  self->n_stream_ids = (guint) g_variant_n_children (stream_ids);

  return TRUE;
}

static gboolean
read_body (HwHubMessage  *self,
           const Members *members,
           GError       **error)
{
  const MessageForm *form = &forms[self->type];

  if ((form->needs_id || form->needs_call) && !read_id (self, members, error))
    return FALSE;
  if (form->needs_call && !read_call (self, members, error))
    return FALSE;
  if (form->needs_item && members->values[MEMBER_ITEM] == NULL)
    return refuse (error, "Missing required property '%s'.", member_names[MEMBER_ITEM]);
  if (self->type == HW_HUB_MESSAGE_TYPE_COMPLETION &&
      members->values[MEMBER_ERROR] != NULL && members->values[MEMBER_RESULT] != NULL)
    return refuse (error, "The 'error' and 'result' properties are mutually exclusive.");

  return TRUE;
}

/**
 * hw_hub_message_parse:
 * @record: (array length=length): a record, without its separator
 * @length: how many bytes
 * @error: return location for a #GError, or %NULL
 *
 * Reads a message of the JSON hub protocol. Members and types that it does not know
 * are ignored, as all implementations do; what a call is called with is in one
 * block of bytes.
 *
 * Returns: (transfer full): the message, or %NULL with %HW_ERROR_INVALID_REQUEST
 */
HwHubMessage *
hw_hub_message_parse (const char *record,
                      gsize       length,
                      GError    **error)
{
  g_auto(Members) members = { 0 };
  g_autoptr(HwHubMessage) self = NULL;

  if (!read_members (record, length, &members, error))
    return NULL;

  self = g_new0 (HwHubMessage, 1);
  self->size = length;
  if (!read_type (self, &members, error) || !read_body (self, &members, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * hw_hub_handshake_parse:
 * @record: (array length=length): the first record of a connection
 * @length: how many bytes
 * @error: return location for a #GError, or %NULL
 *
 * Reads the request with which a client begins. JSON is the only protocol here, in
 * version 1, or 2, which differs in nothing that we offer.
 *
 * Returns: %TRUE, or %FALSE with %HW_ERROR_INVALID_REQUEST, whose text is what the
 *   client is to be told
 */
gboolean
hw_hub_handshake_parse (const char *record,
                        gsize       length,
                        GError    **error)
{
  g_auto(Members) members = { 0 };
  GVariant *name = NULL;
  GVariant *value = NULL;
  const char *protocol;
  gint64 version;

  if (read_members (record, length, &members, NULL))
    {
      name = get_string (&members, MEMBER_PROTOCOL, NULL);
      value = get_number (&members, MEMBER_VERSION, NULL);
    }

  /* The details say nothing to a client that cannot do this much. */
  if (name == NULL || value == NULL)
    return refuse (error, "An unexpected error occurred during connection handshake.");

  protocol = g_variant_get_string (name, NULL);
  if (g_ascii_strcasecmp (protocol, "json") != 0)
    return refuse (error, "The protocol '%s' is not supported.", protocol);

  version = g_variant_get_int64 (value);
  if (version >= 1 && version <= 2)
    return TRUE;

  return refuse (error, "The server does not support version %" G_GINT64_FORMAT
                 " of the '%s' protocol.", version, protocol);
}
