/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-task-api.h"

#include "hw-error.h"
#include "hw-http-exchange.h"
#include "hw-http-query.h"
#include "hw-http-reply.h"
#include "hw-readiness.h"
#include "hw-request-json.h"
#include "hw-submit-api.h"
#include "hw-task-json.h"
#include "hw-task-type-json.h"

/**
 * HwTaskApi:
 *
 * The REST door: turns a request for `/api/v1/tasks` and its like into a verb of the
 * queue, and what the queue says into an answer. It knows who asks, and holds nothing.
 */
struct _HwTaskApi
{
  GObject parent_instance;

  HwTaskQueue *queue; /* (owned) (not nullable) */
  HwHttpListener *listener; /* (owned) (not nullable) */
};

G_DEFINE_FINAL_TYPE (HwTaskApi, hw_task_api, G_TYPE_OBJECT)

/* A request, while it is asked of the queue. */
typedef struct
{
  SoupServerMessage *message; /* (unowned) */
  const char *query;          /* (unowned) (nullable) */
  HwHttpRoute route;
  guint64 task_id;
  HwPrincipal *principal; /* (unowned) */
} Request;

static void
hw_task_api_finalize (GObject *object)
{
  HwTaskApi *self = HW_TASK_API (object);

  g_clear_object (&self->listener);
  g_clear_object (&self->queue);

  G_OBJECT_CLASS (hw_task_api_parent_class)->finalize (object);
}

static void
hw_task_api_class_init (HwTaskApiClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_task_api_finalize;
}

static void
hw_task_api_init (HwTaskApi *self)
{
}

/**
 * hw_task_api_new:
 * @queue: the queue
 * @listener: who can tell what comes and goes
 *
 * Creates the REST door of @queue.
 *
 * Returns: (transfer full): it
 */
HwTaskApi *
hw_task_api_new (HwTaskQueue    *queue,
                 HwHttpListener *listener)
{
  HwTaskApi *self;

  g_return_val_if_fail (HW_IS_TASK_QUEUE (queue), NULL);
  g_return_val_if_fail (HW_IS_HTTP_LISTENER (listener), NULL);

  self = g_object_new (HW_TYPE_TASK_API, NULL);
  self->queue = g_object_ref (queue);
  self->listener = g_object_ref (listener);

  return self;
}

typedef HwTask *(*FinishFunc) (HwTaskQueue  *queue,
                               GAsyncResult *result,
                               GError      **error);

/* A verb that changes a task, while it is carried out. */
typedef struct
{
  HwHttpExchange *exchange; /* (owned) */
  FinishFunc finish;
} Action;

static Action *
action_new (const Request *request,
            FinishFunc     finish)
{
  Action *action = g_new0 (Action, 1);

  action->exchange = hw_http_exchange_new (request->message);
  action->finish = finish;

  return action;
}

static void
action_free (Action *action)
{
  g_clear_pointer (&action->exchange, hw_http_exchange_end);
  g_free (action);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Action, action_free)

static void
on_task_changed (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(Action) action = user_data;
  SoupServerMessage *message = hw_http_exchange_get_message (action->exchange);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = action->finish (HW_TASK_QUEUE (source), result, &error);

  if (task != NULL)
    hw_http_reply_json (message, SOUP_STATUS_ACCEPTED, hw_task_json_encode_task (task));
  else
    hw_http_reply_error (message, error);
}

static void
hw_task_api_cancel (HwTaskApi     *self,
                    const Request *request)
{
  SoupMessageBody *body = soup_server_message_get_request_body (request->message);
  g_autoptr(GError) error = NULL;
  gboolean now;

  if (!hw_http_query_read_nothing (request->query, &error) ||
      !hw_request_json_parse_cancel (body->data != NULL ? body->data : "", (gsize) body->length,
                                     hw_http_route_get_max_body (request->route, "POST"),
                                     &now, &error))
    hw_http_reply_error (request->message, error);
  else
    hw_task_queue_cancel_async (self->queue, request->principal, request->task_id, now, NULL,
                                on_task_changed,
                                action_new (request, hw_task_queue_cancel_finish));
}

