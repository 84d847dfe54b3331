/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-idle.h"

#include <errno.h>
#include <sys/socket.h>

#define SOCKET_KEY "hw-http-idle-socket"

/* How soon a connection that its client closed is let go. Looking costs a system call for
 * each connection that is idle, and nothing while none is.
 */
#define INTERVAL G_USEC_PER_SEC

/**
 * HwHttpIdle:
 *
 * The connections that wait for their next request. libsoup 3.2 does not notice when the
 * client closes one of them: it keeps the descriptor until there are none left, and then
 * accepts nobody any more. So they are looked at from time to time, and those that nobody
 * uses are closed. (libsoup keeps 2 kB of memory for each that was lost, which cannot be
 * had back.) Main context only.
 */
struct _HwHttpIdle
{
  GObject parent_instance;

  HwClock *clock;         /* (owned) (not nullable) */
  GHashTable *idle_since; /* (owned) (element-type GSocket gint64) */
  guint timer;
};

G_DEFINE_FINAL_TYPE (HwHttpIdle, hw_http_idle, G_TYPE_OBJECT)

static void
hw_http_idle_dispose (GObject *object)
{
  HwHttpIdle *self = HW_HTTP_IDLE (object);

  if (self->timer != 0)
    hw_clock_remove_timer (self->clock, self->timer);
  self->timer = 0;

  G_OBJECT_CLASS (hw_http_idle_parent_class)->dispose (object);
}

static void
hw_http_idle_finalize (GObject *object)
{
  HwHttpIdle *self = HW_HTTP_IDLE (object);

  g_clear_pointer (&self->idle_since, g_hash_table_unref);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (hw_http_idle_parent_class)->finalize (object);
}

static void
hw_http_idle_class_init (HwHttpIdleClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_http_idle_dispose;
  object_class->finalize = hw_http_idle_finalize;
}

static void
hw_http_idle_init (HwHttpIdle *self)
{
  self->idle_since = g_hash_table_new_full (NULL, NULL, g_object_unref, g_free);
}

/* Whether the client closed its side, and all that it sent before was read. */
static gboolean
is_left (GSocket *socket)
{
  char byte;
  gssize n_bytes = recv (g_socket_get_fd (socket), &byte, 1, MSG_PEEK | MSG_DONTWAIT);

  return n_bytes == 0 || (n_bytes < 0 && errno != EAGAIN && errno != EINTR);
}

static void on_timer (gpointer user_data);

static void
hw_http_idle_schedule (HwHttpIdle *self)
{
  if (self->timer == 0 && g_hash_table_size (self->idle_since) > 0)
    self->timer = hw_clock_add_timer (self->clock, INTERVAL, on_timer, self);
}

static void
on_timer (gpointer user_data)
{
  HwHttpIdle *self = HW_HTTP_IDLE (user_data);
  gint64 now = hw_clock_get_monotonic_time (self->clock);
  GHashTableIter iter;
  GSocket *socket;
  gint64 *since;

  self->timer = 0;
  g_hash_table_iter_init (&iter, self->idle_since);
  while (g_hash_table_iter_next (&iter, (gpointer *) &socket, (gpointer *) &since))
    {
      gboolean is_closed = g_socket_is_closed (socket);

      if (!is_closed && !is_left (socket) && now - *since < HW_HTTP_MAX_IDLE)
        continue;

      /* libsoup takes a closed socket for a lost connection. */
      if (!is_closed)
        g_socket_close (socket, NULL);
      g_hash_table_iter_remove (&iter);
    }

  hw_http_idle_schedule (self);
}

static void
on_message_got_headers (SoupServerMessage *message,
                        HwHttpIdle        *self)
{
  GSocket *socket = soup_server_message_get_socket (message);

  if (socket == NULL)
    return;

  g_object_set_data_full (G_OBJECT (message), SOCKET_KEY, g_object_ref (socket), g_object_unref);
  g_hash_table_remove (self->idle_since, socket);
}

static void
on_message_finished (SoupServerMessage *message,
                     HwHttpIdle        *self)
{
  GSocket *socket = g_object_get_data (G_OBJECT (message), SOCKET_KEY);
  gint64 now;

  /* What became a WebSocket is somebody else's now. */
  if (socket == NULL || g_socket_is_closed (socket) ||
      soup_server_message_get_status (message) == SOUP_STATUS_SWITCHING_PROTOCOLS)
    return;

  now = hw_clock_get_monotonic_time (self->clock);
  g_hash_table_replace (self->idle_since, g_object_ref (socket), g_memdup2 (&now, sizeof (now)));
  hw_http_idle_schedule (self);
}

/**
 * hw_http_idle_new:
 * @clock: what time it is
 *
 * Creates a watch on connections that has none yet.
 *
 * Returns: (transfer full): the watch
 */
HwHttpIdle *
hw_http_idle_new (HwClock *clock)
{
  HwHttpIdle *self;

  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);

  self = g_object_new (HW_TYPE_HTTP_IDLE, NULL);
  self->clock = g_object_ref (clock);

  return self;
}

/**
 * hw_http_idle_watch:
 * @self: a watch
 * @message: a request that was started
 *
 * Takes note of when the connection of @message is busy with it, and when it waits for
 * the next request. To be called for each request.
 */
void
hw_http_idle_watch (HwHttpIdle        *self,
                    SoupServerMessage *message)
{
  g_return_if_fail (HW_IS_HTTP_IDLE (self));
  g_return_if_fail (SOUP_IS_SERVER_MESSAGE (message));

  g_signal_connect_object (message, "got-headers", G_CALLBACK (on_message_got_headers), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (message, "finished", G_CALLBACK (on_message_finished), self,
                           G_CONNECT_DEFAULT);
}
