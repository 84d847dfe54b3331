/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-feeds.h"

#include "hw-http-exchange.h"
#include "hw-http-reply.h"
#include "hw-json-writer.h"
#include "hw-task-json.h"

#include <string.h>

/* When a viewer that was cut off is to come again, in milliseconds: at once, but for a
 * daemon that restarts.
 */
#define RETRY "retry: 1000\n"

/* What stands before an event's name, before the event as JSON, and behind it. */
#define ID "id: "
#define DATA "data: "
#define END "\n\n"

/* An event of so many bytes is sent as it is, and not copied, which costs less for a small one. */
#define MIN_SHARED 4096

/**
 * HwHttpFeeds:
 *
 * Events on their way to those who asked for them over plain HTTP, for as long as they come.
 * libsoup answers only those who are refused. With the first events in hand, the connection is
 * taken from it and goes to the plane: what was is told from here, a page at a time, and
 * whoever has heard that watches there. While they do, and for each who does, the main context
 * waits for nothing. Main context only.
 */
struct _HwHttpFeeds
{
  GObject parent_instance;

  HwTaskQueue *queue;     /* (owned) (not nullable) */
  HwHttpRides *rides;     /* (owned) (not nullable) */
  HwPrincipal *principal; /* (owned) (nullable): who asked last */
};

/* One of them. Lives until the connection is over and no look is under way. */
typedef struct
{
  HwHttpFeeds *owner;       /* (owned) */
  HwHttpExchange *exchange; /* (owned) (nullable): until the connection is taken */
  HwHttpRide *ride;         /* (nullable): the connection, from then on */
  HwWatcher *watcher;       /* (owned) (nullable): none while the plane tells */
  HwWatchPlace place;       /* who sees what; what was told only the watcher knows */

  gboolean is_looking;
  gboolean is_over;
} Feed;

G_DEFINE_FINAL_TYPE (HwHttpFeeds, hw_http_feeds, G_TYPE_OBJECT)

static void
feed_free (Feed *feed)
{
  if (feed->exchange != NULL)
    g_signal_handlers_disconnect_by_data (hw_http_exchange_get_message (feed->exchange), feed);
  g_clear_pointer (&feed->exchange, hw_http_exchange_end);
  g_clear_object (&feed->watcher);
  hw_watch_place_clear (&feed->place);
  g_clear_object (&feed->owner);
  g_free (feed);
}

/* A feed goes through these in this order, and from the last to the first again if the plane
 * has lost it.
 */
static void feed_look (Feed *feed);
static void on_watcher_next (GObject      *source,
                             GAsyncResult *result,
                             gpointer      user_data);
static void feed_tell (Feed      *feed,
                       GPtrArray *events);
static void feed_leave (Feed *feed);

static void
feed_look (Feed *feed)
{
  feed->is_looking = TRUE;
  hw_watcher_next_async (feed->watcher,
                         feed->exchange != NULL
                         ? hw_http_exchange_get_cancellable (feed->exchange) : NULL,
                         on_watcher_next, feed);
}

/* Nobody is there any more, and the connection is no business of ours. */
static void
on_message_over (SoupServerMessage *message,
                 Feed              *feed)
{
  feed->is_over = TRUE;
  if (!feed->is_looking)
    feed_free (feed);
}

/* All was told, or nothing more ever can be. */
static void
feed_end (Feed *feed)
{
  g_clear_pointer (&feed->ride, hw_http_ride_end);
  feed_free (feed);
}

static void
on_ride_drained (gpointer user_data)
{
  Feed *feed = user_data;

  if (feed->watcher != NULL && !feed->is_looking)
    feed_look (feed);
}

static void
on_ride_over (gpointer user_data)
{
  Feed *feed = user_data;

  feed->ride = NULL;
  feed->is_over = TRUE;
  if (!feed->is_looking)
    feed_free (feed);
}

/* Somebody who was so slow that what comes next is not recent any more is told it from here. */
static void
on_ride_watch_news (HwPlaneWatchNews *news,
                    gpointer          user_data)
{
  const HwWatchPoll once = { .is_piecewise = TRUE, .has_levels = TRUE, .rev = news->place.rev };
  Feed *feed = user_data;
  HwWatchPlace *place = &feed->place;

  if (news->state == HW_WATCH_ENDED)
    {
      feed_end (feed);
      return;
    }

  hw_watch_place_move (&news->place, place);
  feed->watcher = hw_watcher_new_poll (place->queue, place->principal, &place->filter,
                                       hw_task_queue_get_epoch (place->queue), place->seq, &once);
  feed_look (feed);
}

static const HwHttpRideFuncs ride_funcs = { on_ride_drained, on_ride_watch_news, on_ride_over };

