/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub.h"

#include "hw-error.h"
#include "hw-hub-negotiation.h"
#include "hw-hub-reply.h"
#include "hw-hub-tokens.h"
#include "hw-hub-transports.h"

#include <string.h>

/**
 * HwHub:
 *
 * A SignalR hub on a path of a #SoupServer: negotiating, and WebSockets. It knows
 * HTTP and nothing of the protocol behind the upgrade; that is for a
 * #HwHubConnection each. Main context only.
 */
struct _HwHub
{
  GObject parent_instance;

  SoupServer *server;    /* (owned) (not nullable) */
  char *path;            /* (owned) (not nullable) */
  HwHubHandler *handler; /* (owned) (not nullable) */
  HwPlane *plane;        /* (owned) (not nullable) */
  HwClock *clock;        /* (owned) (not nullable) */
  HwHubTakeFunc take;
  HwHubAuthenticateFunc authenticate;
  gpointer authenticate_data;

  HwPrincipal *principal;     /* (owned) (nullable): who was let in last */
  HwHubTokens *tokens;        /* (owned) (not nullable) */
  HwHubTransports *transports; /* (owned) (not nullable) */

  GTask *stopping; /* (owned) (nullable) */
  gboolean is_stopped;
};

/* An upgrade that was answered, until the answer has gone out. */
typedef struct
{
  HwHub *hub;             /* (owned) */
  HwPrincipal *principal; /* (owned) */
  char *token;            /* (owned) (nullable): one that is used, unless the upgrade has it */
} Upgrade;

G_DEFINE_FINAL_TYPE (HwHub, hw_hub, G_TYPE_OBJECT)

static gint64
hw_hub_get_now (HwHub *self)
{
  return hw_clock_get_monotonic_time (self->clock);
}

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

  if (!hw_hub_negotiation_read_version (query, &version, &error))
    {
      answer = hw_hub_negotiation_refuse (error->message);
      hw_hub_reply_json (message, answer);
      return;
    }

  connection_id = hw_hub_make_token (&error);
  if (connection_id != NULL)
    token = hw_hub_tokens_add (self->tokens, principal, hw_hub_get_now (self), &error);
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

/* A connection that was not negotiated has no token. */
static void
hw_hub_forget_token (HwHub      *self,
                     const char *token)
{
  if (token != NULL)
    hw_hub_tokens_remove (self->tokens, token);
}

static void
on_transport_removed (HwHubTransports *transports,
                      const char      *token,
                      HwHub           *self)
{
  hw_hub_forget_token (self, token);
  hw_hub_check_stopped (self);
}

static void
upgrade_free (gpointer  data,
              GClosure *closure)
{
  Upgrade *upgrade = data;

  hw_hub_forget_token (upgrade->hub, upgrade->token);
  g_clear_object (&upgrade->hub);
  g_clear_pointer (&upgrade->principal, hw_principal_unref);
  g_free (upgrade->token);
  g_free (upgrade);
}

/* The answer to the upgrade has gone out: what comes now is no HTTP. */
static void
on_message_wrote_informational (SoupServerMessage *message,
                                Upgrade           *upgrade)
{
  g_autoptr(HwHub) self = g_object_ref (upgrade->hub);
  g_autofree char *token = g_steal_pointer (&upgrade->token);
  g_autoptr(HwPrincipal) principal = hw_principal_ref (upgrade->principal);
  g_autoptr(HwHubConnection) connection = NULL;
  g_autoptr(HwLineTransport) transport = NULL;
  g_autoptr(GBytes) early = NULL;
  HwPlaneWire wire = { -1, NULL };

  /* This may be the end of the message and of the upgrade. */
  wire.fd = self->take (message, &wire.stream, &early);
  if (wire.fd < 0)
    {
      hw_hub_forget_token (self, token);
      return;
    }

  connection = hw_hub_connection_new (self->handler, principal, hw_hub_get_now (self));
  transport = hw_line_transport_new (self->plane, connection, self->clock);
  hw_hub_transports_add (self->transports, transport, token, &wire, early);
}

