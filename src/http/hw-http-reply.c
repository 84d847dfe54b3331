/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-reply.h"

#include "hw-error.h"
#include "hw-problem-json.h"

#include <string.h>

/* What our pages may do: run our scripts, show our styles and pictures, and talk to us.
 * The pictures in data: addresses are those that a bar's stripes are drawn with. No text becomes
 * a script or a part of a page, but what Vue has made of its templates when it was built, which
 * it passes on by a policy of that name. */
#define CONTENT_SECURITY_POLICY \
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " \
  "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; " \
  "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types vue"

/* What every answer says, whoever makes it. */
#define FIELDS \
  "X-Content-Type-Options: nosniff\r\n" \
  "X-Frame-Options: DENY\r\n" \
  "Referrer-Policy: no-referrer\r\n" \
  "Cross-Origin-Opener-Policy: same-origin\r\n" \
  "Cross-Origin-Resource-Policy: same-origin\r\n" \
  "Permissions-Policy: camera=(), microphone=(), geolocation=()\r\n"

/* What it says unless it says something else of that. */
static const struct
{
  const char *start; /* behind the end of the line before it */
  const char *line;
} usual_fields[] = {
  { "\r\nContent-Security-Policy: ", "Content-Security-Policy: " CONTENT_SECURITY_POLICY "\r\n" },
  { "\r\nCache-Control: ", "Cache-Control: no-store\r\n" },
};

/* Room for all of these. */
#define MAX_FIELDS 640

static const guint statuses[] = {
  [HW_ERROR_INVALID_REQUEST] = SOUP_STATUS_BAD_REQUEST,
  [HW_ERROR_INVALID_PARAMETER] = SOUP_STATUS_BAD_REQUEST,
  [HW_ERROR_UNKNOWN_TYPE] = SOUP_STATUS_BAD_REQUEST,
  [HW_ERROR_NOT_FOUND] = SOUP_STATUS_NOT_FOUND,
  [HW_ERROR_WRONG_STATE] = SOUP_STATUS_CONFLICT,
  [HW_ERROR_NOT_ALLOWED] = SOUP_STATUS_FORBIDDEN,
  [HW_ERROR_UNAUTHORIZED] = SOUP_STATUS_UNAUTHORIZED,
  [HW_ERROR_TOO_LARGE] = SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE,
  [HW_ERROR_CONFLICT] = SOUP_STATUS_CONFLICT,
  [HW_ERROR_NOT_STARTED] = SOUP_STATUS_INTERNAL_SERVER_ERROR,
  [HW_ERROR_INTERRUPTED] = SOUP_STATUS_INTERNAL_SERVER_ERROR,
  [HW_ERROR_NO_SPACE] = SOUP_STATUS_INSUFFICIENT_STORAGE,
  [HW_ERROR_FAILED] = SOUP_STATUS_INTERNAL_SERVER_ERROR,
};
G_STATIC_ASSERT (G_N_ELEMENTS (statuses) == HW_N_ERRORS);

/* Appends what every answer says; of what is usual, that which is not among @own. */
static void
append_fields (GByteArray *bytes,
               const char *own,
               gsize       length)
{
  g_byte_array_append (bytes, (const guint8 *) FIELDS, strlen (FIELDS));
  for (guint i = 0; i < G_N_ELEMENTS (usual_fields); i++)
    if (memmem (own, length, usual_fields[i].start, strlen (usual_fields[i].start)) == NULL)
      g_byte_array_append (bytes, (const guint8 *) usual_fields[i].line,
                           (guint) strlen (usual_fields[i].line));
}

/**
 * hw_http_reply_write_head:
 * @head: the head of an answer, as libsoup wrote it
 * @length: how long it is
 *
 * Writes a head anew, with what every answer says behind its first line. libsoup knows of none of
 * these fields: it would look each of them up, copy and print it.
 *
 * Returns: (transfer full): the head
 */
GByteArray *
hw_http_reply_write_head (const char *head,
                          gsize       length)
{
  GByteArray *bytes = g_byte_array_sized_new ((guint) length + MAX_FIELDS);
  const char *line_end = memmem (head, length, "\r\n", strlen ("\r\n"));
  gsize first = line_end != NULL ? (gsize) (line_end - head) : 0;

  if (first > 0)
    {
      g_byte_array_append (bytes, (const guint8 *) head, (guint) (first + strlen ("\r\n")));
      append_fields (bytes, head + first, length - first);
      first += strlen ("\r\n");
    }
  g_byte_array_append (bytes, (const guint8 *) head + first, (guint) (length - first));

  return bytes;
}

