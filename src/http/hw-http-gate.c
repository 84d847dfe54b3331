/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-gate.h"

#include "hw-error.h"

#include <string.h>
#include <sys/socket.h>

#define DRAINED_KEY "hw-http-drained"

static const char *
get_field (SoupServerMessage *message,
           const char        *name)
{
  return soup_message_headers_get_list (soup_server_message_get_request_headers (message), name);
}

/**
 * hw_http_gate_check_head:
 * @message: a request whose head has come
 * @error: return location for a #GError, or %NULL
 *
 * Refuses what libsoup 3.2 reads in another way than a proxy before it, or does wrong:
 * old versions, lengths that are no plain number or not one (RFC 9112, 6.3), bodies in
 * chunks. And takes away the fields by which a client asks for a part of a file: libsoup
 * answers those itself, past the end of the file and with more bytes than it has.
 *
 * Returns: 0, or the status to refuse it with
 */
guint
hw_http_gate_check_head (SoupServerMessage *message,
                         GError           **error)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *length;

  g_return_val_if_fail (error == NULL || *error == NULL, SOUP_STATUS_INTERNAL_SERVER_ERROR);

  soup_message_headers_remove (headers, "Range");
  soup_message_headers_remove (headers, "If-Range");

  if (soup_server_message_get_http_version (message) != SOUP_HTTP_1_1)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
                   "The daemon speaks HTTP/1.1 only. Use that.");
      return SOUP_STATUS_HTTP_VERSION_NOT_SUPPORTED;
    }

  if (get_field (message, "Transfer-Encoding") != NULL)
    {
      g_set_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
                   "The body must not come in chunks. Send it whole, with its Content-Length.");
      return SOUP_STATUS_NOT_IMPLEMENTED;
    }

  length = get_field (message, "Content-Length");
  if (length != NULL && (*length == '\0' || strspn (length, "0123456789") != strlen (length)))
    {
      g_set_error (error, HW_ERROR, HW_ERROR_INVALID_REQUEST,
                   "“Content-Length” must be one whole number. Send that.");
      return SOUP_STATUS_BAD_REQUEST;
    }

  return SOUP_STATUS_NONE;
}

/**
 * hw_http_gate_check_body:
 * @message: a request whose head has come, and passed
 * @max_body: how much it may bring
 * @error: return location for a #GError, or %NULL
 *
 * Refuses a request by the length that it announces.
 *
 * Returns: 0, or the status to refuse it with
 */
guint
hw_http_gate_check_body (SoupServerMessage *message,
                         gsize              max_body,
                         GError           **error)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  g_return_val_if_fail (error == NULL || *error == NULL, SOUP_STATUS_INTERNAL_SERVER_ERROR);

  if ((guint64) soup_message_headers_get_content_length (headers) <= max_body)
    return SOUP_STATUS_NONE;

  if (max_body == 0)
    g_set_error (error, HW_ERROR, HW_ERROR_TOO_LARGE,
                 "Such a request has no body. Send it without one.");
  else
    g_set_error (error, HW_ERROR, HW_ERROR_TOO_LARGE,
                 "The body may have %" G_GSIZE_FORMAT " bytes at most. Shorten its longest "
                 "value, or put that into a file and send the file's path.", max_body);

  return SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE;
}

/**
 * hw_http_gate_cut:
 * @socket: the socket of a connection
 *
 * Cuts a connection without saying goodbye: a client that still sends would wait for a long
 * time until it is told that nobody listens, and what one does not take would stay in the
 * kernel. libsoup takes a closed socket for a lost connection.
 */
void
hw_http_gate_cut (GSocket *socket)
{
  const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

  setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_LINGER, &at_once, sizeof (at_once));
  g_socket_close (socket, NULL);
}

static void
on_message_got_chunk (SoupServerMessage *message,
                      GBytes            *chunk,
                      gpointer           user_data)
{
  gsize drained = GPOINTER_TO_SIZE (g_object_get_data (G_OBJECT (message), DRAINED_KEY));
  GSocket *socket = soup_server_message_get_socket (message);

  drained += g_bytes_get_size (chunk);
  g_object_set_data (G_OBJECT (message), DRAINED_KEY, GSIZE_TO_POINTER (drained));

  if (drained > HW_HTTP_MAX_REFUSED_BODY && socket != NULL)
    hw_http_gate_cut (socket);
}

/**
 * hw_http_gate_drop_body:
 * @message: a request that was refused by its head
 *
 * Lets the body come, since libsoup answers only then, but keeps nothing of it; and does
 * not take what comes behind it for a request.
 */
void
hw_http_gate_drop_body (SoupServerMessage *message)
{
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
  soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                "Connection", "close");
  g_signal_connect (message, "got-chunk", G_CALLBACK (on_message_got_chunk), NULL);
}
