/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-connection.h"

#include "hw-answer-json.h"
#include "hw-cli-error.h"
#include "hw-cli-i18n.h"
#include "hw-error.h"
#include "hw-problem-json.h"

#include <gio/gunixsocketaddress.h>
#include <libsoup/soup.h>
#include <string.h>

/* A task is followed by two requests that wait at the same time, and must be canceled
 * beside them. libsoup allows two to a host if nothing is said.
 */
#define MAX_CONNECTIONS 8

/* The daemon is asked to wait for 25 seconds at most before it answers; who says nothing for
 * longer hangs. In seconds.
 */
#define SILENCE_MAX 45

/* Shorter than the daemon's own, so that it never closes a connection that is just being
 * used again. In seconds.
 */
#define IDLE_MAX 15

/* How often a daemon that went away is looked for. In milliseconds. */
#define RETRY_INTERVAL 200

/* How often a daemon is asked again at which too many wait already. In milliseconds. */
#define CROWDED_INTERVAL 1000

/* An update of the daemon is not worth a word; more than this is. */
#define SILENT_WAIT (3 * G_USEC_PER_SEC)

/* After that nobody starts it again. */
#define PATIENCE (60 * G_USEC_PER_SEC)

struct _HwCliReply
{
  GObject parent_instance;

  SoupMessage *message; /* (owned) (not nullable) */
  GBytes *body;         /* (owned) (not nullable) */
};

G_DEFINE_FINAL_TYPE (HwCliReply, hw_cli_reply, G_TYPE_OBJECT)

/**
 * HwCliConnection:
 *
 * The way to the daemon: HTTP over its Unix socket, or over TCP with its token. When the
 * daemon goes away, requests wait for it to come back, if they may. Main context only.
 */
struct _HwCliConnection
{
  GObject parent_instance;

  SoupSession *session; /* (owned) (not nullable) */
  GUri *base;           /* (owned) (not nullable) */
  char *token;          /* (owned) (nullable) */
  char *shown;          /* (owned) (not nullable): where the daemon is, for a sentence */

  gint64 lost_at; /* since when nobody answers, or 0 */
  gboolean is_loss_told;
};

typedef enum
{
  SIGNAL_LOST,
  SIGNAL_FOUND,
} HwCliConnectionSignal;

static guint signals[SIGNAL_FOUND + 1];

G_DEFINE_FINAL_TYPE (HwCliConnection, hw_cli_connection, G_TYPE_OBJECT)

/* A request, until it is answered. */
typedef struct
{
  char *method;         /* (owned) */
  char *path;           /* (owned) */
  GBytes *body;         /* (owned) (nullable) */
  HwCliPatience patience;
  gint64 first_failure; /* or 0 */

  SoupMessage *message; /* (owned) (nullable) */
  GOutputStream *stream; /* (owned) (nullable) */
  GSource *timer;        /* (owned) (nullable) */
} Asking;

static void
asking_free (Asking *asking)
{
  g_clear_pointer (&asking->method, g_free);
  g_clear_pointer (&asking->path, g_free);
  g_clear_pointer (&asking->body, g_bytes_unref);
  g_clear_object (&asking->message);
  g_clear_object (&asking->stream);
  if (asking->timer != NULL)
    g_source_destroy (asking->timer);
  g_clear_pointer (&asking->timer, g_source_unref);
  g_free (asking);
}

static void
hw_cli_reply_finalize (GObject *object)
{
  HwCliReply *self = HW_CLI_REPLY (object);

  g_clear_object (&self->message);
  g_clear_pointer (&self->body, g_bytes_unref);

  G_OBJECT_CLASS (hw_cli_reply_parent_class)->finalize (object);
}

static void
hw_cli_reply_class_init (HwCliReplyClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hw_cli_reply_finalize;
}

static void
hw_cli_reply_init (HwCliReply *self)
{
}

/**
 * hw_cli_reply_get_body:
 * @self: a reply
 *
 * Gets what was answered.
 *
 * Returns: (transfer none): the bytes
 */
