/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-poll-api.h"

#include "hw-answer-json.h"
#include "hw-error.h"
#include "hw-http-exchange.h"
#include "hw-http-feeds.h"
#include "hw-http-query.h"
#include "hw-http-reply.h"
#include "hw-task-json.h"

/**
 * HwPollApi:
 *
 * The part of the REST door where somebody may wait for what comes: the events and the
 * output of tasks. Each answer names where to go on, and so does each event of an answer
 * that lasts, so it keeps nothing of those who ask. Who waits does so in the plane.
 */
struct _HwPollApi
{
  GObject parent_instance;

  HwTaskQueue *queue; /* (owned) (not nullable) */
  HwClock *clock;     /* (owned) (not nullable) */
  HwHttpRides *rides; /* (owned) (not nullable) */
  HwHttpFeeds *feeds; /* (owned) (not nullable) */
};

G_DEFINE_FINAL_TYPE (HwPollApi, hw_poll_api, G_TYPE_OBJECT)

/* A request, while it is asked of the queue. It is looked for what is there first, and libsoup
 * answers that, as it does all others; only one for which nothing is there waits, in the plane.
 */
typedef struct
{
  HwPollApi *api;           /* (owned) */
  HwHttpExchange *exchange; /* (owned) */
  HwPrincipal *principal;   /* (owned) */
  gint64 wait;              /* how long it may, in microseconds */
  gboolean is_waiting;      /* it does */

  /* Of one that reads output. */
  HwOutputQuery query;
  guint timer;
  gboolean is_late; /* it has waited long enough */
} Poll;

static void
poll_free (Poll *poll)
{
  if (poll->timer != 0)
    hw_clock_remove_timer (poll->api->clock, poll->timer);

  g_clear_pointer (&poll->principal, hw_principal_unref);
  g_clear_pointer (&poll->exchange, hw_http_exchange_end);
  g_clear_object (&poll->api);
  g_free (poll);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Poll, poll_free)

/* Returns: (transfer full): a request that may wait so long */
static Poll *
poll_new (HwPollApi         *api,
          SoupServerMessage *message,
          HwPrincipal       *principal,
          gint64 wait)
{
  Poll *poll = g_new0 (Poll, 1);

  poll->api = g_object_ref (api);
  poll->exchange = hw_http_exchange_new (message);
  poll->principal = hw_principal_ref (principal);
  poll->wait = wait;

  return poll;
}

/* Begins to wait. Returns: whether there is room for that; else it is answered so */
static gboolean
poll_begin_waiting (Poll *poll)
{
  if (!hw_http_rides_have_room (poll->api->rides, poll->principal))
    {
      hw_http_rides_reply_full (hw_http_exchange_get_message (poll->exchange));
      return FALSE;
    }

  poll->is_waiting = TRUE;
  hw_http_exchange_ride (poll->exchange, poll->api->rides, poll->principal);

  return TRUE;
}

static gboolean
poll_may_wait (Poll *poll)
{
  return poll->wait > 0 && !poll->is_waiting;
}

/* Asking for events goes through these in this order; a second time, to wait, if there was
 * none.
 */
static void watch_events (Poll      *poll,
                          HwWatcher *watcher);
static void on_watcher_next (GObject      *source,
                             GAsyncResult *result,
                             gpointer      user_data);

/* @poll is (transfer full). */
static void
watch_events (Poll      *poll,
              HwWatcher *watcher)
{
  hw_watcher_next_async (watcher, hw_http_exchange_get_cancellable (poll->exchange),
                         on_watcher_next, poll);
}

/* What is told if there is nothing to tell. */
static gboolean
is_heartbeat (GPtrArray *events)
{
  return events->len == 1 &&
         hw_event_get_kind (g_ptr_array_index (events, 0)) == HW_EVENT_KIND_HEARTBEAT;
}

static void
on_watcher_next (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(Poll) poll = user_data;
  SoupServerMessage *message = hw_http_exchange_get_message (poll->exchange);
  HwWatcher *watcher = HW_WATCHER (source);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = hw_watcher_next_finish (watcher, result, &error);

  if (events == NULL)
    {
      hw_http_reply_error (message, error);
    }
  else if (!poll_may_wait (poll) || !is_heartbeat (events))
    {
      hw_http_reply_json (message, SOUP_STATUS_OK,
                          hw_task_json_encode_poll (hw_watcher_get_epoch (watcher),
                                                    hw_watcher_get_seq (watcher),
                                                    hw_watcher_get_rev (watcher),
                                                    hw_watcher_get_has_ended (watcher), events));
    }
  else if (poll_begin_waiting (poll))
    {
      hw_watcher_set_patience (watcher, poll->wait);
      watch_events (g_steal_pointer (&poll), watcher);
    }
}