/* The verbs to which nothing has to be said but which task. */
static void
hw_task_api_change (HwTaskApi     *self,
                    const Request *request)
{
  SoupMessageBody *body = soup_server_message_get_request_body (request->message);
  g_autoptr(GError) error = NULL;

  if (!hw_http_query_read_nothing (request->query, &error) ||
      !hw_request_json_parse_nothing (body->data != NULL ? body->data : "", (gsize) body->length,
                                      hw_http_route_get_max_body (request->route, "POST"),
                                      &error))
    hw_http_reply_error (request->message, error);
  else if (request->route == HW_HTTP_ROUTE_RETRY)
    hw_task_queue_retry_async (self->queue, request->principal, request->task_id, NULL,
                               on_task_changed,
                               action_new (request, hw_task_queue_retry_finish));
  else if (request->route == HW_HTTP_ROUTE_PAUSE)
    hw_task_queue_pause_async (self->queue, request->principal, request->task_id, NULL,
                               on_task_changed,
                               action_new (request, hw_task_queue_pause_finish));
  else
    hw_task_queue_resume_async (self->queue, request->principal, request->task_id, NULL,
                                on_task_changed,
                                action_new (request, hw_task_queue_resume_finish));
}

static void
on_task_removed (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(HwHttpExchange) exchange = user_data;
  SoupServerMessage *message = hw_http_exchange_get_message (exchange);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = hw_task_queue_remove_finish (HW_TASK_QUEUE (source), result, &error);

  if (task != NULL)
    hw_http_reply_empty (message, SOUP_STATUS_NO_CONTENT);
  else
    hw_http_reply_error (message, error);
}

static void
hw_task_api_remove (HwTaskApi     *self,
                    const Request *request)
{
  g_autoptr(GError) error = NULL;

  if (!hw_http_query_read_nothing (request->query, &error))
    hw_http_reply_error (request->message, error);
  else
    hw_task_queue_remove_async (self->queue, request->principal, request->task_id, NULL,
                                on_task_removed, hw_http_exchange_new (request->message));
}

static void
on_task_got (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(HwHttpExchange) exchange = user_data;
  SoupServerMessage *message = hw_http_exchange_get_message (exchange);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTask) task = hw_task_queue_get_task_finish (HW_TASK_QUEUE (source), result, &error);

  if (task != NULL)
    hw_http_reply_json (message, SOUP_STATUS_OK, hw_task_json_encode_task (task));
  else
    hw_http_reply_error (message, error);
}

static void
hw_task_api_get (HwTaskApi     *self,
                 const Request *request)
{
  g_autoptr(GError) error = NULL;
  HwHttpExchange *exchange;

  if (!hw_http_query_read_nothing (request->query, &error))
    {
      hw_http_reply_error (request->message, error);
      return;
    }

  exchange = hw_http_exchange_new (request->message);
  hw_task_queue_get_task_async (self->queue, request->principal, request->task_id,
                                hw_http_exchange_get_cancellable (exchange),
                                on_task_got, exchange);
}

static void
hw_task_api_get_or_remove (HwTaskApi     *self,
                           const Request *request)
{
  if (g_str_equal (soup_server_message_get_method (request->message), "DELETE"))
    hw_task_api_remove (self, request);
  else
    hw_task_api_get (self, request);
}

static void
on_tasks_listed (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(HwHttpExchange) exchange = user_data;
  SoupServerMessage *message = hw_http_exchange_get_message (exchange);
  HwTaskQueue *queue = HW_TASK_QUEUE (source);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwTaskPage) page = hw_task_queue_list_finish (queue, result, &error);

  if (page != NULL)
    hw_http_reply_json (message, SOUP_STATUS_OK,
                        hw_task_json_encode_list (hw_task_queue_get_epoch (queue), page->seq,
                                                  page->tasks, page->next));
  else
    hw_http_reply_error (message, error);
}

static void
hw_task_api_list (HwTaskApi     *self,
                  const Request *request)
{
  g_autoptr(HwTaskFilter) filter = hw_task_filter_new ();
  g_autoptr(GError) error = NULL;
  HwHttpExchange *exchange;

  if (!hw_http_query_read_filter (request->query, filter, &error))
    {
      hw_http_reply_error (request->message, error);
      return;
    }

  exchange = hw_http_exchange_new (request->message);
  hw_task_queue_list_async (self->queue, request->principal, filter,
                            hw_http_exchange_get_cancellable (exchange),
                            on_tasks_listed, exchange);
}

static void
hw_task_api_list_types (HwTaskApi     *self,
                        const Request *request)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) types = NULL;

  if (!hw_http_query_read_nothing (request->query, &error))
    {
      hw_http_reply_error (request->message, error);
      return;
    }

  types = hw_task_types_list (hw_task_queue_get_types (self->queue));
  hw_http_reply_json (request->message, SOUP_STATUS_OK, hw_task_type_json_encode_list (types));
}