GBytes *
hw_cli_reply_get_body (HwCliReply *self)
{
  g_return_val_if_fail (HW_IS_CLI_REPLY (self), NULL);

  return self->body;
}

/**
 * hw_cli_reply_get_header:
 * @self: a reply
 * @name: the name of a field
 *
 * Gets a field of the reply's head.
 *
 * Returns: (nullable): its value
 */
const char *
hw_cli_reply_get_header (HwCliReply *self,
                         const char *name)
{
  g_return_val_if_fail (HW_IS_CLI_REPLY (self), NULL);

  return soup_message_headers_get_one (soup_message_get_response_headers (self->message), name);
}

/**
 * hw_cli_reply_get_number:
 * @self: a reply
 * @name: the name of a field
 *
 * Gets a field of the reply's head that is a number.
 *
 * Returns: the number, or 0 if there is none
 */
guint64
hw_cli_reply_get_number (HwCliReply *self,
                         const char *name)
{
  const char *text = hw_cli_reply_get_header (self, name);
  guint64 number = 0;

  if (text != NULL)
    g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &number, NULL);

  return number;
}

static void
hw_cli_connection_finalize (GObject *object)
{
  HwCliConnection *self = HW_CLI_CONNECTION (object);

  g_clear_object (&self->session);
  g_clear_pointer (&self->base, g_uri_unref);
  g_clear_pointer (&self->token, g_free);
  g_clear_pointer (&self->shown, g_free);

  G_OBJECT_CLASS (hw_cli_connection_parent_class)->finalize (object);
}

static void
hw_cli_connection_class_init (HwCliConnectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_cli_connection_finalize;

  /**
   * HwCliConnection::lost:
   * @self: a connection
   *
   * The daemon has not answered for some seconds, and is waited for.
   */
  signals[SIGNAL_LOST] = g_signal_new ("lost", HW_TYPE_CLI_CONNECTION, G_SIGNAL_RUN_LAST,
                                       0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * HwCliConnection::found:
   * @self: a connection
   *
   * The daemon that was lost answers again.
   */
  signals[SIGNAL_FOUND] = g_signal_new ("found", HW_TYPE_CLI_CONNECTION, G_SIGNAL_RUN_LAST,
                                        0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
hw_cli_connection_init (HwCliConnection *self)
{
}

/* @address is (nullable): all connections go there. */
static SoupSession *
session_new (GSocketAddress *address)
{
  SoupSession *session = soup_session_new_with_options (
    "remote-connectable", address,
    "proxy-resolver", NULL,
    "max-conns", MAX_CONNECTIONS,
    "max-conns-per-host", MAX_CONNECTIONS,
    "timeout", SILENCE_MAX,
    "idle-timeout", IDLE_MAX,
    "user-agent", "headway/" HW_VERSION,
    NULL);

  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);

  return session;
}

static gboolean
trust (SoupSession *session,
       const char  *certificate,
       GError     **error)
{
  g_autofree char *path = g_canonicalize_filename (certificate, NULL);
  g_autoptr(GError) cause = NULL;
  g_autoptr(GTlsDatabase) database = g_tls_file_database_new (path, &cause);

  if (database == NULL)
    {
      g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE,
                   _("The certificate “%s” of HEADWAY_CERTIFICATE cannot be read: %s."),
                   certificate, cause->message);
      return FALSE;
    }

  soup_session_set_tls_database (session, database);

  return TRUE;
}

/**
 * hw_cli_connection_new_for_socket:
 * @path: a Unix socket
 *
 * Creates a way to a daemon of this machine. Nothing is sent yet.
 *
 * Returns: (transfer full): it
 */
HwCliConnection *
hw_cli_connection_new_for_socket (const char *path)
{
  HwCliConnection *self = g_object_new (HW_TYPE_CLI_CONNECTION, NULL);
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new (path);

  self->session = session_new (address);
  self->base = g_uri_parse ("http://localhost/", SOUP_HTTP_URI_FLAGS, NULL);
  self->shown = g_strdup (path);

  return self;
}

/**
 * hw_cli_connection_new_for_url:
 * @url: where the daemon is, such as `http://127.0.0.1:5031/`
 * @token: (nullable): its token
 * @certificate: (nullable): a file with the certificate that it is to have, or %NULL for any
 *   that this machine trusts
 * @error: return location for a #GError, or %NULL
 *
 * Creates a way to a daemon over TCP. Nothing is sent yet.
 *
 * Returns: (transfer full): it, or %NULL with %HW_CLI_ERROR_USAGE
 */
HwCliConnection *
hw_cli_connection_new_for_url (const char *url,
                               const char *token,
                               const char *certificate,
                               GError    **error)
{
  g_autoptr(HwCliConnection) self = g_object_new (HW_TYPE_CLI_CONNECTION, NULL);
  const char *scheme;

  self->base = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  scheme = self->base != NULL ? g_uri_get_scheme (self->base) : NULL;
  if (scheme == NULL || (!g_str_equal (scheme, "http") && !g_str_equal (scheme, "https")) ||
      g_uri_get_host (self->base) == NULL || *g_uri_get_host (self->base) == '\0')
    {
      g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE,
                   _("“%s” is no address of a daemon. Write one such as %s."),
                   url, "http://127.0.0.1:5031/");
      return NULL;
    }

  /* Whoever reads a token from a file easily has the end of its line, too. */
  if (token != NULL && strpbrk (token, "\r\n") != NULL)
    {
      g_set_error (error, HW_CLI_ERROR, HW_CLI_ERROR_USAGE,
                   _("There is a line break in the token. Give it without."));
      return NULL;
    }

  self->session = session_new (NULL);
  if (certificate != NULL && g_str_equal (scheme, "https") &&
      !trust (self->session, certificate, error))
    return NULL;

  self->token = g_strdup (token);
  self->shown = g_strdup (url);

  return g_steal_pointer (&self);
}