static void
hw_hub_answer_upgrade (HwHub             *self,
                       SoupServerMessage *message,
                       HwPrincipal       *principal,
                       const char        *token)
{
  Upgrade *upgrade;

  if (!hw_plane_has_room (self->plane))
    {
      hw_hub_reply_text (message, SOUP_STATUS_SERVICE_UNAVAILABLE, "Too many connections");
      return;
    }

  /* No extension: each would have to be bounded, too. The origin was looked at by
   * whoever let the request in. If it is no upgrade, this has answered so.
   */
  if (!soup_websocket_server_process_handshake (message, NULL, NULL, NULL, NULL))
    return;

  if (token != NULL)
    hw_hub_tokens_use (self->tokens, token);

  upgrade = g_new0 (Upgrade, 1);
  upgrade->hub = g_object_ref (self);
  upgrade->principal = hw_principal_share (principal, &self->principal);
  upgrade->token = g_strdup (token);
  g_signal_connect_data (message, "wrote-informational",
                         G_CALLBACK (on_message_wrote_informational), upgrade, upgrade_free,
                         G_CONNECT_DEFAULT);
}

static gboolean
is_upgrade (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  return soup_server_message_get_method (message) == SOUP_METHOD_GET &&
         soup_message_headers_header_equals (headers, "Upgrade", "websocket");
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

  if (method != SOUP_METHOD_GET && method != SOUP_METHOD_POST && method != SOUP_METHOD_DELETE)
    {
      hw_hub_reply_wrong_method (message, "GET, POST, DELETE");
      return;
    }

  if (token != NULL)
    state = hw_hub_tokens_look_up (self->tokens, token, principal, hw_hub_get_now (self));

  if (token == NULL && !is_upgrade (message))
    hw_hub_reply_text (message, SOUP_STATUS_BAD_REQUEST, "Connection ID required");
  else if (token != NULL && state == HW_HUB_TOKEN_STATE_UNKNOWN)
    hw_hub_reply_text (message, SOUP_STATUS_NOT_FOUND, "No Connection with that ID");
  else if (!is_upgrade (message))
    hw_hub_reply_other_transport (message);
  else if (state == HW_HUB_TOKEN_STATE_USED)
    soup_server_message_set_status (message, SOUP_STATUS_CONFLICT, NULL);
  else
    hw_hub_answer_upgrade (self, message, principal, token);
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

  if (self->is_stopped)
    {
      hw_hub_reply_text (message, SOUP_STATUS_SERVICE_UNAVAILABLE, "The server stops");
      return;
    }

  principal = self->authenticate (message, self->authenticate_data, &error);
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

/* No request to a hub has a body that anybody reads. */
static void
on_server_request_early (SoupServer        *server,
                         SoupServerMessage *message,
                         const char        *path,
                         GHashTable        *query,
                         gpointer           user_data)
{
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
}

/**
 * hw_hub_new:
 * @server: where to hang the hub
 * @path: on which path, such as `/hub`; nothing else may hang there or below
 * @handler: what clients can call
 * @clock: what time it is
 * @plane: where the WebSockets go
 * @take: takes connections from those who speak HTTP
 * @authenticate: finds out who asks
 * @user_data: for @authenticate; it must live as long as the hub
 *
 * Makes a hub. It answers from now on; `Host` and `Origin` have to be checked by
 * whoever lets requests in.
 *
 * Returns: (transfer full): the hub
 */
HwHub *
hw_hub_new (SoupServer           *server,
            const char           *path,
            HwHubHandler         *handler,
            HwClock              *clock,
            HwPlane              *plane,
            HwHubTakeFunc         take,
            HwHubAuthenticateFunc authenticate,
            gpointer              user_data)
{
  HwHub *self;

  g_return_val_if_fail (SOUP_IS_SERVER (server), NULL);
  g_return_val_if_fail (path != NULL && path[0] == '/', NULL);
  g_return_val_if_fail (HW_IS_HUB_HANDLER (handler), NULL);
  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (HW_IS_PLANE (plane), NULL);
  g_return_val_if_fail (take != NULL && authenticate != NULL, NULL);

  self = g_object_new (HW_TYPE_HUB, NULL);
  self->server = g_object_ref (server);
  self->path = g_strdup (path);
  self->handler = g_object_ref (handler);
  self->clock = g_object_ref (clock);
  self->plane = g_object_ref (plane);
  self->take = take;
  self->transports = hw_hub_transports_new (self->plane);
  g_signal_connect_object (self->transports, "removed", G_CALLBACK (on_transport_removed), self,
                           G_CONNECT_DEFAULT);
  self->authenticate = authenticate;
  self->authenticate_data = user_data;
  soup_server_add_early_handler (server, path, on_server_request_early, NULL, NULL);
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
 * %HW_WS_CLOSE_TIMEOUT to answer.
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
