/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-line-transport.h"

#include "hw-event-socket.h"
#include "hw-ws-frame.h"
#include "hw-ws-socket.h"

#include <string.h>

/* How much may be on its way to the plane before it is asked how far it is. What waits there
 * for a client that reads nothing is at most this and one piece.
 */
#define MAX_UNHEARD 65536

/* How much is taken before the plane is told, who stops to read when it has heard of twice as
 * much that was not.
 */
#define MAX_UNTOLD (HW_PLANE_MAX_UNTAKEN / 2)

/* What stands round the records of an event: they have no line ends, which JSON escapes. */
#define EVENT_START "data: "
#define EVENT_END "\r\n\r\n"

/**
 * HwLineTransport:
 *
 * Joins one hub connection with its line in the plane: gives it what came, has sent
 * what it says, and tells it to hold back while the network takes no more, or more is on its
 * way than should be. Main context only.
 */
struct _HwLineTransport
{
  HwHubTransport parent_instance;

  HwPlane *plane;    /* (owned) (not nullable) */
  HwPlaneLine *line; /* (nullable): none when it is over; until then it owns us */

  guint n_unheard;      /* what was sent since we last heard that all was */
  guint n_untaken : 31; /* what the plane was not told that the connection took */
  guint has_events : 1; /* it is of HW_LINE_KIND_EVENTS */
};

G_DEFINE_FINAL_TYPE (HwLineTransport, hw_line_transport, HW_TYPE_HUB_TRANSPORT)

/* Whatever was said to the plane goes out first. */
static void
hw_line_transport_part (HwLineTransport *self)
{
  HwHubTransport *transport = HW_HUB_TRANSPORT (self);

  if (!hw_hub_transport_is_open (transport))
    return;

  hw_hub_transport_close (transport);
  hw_plane_say_goodbye (self->plane, self->line, HW_WS_CLOSE_CODE_NORMAL);
}

/* Returns: (transfer full): records as an event */
static GBytes *
make_event (GBytes *records)
{
  gsize length;
  const char *data = g_bytes_get_data (records, &length);
  GString *text = g_string_sized_new (length + strlen (EVENT_START EVENT_END) + 1);

  g_string_append (text, EVENT_START);
  g_string_append_len (text, data, (gssize) length);
  g_string_append (text, EVENT_END);

  return g_string_free_to_bytes (text);
}

static void
on_connection_output (GBytes  *records,
                      gpointer user_data)
{
  HwLineTransport *self = HW_LINE_TRANSPORT (user_data);
  HwHubTransport *transport = HW_HUB_TRANSPORT (self);
  gboolean is_asked = self->n_unheard > MAX_UNHEARD;
  g_autoptr(GBytes) piece = NULL;

  if (!hw_hub_transport_is_open (transport))
    return;

  /* Only once: what we say is no sign that the client reads. */
  piece = self->has_events ? make_event (records) : g_bytes_ref (records);
  hw_plane_send (self->plane, self->line, piece);
  self->n_unheard += (guint) g_bytes_get_size (piece);
  if (is_asked || self->n_unheard <= MAX_UNHEARD)
    return;

  hw_plane_ask (self->plane, self->line);
  hw_hub_connection_set_writable (hw_hub_transport_get_connection (transport), FALSE,
                                  hw_hub_transport_get_now (transport));
}

static void
on_connection_closed (gboolean is_clean,
                      gpointer user_data)
{
  HwLineTransport *self = HW_LINE_TRANSPORT (user_data);

  if (is_clean)
    hw_line_transport_part (self);
  else if (hw_hub_transport_is_open (HW_HUB_TRANSPORT (self)))
    hw_hub_transport_finish (HW_HUB_TRANSPORT (self));
}

/* Has the plane read on. What a connection that is closed does not want is no loss. */
static void
hw_line_transport_read_on (HwLineTransport *self)
{
  if (!hw_hub_transport_is_over (HW_HUB_TRANSPORT (self)) && self->n_untaken > 0)
    hw_plane_go_on (self->plane, self->line, self->n_untaken);
  self->n_untaken = 0;
}

