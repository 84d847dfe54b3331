/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-line-transport.h"

#include "hw-hub-writer.h"
#include "hw-task-json.h"
#include "hw-ws-frame.h"
#include "hw-ws-socket.h"

/* How much may be on its way to the plane before it is asked how far it is. What waits there
 * for a client that reads nothing is at most this and one piece.
 */
#define MAX_UNHEARD 65536

/* How much is taken before the plane is told, who stops to read when it has heard of twice as
 * much that was not.
 */
#define MAX_UNTOLD (HW_PLANE_MAX_UNTAKEN / 2)

/**
 * HwLineTransport:
 *
 * Joins one hub connection with its WebSocket in the plane: gives it what came, has sent
 * what it says, and tells it to hold back while the network takes no more, or more is on its
 * way than should be. Main context only.
 */
struct _HwLineTransport
{
  GObject parent_instance;

  HwPlane *plane;              /* (owned) (not nullable) */
  HwPlaneLine *line;           /* (nullable): none when it is over; until then it owns us */
  HwHubConnection *connection; /* (owned) (not nullable) */
  HwClock *clock;              /* (owned) (not nullable) */
  HwLineTransportFunc finished;
  gpointer user_data;

  guint n_unheard;  /* what was sent since we last heard that all was */
  guint n_untaken;  /* what the plane was not told that the connection took */
  gint64 closed_at; /* when we said goodbye, or 0 */
  gboolean is_over;
};

G_DEFINE_FINAL_TYPE (HwLineTransport, hw_line_transport, G_TYPE_OBJECT)

static gint64
hw_line_transport_get_now (HwLineTransport *self)
{
  return hw_clock_get_monotonic_time (self->clock);
}

/* Ends it all: the network is of no more use, or nothing is left to be said. */
static void
hw_line_transport_finish (HwLineTransport *self)
{
  if (self->is_over)
    return;

  self->is_over = TRUE;
  if (self->line != NULL)
    hw_plane_cut (self->plane, self->line);
  hw_hub_connection_abort (self->connection);
  if (self->finished != NULL)
    self->finished (self, self->user_data);
}

static void
hw_line_transport_close (HwLineTransport *self)
{
  if (self->closed_at == 0)
    self->closed_at = MAX (hw_line_transport_get_now (self), 1);
}

/* Whatever was said to the plane goes out first. */
static void
hw_line_transport_say_goodbye (HwLineTransport *self)
{
  if (self->closed_at > 0 || self->is_over)
    return;

  hw_line_transport_close (self);
  hw_plane_say_goodbye (self->plane, self->line, HW_WS_CLOSE_CODE_NORMAL);
}

static void
on_connection_output (GBytes  *records,
                      gpointer user_data)
{
  HwLineTransport *self = HW_LINE_TRANSPORT (user_data);
  gboolean is_asked = self->n_unheard > MAX_UNHEARD;

  if (self->is_over || self->closed_at > 0)
    return;

  /* Only once: what we say is no sign that the client reads. */
  hw_plane_send (self->plane, self->line, records);
  self->n_unheard += (guint) g_bytes_get_size (records);
  if (is_asked || self->n_unheard <= MAX_UNHEARD)
    return;

  hw_plane_ask (self->plane, self->line);
  hw_hub_connection_set_writable (self->connection, FALSE, hw_line_transport_get_now (self));
}

static void
on_connection_closed (gboolean is_clean,
                      gpointer user_data)
{
  HwLineTransport *self = HW_LINE_TRANSPORT (user_data);

  if (is_clean)
    hw_line_transport_say_goodbye (self);
  else if (self->closed_at == 0)
    hw_line_transport_finish (self);
}

/* Has the plane read on. What a connection that is closed does not want is no loss. */
static void
hw_line_transport_go_on (HwLineTransport *self)
{
  if (!self->is_over && self->n_untaken > 0)
    hw_plane_go_on (self->plane, self->line, self->n_untaken);
  self->n_untaken = 0;
}

