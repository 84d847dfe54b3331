/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-private.h"

#include "hw-error.h"
#include "hw-hub-negotiation.h"
#include "hw-hub-reply.h"
#include "hw-poll-transport.h"

#include <string.h>

/**
 * HwHub:
 *
 * A SignalR hub on a path of a #SoupServer: negotiating, and what a request makes a transport
 * of. It knows HTTP and nothing of the protocol behind it; that is for a #HwHubConnection
 * each. Main context only.
 */
G_DEFINE_FINAL_TYPE (HwHub, hw_hub, G_TYPE_OBJECT)

static void
hw_hub_answer_negotiation (HwHub             *self,
                           SoupServerMessage *message,
                           GHashTable        *query,
                           HwPrincipal       *principal)
{
  g_autofree char *connection_id = NULL;
  g_autofree char *token = NULL;
  g_autoptr(GBytes) answer = NULL;
  g_autoptr(GError) error = NULL;
  guint version;

  if (soup_server_message_get_method (message) != SOUP_METHOD_POST)
    {
      hw_hub_reply_wrong_method (message, SOUP_METHOD_POST);
      return;
    }

  if (self->is_stopped)
    {
      hw_hub_reply_stopped (message);
      return;
    }

  if (!hw_hub_negotiation_read_version (query, &version, &error))
    {
      answer = hw_hub_negotiation_refuse (error->message);
      hw_hub_reply_json (message, answer);
      return;
    }

  connection_id = hw_hub_make_token (&error);
  if (connection_id != NULL)
    token = hw_hub_tokens_add (self->tokens, principal,
                               hw_clock_get_monotonic_time (self->clock), &error);
  if (token == NULL)
    {
      hw_hub_reply_error (message, SOUP_STATUS_SERVICE_UNAVAILABLE, error);
      return;
    }

  answer = hw_hub_negotiation_answer (version, connection_id, token);
  hw_hub_reply_json (message, answer);
}

static void
hw_hub_check_stopped (HwHub *self)
{
  g_autoptr(GTask) gtask = NULL;

  if (self->stopping == NULL || hw_hub_transports_get_size (self->transports) > 0)
    return;

  gtask = g_steal_pointer (&self->stopping);
  g_task_return_boolean (gtask, TRUE);
}

static void
on_transport_removed (HwHubTransports *transports,
                      HwHubTransport  *transport,
                      const char      *token,
                      HwHub           *self)
{
  HwHubConnection *connection = hw_hub_transport_get_connection (transport);

  if (HW_IS_POLL_TRANSPORT (transport))
    hw_places_give_back (self->poll_places,
                         hw_principal_get_name (hw_hub_connection_get_principal (connection)));
  hw_hub_forget_token (self, token);
  hw_hub_check_stopped (self);
}

/* Answers a request of somebody whose connection does not carry all that it takes. */
static void
hw_hub_serve (HwHub             *self,
              SoupServerMessage *message,
              HwHubTransport    *transport)
{
  const char *method = soup_server_message_get_method (message);
  gboolean is_polled = HW_IS_POLL_TRANSPORT (transport);

  if (method == SOUP_METHOD_POST)
    {
      hw_hub_transport_take_post (transport, self->door, message);
    }
  else if (is_polled && method == SOUP_METHOD_DELETE)
    {
      hw_hub_transport_finish (transport);
      hw_hub_reply_text (message, SOUP_STATUS_ACCEPTED, "");
    }
  else if (is_polled && method == SOUP_METHOD_GET && !hw_hub_is_for_events (message) &&
           !hw_hub_is_for_upgrade (message))
    {
      hw_poll_transport_take_poll (HW_POLL_TRANSPORT (transport), message);
    }
  else if (!is_polled && hw_hub_is_for_events (message))
    {
      soup_server_message_set_status (message, SOUP_STATUS_CONFLICT, NULL);
    }
  else
    {
      hw_hub_reply_other_transport (message);
    }
}

