/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-submit-api.h"

#include "hw-http-exchange.h"
#include "hw-http-query.h"
#include "hw-http-reply.h"
#include "hw-request-json.h"
#include "hw-task-json.h"

/* How tasks are added over REST: one of them, an array of them, or the seed's way. */

static void
on_task_submitted (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(HwHttpExchange) exchange = user_data;
  SoupServerMessage *message = hw_http_exchange_get_message (exchange);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = hw_task_queue_submit_finish (HW_TASK_QUEUE (source), result, &error);
  g_autofree char *location = NULL;

  if (task == NULL)
    {
      hw_http_reply_error (message, error);
      return;
    }

  location = g_strdup_printf ("/api/v1/tasks/%" G_GUINT64_FORMAT, hw_task_get_id (task));
  soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                "Location", location);
  hw_http_reply_json (message, SOUP_STATUS_ACCEPTED, hw_task_json_encode_task (task));
}

static void
on_bare_task_submitted (GObject      *source,
                        GAsyncResult *result,
                        gpointer      user_data)
{
  g_autoptr(HwHttpExchange) exchange = user_data;
  SoupServerMessage *message = hw_http_exchange_get_message (exchange);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = hw_task_queue_submit_finish (HW_TASK_QUEUE (source), result, &error);

  if (task != NULL)
    hw_http_reply_json (message, SOUP_STATUS_OK, hw_task_json_encode_id (hw_task_get_id (task)));
  else
    hw_http_reply_error (message, error);
}

static void
on_tasks_submitted (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr(HwHttpExchange) exchange = user_data;
  SoupServerMessage *message = hw_http_exchange_get_message (exchange);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = hw_task_queue_submit_many_finish (HW_TASK_QUEUE (source), result,
                                                                  &error);

  if (events != NULL)
    hw_http_reply_json (message, SOUP_STATUS_ACCEPTED, hw_task_json_encode_ids (events));
  else
    hw_http_reply_error (message, error);
}

/* Gets what the client calls its request, or NULL. Whether it may be called so, the queue
 * says.
 */
static const char *
get_key (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  return soup_message_headers_get_list (headers, "Idempotency-Key");
}

/* Nothing at all is a request too. */
static HwTaskSpec *
parse_bare (SoupMessageBody *body,
            gsize            max_length,
            GError         **error)
{
  if (body->length == 0)
    return hw_task_spec_new ();

  return hw_request_json_parse_task (body->data, (gsize) body->length, max_length, FALSE, error);
}

/* The seed's way: one task, of which the type may be left out. */
static void
add_bare_task (HwTaskQueue       *queue,
               SoupServerMessage *message,
               HwPrincipal       *principal)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTaskSpec) spec = NULL;

  spec = parse_bare (soup_server_message_get_request_body (message),
                     hw_http_route_get_max_body (HW_HTTP_ROUTE_ADD_TASK, "POST"), &error);
  if (spec == NULL)
    {
      hw_http_reply_error (message, error);
      return;
    }

  spec->key = g_strdup (get_key (message));
  hw_task_queue_submit_async (queue, principal, spec, NULL, on_bare_task_submitted,
                              hw_http_exchange_new (message));
}

static void
add_one_task (HwTaskQueue       *queue,
              SoupServerMessage *message,
              HwTaskSpec        *spec,
              HwPrincipal       *principal)
{
  spec->key = g_strdup (get_key (message));
  hw_task_queue_submit_async (queue, principal, spec, NULL, on_task_submitted,
                              hw_http_exchange_new (message));
}

static void
add_tasks (HwTaskQueue       *queue,
           SoupServerMessage *message,
           HwPrincipal       *principal)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) specs = NULL;
  gboolean is_batch;

  specs = hw_request_json_parse_tasks (body->data != NULL ? body->data : "",
                                       (gsize) body->length,
                                       hw_http_route_get_max_body (HW_HTTP_ROUTE_TASKS, "POST"),
                                       &is_batch, &error);
  if (specs == NULL)
    hw_http_reply_error (message, error);
  else if (is_batch)
    hw_task_queue_submit_many_async (queue, principal, specs, get_key (message), NULL,
                                     on_tasks_submitted, hw_http_exchange_new (message));
  else
    add_one_task (queue, message, g_ptr_array_index (specs, 0), principal);
}

/**
 * hw_submit_api_answer:
 * @queue: the queue
 * @message: a POST, its body too
 * @route: one of the two ways to add tasks
 * @principal: who asks
 *
 * Adds what a request asks for, and answers it when that is on disk: one task with
 * itself, an array with all numbers, or with what is wrong, and then none was added.
 * A request with the field Idempotency-Key counts once.
 */
void
hw_submit_api_answer (HwTaskQueue       *queue,
                      SoupServerMessage *message,
                      HwHttpRoute        route,
                      HwPrincipal       *principal)
{
  g_autoptr(GError) error = NULL;

  g_return_if_fail (HW_IS_TASK_QUEUE (queue));
  g_return_if_fail (principal != NULL);

  if (!hw_http_query_read_nothing (g_uri_get_query (soup_server_message_get_uri (message)),
                                   &error))
    hw_http_reply_error (message, error);
  else if (route == HW_HTTP_ROUTE_ADD_TASK)
    add_bare_task (queue, message, principal);
  else
    add_tasks (queue, message, principal);
}
