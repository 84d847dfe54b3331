/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-server.h"

#include "hw-error.h"
#include "hw-file-api.h"
#include "hw-health-api.h"
#include "hw-http-auth.h"
#include "hw-http-doors.h"
#include "hw-http-link.h"
#include "hw-http-query.h"
#include "hw-http-reply.h"
#include "hw-http-route.h"
#include "hw-http-stream.h"
#include "hw-openapi.h"
#include "hw-poll-api.h"
#include "hw-request-json.h"
#include "hw-task-api.h"
#include "hw-task-json.h"
#include "hw-web-files.h"

#include <unistd.h>

#define PRINCIPAL_KEY "hw-principal"

/* How long browsers come with TLS only: a year, as others promise. */
#define TLS_PROMISE "max-age=31536000"

/**
 * HwHttpServer:
 *
 * The front door: one SoupServer behind a listener, on loopback TCP, on a Unix socket, and
 * wherever its entrances let others in. It lets a request in by its head alone, before its body is read, whoever is to answer it: so the hub,
 * which hangs itself on the same SoupServer, only sees requests that were let in. Main
 * context only.
 */
struct _HwHttpServer
{
  GObject parent_instance;

  SoupServer *soup;      /* (owned) (not nullable) */
  HwHttpListener *listener; /* (owned) (not nullable) */
  HwHttpDoors *doors;    /* (owned) (not nullable) */
  HwHttpAuth *auth;      /* (owned) (not nullable) */
  HwTaskApi *task_api;   /* (owned) (not nullable) */
  HwPollApi *poll_api;   /* (owned) (not nullable) */
  HwFileApi *file_api;   /* (owned) (not nullable) */
  HwHealthApi *health_api;   /* (owned) (not nullable) */
  HwMetricsApi *metrics_api; /* (owned) (not nullable) */
  HwOpenapi *openapi;    /* (owned) (not nullable) */
  HwWebFiles *web_files; /* (owned) (not nullable) */

  char *token; /* (owned) (not nullable): for those who may have a link with it */
};

G_DEFINE_FINAL_TYPE (HwHttpServer, hw_http_server, G_TYPE_OBJECT)

static HwHttpRoute
get_route (SoupServerMessage *message,
           guint64           *task_id)
{
  return hw_http_route_parse (g_uri_get_path (soup_server_message_get_uri (message)), task_id);
}

/* The body comes all the same, since libsoup answers only then, unless it waits to be let in:
 * then nobody can tell whether it comes. Nothing of it is kept.
 */
static void
drop_body (SoupServerMessage *message)
{
  SoupMessageHeaders *fields = soup_server_message_get_request_headers (message);

  if (soup_message_headers_get_content_length (fields) > 0)
    soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                  "Connection", "close");
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
}

static void
refuse (SoupServerMessage *message,
        guint              status,
        const GError      *error)
{
  drop_body (message);
  hw_http_reply_refusal (message, status, error);
}

/* Somebody who is nobody gets to know of what is public only. */
static gboolean
hw_http_server_admit (HwHttpServer      *self,
                      SoupServerMessage *message,
                      HwHttpRoute        route)
{
  HwHttpStream *stream = hw_http_stream_get (message);
  g_autoptr(GError) error = NULL;
  HwPrincipal *principal;

  if (hw_http_route_is_public (route, soup_server_message_get_method (message)))
    return TRUE;

  principal = hw_http_auth_authenticate (self->auth, message, &error);
  if (stream != NULL)
    hw_http_stream_set_known (stream, principal != NULL);
  if (principal == NULL)
    {
      drop_body (message);
      hw_http_reply_error (message, error);
      return FALSE;
    }

  g_object_set_data_full (G_OBJECT (message), PRINCIPAL_KEY, principal,
                          (GDestroyNotify) hw_principal_unref);
  return TRUE;
}

static gboolean
has_target (SoupServerMessage *message,
            HwHttpRoute        route)
{
  g_autoptr(GError) error = NULL;

  if (route == HW_HTTP_ROUTE_NONE)
    {
      error = g_error_new (HW_ERROR, HW_ERROR_NOT_FOUND,
                           "There is nothing at this address. Look at “/api/v1/tasks” for the "
                           "tasks and at “/api/v1/task-types” for their types.");
      refuse (message, SOUP_STATUS_NOT_FOUND, error);
      return FALSE;
    }

  if (!hw_http_route_has_method (route, soup_server_message_get_method (message)))
    {
      const char *methods = hw_http_route_get_methods (route);

      error = g_error_new (HW_ERROR, HW_ERROR_INVALID_REQUEST,
                           "This address does not have this method. Use %s.", methods);
      soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                    "Allow", methods);
      refuse (message, SOUP_STATUS_METHOD_NOT_ALLOWED, error);
      return FALSE;
    }

  return TRUE;
}