/* A request goes through these in this order, and round again when nobody answers. */
static void send_request (GTask *gtask);
static void on_message_sent (GObject      *source,
                             GAsyncResult *result,
                             gpointer      user_data);
static void on_body_read (GObject      *source,
                          GAsyncResult *result,
                          gpointer      user_data);
static gboolean on_retry (gpointer user_data);

static SoupMessage *
make_message (HwCliConnection *self,
              Asking          *asking)
{
  g_autoptr(GUri) uri = g_uri_parse_relative (self->base, asking->path, SOUP_HTTP_URI_FLAGS, NULL);
  SoupMessage *message = soup_message_new_from_uri (asking->method, uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  if (self->token != NULL)
    {
      g_autofree char *authorization = g_strconcat ("Bearer ", self->token, NULL);

      soup_message_headers_replace (headers, "Authorization", authorization);
    }

  if (asking->body != NULL)
    soup_message_set_request_body_from_bytes (message, "application/json", asking->body);
  else if (g_str_equal (asking->method, "POST"))
    soup_message_headers_set_content_length (headers, 0);

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);

  return message;
}

/* @gtask is (transfer full). */
static void
send_request (GTask *gtask)
{
  HwCliConnection *self = g_task_get_source_object (gtask);
  Asking *asking = g_task_get_task_data (gtask);

  g_clear_object (&asking->message);
  g_clear_object (&asking->stream);
  asking->message = make_message (self, asking);
  soup_session_send_async (self->session, asking->message, G_PRIORITY_DEFAULT,
                           g_task_get_cancellable (gtask), on_message_sent, gtask);
}

/* Takes note that nobody answers; tells it once, when it lasts. */
static void
hw_cli_connection_note_failure (HwCliConnection *self,
                                Asking          *asking,
                                gint64           now)
{
  if (asking->first_failure == 0)
    asking->first_failure = now;
  if (self->lost_at == 0)
    self->lost_at = now;

  if (self->is_loss_told || now - self->lost_at < SILENT_WAIT)
    return;

  self->is_loss_told = TRUE;
  g_signal_emit (self, signals[SIGNAL_LOST], 0);
}

static void
hw_cli_connection_note_answer (HwCliConnection *self)
{
  self->lost_at = 0;
  if (!self->is_loss_told)
    return;

  self->is_loss_told = FALSE;
  g_signal_emit (self, signals[SIGNAL_FOUND], 0);
}

