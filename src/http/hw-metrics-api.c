/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-metrics-api.h"

#include "hw-error.h"
#include "hw-http-exchange.h"
#include "hw-http-query.h"
#include "hw-http-reply.h"
#include "hw-metrics-page.h"
#include "hw-readiness.h"

/**
 * HwMetricsApi:
 *
 * Answers `/metrics`, for Prometheus and what reads its format: gathers what each part of the
 * house counts. It counts nothing itself. Main context only.
 */
struct _HwMetricsApi
{
  GObject parent_instance;

  HwTaskQueue *queue;       /* (owned) (not nullable) */
  HwClock *clock;           /* (owned) (not nullable) */
  HwPlane *plane;           /* (owned) (not nullable) */
  HwHttpListener *listener; /* (owned) (not nullable) */

  HwMetricsSizeFunc get_output_size; /* (nullable) */
  gpointer output;                   /* (unowned) (nullable): for that */
};

G_DEFINE_FINAL_TYPE (HwMetricsApi, hw_metrics_api, G_TYPE_OBJECT)

/* Somebody who asks, while it is gathered. */
typedef struct
{
  HwMetricsApi *api;        /* (owned) */
  HwHttpExchange *exchange; /* (owned) */
  HwMetricsFormat format;
  HwProcessFigures process;
} Inquiry;

static void
inquiry_free (Inquiry *inquiry)
{
  g_clear_pointer (&inquiry->exchange, hw_http_exchange_end);
  g_clear_object (&inquiry->api);
  g_free (inquiry);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Inquiry, inquiry_free)

/* What it goes through. */
static void on_process_read (GObject      *source,
                             GAsyncResult *result,
                             gpointer      user_data);
static void on_surveyed (GObject      *source,
                         GAsyncResult *result,
                         gpointer      user_data);

static void
hw_metrics_api_finalize (GObject *object)
{
  HwMetricsApi *self = HW_METRICS_API (object);

  g_clear_object (&self->listener);
  g_clear_object (&self->plane);
  g_clear_object (&self->clock);
  g_clear_object (&self->queue);

  G_OBJECT_CLASS (hw_metrics_api_parent_class)->finalize (object);
}

static void
hw_metrics_api_class_init (HwMetricsApiClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_metrics_api_finalize;
}

static void
hw_metrics_api_init (HwMetricsApi *self)
{
}

/* The older format is what everybody reads; the newer one is for who wants it more. */
static HwMetricsFormat
choose_format (SoupServerMessage *message)
{
  SoupMessageHeaders *fields = soup_server_message_get_request_headers (message);
  const char *accept = soup_message_headers_get_list (fields, "Accept");
  GSList *wanted = accept != NULL ? soup_header_parse_quality_list (accept, NULL) : NULL;
  HwMetricsFormat format = HW_METRICS_PROMETHEUS;

  for (GSList *link = wanted; link != NULL; link = link->next)
    {
      const char *type = link->data;

      if (g_str_has_prefix (type, "text/") || g_str_has_prefix (type, "*/"))
        break;
      if (g_str_has_prefix (type, "application/openmetrics-text") &&
          g_strrstr (type, "version=1.0.0") != NULL)
        {
          format = HW_METRICS_OPENMETRICS;
          break;
        }
    }
  soup_header_free_list (wanted);

  return format;
}

static void
read_process (GTask        *gtask,
              gpointer      source,
              gpointer      task_data,
              GCancellable *cancellable)
{
  g_autofree HwProcessFigures *process = g_new0 (HwProcessFigures, 1);

  hw_process_figures_read (process, "/proc");
  g_task_return_pointer (gtask, g_steal_pointer (&process), g_free);
}

static void
on_process_read (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(Inquiry) inquiry = user_data;
  HwTaskQueue *queue = inquiry->api->queue;
  GCancellable *cancellable = hw_http_exchange_get_cancellable (inquiry->exchange);
  g_autofree HwProcessFigures *process = g_task_propagate_pointer (G_TASK (result), NULL);

  if (process != NULL)
    inquiry->process = *process;

  hw_task_queue_survey_async (queue, cancellable, on_surveyed, g_steal_pointer (&inquiry));
}