/* Takes the connection from libsoup. Returns: whether it was there to be taken */
static gboolean
feed_take (Feed              *feed,
           SoupServerMessage *message)
{
  g_signal_handlers_disconnect_by_data (message, feed);
  feed->ride = hw_http_rides_take (feed->owner->rides, message, feed->place.principal, &ride_funcs,
                                   feed);
  g_clear_pointer (&feed->exchange, hw_http_exchange_end);

  return feed->ride != NULL;
}

/* Tells the first of it; whoever asks for the head alone gets no more. */
static void
feed_open (Feed      *feed,
           GPtrArray *events)
{
  g_autoptr(SoupServerMessage) message =
    g_object_ref (hw_http_exchange_get_message (feed->exchange));
  gboolean is_head = g_str_equal (soup_server_message_get_method (message), "HEAD");
  g_autoptr(GBytes) retry = g_bytes_new_static (RETRY, strlen (RETRY));
  g_autoptr(GBytes) head = NULL;

  /* Others may have come while this one was looked for. */
  if (!hw_http_rides_have_room (feed->owner->rides, feed->place.principal))
    {
      hw_http_rides_reply_full (message);
      feed_free (feed);
      return;
    }

  head = hw_http_reply_begin_events (message);
  if (!feed_take (feed, message))
    {
      feed_free (feed);
      return;
    }

  hw_http_ride_answer (feed->ride, SOUP_STATUS_OK, head);
  if (is_head)
    {
      feed_end (feed);
      return;
    }

  hw_http_ride_send (feed->ride, retry);
  feed_tell (feed, events);
}

/* Nothing was told, and nothing ever will be: there is no such task, or all of it is known.
 * To the second a browser does not come again (WHATWG HTML, 9.2.3). @error is (nullable).
 */
static void
feed_refuse (Feed         *feed,
             const GError *error)
{
  SoupServerMessage *message = hw_http_exchange_get_message (feed->exchange);

  if (error != NULL)
    hw_http_reply_error (message, error);
  else
    hw_http_reply_empty (message, SOUP_STATUS_NO_CONTENT);

  feed_free (feed);
}

static void
on_watcher_next (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  Feed *feed = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) events = hw_watcher_next_finish (HW_WATCHER (source), result, &error);
  gboolean has_events = events != NULL && events->len > 0;

  feed->is_looking = FALSE;
  if (feed->is_over)
    feed_free (feed);
  else if (feed->ride != NULL && has_events)
    feed_tell (feed, events);
  else if (feed->ride != NULL)
    feed_end (feed);
  else if (has_events)
    feed_open (feed, events);
  else
    feed_refuse (feed, error);
}

static void
append_number (GString *output,
               guint64  number)
{
  HwJsonWriter writer;

  hw_json_writer_init (&writer, output);
  hw_json_writer_add_uint (&writer, number);
}

/* Writes the name under which one can go on after an event, and what stands before its data. A
 * level is no place to go on from.
 */
static void
write_name (GString *output,
            HwEvent *event)
{
  if (hw_event_get_kind (event) != HW_EVENT_KIND_PROGRESS)
    {
      g_string_append (output, ID);
      append_number (output, hw_event_get_epoch (event));
      g_string_append_c (output, '-');
      append_number (output, hw_event_get_seq (event));
      g_string_append_c (output, '\n');
    }
  g_string_append (output, DATA);
}

static void
write_event (GString *output,
             GBytes  *head,
             HwEvent *event)
{
  g_autoptr(GBytes) json = hw_task_json_encode_event (event);

  write_name (output, event);
  g_string_append_len (output, g_bytes_get_data (json, NULL), (gssize) g_bytes_get_size (json));
  g_string_append (output, END);
}

/* @text is (transfer full). */
static void
feed_send (Feed    *feed,
           GString *text)
{
  g_autoptr(GBytes) piece = g_string_free_to_bytes (text);

  hw_http_ride_send (feed->ride, piece);
}

/* Tells what one look has found. Those who come together have the bytes of a large event between
 * them: a snapshot may have a megabyte. The next look is taken when that is sent, so that whoever is
 * slow waits alone.
 */
static void
feed_tell (Feed      *feed,
           GPtrArray *events)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < events->len; i++)
    {
      HwEvent *event = g_ptr_array_index (events, i);
      g_autoptr(GBytes) json = hw_task_json_encode_event (event);

      write_name (text, event);
      if (g_bytes_get_size (json) < MIN_SHARED)
        {
          g_string_append_len (text, g_bytes_get_data (json, NULL),
                               (gssize) g_bytes_get_size (json));
        }
      else
        {
          feed_send (feed, text);
          hw_http_ride_send (feed->ride, json);
          text = g_string_new (NULL);
        }
      g_string_append (text, END);
    }
  feed_send (feed, text);

  if (hw_watcher_may_leave (feed->watcher))
    feed_leave (feed);
  else
    hw_http_ride_ask (feed->ride);
}

