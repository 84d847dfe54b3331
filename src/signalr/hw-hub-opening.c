/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-private.h"

#include "hw-hub-reply.h"
#include "hw-line-transport.h"
#include "hw-poll-transport.h"

#include <string.h>

#define EVENTS_CONTENT_TYPE "text/event-stream"

/* How somebody gets a connection, by the first request for it. */

/* Somebody who was let in, until their connection is taken. */
typedef struct
{
  HwHub *hub;               /* (owned) */
  HwPrincipal *principal;   /* (owned) */
  char *token;              /* (owned) (nullable): one that is used, unless a transport has it */
  HwLineKind kind;
  SoupServerMessage *message; /* (unowned): it owns us, or waits as @exchange */
  HwHttpExchange *exchange;   /* (owned) (nullable) */
  guint idle_id;              /* the source that takes the connection, which owns us then; or 0 */
} Opening;

gboolean
hw_hub_is_for_upgrade (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  return soup_server_message_get_method (message) == SOUP_METHOD_GET &&
         soup_message_headers_header_equals (headers, "Upgrade", "websocket");
}

gboolean
hw_hub_is_for_events (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *accept = soup_message_headers_get_list (headers, "Accept");

  return soup_server_message_get_method (message) == SOUP_METHOD_GET && accept != NULL &&
         soup_header_contains (accept, EVENTS_CONTENT_TYPE);
}

void
hw_hub_reply_stopped (SoupServerMessage *message)
{
  hw_hub_reply_text (message, SOUP_STATUS_SERVICE_UNAVAILABLE, "The server stops");
}

/* A connection that was not negotiated has no token. */
void
hw_hub_forget_token (HwHub      *self,
                     const char *token)
{
  if (token != NULL)
    hw_hub_tokens_remove (self->tokens, token);
}

static Opening *
opening_new (HwHub             *hub,
             HwLineKind         kind,
             SoupServerMessage *message,
             HwPrincipal       *principal,
             const char        *token)
{
  Opening *self = g_new0 (Opening, 1);

  if (token != NULL)
    hw_hub_tokens_use (hub->tokens, token);

  self->hub = g_object_ref (hub);
  self->kind = kind;
  self->message = message;
  self->principal = hw_principal_share (principal, &hub->principal);
  self->token = g_strdup (token);

  return self;
}

static void
opening_free (Opening *self)
{
  hw_hub_forget_token (self->hub, self->token);
  g_clear_object (&self->hub);
  g_clear_pointer (&self->principal, hw_principal_unref);
  g_free (self->token);
  g_free (self);
}

/* Takes the connection: what comes now is no HTTP. @beginning is (nullable). */
static void
opening_take (Opening *self,
              GBytes  *beginning)
{
  g_autoptr(HwHub) hub = g_object_ref (self->hub);
  g_autofree char *token = g_steal_pointer (&self->token);
  g_autoptr(HwPrincipal) principal = hw_principal_ref (self->principal);
  HwLineKind kind = self->kind;
  g_autoptr(HwHubConnection) connection = NULL;
  g_autoptr(HwHubTransport) transport = NULL;
  g_autoptr(GBytes) early = NULL;
  HwPlaneWire wire = { -1, NULL };

  /* This may be the end of the message and of the opening. */
  wire.fd = hub->door->take (self->message, &wire.stream, &early);
  if (wire.fd < 0)
    {
      hw_hub_forget_token (hub, token);
      return;
    }

  connection = hw_hub_connection_new (hub->handler, principal,
                                      hw_clock_get_monotonic_time (hub->clock));
  transport = hw_line_transport_new (kind, hub->plane, connection, hub->clock);
  hw_hub_transports_add (hub->transports, transport, token, kind == HW_LINE_KIND_EVENTS);
  hw_line_transport_start (HW_LINE_TRANSPORT (transport), &wire, early, beginning);

  /* Whoever was let in before we stopped hears of it, as all others do. */
  if (hub->is_stopped)
    hw_hub_transport_say_goodbye (transport);
}

/* The answer to the upgrade has gone out. */
static void
on_message_wrote_informational (SoupServerMessage *message,
                                Opening           *opening)
{
  opening_take (opening, NULL);
}

static void
on_upgrade_closure_finalized (gpointer  data,
                              GClosure *closure)
{
  opening_free (data);
}

/* Refuses somebody for whom there is no room. Returns: @has_room */
static gboolean
check_room (SoupServerMessage *message,
            gboolean           has_room)
{
  if (!has_room)
    hw_hub_reply_text (message, SOUP_STATUS_SERVICE_UNAVAILABLE, "Too many connections");

  return has_room;
}

static gboolean
hw_hub_has_room (HwHub             *self,
                 SoupServerMessage *message,
                 HwPrincipal       *principal)
{
  return check_room (message, hw_plane_has_room (self->plane, principal));
}