static void
on_surveyed (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  HwTaskQueue *queue = HW_TASK_QUEUE (source);
  g_autoptr(Inquiry) inquiry = user_data;
  HwMetricsApi *self = inquiry->api;
  SoupServerMessage *message = hw_http_exchange_get_message (inquiry->exchange);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwStoreSurvey) survey = hw_task_queue_survey_finish (queue, result, &error);
  g_autoptr(GError) hindrance = NULL;
  g_autoptr(GBytes) page = NULL;
  HwMetricsFigures figures = { .version = HW_VERSION, .process = inquiry->process };

  if (survey == NULL)
    {
      hw_http_reply_error (message, error);
      return;
    }

  hindrance = hw_readiness_judge (hw_task_queue_get_stage (queue), survey->refusal);
  figures.is_ready = hindrance == NULL;
  figures.survey = survey;
  figures.tally = hw_task_queue_get_tally (queue);
  figures.now = hw_clock_get_real_time (self->clock);
  hw_http_listener_get_traffic (self->listener, &figures.traffic);
  hw_plane_get_traffic (self->plane, &figures.watchers);
  if (self->get_output_size != NULL)
    figures.n_output_bytes = self->get_output_size (self->output);

  page = hw_metrics_page_write (&figures, inquiry->format);
  hw_http_reply_bytes (message, SOUP_STATUS_OK,
                       hw_metrics_format_get_content_type (inquiry->format), page);
}

/**
 * hw_metrics_api_new:
 * @queue: the queue
 * @clock: what time it is
 * @plane: where those are who watch
 * @listener: who lets connections in
 *
 * Creates what answers with metrics.
 *
 * Returns: (transfer full): it
 */
HwMetricsApi *
hw_metrics_api_new (HwTaskQueue    *queue,
                    HwClock        *clock,
                    HwPlane        *plane,
                    HwHttpListener *listener)
{
  HwMetricsApi *self;

  g_return_val_if_fail (HW_IS_TASK_QUEUE (queue), NULL);
  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (HW_IS_PLANE (plane), NULL);
  g_return_val_if_fail (HW_IS_HTTP_LISTENER (listener), NULL);

  self = g_object_new (HW_TYPE_METRICS_API, NULL);
  self->queue = g_object_ref (queue);
  self->clock = g_object_ref (clock);
  self->plane = g_object_ref (plane);
  self->listener = g_object_ref (listener);

  return self;
}

/**
 * hw_metrics_api_set_output_size:
 * @self: what answers with metrics
 * @function: tells how much programs have printed that is kept
 * @user_data: data for @function; it has to live as long as anybody is answered
 *
 * Says who knows how large all output is.
 */
void
hw_metrics_api_set_output_size (HwMetricsApi     *self,
                                HwMetricsSizeFunc function,
                                gpointer          user_data)
{
  g_return_if_fail (HW_IS_METRICS_API (self));

  self->get_output_size = function;
  self->output = user_data;
}

/**
 * hw_metrics_api_answer:
 * @self: what answers with metrics
 * @message: a GET or HEAD of its path
 * @principal: who asks
 *
 * Answers with how the daemon is: later, as the disk is looked at. It is for those only who may
 * see all tasks, as it tells what all of them do.
 */
void
hw_metrics_api_answer (HwMetricsApi      *self,
                       SoupServerMessage *message,
                       HwPrincipal       *principal)
{
  const char *query = g_uri_get_query (soup_server_message_get_uri (message));
  g_autoptr(GTask) gtask = NULL;
  g_autoptr(GError) error = NULL;
  Inquiry *inquiry;

  g_return_if_fail (HW_IS_METRICS_API (self));
  g_return_if_fail (principal != NULL);

  if (!hw_may (principal, HW_VERB_VIEW, NULL))
    g_set_error_literal (&error, HW_ERROR, HW_ERROR_NOT_ALLOWED,
                         "Metrics tell of all tasks. Ask as somebody who may see them.");
  if (error != NULL || !hw_http_query_read_nothing (query, &error))
    {
      hw_http_reply_error (message, error);
      return;
    }

  inquiry = g_new0 (Inquiry, 1);
  inquiry->api = g_object_ref (self);
  inquiry->exchange = hw_http_exchange_new (message);
  inquiry->format = choose_format (message);

  /* A thread may let go of its work later than we do: it has nothing of ours. */
  gtask = g_task_new (NULL, NULL, on_process_read, inquiry);
  g_task_set_source_tag (gtask, hw_metrics_api_answer);
  g_task_run_in_thread (gtask, read_process);
}