static void
hw_poll_api_watch (HwPollApi         *self,
                   SoupServerMessage *message,
                   guint64            task_id,
                   HwPrincipal       *principal)
{
  const char *query = g_uri_get_query (soup_server_message_get_uri (message));
  g_auto(HwHttpPoll) asked = { 0 };
  g_autoptr(HwWatcher) watcher = NULL;
  g_autoptr(GError) error = NULL;
  HwWatchPoll once;

  if (!hw_http_query_read_poll (query, task_id, &asked, &error))
    {
      hw_http_reply_error (message, error);
      return;
    }

  once = asked.how;
  once.wait = 0;
  watcher = hw_watcher_new_poll (self->queue, principal, &asked.filter, asked.epoch, asked.after,
                                 &once);
  watch_events (poll_new (self, message, principal, asked.how.wait), watcher);
}

static void
hw_poll_api_feed (HwPollApi         *self,
                  SoupServerMessage *message,
                  guint64            task_id,
                  HwPrincipal       *principal)
{
  const char *query = g_uri_get_query (soup_server_message_get_uri (message));
  const char *last_id = soup_message_headers_get_one (
    soup_server_message_get_request_headers (message), "Last-Event-ID");
  g_auto(HwHttpPoll) asked = { 0 };
  g_autoptr(GError) error = NULL;

  if (!hw_http_query_read_feed (query, last_id, task_id, &asked, &error))
    {
      hw_http_reply_error (message, error);
      return;
    }

  hw_http_feeds_begin (self->feeds, message, principal, &asked);
}

/* Reading output goes through these in this order; a second time, to wait, if there is none yet,
 * and a third, without waiting, if there was none in time. */
static void read_output (Poll *poll);
static void on_wait_over (gpointer user_data);
static void on_output_read (GObject      *source,
                            GAsyncResult *result,
                            gpointer      user_data);

/* @poll is (transfer full). What it waited for so long is not given up any more. */
static void
read_output (Poll *poll)
{
  hw_task_queue_read_output_async (poll->api->queue, poll->principal, &poll->query,
                                   poll->is_waiting && !poll->is_late,
                                   poll->is_late ? NULL
                                   : hw_http_exchange_get_cancellable (poll->exchange),
                                   on_output_read, poll);
}

static void
on_wait_over (gpointer user_data)
{
  Poll *poll = user_data;

  poll->timer = 0;
  poll->is_late = TRUE;
  g_cancellable_cancel (hw_http_exchange_get_cancellable (poll->exchange));
}

static void
set_number_field (SoupServerMessage *message,
                  const char        *name,
                  guint64            number)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, number);

  soup_message_headers_replace (soup_server_message_get_response_headers (message), name, text);
}

static void
set_skip_field (SoupServerMessage   *message,
                const HwOutputChunk *chunk)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT,
                                           chunk->offset, chunk->skip_to);

  soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                HW_ANSWER_FIELD_SKIP, text);
}

/* What a program printed is sent as it is, and as text: it may be HTML, and nobody must
 * take it for that. */
static void
reply_output (SoupServerMessage   *message,
              const HwOutputChunk *chunk)
{
  set_number_field (message, HW_ANSWER_FIELD_ATTEMPT, chunk->attempt);
  set_number_field (message, HW_ANSWER_FIELD_OFFSET, chunk->offset);
  set_number_field (message, HW_ANSWER_FIELD_NEXT_OFFSET, hw_output_chunk_get_next_offset (chunk));
  if (chunk->line != 0)
    set_number_field (message, HW_ANSWER_FIELD_LINE, chunk->line);
  if (chunk->next_line != 0)
    set_number_field (message, HW_ANSWER_FIELD_NEXT_LINE, chunk->next_line);
  if (chunk->skip_to != 0)
    set_skip_field (message, chunk);
  soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                HW_ANSWER_FIELD_OUTPUT_END, chunk->is_end ? "true" : "false");
  hw_http_reply_bytes (message, SOUP_STATUS_OK, "text/plain; charset=utf-8", chunk->data);
}