/* The names of RFC 9110, where libsoup's are older or missing. */
static const char *
get_title (guint status)
{
  switch (status)
    {
    case SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE:
      return "Content Too Large";

    case HW_HTTP_STATUS_MISDIRECTED:
      return "Misdirected Request";

    case HW_HTTP_STATUS_FIELDS_TOO_LARGE:
      return "Request Header Fields Too Large";

    default:
      return soup_status_get_phrase (status);
    }
}

/* libsoup takes an answer that does not say its length to last until the connection is
 * closed, and closes it, without having said so: a client that asks on is cut off. It
 * forgets what it was told when it writes the head of a 204. */
static void
on_message_wrote_headers (SoupServerMessage *message,
                          gpointer           user_data)
{
  soup_message_headers_set_encoding (soup_server_message_get_response_headers (message),
                                     SOUP_ENCODING_NONE);
}

/**
 * hw_http_reply_empty:
 * @message: a request
 * @status: the status of its answer, one that never has a body
 *
 * Answers without a body.
 */
void
hw_http_reply_empty (SoupServerMessage *message,
                     guint              status)
{
  soup_message_headers_set_encoding (soup_server_message_get_response_headers (message),
                                     SOUP_ENCODING_NONE);
  g_signal_connect (message, "wrote-headers", G_CALLBACK (on_message_wrote_headers), NULL);
  soup_server_message_set_status (message, status, get_title (status));
}

/**
 * hw_http_reply_bytes:
 * @message: a request
 * @status: the status of its answer
 * @content_type: what @bytes are
 * @bytes: the answer's body
 *
 * Answers with bytes. For HEAD libsoup leaves them out itself.
 */
void
hw_http_reply_bytes (SoupServerMessage *message,
                     guint              status,
                     const char        *content_type,
                     GBytes            *bytes)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  g_return_if_fail (content_type != NULL);
  g_return_if_fail (bytes != NULL);

  soup_server_message_set_status (message, status, get_title (status));
  soup_message_headers_replace (headers, "Content-Type", content_type);
  if (g_bytes_get_size (bytes) > 0)
    soup_message_body_append_bytes (soup_server_message_get_response_body (message), bytes);
}

/**
 * hw_http_reply_json:
 * @message: a request
 * @status: the status of its answer
 * @json: (transfer full): the answer's body
 *
 * Answers with JSON.
 */
void
hw_http_reply_json (SoupServerMessage *message,
                    guint              status,
                    GBytes            *json)
{
  hw_http_reply_bytes (message, status, "application/json", json);
  g_bytes_unref (json);
}

/**
 * hw_http_reply_refusal:
 * @message: a request
 * @status: the status of its answer
 * @error: why it is refused
 *
 * Answers with problem details (RFC 9457) and a status of its own: where HTTP tells
 * apart what is one error everywhere else.
 */
void
hw_http_reply_refusal (SoupServerMessage *message,
                       guint              status,
                       const GError      *error)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autoptr(GBytes) json = hw_problem_json_encode (error, status, get_title (status));

  if (status == SOUP_STATUS_UNAUTHORIZED)
    soup_message_headers_replace (headers, "WWW-Authenticate", "Bearer");

  hw_http_reply_bytes (message, status, HW_PROBLEM_JSON_CONTENT_TYPE, json);
}

/**
 * hw_http_reply_error:
 * @message: a request
 * @error: why there is no better answer
 *
 * Answers with problem details and the status that stands for @error. What is none of
 * our own errors is for the log: whoever asked can do nothing with it, and it may tell
 * them too much. What was cancelled was so because nobody is there any more.
 */
void
hw_http_reply_error (SoupServerMessage *message,
                     const GError      *error)
{
  g_autoptr(GError) failed = NULL;

  g_return_if_fail (error != NULL);

  if (error->domain == HW_ERROR && error->code >= 0 && error->code < HW_N_ERRORS)
    {
      hw_http_reply_refusal (message, statuses[error->code], error);
      return;
    }

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_warning ("%s %s failed: %s", soup_server_message_get_method (message),
               g_uri_get_path (soup_server_message_get_uri (message)), error->message);

  failed = g_error_new (HW_ERROR, HW_ERROR_FAILED,
                        "The daemon could not do this. Its log says why.");
  hw_http_reply_refusal (message, SOUP_STATUS_INTERNAL_SERVER_ERROR, failed);
}