/* A browser that came with TLS to a name that is ours alone never comes without again
 * (RFC 6797).
 */
static void
hw_http_server_promise_tls (HwHttpServer      *self,
                            SoupServerMessage *message)
{
  HwHttpEntrances *entrances = hw_http_listener_get_entrances (self->listener);
  SoupMessageHeaders *fields = soup_server_message_get_request_headers (message);

  if (hw_http_auth_has_tls (message) &&
      hw_http_entrances_is_site (entrances, soup_message_headers_get_one (fields, "Host")))
    soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                  "Strict-Transport-Security", TLS_PROMISE);
}

/* Lets a request in, or gives it a status: then libsoup calls no handler for it, and
 * upgrades no connection. */
static void
on_message_got_headers (SoupServerMessage *message,
                        HwHttpServer      *self)
{
  g_autoptr(GError) error = NULL;
  HwHttpRoute route;
  guint64 task_id;
  guint status = hw_http_auth_check (self->auth, message, &error);

  if (status != SOUP_STATUS_NONE)
    {
      refuse (message, status, error);
      return;
    }

  hw_http_server_promise_tls (self, message);
  route = get_route (message, &task_id);
  if (hw_http_server_admit (self, message, route))
    has_target (message, route);
}

/* libsoup's own handler of the signal was connected before this one is. */
static void
on_soup_request_started (SoupServer        *soup,
                         SoupServerMessage *message,
                         HwHttpServer      *self)
{
  g_signal_connect_object (message, "got-headers", G_CALLBACK (on_message_got_headers), self,
                           G_CONNECT_DEFAULT);
}

/* libsoup forgets the fields of an answer when it sends `100 Continue`. */
static void
on_soup_request_read (SoupServer        *soup,
                      SoupServerMessage *message,
                      HwHttpServer      *self)
{
  if (soup_server_message_get_status (message) == SOUP_STATUS_NONE)
    hw_http_server_promise_tls (self, message);
}

/* What somebody asks who looks after the daemon. Of whether it is ready, who shows who they are is
 * told more.
 */
static void
hw_http_server_answer_caretaker (HwHttpServer      *self,
                                 SoupServerMessage *message,
                                 HwHttpRoute        route,
                                 HwPrincipal       *principal)
{
  g_autoptr(HwPrincipal) known = NULL;

  if (route == HW_HTTP_ROUTE_METRICS)
    {
      hw_metrics_api_answer (self->metrics_api, message, principal);
    }
  else if (route == HW_HTTP_ROUTE_HEALTH)
    {
      hw_health_api_answer_health (self->health_api, message);
    }
  else
    {
      known = hw_http_auth_authenticate (self->auth, message, NULL);
      hw_health_api_answer_readiness (self->health_api, message, known);
    }
}

/* Whoever asks with GET was let in, so that there is a session. */
static void
hw_http_server_answer_session (HwHttpServer      *self,
                               SoupServerMessage *message)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  const char *query = g_uri_get_query (soup_server_message_get_uri (message));
  g_autofree char *token = NULL;
  g_autofree char *cookie = NULL;
  g_autofree char *key = NULL;
  g_autoptr(GError) error = NULL;

  if (!hw_http_query_read_nothing (query, &error))
    {
      hw_http_reply_error (message, error);
      return;
    }

  if (!g_str_equal (soup_server_message_get_method (message), "POST"))
    {
      hw_http_reply_empty (message, SOUP_STATUS_NO_CONTENT);
      return;
    }

  token = hw_request_json_parse_session (body->data != NULL ? body->data : "",
                                         (gsize) body->length,
                                         hw_http_route_get_max_body (HW_HTTP_ROUTE_SESSION, "POST"),
                                         &error);
  if (token != NULL)
    cookie = hw_http_auth_open_session (self->auth, message, token, &key, &error);

  if (cookie == NULL)
    {
      hw_http_reply_error (message, error);
      return;
    }

  soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                "Set-Cookie", cookie);
  hw_http_reply_json (message, SOUP_STATUS_OK, hw_task_json_encode_session (key));
}