/* Whether nothing of the request can have reached a daemon. */
static gboolean
was_never_sent (const GError *cause)
{
  return cause->domain == G_RESOLVER_ERROR ||
         g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED) ||
         g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE) ||
         g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE) ||
         g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
         g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
}

/* Whether no other try would end in another way. */
static gboolean
is_for_good (const GError *cause)
{
  return g_error_matches (cause, G_TLS_ERROR, G_TLS_ERROR_UNAVAILABLE) ||
         g_error_matches (cause, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
}

static void
return_lost (GTask        *gtask,
             const GError *cause)
{
  HwCliConnection *self = g_task_get_source_object (gtask);
  Asking *asking = g_task_get_task_data (gtask);

  if (g_error_matches (cause, G_TLS_ERROR, G_TLS_ERROR_UNAVAILABLE))
    {
      g_task_return_new_error (gtask, HW_CLI_ERROR, HW_CLI_ERROR_NO_DAEMON,
                               _("HTTPS cannot be spoken here: %s. Install glib-networking."),
                               cause->message);
    }
  else if (g_error_matches (cause, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    {
      g_task_return_new_error (gtask, HW_CLI_ERROR, HW_CLI_ERROR_NO_DAEMON,
                               _("Nobody here vouches for the certificate of “%s”: %s. If it is one "
                                 "of “headway cert”, say by HEADWAY_CERTIFICATE in which file."),
                               self->shown, cause->message);
    }
  else if (g_str_equal (asking->method, "POST") && !was_never_sent (cause))
    {
      g_task_return_new_error (gtask, HW_CLI_ERROR, HW_CLI_ERROR_UNKNOWN,
                               _("The daemon went away before it answered (%s). Nobody knows "
                                 "whether it was done: see “headway list”."), cause->message);
    }
  else
    {
      g_task_return_new_error (gtask, HW_CLI_ERROR, HW_CLI_ERROR_NO_DAEMON,
                               _("No daemon answers at “%s”: %s. Start headwayd, or say where it "
                                 "is by --socket."), self->shown, cause->message);
    }
}

static gboolean
is_out_of_patience (const Asking *asking,
                    gint64        now)
{
  return asking->patience == HW_CLI_PATIENCE_NONE ||
         (asking->patience == HW_CLI_PATIENCE_SOME && now - asking->first_failure >= PATIENCE);
}

/* Tries again after a while, in milliseconds. @gtask is (transfer full). */
static void
ask_again_later (GTask *gtask,
                 guint  delay)
{
  Asking *asking = g_task_get_task_data (gtask);

  asking->timer = g_timeout_source_new (delay);
  g_source_set_static_name (asking->timer, "[headway] another try");
  g_source_set_callback (asking->timer, on_retry, gtask, NULL);
  g_source_attach (asking->timer, g_main_context_get_thread_default ());
}

/* Tries again after a while, or gives up. @gtask is (transfer full). */
static void
handle_failure (GTask        *gtask,
                const GError *cause)
{
  g_autoptr(GTask) owned = gtask;
  Asking *asking = g_task_get_task_data (gtask);
  gint64 now = g_get_monotonic_time ();

  if (g_task_return_error_if_cancelled (gtask))
    return;

  hw_cli_connection_note_failure (g_task_get_source_object (gtask), asking, now);
  if (is_out_of_patience (asking, now) || is_for_good (cause))
    return_lost (gtask, cause);
  else
    ask_again_later (g_steal_pointer (&owned), RETRY_INTERVAL);
}

static gboolean
on_retry (gpointer user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  Asking *asking = g_task_get_task_data (gtask);

  g_clear_pointer (&asking->timer, g_source_unref);
  if (!g_task_return_error_if_cancelled (gtask))
    send_request (g_steal_pointer (&gtask));

  return G_SOURCE_REMOVE;
}

/* An answer says how long it is, and that is a length that we read. */
static gboolean
check_length (SoupMessage *message,
              GError     **error)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  goffset length = soup_message_headers_get_content_length (headers);

  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH &&
      length <= HW_ANSWER_MAX_LENGTH)
    return TRUE;

  g_set_error (error, HW_ERROR, HW_ERROR_FAILED,
               _("What came back is no answer of Headway's. Look what listens there."));

  return FALSE;
}

static void
on_message_sent (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  GCancellable *cancellable = g_task_get_cancellable (gtask);
  Asking *asking = g_task_get_task_data (gtask);
  g_autoptr(GError) error = NULL;
  g_autoptr(GInputStream) stream = soup_session_send_finish (SOUP_SESSION (source), result,
                                                             &error);

  if (stream == NULL)
    {
      handle_failure (g_steal_pointer (&gtask), error);
      return;
    }

  if (!check_length (asking->message, &error))
    {
      g_task_return_error (gtask, g_steal_pointer (&error));
      return;
    }

  asking->stream = g_memory_output_stream_new_resizable ();
  g_output_stream_splice_async (asking->stream, stream,
                                G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE |
                                G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
                                G_PRIORITY_DEFAULT, cancellable, on_body_read,
                                g_steal_pointer (&gtask));
}

/* @body is (transfer full). */
static HwCliReply *
reply_new (SoupMessage *message,
           GBytes      *body)
{
  HwCliReply *reply = g_object_new (HW_TYPE_CLI_REPLY, NULL);

  reply->message = g_object_ref (message);
  reply->body = body;

  return reply;
}

static void
on_body_read (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(GTask) gtask = G_TASK (user_data);
  HwCliConnection *self = g_task_get_source_object (gtask);
  Asking *asking = g_task_get_task_data (gtask);
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) body = NULL;
  SoupStatus status = soup_message_get_status (asking->message);

  if (g_output_stream_splice_finish (G_OUTPUT_STREAM (source), result, &error) < 0)
    {
      handle_failure (g_steal_pointer (&gtask), error);
      return;
    }

  hw_cli_connection_note_answer (self);
  asking->first_failure = 0;
  body = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (source));

  /* There is room again when others have been answered. */
  if (status == SOUP_STATUS_SERVICE_UNAVAILABLE && asking->patience != HW_CLI_PATIENCE_NONE)
    ask_again_later (g_steal_pointer (&gtask), CROWDED_INTERVAL);
  else if (SOUP_STATUS_IS_SUCCESSFUL (status))
    g_task_return_pointer (gtask, reply_new (asking->message, g_steal_pointer (&body)),
                           g_object_unref);
  else
    g_task_return_error (gtask, hw_problem_json_parse (body));
}