static void
on_connection_wants_input (gpointer user_data)
{
  hw_line_transport_read_on (HW_LINE_TRANSPORT (user_data));
  hw_hub_transport_go_on (HW_HUB_TRANSPORT (user_data));
}

/* What follows is no text any more: the answer to the handshake goes with it. */
static void
on_connection_go_binary (gpointer user_data)
{
  HwLineTransport *self = HW_LINE_TRANSPORT (user_data);

  if (hw_hub_transport_is_open (HW_HUB_TRANSPORT (self)))
    hw_plane_go_binary (self->plane, self->line);
}

static guint
on_connection_watch (HwWatchWriteFunc write,
                     GBytes          *head,
                     HwWatchPlace    *place,
                     gpointer         user_data)
{
  HwLineTransport *self = HW_LINE_TRANSPORT (user_data);

  if (!hw_hub_transport_is_open (HW_HUB_TRANSPORT (self)))
    return 0;

  return hw_plane_watch (self->plane, self->line, place, write, head);
}

/* Events carry text, which is JSON. */
static void
write_item_as_event (GString *output,
                     GBytes  *head,
                     HwEvent *event)
{
  g_string_append (output, EVENT_START);
  hw_hub_json.write_event (output, head, event);
  g_string_append (output, EVENT_END);
}

static guint
on_events_connection_watch (HwWatchWriteFunc write,
                            GBytes          *head,
                            HwWatchPlace    *place,
                            gpointer         user_data)
{
  return on_connection_watch (write_item_as_event, head, place, user_data);
}

static void
on_connection_unwatch (guint    watch,
                       gpointer user_data)
{
  HwLineTransport *self = HW_LINE_TRANSPORT (user_data);

  if (!hw_hub_transport_is_over (HW_HUB_TRANSPORT (self)))
    hw_plane_unwatch (self->plane, self->line, watch);
}

/* By the kind of line. */
static const HwHubConnectionOwner connection_owners[] = {
  [HW_LINE_KIND_WEBSOCKET] = {
    .output = on_connection_output,
    .closed = on_connection_closed,
    .wants_input = on_connection_wants_input,
    .go_binary = on_connection_go_binary,
    .watch = on_connection_watch,
    .unwatch = on_connection_unwatch,
  },
  [HW_LINE_KIND_EVENTS] = {
    .output = on_connection_output,
    .closed = on_connection_closed,
    .wants_input = on_connection_wants_input,
    .watch = on_events_connection_watch,
    .unwatch = on_connection_unwatch,
  },
};

static void
hw_line_transport_take (HwLineTransport *self,
                        GBytes          *bytes)
{
  HwHubTransport *transport = HW_HUB_TRANSPORT (self);
  HwHubConnection *connection = hw_hub_transport_get_connection (transport);
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  hw_hub_connection_feed (connection, data, length, hw_hub_transport_get_now (transport));
  self->n_untaken += (guint) length;

  /* The plane reads on until much more is not taken: most clients never have it told. */
  if (self->n_untaken >= MAX_UNTOLD && hw_hub_connection_wants_input (connection))
    hw_line_transport_read_on (self);
}

static void
hw_line_transport_set_writable (HwLineTransport *self,
                                gboolean         is_writable)
{
  HwHubTransport *transport = HW_HUB_TRANSPORT (self);

  if (is_writable)
    self->n_unheard = 0;
  hw_hub_connection_set_writable (hw_hub_transport_get_connection (transport), is_writable,
                                  hw_hub_transport_get_now (transport));
}