static void
hw_hub_answer_upgrade (HwHub             *self,
                       SoupServerMessage *message,
                       HwPrincipal       *principal,
                       const char        *token)
{
  Opening *opening;

  /* No extension: each would have to be bounded, too. The origin was looked at by
   * whoever let the request in. If it is no upgrade, this has answered so.
   */
  if (!hw_hub_has_room (self, message, principal) ||
      !soup_websocket_server_process_handshake (message, NULL, NULL, NULL, NULL))
    return;

  opening = opening_new (self, HW_LINE_KIND_WEBSOCKET, message, principal, token);
  g_signal_connect_data (message, "wrote-informational",
                         G_CALLBACK (on_message_wrote_informational), opening,
                         on_upgrade_closure_finalized, G_CONNECT_DEFAULT);
}

/* Returns: (transfer full): the head of an answer of events, and a first line that says nothing:
 * old browsers do not see the answer before it (WHATWG HTML, 9.2.6)
 */
static GBytes *
make_beginning (HwHub             *hub,
                SoupServerMessage *message)
{
  GBytes *head = hub->door->begin_events (message, hub->door_data);
  GByteArray *bytes = g_bytes_unref_to_array (head);

  g_byte_array_append (bytes, (const guint8 *) ":\r\n", strlen (":\r\n"));

  return g_byte_array_free_to_bytes (bytes);
}

/* libsoup has done with the request until we say something. */
static gboolean
on_events_held (gpointer user_data)
{
  Opening *opening = user_data;
  const HwHubDoor *door = opening->hub->door;
  g_autoptr(SoupServerMessage) message = g_object_ref (opening->message);
  gboolean is_gone = g_cancellable_is_cancelled (door->get_cancellable (opening->exchange));

  /* Much may have happened meanwhile. */
  if (!is_gone && opening->hub->is_stopped)
    {
      hw_hub_reply_stopped (message);
    }
  else if (!is_gone && hw_hub_has_room (opening->hub, message, opening->principal))
    {
      g_autoptr(GBytes) beginning = make_beginning (opening->hub, message);

      opening_take (opening, beginning);
    }

  opening->idle_id = 0;
  door->answer (g_steal_pointer (&opening->exchange));
  opening_free (opening);

  return G_SOURCE_REMOVE;
}

static void
hw_hub_answer_events (HwHub             *self,
                      SoupServerMessage *message,
                      HwPrincipal       *principal,
                      const char        *token)
{
  Opening *opening;

  if (!hw_hub_has_room (self, message, principal))
    return;

  opening = opening_new (self, HW_LINE_KIND_EVENTS, message, principal, token);
  opening->exchange = self->door->hold (message);
  opening->idle_id = g_idle_add_full (G_PRIORITY_DEFAULT, on_events_held, opening, NULL);
}

static void
hw_hub_answer_first_poll (HwHub             *self,
                          SoupServerMessage *message,
                          HwPrincipal       *principal,
                          const char        *token)
{
  g_autoptr(HwPrincipal) shared = NULL;
  g_autoptr(HwHubConnection) connection = NULL;
  g_autoptr(HwHubTransport) transport = NULL;

  if (!check_room (message, hw_places_have_room (self->poll_places, principal)))
    return;

  hw_hub_tokens_use (self->tokens, token);
  hw_places_take (self->poll_places, hw_principal_get_name (principal));
  shared = hw_principal_share (principal, &self->principal);
  connection = hw_hub_connection_new (self->handler, shared,
                                      hw_clock_get_monotonic_time (self->clock));
  transport = hw_poll_transport_new (self->door, connection, self->clock);
  hw_hub_transports_add (self->transports, transport, token, TRUE);
  hw_poll_transport_take_poll (HW_POLL_TRANSPORT (transport), message);
}

/* Answers somebody who has no connection yet, with one. */
void
hw_hub_open (HwHub             *self,
             SoupServerMessage *message,
             HwPrincipal       *principal,
             const char        *token)
{
  const char *method = soup_server_message_get_method (message);

  if (self->is_stopped)
    hw_hub_reply_stopped (message);
  else if (method == SOUP_METHOD_POST)
    hw_hub_reply_text (message, SOUP_STATUS_NOT_FOUND, HW_HUB_TEXT_UNKNOWN);
  else if (method == SOUP_METHOD_DELETE)
    hw_hub_reply_other_transport (message);
  else if (token != NULL && hw_hub_is_for_events (message))
    hw_hub_answer_events (self, message, principal, token);
  else if (hw_hub_is_for_upgrade (message))
    hw_hub_answer_upgrade (self, message, principal, token);
  else
    hw_hub_answer_first_poll (self, message, principal, token);
}