/* Has the plane watch on, behind all that was told. */
static void
feed_leave (Feed *feed)
{
  feed->place.seq = hw_watcher_get_seq (feed->watcher);
  feed->place.rev = hw_watcher_get_rev (feed->watcher);
  g_clear_object (&feed->watcher);
  hw_http_ride_watch (feed->ride, &feed->place, write_event);
}

static void
hw_http_feeds_finalize (GObject *object)
{
  HwHttpFeeds *self = HW_HTTP_FEEDS (object);

  g_clear_pointer (&self->principal, hw_principal_unref);
  g_clear_object (&self->rides);
  g_clear_object (&self->queue);

  G_OBJECT_CLASS (hw_http_feeds_parent_class)->finalize (object);
}

static void
hw_http_feeds_class_init (HwHttpFeedsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hw_http_feeds_finalize;
}

static void
hw_http_feeds_init (HwHttpFeeds *self)
{
}

/**
 * hw_http_feed_is_wanted:
 * @message: a request for events
 *
 * Tells whether somebody wants events as they come: `text/event-stream` rather than JSON.
 *
 * Returns: whether they do
 */
gboolean
hw_http_feed_is_wanted (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *accept = soup_message_headers_get_list (headers, "Accept");
  GSList *types = accept != NULL ? soup_header_parse_quality_list (accept, NULL) : NULL;
  GSList *link = types;
  gboolean is_wanted;

  while (link != NULL && g_ascii_strcasecmp (link->data, HW_HTTP_EVENTS_CONTENT_TYPE) != 0 &&
         g_ascii_strcasecmp (link->data, "application/json") != 0)
    link = link->next;
  is_wanted = link != NULL && g_ascii_strcasecmp (link->data, HW_HTTP_EVENTS_CONTENT_TYPE) == 0;
  soup_header_free_list (types);

  return is_wanted;
}

/**
 * hw_http_feeds_new:
 * @queue: what happens where
 * @rides: where those go who watch
 *
 * Makes an empty set.
 *
 * Returns: (transfer full): the set
 */
HwHttpFeeds *
hw_http_feeds_new (HwTaskQueue *queue,
                   HwHttpRides *rides)
{
  HwHttpFeeds *self;

  g_return_val_if_fail (HW_IS_TASK_QUEUE (queue), NULL);
  g_return_val_if_fail (HW_IS_HTTP_RIDES (rides), NULL);

  self = g_object_new (HW_TYPE_HTTP_FEEDS, NULL);
  self->queue = g_object_ref (queue);
  self->rides = g_object_ref (rides);

  return self;
}

/**
 * hw_http_feeds_begin:
 * @self: the feeds
 * @message: a request
 * @principal: who asks
 * @asked: which events they want
 *
 * Tells events as they come, until the one task that is watched has ended or somebody
 * leaves. What is not written is never more than the events of one look, or what the plane
 * tells at once. Whoever takes nothing for %HW_HTTP_MAX_STALL is cut off, and loses nothing
 * if they come again.
 */
void
hw_http_feeds_begin (HwHttpFeeds       *self,
                     SoupServerMessage *message,
                     HwPrincipal       *principal,
                     const HwHttpPoll  *asked)
{
  Feed *feed;

  g_return_if_fail (HW_IS_HTTP_FEEDS (self));
  g_return_if_fail (SOUP_IS_SERVER_MESSAGE (message));
  g_return_if_fail (principal != NULL && asked != NULL);

  if (!hw_http_rides_have_room (self->rides, principal))
    {
      hw_http_rides_reply_full (message);
      return;
    }

  feed = g_new0 (Feed, 1);
  feed->owner = g_object_ref (self);
  feed->place.queue = self->queue;
  feed->place.principal = hw_principal_share (principal, &self->principal);
  hw_watch_filter_copy (&asked->filter, &feed->place.filter);
  feed->watcher = hw_watcher_new_poll (self->queue, feed->place.principal, &asked->filter,
                                       asked->epoch, asked->after, &asked->how);
  feed->exchange = hw_http_exchange_new (message);
  hw_http_exchange_watch (feed->exchange);
  g_signal_connect (message, "finished", G_CALLBACK (on_message_over), feed);
  g_signal_connect (message, "disconnected", G_CALLBACK (on_message_over), feed);
  feed_look (feed);
}