/**
 * hw_cli_connection_ask_async:
 * @self: a connection
 * @request: what to ask; copied
 * @cancellable: (nullable): ends the waiting
 * @callback: called with the answer
 * @user_data: data for @callback
 *
 * Asks the daemon something.
 */
void
hw_cli_connection_ask_async (HwCliConnection    *self,
                             const HwCliRequest *request,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  GTask *gtask;
  Asking *asking;

  g_return_if_fail (HW_IS_CLI_CONNECTION (self));

  gtask = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (gtask, hw_cli_connection_ask_async);

  asking = g_new0 (Asking, 1);
  asking->method = g_strdup (request->method);
  asking->path = g_strdup (request->path);
  asking->body = request->body != NULL ? g_bytes_ref (request->body) : NULL;
  asking->patience = request->patience;
  g_task_set_task_data (gtask, asking, (GDestroyNotify) asking_free);

  send_request (gtask);
}

/**
 * hw_cli_connection_ask_finish:
 * @self: a connection
 * @result: what the callback was given
 * @error: return location for an error: of %HW_ERROR if the daemon refused,
 *   %HW_CLI_ERROR_NO_DAEMON, or %HW_CLI_ERROR_UNKNOWN if it went away meanwhile
 *
 * Ends hw_cli_connection_ask_async().
 *
 * Returns: (transfer full): the answer, or %NULL
 */
HwCliReply *
hw_cli_connection_ask_finish (HwCliConnection *self,
                              GAsyncResult    *result,
                              GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
