/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-file-api.h"

#include "hw-answer-json.h"
#include "hw-error.h"
#include "hw-file-download.h"
#include "hw-http-disposition.h"
#include "hw-http-exchange.h"
#include "hw-http-query.h"
#include "hw-http-reply.h"
#include "hw-task-json.h"

/* A file is a program's, and nothing in it may do anything here, should a browser show it
 * in spite of all.
 */
#define FILE_POLICY "default-src 'none'; sandbox; frame-ancestors 'none'"

/**
 * HwFileApi:
 *
 * The part of the REST door for the files that programs leave as results: a list of them,
 * and one of them as a download. It keeps nothing but how many are on their way. Main
 * context only.
 */
struct _HwFileApi
{
  GObject parent_instance;

  HwTaskQueue *queue; /* (owned) (not nullable) */
  guint n_downloads;
};

G_DEFINE_FINAL_TYPE (HwFileApi, hw_file_api, G_TYPE_OBJECT)

/* A file that is asked for. */
typedef struct
{
  HwFileApi *api;           /* (owned) */
  HwHttpExchange *exchange; /* (owned) */
  char *name;               /* (owned) */
  gboolean is_on_its_way;   /* somebody else counts it now */
} Request;

static void
request_free (Request *request)
{
  if (!request->is_on_its_way)
    request->api->n_downloads--;

  g_clear_pointer (&request->exchange, hw_http_exchange_end);
  g_clear_pointer (&request->name, g_free);
  g_clear_object (&request->api);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

static void
on_files_listed (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(HwHttpExchange) exchange = user_data;
  SoupServerMessage *message = hw_http_exchange_get_message (exchange);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwFileList) list = hw_task_queue_list_files_finish (HW_TASK_QUEUE (source), result,
                                                                &error);

  if (list != NULL)
    hw_http_reply_json (message, SOUP_STATUS_OK, hw_task_json_encode_files (list));
  else
    hw_http_reply_error (message, error);
}

static void
set_head (SoupServerMessage   *message,
          const HwFileContent *content,
          const char          *name)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autofree char *disposition = hw_http_disposition_build (name);
  g_autofree char *attempt = g_strdup_printf ("%u", content->attempt);

  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_headers_replace (headers, "Content-Type", "application/octet-stream");
  soup_message_headers_replace (headers, "Content-Disposition", disposition);
  soup_message_headers_replace (headers, "Content-Security-Policy", FILE_POLICY);
  soup_message_headers_replace (headers, HW_ANSWER_FIELD_ATTEMPT, attempt);
  soup_message_headers_set_content_length (headers, (goffset) content->size);
}

static void
on_download_end (gpointer user_data)
{
  HwFileApi *self = HW_FILE_API (user_data);

  self->n_downloads--;
  g_object_unref (self);
}

/* For HEAD libsoup writes no body, and leaves the length as it is. */
static void
on_file_opened (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(Request) request = user_data;
  HwFileApi *self = request->api;
  SoupServerMessage *message = hw_http_exchange_get_message (request->exchange);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwFileContent) content = hw_task_queue_open_file_finish (HW_TASK_QUEUE (source),
                                                                     result, &error);

  if (content == NULL)
    {
      hw_http_reply_error (message, error);
      return;
    }

  set_head (message, content, request->name);
  if (g_str_equal (soup_server_message_get_method (message), "HEAD"))
    return;

  request->is_on_its_way = TRUE;
  hw_file_download_begin (message, content->stream, content->size, on_download_end,
                          g_object_ref (self));
}

static gboolean
hw_file_api_has_room (HwFileApi         *self,
                      SoupServerMessage *message)
{
  g_autoptr(GError) error = NULL;

  if (self->n_downloads < HW_FILE_MAX_DOWNLOADS)
    return TRUE;

  error = g_error_new (HW_ERROR, HW_ERROR_TOO_LARGE,
                       "There are %d files on their way already. Ask again when some of them "
                       "have come.", HW_FILE_MAX_DOWNLOADS);
  hw_http_reply_refusal (message, SOUP_STATUS_SERVICE_UNAVAILABLE, error);

  return FALSE;
}

static void
hw_file_api_open (HwFileApi         *self,
                  SoupServerMessage *message,
                  guint64            task_id,
                  guint              attempt,
                  HwPrincipal       *principal)
{
  const char *path = g_uri_get_path (soup_server_message_get_uri (message));
  g_autofree char *name = hw_http_route_get_file_name (path);
  g_autoptr(GError) error = NULL;
  Request *request;

  if (name == NULL)
    {
      error = g_error_new (HW_ERROR, HW_ERROR_NOT_FOUND,
                           "The name of the file cannot be read. Write it in UTF-8, with a "
                           "percent sign and two digits for each byte of what is special.");
      hw_http_reply_error (message, error);
      return;
    }

  if (!hw_file_api_has_room (self, message))
    return;

  self->n_downloads++;
  request = g_new0 (Request, 1);
  request->api = g_object_ref (self);
  request->exchange = hw_http_exchange_new (message);
  request->name = g_steal_pointer (&name);
  hw_task_queue_open_file_async (self->queue, principal, task_id, attempt, request->name,
                                 hw_http_exchange_get_cancellable (request->exchange),
                                 on_file_opened, request);
}

static void
hw_file_api_list (HwFileApi         *self,
                  SoupServerMessage *message,
                  guint64            task_id,
                  guint              attempt,
                  HwPrincipal       *principal)
{
  HwHttpExchange *exchange = hw_http_exchange_new (message);

  hw_task_queue_list_files_async (self->queue, principal, task_id, attempt,
                                  hw_http_exchange_get_cancellable (exchange),
                                  on_files_listed, exchange);
}

static void
hw_file_api_finalize (GObject *object)
{
  HwFileApi *self = HW_FILE_API (object);

  g_clear_object (&self->queue);

  G_OBJECT_CLASS (hw_file_api_parent_class)->finalize (object);
}

static void
hw_file_api_class_init (HwFileApiClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_file_api_finalize;
}

static void
hw_file_api_init (HwFileApi *self)
{
}

/**
 * hw_file_api_new:
 * @queue: the queue
 *
 * Creates the part of the REST door for files.
 *
 * Returns: (transfer full): it
 */
HwFileApi *
hw_file_api_new (HwTaskQueue *queue)
{
  HwFileApi *self;

  g_return_val_if_fail (HW_IS_TASK_QUEUE (queue), NULL);

  self = g_object_new (HW_TYPE_FILE_API, NULL);
  self->queue = g_object_ref (queue);

  return self;
}

/**
 * hw_file_api_answer:
 * @self: the part of the REST door
 * @message: a request whose method its route has
 * @route: what its path leads to, the files of a task or one of them
 * @task_id: the task that its path names
 * @principal: who asks
 *
 * Answers a request.
 */
void
hw_file_api_answer (HwFileApi         *self,
                    SoupServerMessage *message,
                    HwHttpRoute        route,
                    guint64            task_id,
                    HwPrincipal       *principal)
{
  const char *query = g_uri_get_query (soup_server_message_get_uri (message));
  g_autoptr(GError) error = NULL;
  guint attempt;

  g_return_if_fail (HW_IS_FILE_API (self));
  g_return_if_fail (principal != NULL);

  if (!hw_http_query_read_attempt (query, &attempt, &error))
    hw_http_reply_error (message, error);
  else if (route == HW_HTTP_ROUTE_FILES)
    hw_file_api_list (self, message, task_id, attempt, principal);
  else
    hw_file_api_open (self, message, task_id, attempt, principal);
}