/* Nobody took the hub's path. */
static void
answer_without_hub (SoupServerMessage *message)
{
  g_autoptr(GError) error = g_error_new (HW_ERROR, HW_ERROR_NOT_FOUND,
                                         "There is no hub here. Use “/api/v1”.");

  hw_http_reply_error (message, error);
}

static void
on_soup_request (SoupServer        *soup,
                 SoupServerMessage *message,
                 const char        *path,
                 GHashTable        *query,
                 gpointer           user_data)
{
  HwHttpServer *self = HW_HTTP_SERVER (user_data);
  HwPrincipal *principal = g_object_get_data (G_OBJECT (message), PRINCIPAL_KEY);
  guint64 task_id;
  HwHttpRoute route = get_route (message, &task_id);

  switch (route)
    {
    case HW_HTTP_ROUTE_HEALTH:
    case HW_HTTP_ROUTE_READINESS:
    case HW_HTTP_ROUTE_METRICS:
      hw_http_server_answer_caretaker (self, message, route, principal);
      break;

    case HW_HTTP_ROUTE_SESSION:
      hw_http_server_answer_session (self, message);
      break;

    case HW_HTTP_ROUTE_ADD_TASK:
    case HW_HTTP_ROUTE_TASKS:
    case HW_HTTP_ROUTE_TASK:
    case HW_HTTP_ROUTE_CANCEL:
    case HW_HTTP_ROUTE_RETRY:
    case HW_HTTP_ROUTE_PAUSE:
    case HW_HTTP_ROUTE_RESUME:
    case HW_HTTP_ROUTE_TASK_TYPES:
    case HW_HTTP_ROUTE_ABOUT:
      hw_task_api_answer (self->task_api, message, route, task_id, principal);
      break;

    case HW_HTTP_ROUTE_TASK_EVENTS:
    case HW_HTTP_ROUTE_LOG:
    case HW_HTTP_ROUTE_EVENTS:
      hw_poll_api_answer (self->poll_api, message, route, task_id, principal);
      break;

    case HW_HTTP_ROUTE_FILES:
    case HW_HTTP_ROUTE_FILE:
      hw_file_api_answer (self->file_api, message, route, task_id, principal);
      break;

    case HW_HTTP_ROUTE_LINK:
      hw_http_link_answer (message, principal, hw_http_server_get_port (self), self->token);
      break;

    case HW_HTTP_ROUTE_OPENAPI:
      hw_openapi_answer (self->openapi, message);
      break;

    case HW_HTTP_ROUTE_HUB:
      answer_without_hub (message);
      break;

    case HW_HTTP_ROUTE_WEB:
      hw_web_files_answer (self->web_files, message);
      break;

    case HW_HTTP_ROUTE_NONE:
    default:
      g_return_if_reached ();
    }
}

static void
hw_http_server_dispose (GObject *object)
{
  HwHttpServer *self = HW_HTTP_SERVER (object);

  if (self->soup != NULL)
    {
      hw_http_server_stop (self);
      soup_server_remove_handler (self->soup, NULL);
    }

  G_OBJECT_CLASS (hw_http_server_parent_class)->dispose (object);
}

static void
hw_http_server_finalize (GObject *object)
{
  HwHttpServer *self = HW_HTTP_SERVER (object);

  g_clear_object (&self->web_files);
  g_clear_object (&self->openapi);
  g_clear_object (&self->metrics_api);
  g_clear_object (&self->health_api);
  g_clear_object (&self->file_api);
  g_clear_object (&self->poll_api);
  g_clear_object (&self->task_api);
  g_clear_object (&self->auth);
  g_clear_object (&self->doors);
  g_clear_object (&self->listener);
  g_clear_object (&self->soup);
  g_clear_pointer (&self->token, g_free);

  G_OBJECT_CLASS (hw_http_server_parent_class)->finalize (object);
}

static void
hw_http_server_class_init (HwHttpServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = hw_http_server_dispose;
  object_class->finalize = hw_http_server_finalize;
}

static void
hw_http_server_init (HwHttpServer *self)
{
}