static void
on_connection_wants_input (gpointer user_data)
{
  hw_line_transport_go_on (HW_LINE_TRANSPORT (user_data));
}

/* An event is JSON once; each who is told of it gets its bytes behind the head of their own
 * stream.
 */
static void
write_event (GString *output,
             GBytes  *head,
             HwEvent *event)
{
  g_autoptr(GBytes) item = hw_task_json_encode_event (event);

  hw_hub_write_item (output, head, item);
}

static guint
on_connection_watch (GBytes       *head,
                     HwWatchPlace *place,
                     gpointer      user_data)
{
  HwLineTransport *self = HW_LINE_TRANSPORT (user_data);

  if (self->is_over || self->closed_at > 0)
    return 0;

  return hw_plane_watch (self->plane, self->line, place, write_event, head);
}

static void
on_connection_unwatch (guint    watch,
                       gpointer user_data)
{
  HwLineTransport *self = HW_LINE_TRANSPORT (user_data);

  if (!self->is_over)
    hw_plane_unwatch (self->plane, self->line, watch);
}

static const HwHubConnectionOwner connection_owner = {
  on_connection_output, on_connection_closed, on_connection_wants_input,
  on_connection_watch, on_connection_unwatch,
};

static void
hw_line_transport_take (HwLineTransport *self,
                        GBytes          *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  hw_hub_connection_feed (self->connection, data, length, hw_line_transport_get_now (self));
  self->n_untaken += (guint) length;

  /* The plane reads on until much more is not taken: most clients never have it told. */
  if (self->n_untaken >= MAX_UNTOLD && hw_hub_connection_wants_input (self->connection))
    hw_line_transport_go_on (self);
}

static void
hw_line_transport_set_writable (HwLineTransport *self,
                                gboolean         is_writable)
{
  if (is_writable)
    self->n_unheard = 0;
  hw_hub_connection_set_writable (self->connection, is_writable, hw_line_transport_get_now (self));
}

/* What came before we cut it is not looked at any more. */
static void
hw_line_transport_hear (HwLineTransport *self,
                        HwPlaneNewsKind  kind,
                        GBytes          *data)
{
  switch (kind)
    {
    case HW_PLANE_NEWS_DATA:
      hw_line_transport_take (self, data);
      break;

    case HW_PLANE_NEWS_BLOCKED:
      hw_line_transport_set_writable (self, FALSE);
      break;

    case HW_PLANE_NEWS_DRAINED:
      hw_line_transport_set_writable (self, TRUE);
      break;

    /* The plane has answered, and waits for the client to hang up. */
    case HW_PLANE_NEWS_GOODBYE:
      hw_line_transport_close (self);
      hw_hub_connection_abort (self->connection);
      break;

    case HW_PLANE_NEWS_OVER:
    default:
      hw_line_transport_finish (self);
      break;
    }
}

static void
on_line_news (HwPlaneLine    *line,
              HwPlaneNewsKind kind,
              GBytes         *data,
              gpointer        user_data)
{
  g_autoptr(HwLineTransport) self = g_object_ref (HW_LINE_TRANSPORT (user_data));

  if (kind == HW_PLANE_NEWS_OVER)
    self->line = NULL;
  if (!self->is_over)
    hw_line_transport_hear (self, kind, data);

  if (kind == HW_PLANE_NEWS_OVER)
    g_object_unref (self);
}

static void
on_line_watch_news (HwPlaneLine      *line,
                    HwPlaneWatchNews *news,
                    gpointer          user_data)
{
  g_autoptr(HwLineTransport) self = g_object_ref (HW_LINE_TRANSPORT (user_data));

  if (!self->is_over)
    hw_hub_connection_hear (self->connection, news->id, news->state, &news->place,
                            hw_line_transport_get_now (self));
}

static const HwPlaneFuncs line_funcs = { on_line_news, on_line_watch_news };

