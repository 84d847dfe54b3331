/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-inlet.h"

#include "hw-hub-reply.h"

/* How much a connection is given before it is asked whether it wants more: the longest record
 * fits twice.
 */
#define PIECE_SIZE 65536

/**
 * HwHubInlet:
 *
 * What a client says in requests of their own, because what carries our words does not carry
 * theirs. Each is answered when all that it brought is taken, in the order in which they came:
 * so a client that says more than it is heard waits. Main context only.
 */
struct _HwHubInlet
{
  const HwHubDoor *door;       /* (unowned) */
  HwHubConnection *connection; /* (owned) */

  GQueue posts; /* (owned) (element-type Post): that wait, the one that is being taken first */
  gboolean is_giving;
  gboolean is_closed;
};

/* A request. */
typedef struct
{
  SoupServerMessage *message; /* (owned) */
  HwHttpExchange *exchange;   /* (owned) (nullable): when it waits */
  GBytes *body;               /* (owned) */
  gsize n_taken;
} Post;

static Post *
post_new (SoupServerMessage *message)
{
  Post *self = g_new0 (Post, 1);

  self->message = g_object_ref (message);
  self->body = soup_message_body_flatten (soup_server_message_get_request_body (message));

  return self;
}

static void
post_free (Post *self)
{
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_object (&self->message);
  g_free (self);
}

/* @post is (transfer full). */
static void
hw_hub_inlet_answer (HwHubInlet *self,
                     Post       *post)
{
  hw_hub_reply_text (post->message, SOUP_STATUS_OK, "");
  if (post->exchange != NULL)
    self->door->answer (post->exchange);
  post_free (post);
}

/* Gives the connection as much as it wants. Returns: whether that was all */
static gboolean
hw_hub_inlet_give (HwHubInlet *self,
                   Post       *post,
                   gint64      now)
{
  gsize length;
  const char *data = g_bytes_get_data (post->body, &length);

  self->is_giving = TRUE;
  while (post->n_taken < length && hw_hub_connection_wants_input (self->connection))
    {
      const char *piece = data + post->n_taken;
      gsize n_bytes = MIN (length - post->n_taken, PIECE_SIZE);

      post->n_taken += n_bytes;
      hw_hub_connection_feed (self->connection, piece, n_bytes, now);
    }
  self->is_giving = FALSE;

  return post->n_taken == length || self->is_closed;
}

/**
 * hw_hub_inlet_new:
 * @door: how requests are answered; it must stay
 * @connection: who takes what they bring
 *
 * Makes an inlet that nothing has come to.
 *
 * Returns: (transfer full): the inlet
 */
HwHubInlet *
hw_hub_inlet_new (const HwHubDoor *door,
                  HwHubConnection *connection)
{
  HwHubInlet *self;

  g_return_val_if_fail (door != NULL, NULL);
  g_return_val_if_fail (HW_IS_HUB_CONNECTION (connection), NULL);

  self = g_new0 (HwHubInlet, 1);
  self->door = door;
  self->connection = g_object_ref (connection);
  g_queue_init (&self->posts);

  return self;
}

void
hw_hub_inlet_free (HwHubInlet *self)
{
  g_return_if_fail (self != NULL && !self->is_giving);

  hw_hub_inlet_close (self);
  g_clear_object (&self->connection);
  g_free (self);
}

/**
 * hw_hub_inlet_take:
 * @self: an inlet
 * @message: a request whose body has come
 * @now: the time, in microseconds
 *
 * Takes a request, which is answered when what it brought is taken.
 */
void
hw_hub_inlet_take (HwHubInlet        *self,
                   SoupServerMessage *message,
                   gint64             now)
{
  Post *post = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (SOUP_IS_SERVER_MESSAGE (message));

  if (self->posts.length >= HW_HUB_MAX_POSTS)
    {
      hw_hub_reply_text (message, SOUP_STATUS_SERVICE_UNAVAILABLE, "Too many requests at once");
      return;
    }

  post = post_new (message);
  if (g_queue_is_empty (&self->posts) && hw_hub_inlet_give (self, post, now))
    {
      hw_hub_inlet_answer (self, post);
      return;
    }

  post->exchange = self->door->hold (message);
  g_queue_push_tail (&self->posts, post);
}

/**
 * hw_hub_inlet_go_on:
 * @self: an inlet
 * @now: the time, in microseconds
 *
 * Gives the connection more, which wants it.
 */
void
hw_hub_inlet_go_on (HwHubInlet *self,
                    gint64      now)
{
  g_return_if_fail (self != NULL);

  /* Whoever gives already asks again by itself. */
  while (!self->is_giving && !g_queue_is_empty (&self->posts) &&
         hw_hub_inlet_give (self, g_queue_peek_head (&self->posts), now))
    hw_hub_inlet_answer (self, g_queue_pop_head (&self->posts));
}

/**
 * hw_hub_inlet_close:
 * @self: an inlet whose connection is closed
 *
 * Answers all requests: what they brought is dropped, as is all that a connection gets after
 * its end.
 */
void
hw_hub_inlet_close (HwHubInlet *self)
{
  g_return_if_fail (self != NULL);

  self->is_closed = TRUE;
  while (!self->is_giving && !g_queue_is_empty (&self->posts))
    hw_hub_inlet_answer (self, g_queue_pop_head (&self->posts));
}
