/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-openapi.h"

#include "hw-http-content.h"
#include "hw-http-query.h"
#include "hw-http-reply.h"
#include "hw-openapi-json.h"

/**
 * HwOpenapi:
 *
 * What says in OpenAPI what there is at the REST door. It is made when somebody asks for
 * the first time, and kept: task types are read when the daemon starts, and stay.
 */
struct _HwOpenapi
{
  GObject parent_instance;

  HwTaskTypes *types; /* (owned) (not nullable) */
  GBytes *compressed; /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (HwOpenapi, hw_openapi, G_TYPE_OBJECT)

static gboolean
hw_openapi_make (HwOpenapi *self,
                 GError   **error)
{
  g_autoptr(GBytes) plain = NULL;

  if (self->compressed != NULL)
    return TRUE;

  plain = hw_openapi_json_encode (self->types);
  self->compressed = hw_http_content_compress (plain, error);

  return self->compressed != NULL;
}

static void
hw_openapi_finalize (GObject *object)
{
  HwOpenapi *self = HW_OPENAPI (object);

  g_clear_pointer (&self->compressed, g_bytes_unref);
  g_clear_object (&self->types);

  G_OBJECT_CLASS (hw_openapi_parent_class)->finalize (object);
}

static void
hw_openapi_class_init (HwOpenapiClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_openapi_finalize;
}

static void
hw_openapi_init (HwOpenapi *self)
{
}

/**
 * hw_openapi_new:
 * @types: the task types that there are
 *
 * Creates what describes the REST door.
 *
 * Returns: (transfer full): it
 */
HwOpenapi *
hw_openapi_new (HwTaskTypes *types)
{
  HwOpenapi *self;

  g_return_val_if_fail (HW_IS_TASK_TYPES (types), NULL);

  self = g_object_new (HW_TYPE_OPENAPI, NULL);
  self->types = g_object_ref (types);

  return self;
}

/**
 * hw_openapi_answer:
 * @self: what describes the REST door
 * @message: a GET or HEAD of its path
 *
 * Answers with the description.
 */
void
hw_openapi_answer (HwOpenapi         *self,
                   SoupServerMessage *message)
{
  const char *query = g_uri_get_query (soup_server_message_get_uri (message));
  g_autoptr(GError) error = NULL;

  g_return_if_fail (HW_IS_OPENAPI (self));

  if (hw_http_query_read_nothing (query, &error) && hw_openapi_make (self, &error))
    hw_http_content_reply_tagged (message, "application/json", self->compressed);
  else
    hw_http_reply_error (message, error);
}