static void
hw_hub_answer_connection (HwHub             *self,
                          SoupServerMessage *message,
                          GHashTable        *query,
                          HwPrincipal       *principal)
{
  const char *method = soup_server_message_get_method (message);
  const char *token = hw_hub_query_get (query, "id");
  HwHubTokenState state = HW_HUB_TOKEN_STATE_UNKNOWN;
  HwHubTransport *transport = NULL;

  if (method != SOUP_METHOD_GET && method != SOUP_METHOD_POST && method != SOUP_METHOD_DELETE)
    {
      hw_hub_reply_wrong_method (message, "GET, POST, DELETE");
      return;
    }

  if (token != NULL)
    state = hw_hub_tokens_look_up (self->tokens, token, principal,
                                   hw_clock_get_monotonic_time (self->clock));
  if (state == HW_HUB_TOKEN_STATE_USED)
    transport = hw_hub_transports_find (self->transports, token);

  if (token == NULL && !hw_hub_is_for_upgrade (message))
    hw_hub_reply_text (message, SOUP_STATUS_BAD_REQUEST, "Connection ID required");
  else if (token != NULL && state == HW_HUB_TOKEN_STATE_UNKNOWN)
    hw_hub_reply_text (message, SOUP_STATUS_NOT_FOUND, HW_HUB_TEXT_UNKNOWN);
  else if (transport != NULL)
    hw_hub_serve (self, message, transport);
  else if (state != HW_HUB_TOKEN_STATE_USED)
    hw_hub_open (self, message, principal, token);
  else if (hw_hub_is_for_upgrade (message))
    soup_server_message_set_status (message, SOUP_STATUS_CONFLICT, NULL);
  else
    hw_hub_reply_other_transport (message);
}

static void
on_server_request (SoupServer        *server,
                   SoupServerMessage *message,
                   const char        *path,
                   GHashTable        *query,
                   gpointer           user_data)
{
  HwHub *self = HW_HUB (user_data);
  g_autoptr(HwPrincipal) principal = NULL;
  g_autoptr(GError) error = NULL;
  const char *rest = path + strlen (self->path);

  principal = self->door->authenticate (message, self->door_data, &error);
  if (principal == NULL)
    hw_hub_reply_error (message, g_error_matches (error, HW_ERROR, HW_ERROR_NOT_ALLOWED)
                 ? SOUP_STATUS_FORBIDDEN : SOUP_STATUS_UNAUTHORIZED, error);
  else if (g_str_equal (rest, "/negotiate"))
    hw_hub_answer_negotiation (self, message, query, principal);
  else if (*rest == '\0')
    hw_hub_answer_connection (self, message, query, principal);
  else
    soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
}

/* Negotiations have no body that anybody reads. */
static void
on_server_request_early (SoupServer        *server,
                         SoupServerMessage *message,
                         const char        *path,
                         GHashTable        *query,
                         gpointer           user_data)
{
  HwHub *self = HW_HUB (user_data);

  if (!g_str_equal (path, self->path))
    soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
}

static void
hw_hub_dispose (GObject *object)
{
  HwHub *self = HW_HUB (object);

  self->is_stopped = TRUE;
  if (self->server != NULL)
    {
      soup_server_remove_handler (self->server, self->path);
      hw_hub_transports_cut_all (self->transports);
    }
  g_clear_object (&self->server);

  G_OBJECT_CLASS (hw_hub_parent_class)->dispose (object);
}

static void
hw_hub_finalize (GObject *object)
{
  HwHub *self = HW_HUB (object);

  g_clear_object (&self->transports);
  g_clear_pointer (&self->principal, hw_principal_unref);
  g_clear_pointer (&self->poll_places, hw_places_free);
  g_clear_pointer (&self->tokens, hw_hub_tokens_free);
  g_clear_object (&self->handler);
  g_clear_object (&self->plane);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->path, g_free);

  G_OBJECT_CLASS (hw_hub_parent_class)->finalize (object);
}

static void
hw_hub_class_init (HwHubClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_hub_dispose;
  object_class->finalize = hw_hub_finalize;
}

