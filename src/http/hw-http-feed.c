/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-feed.h"

#include "hw-http-reply.h"
#include "hw-http-stream.h"
#include "hw-task-json.h"

#include <string.h>

/* How much is given to libsoup at once: what a slow viewer makes us keep, beside the events
 * of one look, which are everybody's.
 */
#define PIECE_SIZE (16 * 1024)

/* When a viewer that was cut off is to come again, in milliseconds: at once, but for a
 * daemon that restarts.
 */
#define RETRY "retry: 1000\n"

/* Events on their way to somebody, for as long as they come: the next look is taken when
 * libsoup has written what the last one found, so that whoever is slow waits alone. Lives
 * until libsoup is done with the message and no look is under way. Main context only.
 */
typedef struct
{
  HwHttpExchange *exchange; /* (owned) */
  HwWatcher *watcher;       /* (owned) */
  GPtrArray *events;        /* (owned) (nullable) (element-type HwEvent): of the last look */
  guint n_told;             /* how many of them libsoup was given */
  guint n_unwritten;        /* how many pieces libsoup has not written */
  gboolean has_begun;       /* there is a head */
  gboolean is_looking;
  gboolean is_over;

  GDestroyNotify on_end;
  gpointer user_data;
} Feed;

static void
feed_free (Feed *feed)
{
  g_signal_handlers_disconnect_by_data (hw_http_exchange_get_message (feed->exchange), feed);
  g_clear_pointer (&feed->events, g_ptr_array_unref);
  g_clear_object (&feed->watcher);
  g_clear_pointer (&feed->exchange, hw_http_exchange_end);
  feed->on_end (feed->user_data);
  g_free (feed);
}

/* A feed goes through these in this order, and from the last to the first again. */
static void feed_look (Feed *feed);
static void on_watcher_next (GObject      *source,
                             GAsyncResult *result,
                             gpointer      user_data);
static void feed_tell (Feed *feed);
static void on_message_wrote_chunk (SoupServerMessage *message,
                                    Feed              *feed);

static void
feed_look (Feed *feed)
{
  feed->is_looking = TRUE;
  hw_watcher_next_async (feed->watcher, hw_http_exchange_get_cancellable (feed->exchange),
                         on_watcher_next, feed);
}

/* It was sent, or nobody is there any more. */
static void
on_message_over (SoupServerMessage *message,
                 Feed              *feed)
{
  feed->is_over = TRUE;
  if (!feed->is_looking)
    feed_free (feed);
}

static void
feed_set_head (Feed *feed)
{
  SoupServerMessage *message = hw_http_exchange_get_message (feed->exchange);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_headers_replace (headers, "Content-Type", HW_HTTP_FEED_CONTENT_TYPE);

  /* It lasts until the connection is closed, as libsoup closes a body in chunks in a thread
   * of its own, and writes from there. What is cut off is found by its number, not by its
   * length.
   */
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_EOF);
  soup_message_headers_replace (headers, "Connection", "close");

  /* A proxy that gathers would pass nothing on until the end. */
  soup_message_headers_replace (headers, "X-Accel-Buffering", "no");
}

static void
feed_begin (Feed *feed)
{
  SoupServerMessage *message = hw_http_exchange_get_message (feed->exchange);
  HwHttpStream *connection = hw_http_stream_get (message);

  soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
  g_signal_connect (message, "wrote-chunk", G_CALLBACK (on_message_wrote_chunk), feed);
  if (connection != NULL)
    hw_http_stream_limit_send_buffer (connection);
}