/* The extension unpacks messages of any size. Paths stay as they came: we have none that
 * needs to be decoded. libsoup's HTTP/2, which has faults that nobody mends, is out of
 * reach without TLS. */
static SoupServer *
make_soup_server (void)
{
  SoupServer *soup = g_object_new (SOUP_TYPE_SERVER, "raw-paths", TRUE, NULL);

  soup_server_remove_websocket_extension (soup, SOUP_TYPE_WEBSOCKET_EXTENSION_DEFLATE);

  return soup;
}

/**
 * hw_http_server_new:
 * @queue: the queue
 * @clock: what time it is
 * @plane: where those go who watch
 * @token: the daemon's token, not empty
 *
 * Creates a front door that is still closed.
 *
 * Returns: (transfer full): it
 */
HwHttpServer *
hw_http_server_new (HwTaskQueue *queue,
                    HwClock     *clock,
                    HwPlane     *plane,
                    const char  *token)
{
  HwHttpServer *self;

  g_return_val_if_fail (HW_IS_TASK_QUEUE (queue), NULL);
  g_return_val_if_fail (HW_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (HW_IS_PLANE (plane), NULL);
  g_return_val_if_fail (token != NULL && *token != '\0', NULL);

  self = g_object_new (HW_TYPE_HTTP_SERVER, NULL);
  self->auth = hw_http_auth_new (clock, token, (guint) geteuid ());
  self->file_api = hw_file_api_new (queue);
  self->openapi = hw_openapi_new (hw_task_queue_get_types (queue));
  self->token = g_strdup (token);
  self->web_files = hw_web_files_new (HW_WEB_FILES_PREFIX);
  self->soup = make_soup_server ();
  self->listener = hw_http_listener_new (self->soup, clock);
  self->task_api = hw_task_api_new (queue, self->listener);
  self->poll_api = hw_poll_api_new (queue, clock, plane, self->listener);
  self->health_api = hw_health_api_new (queue, clock);
  self->metrics_api = hw_metrics_api_new (queue, clock, plane, self->listener);
  self->doors = hw_http_doors_new (self->listener);
  g_signal_connect_object (self->soup, "request-started", G_CALLBACK (on_soup_request_started),
                           self, G_CONNECT_DEFAULT);
  g_signal_connect_object (self->soup, "request-read", G_CALLBACK (on_soup_request_read),
                           self, G_CONNECT_DEFAULT);
  soup_server_add_handler (self->soup, NULL, on_soup_request, self, NULL);

  return self;
}

/**
 * hw_http_server_adopt:
 * @self: a server that was not started
 * @socket: a socket that somebody else made and that listens
 * @error: return location for a #GError, or %NULL
 *
 * Takes a socket in place of the one that hw_http_server_start() would open: one of TCP
 * for the port, a Unix one for the path. Whoever made a Unix socket removes its file, too.
 *
 * Returns: %TRUE, or %FALSE with a sentence that says why it may be no door of ours
 */
gboolean
hw_http_server_adopt (HwHttpServer *self,
                      GSocket      *socket,
                      GError      **error)
{
  g_return_val_if_fail (HW_IS_HTTP_SERVER (self), FALSE);

  return hw_http_doors_adopt (self->doors, socket, error);
}

/**
 * hw_http_server_start:
 * @self: a server
 * @port: a port of this machine's own addresses for plain HTTP, or 0 for any that is free
 * @socket_path: (nullable): where the owner's socket is to stand, or %NULL for none
 * @error: return location for a #GError, or %NULL
 *
 * Opens the door, and what was adopted. Requests are answered as soon as the main context
 * runs.
 *
 * Returns: %TRUE, or %FALSE with a sentence that says who has the port or the socket;
 *   then nothing is open
 */
gboolean
hw_http_server_start (HwHttpServer *self,
                      guint         port,
                      const char   *socket_path,
                      GError      **error)
{
  g_return_val_if_fail (HW_IS_HTTP_SERVER (self), FALSE);

  if (!hw_http_doors_open (self->doors, port, socket_path, error))
    return FALSE;

  hw_http_auth_set_port (self->auth, hw_http_doors_get_port (self->doors));

  return TRUE;
}

/**
 * hw_http_server_stop:
 * @self: a server
 *
 * Closes the door, and every connection that is not a WebSocket by now. Requests that
 * wait for the queue lose their answers; what they asked for is carried out.
 */
void
hw_http_server_stop (HwHttpServer *self)
{
  g_return_if_fail (HW_IS_HTTP_SERVER (self));

  hw_http_doors_close (self->doors);
  hw_poll_api_stop (self->poll_api);
}

/**
 * hw_http_server_get_port:
 * @self: a server
 *
 * Gets the TCP port that the server listens on.
 *
 * Returns: the port, or 0 if it was not started
 */
guint
hw_http_server_get_port (HwHttpServer *self)
{
  g_return_val_if_fail (HW_IS_HTTP_SERVER (self), 0);

  return hw_http_doors_get_port (self->doors);
}

/**
 * hw_http_server_get_tls_port:
 * @self: a server
 *
 * Gets the port on which the server speaks TLS.
 *
 * Returns: the port, or 0 if there is none
 */
guint
hw_http_server_get_tls_port (HwHttpServer *self)
{
  g_return_val_if_fail (HW_IS_HTTP_SERVER (self), 0);

  return hw_http_doors_get_tls_port (self->doors);
}

/**
 * hw_http_server_get_entrances:
 * @self: a server that was not started
 *
 * Gets what says where others than this machine may come in.
 *
 * Returns: (transfer none): it, to be told
 */
HwHttpEntrances *
hw_http_server_get_entrances (HwHttpServer *self)
{
  g_return_val_if_fail (HW_IS_HTTP_SERVER (self), NULL);

  return hw_http_listener_get_entrances (self->listener);
}

/**
 * hw_http_server_make_link:
 * @self: a server that was started
 * @task_id: a task's number, or 0 for the list of tasks
 *
 * Makes the address of a page that lets its reader in, as the token is in it: for those
 * only who have shown by other means that they are the daemon's owner.
 *
 * Returns: (transfer full): a URL
 */
char *
hw_http_server_make_link (HwHttpServer *self,
                          guint64       task_id)
{
  g_return_val_if_fail (HW_IS_HTTP_SERVER (self), NULL);
  g_return_val_if_fail (hw_http_server_get_port (self) != 0, NULL);

  return hw_http_link_make (hw_http_server_get_port (self), self->token, task_id);
}

/**
 * hw_http_server_get_metrics:
 * @self: a server
 *
 * Gets what answers with metrics.
 *
 * Returns: (transfer none): it, to be told what this folder knows nothing of
 */
HwMetricsApi *
hw_http_server_get_metrics (HwHttpServer *self)
{
  g_return_val_if_fail (HW_IS_HTTP_SERVER (self), NULL);

  return self->metrics_api;
}

/**
 * hw_http_server_get_soup_server:
 * @self: a server
 *
 * Gets what others can hang their own paths on. Their handlers only see requests that
 * were let in: see hw_http_server_authenticate().
 *
 * Returns: (transfer none): the SoupServer
 */
SoupServer *
hw_http_server_get_soup_server (HwHttpServer *self)
{
  g_return_val_if_fail (HW_IS_HTTP_SERVER (self), NULL);

  return self->soup;
}

/**
 * hw_http_server_authenticate:
 * @self: a server
 * @message: a request
 * @error: return location for a #GError, or %NULL
 *
 * Finds out who asks, for those who hang on the server.
 *
 * Returns: (transfer full): who asks, or %NULL with %HW_ERROR_UNAUTHORIZED or
 *   %HW_ERROR_NOT_ALLOWED
 */
HwPrincipal *
hw_http_server_authenticate (HwHttpServer      *self,
                             SoupServerMessage *message,
                             GError           **error)
{
  g_return_val_if_fail (HW_IS_HTTP_SERVER (self), NULL);

  return hw_http_auth_authenticate (self->auth, message, error);
}

/**
 * hw_http_server_begin_events:
 * @self: a server
 * @message: a request for server-sent events, let in by hw_http_server_authenticate()
 *
 * Writes the head of its answer, for whoever takes the connection, and counts that it was answered.
 *
 * Returns: (transfer full): its bytes, see hw_http_reply_begin_events()
 */
GBytes *
hw_http_server_begin_events (HwHttpServer      *self,
                             SoupServerMessage *message)
{
  g_return_val_if_fail (HW_IS_HTTP_SERVER (self), NULL);

  hw_http_listener_count_answer (self->listener, SOUP_STATUS_OK);

  return hw_http_reply_begin_events (message);
}