static void
hw_line_transport_finalize (GObject *object)
{
  HwLineTransport *self = HW_LINE_TRANSPORT (object);

  hw_hub_connection_set_owner (self->connection, NULL, NULL);
  g_clear_object (&self->connection);
  g_clear_object (&self->clock);
  g_clear_object (&self->plane);

  G_OBJECT_CLASS (hw_line_transport_parent_class)->finalize (object);
}

static void
hw_line_transport_class_init (HwLineTransportClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_line_transport_finalize;
}

static void
hw_line_transport_init (HwLineTransport *self)
{
}

/**
 * hw_line_transport_new:
 * @plane: where WebSockets are
 * @connection: a connection that has not been fed yet
 * @clock: what time it is
 *
 * Makes a transport that does nothing until hw_line_transport_start().
 *
 * Returns: (transfer full): the transport
 */
HwLineTransport *
hw_line_transport_new (HwPlane         *plane,
                       HwHubConnection *connection,
                       HwClock         *clock)
{
  HwLineTransport *self;

  g_return_val_if_fail (HW_IS_PLANE (plane), NULL);
  g_return_val_if_fail (HW_IS_HUB_CONNECTION (connection), NULL);
  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);

  self = g_object_new (HW_TYPE_LINE_TRANSPORT, NULL);
  self->plane = g_object_ref (plane);
  self->connection = g_object_ref (connection);
  self->clock = g_object_ref (clock);
  hw_hub_connection_set_owner (connection, &connection_owner, self);

  return self;
}

/**
 * hw_line_transport_get_connection:
 * @self: a transport
 *
 * Gets the hub connection whose bytes it moves.
 *
 * Returns: (transfer none): the connection
 */
HwHubConnection *
hw_line_transport_get_connection (HwLineTransport *self)
{
  g_return_val_if_fail (HW_IS_LINE_TRANSPORT (self), NULL);

  return self->connection;
}

/**
 * hw_line_transport_set_finished:
 * @self: a transport that was not started
 * @finished: is told when the WebSocket is closed
 * @user_data: for @finished; it must live until then
 *
 * Says whom to tell that it is over.
 */
void
hw_line_transport_set_finished (HwLineTransport    *self,
                                HwLineTransportFunc finished,
                                gpointer            user_data)
{
  g_return_if_fail (HW_IS_LINE_TRANSPORT (self));

  self->finished = finished;
  self->user_data = user_data;
}

/**
 * hw_line_transport_start:
 * @self: a transport that was not started
 * @wire: where the bytes come and go, on which the upgrade was answered; it is the plane's
 *   from now on
 * @early: (nullable): what the client has sent already
 *
 * Begins to read. It lives at least until the WebSocket is closed.
 */
void
hw_line_transport_start (HwLineTransport   *self,
                         const HwPlaneWire *wire,
                         GBytes            *early)
{
  g_return_if_fail (HW_IS_LINE_TRANSPORT (self));
  g_return_if_fail (self->line == NULL && !self->is_over);

  self->line = hw_plane_add (self->plane, hw_ws_socket_new, wire, early, &line_funcs, g_object_ref (self));
}

/**
 * hw_line_transport_tick:
 * @self: a transport
 *
 * Lets time pass. A client that does not answer our goodbye is not waited for long.
 */
void
hw_line_transport_tick (HwLineTransport *self)
{
  g_autoptr(HwLineTransport) alive = NULL;
  gint64 now;

  g_return_if_fail (HW_IS_LINE_TRANSPORT (self));

  alive = g_object_ref (self);
  now = hw_line_transport_get_now (self);
  if (self->closed_at == 0)
    hw_hub_connection_tick (self->connection, now);
  else if (now - self->closed_at >= HW_WS_CLOSE_TIMEOUT)
    hw_line_transport_finish (self);
}

/**
 * hw_line_transport_cut:
 * @self: a transport
 *
 * Closes the WebSocket without a word.
 */
void
hw_line_transport_cut (HwLineTransport *self)
{
  g_autoptr(HwLineTransport) alive = NULL;

  g_return_if_fail (HW_IS_LINE_TRANSPORT (self));

  alive = g_object_ref (self);
  hw_line_transport_finish (self);
}