/* Tells the first of it; whoever asks for the head alone gets no more. */
static void
feed_open (Feed *feed)
{
  SoupServerMessage *message = hw_http_exchange_get_message (feed->exchange);

  feed_set_head (feed);
  if (g_str_equal (soup_server_message_get_method (message), "HEAD"))
    {
      feed_free (feed);
      return;
    }

  hw_watcher_set_patience (feed->watcher, HW_WATCHER_PATIENCE);
  feed_begin (feed);
  feed_tell (feed);
  hw_http_exchange_send (feed->exchange);
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

/* Whoever is told no more without having heard the end comes again, and is told why. */
static void
feed_end (Feed *feed)
{
  SoupServerMessage *message = hw_http_exchange_get_message (feed->exchange);

  soup_message_body_complete (soup_server_message_get_response_body (message));
  hw_http_exchange_send (feed->exchange);
}

static void
on_watcher_next (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  Feed *feed = user_data;
  g_autoptr(GError) error = NULL;

  feed->events = hw_watcher_next_finish (HW_WATCHER (source), result, &error);
  feed->n_told = 0;
  feed->is_looking = FALSE;

  if (feed->is_over)
    {
      feed_free (feed);
    }
  else if (feed->events == NULL || feed->events->len == 0)
    {
      if (feed->has_begun)
        feed_end (feed);
      else
        feed_refuse (feed, error);
    }
  else if (feed->has_begun)
    {
      feed_tell (feed);
      hw_http_exchange_send (feed->exchange);
    }
  else
    {
      feed_open (feed);
    }
}

/* @piece is (transfer full). */
static void
feed_give (Feed   *feed,
           GBytes *piece)
{
  SoupServerMessage *message = hw_http_exchange_get_message (feed->exchange);

  soup_message_body_append_bytes (soup_server_message_get_response_body (message), piece);
  feed->n_unwritten++;
  g_bytes_unref (piece);
}

/* Puts what is short behind @text, and gives what is long as it is, as all share it.
 *
 * Returns: (transfer full): what is not given yet
 */
static GString *
feed_tell_event (Feed    *feed,
                 GString *text,
                 HwEvent *event)
{
  g_autoptr(GBytes) json = hw_task_json_encode_event (event);
  gsize size;
  const char *data = g_bytes_get_data (json, &size);

  /* A level is no place to go on from. */
  if (hw_event_get_kind (event) != HW_EVENT_KIND_PROGRESS)
    g_string_append_printf (text, "id: %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "\n",
                            hw_event_get_epoch (event), hw_event_get_seq (event));
  g_string_append (text, "data: ");
  if (size <= PIECE_SIZE)
    {
      g_string_append_len (text, data, (gssize) size);
    }
  else
    {
      feed_give (feed, g_string_free_to_bytes (text));
      feed_give (feed, g_bytes_ref (json));
      text = g_string_new (NULL);
    }

  return g_string_append (text, "\n\n");
}

/* Gives libsoup a piece of what was found. */
static void
feed_tell (Feed *feed)
{
  GString *text = g_string_new (feed->has_begun ? NULL : RETRY);

  feed->has_begun = TRUE;
  while (feed->n_told < feed->events->len && feed->n_unwritten == 0 && text->len < PIECE_SIZE)
    text = feed_tell_event (feed, text, g_ptr_array_index (feed->events, feed->n_told++));
  feed_give (feed, g_string_free_to_bytes (text));

  if (feed->n_told == feed->events->len)
    g_clear_pointer (&feed->events, g_ptr_array_unref);
}

static void
on_message_wrote_chunk (SoupServerMessage *message,
                        Feed              *feed)
{
  feed->n_unwritten--;
  if (feed->n_unwritten > 0)
    return;

  if (feed->events != NULL)
    feed_tell (feed);
  else
    feed_look (feed);
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

  while (link != NULL && g_ascii_strcasecmp (link->data, HW_HTTP_FEED_CONTENT_TYPE) != 0 &&
         g_ascii_strcasecmp (link->data, "application/json") != 0)
    link = link->next;
  is_wanted = link != NULL && g_ascii_strcasecmp (link->data, HW_HTTP_FEED_CONTENT_TYPE) == 0;
  soup_header_free_list (types);

  return is_wanted;
}

/**
 * hw_http_feed_begin:
 * @exchange: (transfer full): a request that waits
 * @watcher: who watches for it, one that looks once before it waits
 * @on_end: called when it is over, in whatever way
 * @user_data: data for @on_end
 *
 * Tells events as they come, until the one task that is watched has ended or somebody
 * leaves. What is not written is never more than the events of one look and a piece of
 * them as text. Whoever takes nothing for %HW_HTTP_MAX_STALL is cut off, and loses nothing
 * if they come again.
 */
void
hw_http_feed_begin (HwHttpExchange *exchange,
                    HwWatcher      *watcher,
                    GDestroyNotify  on_end,
                    gpointer        user_data)
{
  SoupServerMessage *message;
  Feed *feed;

  g_return_if_fail (exchange != NULL);
  g_return_if_fail (HW_IS_WATCHER (watcher));
  g_return_if_fail (on_end != NULL);

  message = hw_http_exchange_get_message (exchange);
  feed = g_new0 (Feed, 1);
  feed->exchange = exchange;
  feed->watcher = g_object_ref (watcher);
  feed->on_end = on_end;
  feed->user_data = user_data;
  g_signal_connect (message, "finished", G_CALLBACK (on_message_over), feed);
  g_signal_connect (message, "disconnected", G_CALLBACK (on_message_over), feed);
  feed_look (feed);
}