/* Waits for more of the attempt that was looked at. @poll is (transfer full). */
static void
follow_output (Poll                *poll,
               const HwOutputChunk *chunk)
{
  poll->query.of.attempt = chunk->attempt;
  poll->timer = hw_clock_add_timer (poll->api->clock, poll->wait, on_wait_over, poll);
  read_output (poll);
}

static void
on_output_read (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(Poll) poll = user_data;
  SoupServerMessage *message = hw_http_exchange_get_message (poll->exchange);
  g_autoptr(GError) error = NULL;
  g_autoptr(HwOutputChunk) chunk = hw_task_queue_read_output_finish (HW_TASK_QUEUE (source),
                                                                     result, &error);

  if (chunk == NULL && poll->is_late && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    read_output (g_steal_pointer (&poll));
  else if (chunk == NULL)
    hw_http_reply_error (message, error);
  else if (!poll_may_wait (poll) || chunk->is_end || !hw_output_chunk_is_empty (chunk))
    reply_output (message, chunk);
  else if (poll_begin_waiting (poll))
    follow_output (g_steal_pointer (&poll), chunk);
}

static void
hw_poll_api_read_log (HwPollApi         *self,
                      SoupServerMessage *message,
                      guint64            task_id,
                      HwPrincipal       *principal)
{
  const char *query = g_uri_get_query (soup_server_message_get_uri (message));
  HwHttpPosition position;
  g_autoptr(GError) error = NULL;
  Poll *poll;

  if (!hw_http_query_read_position (query, &position, &error))
    {
      hw_http_reply_error (message, error);
      return;
    }

  poll = poll_new (self, message, principal, position.wait);
  poll->query = position.query;
  poll->query.of.task_id = task_id;
  read_output (poll);
}

static void
hw_poll_api_finalize (GObject *object)
{
  HwPollApi *self = HW_POLL_API (object);

  g_clear_object (&self->feeds);
  g_clear_object (&self->rides);
  g_clear_object (&self->clock);
  g_clear_object (&self->queue);

  G_OBJECT_CLASS (hw_poll_api_parent_class)->finalize (object);
}

static void
hw_poll_api_class_init (HwPollApiClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_poll_api_finalize;
}

static void
hw_poll_api_init (HwPollApi *self)
{
}

/**
 * hw_poll_api_new:
 * @queue: the queue
 * @clock: how long something takes
 * @plane: where those go who watch
 * @listener: where they come from
 *
 * Creates the part of the REST door where one may wait.
 *
 * Returns: (transfer full): it
 */
HwPollApi *
hw_poll_api_new (HwTaskQueue    *queue,
                 HwClock        *clock,
                 HwPlane        *plane,
                 HwHttpListener *listener)
{
  HwPollApi *self;

  g_return_val_if_fail (HW_IS_TASK_QUEUE (queue), NULL);
  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);

  self = g_object_new (HW_TYPE_POLL_API, NULL);
  self->queue = g_object_ref (queue);
  self->clock = g_object_ref (clock);
  self->rides = hw_http_rides_new (clock, plane, listener);
  self->feeds = hw_http_feeds_new (queue, self->rides);

  return self;
}

/**
 * hw_poll_api_stop:
 * @self: the part of the REST door
 *
 * Closes the connections of those who watch or wait.
 */
void
hw_poll_api_stop (HwPollApi *self)
{
  g_return_if_fail (HW_IS_POLL_API (self));

  hw_http_rides_cut_all (self->rides);
}

/**
 * hw_poll_api_answer:
 * @self: the part of the REST door
 * @message: a request whose method its route has
 * @route: what its path leads to, events or output
 * @task_id: the task that its path names, or 0
 * @principal: who asks
 *
 * Answers a request, now or when there is something to tell.
 */
void
hw_poll_api_answer (HwPollApi         *self,
                    SoupServerMessage *message,
                    HwHttpRoute        route,
                    guint64            task_id,
                    HwPrincipal       *principal)
{
  g_return_if_fail (HW_IS_POLL_API (self));
  g_return_if_fail (principal != NULL);

  if (route == HW_HTTP_ROUTE_LOG)
    hw_poll_api_read_log (self, message, task_id, principal);
  else if (hw_http_feed_is_wanted (message))
    hw_poll_api_feed (self, message, task_id, principal);
  else
    hw_poll_api_watch (self, message, task_id, principal);
}