/* Returns: (transfer full): the beginning of an answer */
static GString *
begin_head (guint status)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *date = soup_date_time_to_string (now, SOUP_DATE_HTTP);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "HTTP/1.1 %u %s\r\nDate: %s\r\n", status, get_title (status),
                          date);

  return text;
}

/* libsoup has given the message a date, too. */
static void
append_field (const char *name,
              const char *value,
              gpointer    text)
{
  if (g_ascii_strcasecmp (name, "Date") != 0)
    g_string_append_printf (text, "%s: %s\r\n", name, value);
}

/* Writes the head of an answer, with the fields that @message was given. */
static GBytes *
write_beginning (SoupServerMessage *message,
                 guint              status)
{
  g_autoptr(GString) head = begin_head (status);

  soup_message_headers_foreach (soup_server_message_get_response_headers (message), append_field,
                                head);
  g_string_append (head, "\r\n");

  return g_byte_array_free_to_bytes (hw_http_reply_write_head (head->str, head->len));
}

/**
 * hw_http_reply_begin_events:
 * @message: a request for server-sent events (WHATWG HTML, 9.2)
 *
 * Writes the head of its answer, whose body libsoup does not write. It lasts until the
 * connection is closed: what is cut off is found by its number, not by its length.
 *
 * Returns: (transfer full): its bytes
 */
GBytes *
hw_http_reply_begin_events (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_message_headers_replace (headers, "Content-Type", HW_HTTP_EVENTS_CONTENT_TYPE);
  soup_message_headers_replace (headers, "Connection", "close");

  /* A proxy that gathers would pass nothing on until the end. */
  soup_message_headers_replace (headers, "X-Accel-Buffering", "no");

  return write_beginning (message, SOUP_STATUS_OK);
}

/**
 * hw_http_reply_write_whole:
 * @message: a request that was answered, but has no connection any more
 * @body: (out) (transfer full) (nullable): the body of the answer, if it is sent
 *
 * Writes an answer that libsoup does not. The connection has to be closed behind it.
 *
 * Returns: (transfer full): its head
 */
GBytes *
hw_http_reply_write_whole (SoupServerMessage *message,
                           GBytes           **body)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autoptr(GBytes) bytes =
    soup_message_body_flatten (soup_server_message_get_response_body (message));

  soup_message_headers_replace (headers, "Connection", "close");
  soup_message_headers_set_content_length (headers, (goffset) g_bytes_get_size (bytes));
  *body = soup_server_message_get_method (message) == SOUP_METHOD_HEAD
          ? NULL : g_steal_pointer (&bytes);

  return write_beginning (message, soup_server_message_get_status (message));
}

/**
 * hw_http_reply_write_refusal:
 * @status: its status
 * @allow: (nullable): what the field Allow says
 * @error: why something is refused
 * @has_body: whether the answer has one; that to HEAD only says how long it would be
 *
 * Writes the answer to a request that libsoup does not get to see, as it would be if it
 * came from hw_http_reply_refusal(). The connection has to be closed behind it.
 *
 * Returns: (transfer full): its bytes
 */
GBytes *
hw_http_reply_write_refusal (guint         status,
                             const char   *allow,
                             const GError *error,
                             gboolean      has_body)
{
  g_autoptr(GBytes) json = hw_problem_json_encode (error, status, get_title (status));
  g_autoptr(GString) head = begin_head (status);
  GByteArray *bytes;

  if (allow != NULL)
    append_field ("Allow", allow, head);
  g_string_append_printf (head, "Content-Type: " HW_PROBLEM_JSON_CONTENT_TYPE "\r\n"
                          "Content-Length: %" G_GSIZE_FORMAT "\r\nConnection: close\r\n\r\n",
                          g_bytes_get_size (json));
  bytes = hw_http_reply_write_head (head->str, head->len);
  if (has_body)
    g_byte_array_append (bytes, g_bytes_get_data (json, NULL), (guint) g_bytes_get_size (json));

  return g_byte_array_free_to_bytes (bytes);
}
