/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-message.h"

#include "hw-error.h"
#include "hw-hub-record.h"
#include "hw-json-scan.h"
#include "hw-json-variant.h"

#include <json-glib/json-glib.h>

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

/* Reads a record as an object. Returns: (transfer full): its parser, which keeps it */
static JsonParser *
parse_object (const char  *record,
              gsize        length,
              JsonObject **object,
              GError     **error)
{
  g_autoptr(JsonParser) parser = NULL;
  JsonNode *root;

  if (!hw_json_scan (record, length, HW_HUB_MAX_RECORD_LENGTH, error))
    return NULL;

  parser = json_parser_new_immutable ();
  if (!json_parser_load_from_data (parser, record, (gssize) length, error))
    return NULL;

  root = json_parser_get_root (parser);
  if (!JSON_NODE_HOLDS_OBJECT (root))
    {
      refuse (error, "A message must be a JSON object.");
      return NULL;
    }

  *object = json_node_get_object (root);

  return g_steal_pointer (&parser);
}

/* Gets a member that must be there and of type @type. */
static JsonNode *
get_member (JsonObject *object,
            const char *name,
            GType       type,
            const char *type_name,
            GError    **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL)
    {
      refuse (error, "Missing required property '%s'.", name);
      return NULL;
    }

  if (json_node_get_value_type (node) != type)
    {
      refuse (error, "Expected '%s' to be of type %s.", name, type_name);
      return NULL;
    }

  return node;
}

static gboolean
read_type (HwHubMessage *self,
           JsonObject   *object,
           GError      **error)
{
  JsonNode *node = get_member (object, "type", G_TYPE_INT64, "Number", error);
  gint64 type;

  if (node == NULL)
    return FALSE;

  type = json_node_get_int (node);
  if (type > 0 && type < HW_N_HUB_MESSAGE_TYPES)
    self->type = (HwHubMessageType) type;

  return TRUE;
}

/* A call without an ID, or with an empty one, wants no answer. */
static gboolean
read_id (HwHubMessage *self,
         JsonObject   *object,
         GError      **error)
{
  const char *name = "invocationId";
  const char *id;
  JsonNode *node;

  if (!forms[self->type].needs_id &&
      (!json_object_has_member (object, name) || json_object_get_null_member (object, name)))
    return TRUE;

  node = get_member (object, name, G_TYPE_STRING, "String", error);
  if (node == NULL)
    return FALSE;

  id = json_node_get_string (node);
  if (strlen (id) > MAX_INVOCATION_ID_LENGTH)
    return refuse (error, "The value of '%s' is too long.", name);
  if (*id == '\0' && forms[self->type].needs_id)
    return refuse (error, "The value of '%s' is empty.", name);

  if (*id != '\0')
    self->invocation_id = g_strdup (id);

  return TRUE;
}

/* Makes an `av` of whatever the elements are. Returns: (transfer full) */
static GVariant *
make_arguments (JsonArray *array)
{
  g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  g_autoptr(GVariant) arguments = NULL;

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autoptr(GVariant) argument =
        hw_json_variant_new_from_node (json_array_get_element (array, i));

      g_variant_builder_add (&builder, "v", argument);
    }

  arguments = g_variant_ref_sink (g_variant_builder_end (&builder));
  /* One block of bytes instead of an object for each part: calls may wait. */
  g_variant_get_data (arguments);

  return g_steal_pointer (&arguments);
}

static gboolean
read_call (HwHubMessage *self,
           JsonObject   *object,
           GError      **error)
{
  JsonNode *target = get_member (object, "target", G_TYPE_STRING, "String", error);
  JsonNode *node = NULL;

  if (target == NULL)
    return FALSE;

  node = get_member (object, "arguments", JSON_TYPE_ARRAY, "Array", error);
  if (node == NULL)
    return FALSE;

  self->target = json_node_dup_string (target);
  self->arguments = make_arguments (json_node_get_array (node));

  if (!json_object_has_member (object, "streamIds") ||
      json_object_get_null_member (object, "streamIds"))
    return TRUE;

  node = get_member (object, "streamIds", JSON_TYPE_ARRAY, "Array", error);
  if (node == NULL)
    return FALSE;

  self->n_stream_ids = json_array_get_length (json_node_get_array (node));

  return TRUE;
}

static gboolean
read_body (HwHubMessage *self,
           JsonObject   *object,
           GError      **error)
{
  const MessageForm *form = &forms[self->type];

  if ((form->needs_id || form->needs_call) && !read_id (self, object, error))
    return FALSE;
  if (form->needs_call && !read_call (self, object, error))
    return FALSE;
  if (form->needs_item && !json_object_has_member (object, "item"))
    return refuse (error, "Missing required property 'item'.");
  if (self->type == HW_HUB_MESSAGE_TYPE_COMPLETION &&
      json_object_has_member (object, "error") && json_object_has_member (object, "result"))
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
  JsonObject *object = NULL;
  g_autoptr(JsonParser) parser = parse_object (record, length, &object, error);
  g_autoptr(HwHubMessage) self = NULL;

  if (parser == NULL)
    return NULL;

  self = g_new0 (HwHubMessage, 1);
  self->size = length;
  if (!read_type (self, object, error) || !read_body (self, object, error))
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
  JsonObject *object = NULL;
  g_autoptr(JsonParser) parser = parse_object (record, length, &object, NULL);
  JsonNode *name = NULL;
  JsonNode *version = NULL;
  const char *protocol;

  if (parser != NULL)
    {
      name = get_member (object, "protocol", G_TYPE_STRING, "String", NULL);
      version = get_member (object, "version", G_TYPE_INT64, "Number", NULL);
    }

  /* The details say nothing to a client that cannot do this much. */
  if (name == NULL || version == NULL)
    return refuse (error, "An unexpected error occurred during connection handshake.");

  protocol = json_node_get_string (name);
  if (g_ascii_strcasecmp (protocol, "json") != 0)
    return refuse (error, "The protocol '%s' is not supported.", protocol);

  if (json_node_get_int (version) >= 1 && json_node_get_int (version) <= 2)
    return TRUE;

  return refuse (error, "The server does not support version %" G_GINT64_FORMAT
                 " of the '%s' protocol.", json_node_get_int (version), protocol);
}