/* What came before we cut it is not looked at any more. */
static void
hw_line_transport_hear (HwLineTransport *self,
                        HwPlaneNewsKind  kind,
                        GBytes          *data)
{
  HwHubTransport *transport = HW_HUB_TRANSPORT (self);

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
      hw_hub_transport_close (transport);
      hw_hub_connection_abort (hw_hub_transport_get_connection (transport));
      break;

    case HW_PLANE_NEWS_OVER:
    default:
      hw_hub_transport_finish (transport);
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
  if (!hw_hub_transport_is_over (HW_HUB_TRANSPORT (self)))
    hw_line_transport_hear (self, kind, data);

  if (kind == HW_PLANE_NEWS_OVER)
    g_object_unref (self);
}

static void
on_line_watch_news (HwPlaneLine      *line,
                    HwPlaneWatchNews *news,
                    gpointer          user_data)
{
  g_autoptr(HwHubTransport) transport = g_object_ref (HW_HUB_TRANSPORT (user_data));

  if (!hw_hub_transport_is_over (transport))
    hw_hub_connection_hear (hw_hub_transport_get_connection (transport), news->id, news->state,
                            &news->place, hw_hub_transport_get_now (transport));
}

static const HwPlaneFuncs line_funcs = { on_line_news, on_line_watch_news };

static void
hw_line_transport_let_go (HwHubTransport *transport)
{
  HwLineTransport *self = HW_LINE_TRANSPORT (transport);

  if (self->line != NULL)
    hw_plane_cut (self->plane, self->line);
}

static void
hw_line_transport_finalize (GObject *object)
{
  HwLineTransport *self = HW_LINE_TRANSPORT (object);

  g_clear_object (&self->plane);

  G_OBJECT_CLASS (hw_line_transport_parent_class)->finalize (object);
}

static void
hw_line_transport_class_init (HwLineTransportClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_line_transport_finalize;
  HW_HUB_TRANSPORT_CLASS (klass)->let_go = hw_line_transport_let_go;
}

static void
hw_line_transport_init (HwLineTransport *self)
{
}

/**
 * hw_line_transport_new:
 * @kind: what the line carries records in
 * @plane: where the line is to be
 * @connection: a connection that has not been fed yet
 * @clock: what time it is
 *
 * Makes a transport that does nothing until hw_line_transport_start().
 *
 * Returns: (transfer full): the transport
 */
HwHubTransport *
hw_line_transport_new (HwLineKind       kind,
                       HwPlane         *plane,
                       HwHubConnection *connection,
                       HwClock         *clock)
{
  HwLineTransport *self;

  g_return_val_if_fail (HW_IS_PLANE (plane), NULL);

  self = g_object_new (HW_TYPE_LINE_TRANSPORT, NULL);
  self->has_events = kind == HW_LINE_KIND_EVENTS;
  self->plane = g_object_ref (plane);
  hw_hub_transport_set_up (HW_HUB_TRANSPORT (self), connection, clock, &connection_owners[kind]);

  return HW_HUB_TRANSPORT (self);
}

/**
 * hw_line_transport_start:
 * @self: a transport that was not started
 * @wire: where the bytes come and go; it is the plane's from now on
 * @early: (nullable): what the client has sent already
 * @beginning: (nullable): what is to go out first, as it is: an answer's head
 *
 * Begins to read. It lives at least until the line is closed.
 */
void
hw_line_transport_start (HwLineTransport   *self,
                         const HwPlaneWire *wire,
                         GBytes            *early,
                         GBytes            *beginning)
{
  HwHubConnection *connection = hw_hub_transport_get_connection (HW_HUB_TRANSPORT (self));
  HwPlaneSocketNewFunc make_socket;

  g_return_if_fail (HW_IS_LINE_TRANSPORT (self));
  g_return_if_fail (self->line == NULL && hw_hub_transport_is_open (HW_HUB_TRANSPORT (self)));

  make_socket = self->has_events ? hw_event_socket_new : hw_ws_socket_new;
  self->line = hw_plane_add (self->plane, hw_hub_connection_get_principal (connection), make_socket,
                             wire, early, &line_funcs, g_object_ref (self));
  if (beginning != NULL)
    hw_plane_send (self->plane, self->line, beginning);
}