/* Somebody who asks what the daemon says of itself. */
typedef struct
{
  HwHttpExchange *exchange; /* (owned) */
  HwTraffic traffic;        /* as it was then, without the answer */
} Inquiry;

static void
on_surveyed (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autofree Inquiry *inquiry = user_data;
  g_autoptr(HwHttpExchange) exchange = g_steal_pointer (&inquiry->exchange);
  SoupServerMessage *message = hw_http_exchange_get_message (exchange);
  HwTaskQueue *queue = HW_TASK_QUEUE (source);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwStoreSurvey) survey = hw_task_queue_survey_finish (queue, result, &error);
  g_autoptr(GError) hindrance = NULL;

  if (survey != NULL)
    {
      hindrance = hw_readiness_judge (hw_task_queue_get_stage (queue), survey->refusal);
      hw_http_reply_json (message, SOUP_STATUS_OK,
                          hw_task_json_encode_about (HW_VERSION, hw_task_queue_get_epoch (queue),
                                                     hw_task_queue_get_containment (queue),
                                                     hindrance != NULL ? hindrance->message : NULL,
                                                     hw_task_queue_get_limits (queue), &survey->counts,
                                                     &inquiry->traffic));
    }
  else
    {
      hw_http_reply_error (message, error);
    }
}

static void
hw_task_api_tell_about (HwTaskApi     *self,
                        const Request *request)
{
  g_autoptr(GError) error = NULL;
  Inquiry *inquiry;

  if (!hw_http_query_read_nothing (request->query, &error))
    {
      hw_http_reply_error (request->message, error);
      return;
    }

  inquiry = g_new0 (Inquiry, 1);
  inquiry->exchange = hw_http_exchange_new (request->message);
  hw_http_listener_get_traffic (self->listener, &inquiry->traffic);
  hw_task_queue_survey_async (self->queue, hw_http_exchange_get_cancellable (inquiry->exchange),
                              on_surveyed, inquiry);
}

/**
 * hw_task_api_answer:
 * @self: the REST door
 * @message: a request, its body too, whose method its route has
 * @route: what its path leads to: tasks, task types or what is said of the daemon
 * @task_id: the task that its path names, or 0
 * @principal: who asks
 *
 * Answers a request, now or later.
 */
void
hw_task_api_answer (HwTaskApi         *self,
                    SoupServerMessage *message,
                    HwHttpRoute        route,
                    guint64            task_id,
                    HwPrincipal       *principal)
{
  Request request = {
    .message = message,
    .query = g_uri_get_query (soup_server_message_get_uri (message)),
    .route = route,
    .task_id = task_id,
    .principal = principal,
  };

  g_return_if_fail (HW_IS_TASK_API (self));
  g_return_if_fail (principal != NULL);

  switch (route)
    {
    case HW_HTTP_ROUTE_TASKS:
    case HW_HTTP_ROUTE_ADD_TASK:
      if (g_str_equal (soup_server_message_get_method (message), "POST"))
        hw_submit_api_answer (self->queue, message, route, principal);
      else
        hw_task_api_list (self, &request);
      break;

    case HW_HTTP_ROUTE_TASK:
      hw_task_api_get_or_remove (self, &request);
      break;

    case HW_HTTP_ROUTE_CANCEL:
      hw_task_api_cancel (self, &request);
      break;

    case HW_HTTP_ROUTE_RETRY:
    case HW_HTTP_ROUTE_PAUSE:
    case HW_HTTP_ROUTE_RESUME:
      hw_task_api_change (self, &request);
      break;

    case HW_HTTP_ROUTE_TASK_TYPES:
      hw_task_api_list_types (self, &request);
      break;

    case HW_HTTP_ROUTE_ABOUT:
      hw_task_api_tell_about (self, &request);
      break;

    case HW_HTTP_ROUTE_NONE:
    case HW_HTTP_ROUTE_HEALTH:
    case HW_HTTP_ROUTE_READINESS:
    case HW_HTTP_ROUTE_METRICS:
    case HW_HTTP_ROUTE_SESSION:
    case HW_HTTP_ROUTE_TASK_EVENTS:
    case HW_HTTP_ROUTE_LOG:
    case HW_HTTP_ROUTE_FILES:
    case HW_HTTP_ROUTE_FILE:
    case HW_HTTP_ROUTE_EVENTS:
    case HW_HTTP_ROUTE_LINK:
    case HW_HTTP_ROUTE_OPENAPI:
    case HW_HTTP_ROUTE_HUB:
    case HW_HTTP_ROUTE_WEB:
    default:
      g_return_if_reached ();
    }
}