static void
hw_hub_init (HwHub *self)
{
  self->tokens = hw_hub_tokens_new ();
  self->poll_places = hw_places_new (HW_HUB_MAX_POLLS);
}

/**
 * hw_hub_new:
 * @server: where to hang the hub
 * @path: on which path, such as `/hub`; nothing else may hang there or below
 * @handler: what clients can call
 * @clock: what time it is
 * @plane: where connections go that last
 * @door: what it has of whoever speaks HTTP; it must stay
 * @user_data: for @door; it must live as long as the hub
 *
 * Makes a hub. It answers from now on; `Host` and `Origin` have to be checked by
 * whoever lets requests in.
 *
 * Returns: (transfer full): the hub
 */
HwHub *
hw_hub_new (SoupServer      *server,
            const char      *path,
            HwHubHandler    *handler,
            HwClock         *clock,
            HwPlane         *plane,
            const HwHubDoor *door,
            gpointer         user_data)
{
  HwHub *self;

  g_return_val_if_fail (SOUP_IS_SERVER (server), NULL);
  g_return_val_if_fail (path != NULL && path[0] == '/', NULL);
  g_return_val_if_fail (HW_IS_HUB_HANDLER (handler), NULL);
  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (HW_IS_PLANE (plane), NULL);
  g_return_val_if_fail (door != NULL, NULL);

  self = g_object_new (HW_TYPE_HUB, NULL);
  self->server = g_object_ref (server);
  self->path = g_strdup (path);
  self->handler = g_object_ref (handler);
  self->clock = g_object_ref (clock);
  self->plane = g_object_ref (plane);
  self->door = door;
  self->door_data = user_data;
  self->transports = hw_hub_transports_new (self->plane);
  g_signal_connect_object (self->transports, "removed", G_CALLBACK (on_transport_removed), self,
                           G_CONNECT_DEFAULT);
  soup_server_add_early_handler (server, path, on_server_request_early, self, NULL);
  soup_server_add_handler (server, path, on_server_request, self, NULL);

  return self;
}

/**
 * hw_hub_get_n_connections:
 * @self: a hub
 *
 * Tells how many clients are connected.
 *
 * Returns: their number
 */
guint
hw_hub_get_n_connections (HwHub *self)
{
  g_return_val_if_fail (HW_IS_HUB (self), 0);

  return hw_hub_transports_get_size (self->transports);
}

static void
on_cancellable_cancelled (GCancellable *cancellable,
                          HwHub        *self)
{
  hw_hub_transports_cut_all (self->transports);
}

/**
 * hw_hub_stop_async:
 * @self: a hub that was not stopped
 * @cancellable: (nullable): to wait for nobody any more: whoever has not answered is cut
 * @callback: called in the main context when all connections are over
 * @user_data: for @callback
 *
 * Says goodbye to all clients, at once, and lets nobody in any more. They have
 * %HW_HUB_CLOSE_TIMEOUT to answer.
 */
void
hw_hub_stop_async (HwHub              *self,
                   GCancellable       *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer            user_data)
{
  g_return_if_fail (HW_IS_HUB (self));
  g_return_if_fail (self->stopping == NULL);

  self->is_stopped = TRUE;
  self->stopping = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->stopping, hw_hub_stop_async);
  if (cancellable != NULL)
    g_signal_connect_object (cancellable, "cancelled", G_CALLBACK (on_cancellable_cancelled), self,
                             G_CONNECT_DEFAULT);

  hw_hub_transports_close_all (self->transports);
  if (g_cancellable_is_cancelled (cancellable))
    hw_hub_transports_cut_all (self->transports);
  hw_hub_check_stopped (self);
}

/**
 * hw_hub_stop_finish:
 * @self: a hub
 * @result: what the callback got
 * @error: return location for a #GError, or %NULL
 *
 * Ends hw_hub_stop_async().
 *
 * Returns: %TRUE
 */
gboolean
hw_hub_stop_finish (HwHub        *self,
                    GAsyncResult *result,
                    GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
