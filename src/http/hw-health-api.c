/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-health-api.h"

#include "hw-error.h"
#include "hw-http-exchange.h"
#include "hw-http-reply.h"
#include "hw-readiness.h"

#include <string.h>

/**
 * HwHealthApi:
 *
 * Says whether the daemon lives (`/healthz`), and whether it can take and run tasks (`/readyz`).
 * Both are for everybody, as what asks has no token: a service manager, a proxy. Why it is not
 * ready is for those who may see all tasks.
 */
struct _HwHealthApi
{
  GObject parent_instance;

  HwTaskQueue *queue; /* (owned) (not nullable) */
  HwClock *clock;     /* (owned) (not nullable) */

  GError *refusal;  /* (owned) (nullable): why the store takes no new task, as it was found */
  gint64 looked_at; /* when, or %G_MININT64 */
  GPtrArray *inquiries; /* (owned) (element-type Inquiry): who waits until it is looked at */
};

G_DEFINE_FINAL_TYPE (HwHealthApi, hw_health_api, G_TYPE_OBJECT)

/* Somebody who asks whether we are ready, while the store is looked at. */
typedef struct
{
  HwHttpExchange *exchange; /* (owned) */
  gboolean may_know;
} Inquiry;

static void
inquiry_free (Inquiry *inquiry)
{
  g_clear_pointer (&inquiry->exchange, hw_http_exchange_end);
  g_free (inquiry);
}

static void
hw_health_api_finalize (GObject *object)
{
  HwHealthApi *self = HW_HEALTH_API (object);

  g_clear_pointer (&self->inquiries, g_ptr_array_unref);
  g_clear_error (&self->refusal);
  g_clear_object (&self->clock);
  g_clear_object (&self->queue);

  G_OBJECT_CLASS (hw_health_api_parent_class)->finalize (object);
}

static void
hw_health_api_class_init (HwHealthApiClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_health_api_finalize;
}

static void
hw_health_api_init (HwHealthApi *self)
{
  self->looked_at = G_MININT64;
  self->inquiries = g_ptr_array_new_with_free_func ((GDestroyNotify) inquiry_free);
}

static void
answer_text (SoupServerMessage *message,
             guint              status,
             const char        *text)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static (text, strlen (text));

  hw_http_reply_bytes (message, status, "text/plain; charset=utf-8", bytes);
}

/* Answers with what was found, and where in its life the daemon is now. */
static void
hw_health_api_tell_readiness (HwHealthApi       *self,
                              SoupServerMessage *message,
                              gboolean           may_know)
{
  g_autoptr(GError) hindrance = hw_readiness_judge (hw_task_queue_get_stage (self->queue),
                                                    self->refusal);

  if (hindrance == NULL)
    answer_text (message, SOUP_STATUS_OK, "ready\n");
  else if (may_know)
    hw_http_reply_refusal (message, SOUP_STATUS_SERVICE_UNAVAILABLE, hindrance);
  else
    answer_text (message, SOUP_STATUS_SERVICE_UNAVAILABLE, "not ready\n");
}

/* Answers all who have asked meanwhile. */
static void
hw_health_api_tell_all (HwHealthApi *self)
{
  for (guint i = 0; i < self->inquiries->len; i++)
    {
      Inquiry *inquiry = g_ptr_array_index (self->inquiries, i);

      hw_health_api_tell_readiness (self, hw_http_exchange_get_message (inquiry->exchange),
                                    inquiry->may_know);
    }
  g_ptr_array_set_size (self->inquiries, 0);
}

static void
on_surveyed (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(HwHealthApi) self = HW_HEALTH_API (user_data);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwStoreSurvey) survey =
    hw_task_queue_survey_finish (HW_TASK_QUEUE (source), result, &error);

  g_clear_error (&self->refusal);
  if (survey != NULL)
    self->refusal = g_steal_pointer (&survey->refusal);
  else
    self->refusal = g_error_new (HW_ERROR, HW_ERROR_FAILED,
                                 "The database cannot be read: %s", error->message);
  self->looked_at = hw_clock_get_monotonic_time (self->clock);
  hw_health_api_tell_all (self);
}

/* Has somebody wait until the store was looked at, for all who ask at once. The look is not given
 * up when they leave: others may have joined them.
 */
static void
hw_health_api_look (HwHealthApi       *self,
                    SoupServerMessage *message,
                    gboolean           may_know)
{
  Inquiry *inquiry = g_new0 (Inquiry, 1);

  inquiry->exchange = hw_http_exchange_new (message);
  inquiry->may_know = may_know;
  g_ptr_array_add (self->inquiries, inquiry);
  if (self->inquiries->len == 1)
    hw_task_queue_survey_async (self->queue, NULL, on_surveyed, g_object_ref (self));
}

/**
 * hw_health_api_new:
 * @queue: the queue
 * @clock: what time it is
 *
 * Creates what says how the daemon is.
 *
 * Returns: (transfer full): it
 */
HwHealthApi *
hw_health_api_new (HwTaskQueue *queue,
                   HwClock     *clock)
{
  HwHealthApi *self;

  g_return_val_if_fail (HW_IS_TASK_QUEUE (queue), NULL);
  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);

  self = g_object_new (HW_TYPE_HEALTH_API, NULL);
  self->queue = g_object_ref (queue);
  self->clock = g_object_ref (clock);

  return self;
}

/**
 * hw_health_api_answer_health:
 * @self: what says how the daemon is
 * @message: a GET or HEAD of its path
 *
 * Answers that it lives: it does, if it can say so.
 */
void
hw_health_api_answer_health (HwHealthApi       *self,
                             SoupServerMessage *message)
{
  g_return_if_fail (HW_IS_HEALTH_API (self));

  answer_text (message, SOUP_STATUS_OK, "ok\n");
}

/**
 * hw_health_api_answer_readiness:
 * @self: what says how the daemon is
 * @message: a GET or HEAD of its path
 * @principal: (nullable): who asks, if they have shown it
 *
 * Answers whether it is ready, now or when the store was looked at.
 */
void
hw_health_api_answer_readiness (HwHealthApi       *self,
                                SoupServerMessage *message,
                                HwPrincipal       *principal)
{
  gboolean may_know;

  g_return_if_fail (HW_IS_HEALTH_API (self));

  may_know = principal != NULL && hw_may (principal, HW_VERB_VIEW, NULL);
  if (self->looked_at != G_MININT64 &&
      hw_clock_get_monotonic_time (self->clock) - self->looked_at < HW_HEALTH_MEMORY)
    hw_health_api_tell_readiness (self, message, may_know);
  else
    hw_health_api_look (self, message, may_know);
}
