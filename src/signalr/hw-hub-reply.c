/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-hub-reply.h"

#include "hw-problem-json.h"

#include <string.h>

static void
reply (SoupServerMessage *message,
       guint              status,
       const char        *content_type,
       GBytes            *bytes)
{
  SoupMessageBody *body = soup_server_message_get_response_body (message);

  soup_server_message_set_status (message, status, NULL);
  soup_message_headers_set_content_type (soup_server_message_get_response_headers (message),
                                         content_type, NULL);
  if (g_bytes_get_size (bytes) > 0)
    soup_message_body_append_bytes (body, bytes);
}

/**
 * hw_hub_reply_text:
 * @message: a request
 * @status: the status of the answer
 * @text: a static string
 *
 * Answers with text, as .NET's server does.
 */
void
hw_hub_reply_text (SoupServerMessage *message,
                   guint              status,
                   const char        *text)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static (text, strlen (text));

  reply (message, status, "text/plain; charset=utf-8", bytes);
}

/**
 * hw_hub_reply_error:
 * @message: a request
 * @status: the status of the answer
 * @error: what went wrong
 *
 * Answers with an error that .NET's server does not know, as all of our doors do.
 */
void
hw_hub_reply_error (SoupServerMessage *message,
                    guint              status,
                    const GError      *error)
{
  g_autoptr(GBytes) bytes =
    hw_problem_json_encode (error, status, soup_status_get_phrase (status));

  reply (message, status, HW_PROBLEM_JSON_CONTENT_TYPE, bytes);
}

/**
 * hw_hub_reply_wrong_method:
 * @message: a request
 * @methods: the methods that it might have had
 *
 * Answers a request with another method.
 */
void
hw_hub_reply_wrong_method (SoupServerMessage *message,
                           const char        *methods)
{
  soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                "Allow", methods);
  soup_server_message_set_status (message, SOUP_STATUS_METHOD_NOT_ALLOWED, NULL);
}

/**
 * hw_hub_reply_json:
 * @message: a request
 * @json: the answer
 *
 * Answers with JSON.
 */
void
hw_hub_reply_json (SoupServerMessage *message,
                   GBytes            *json)
{
  reply (message, SOUP_STATUS_OK, "application/json", json);
}

/**
 * hw_hub_reply_records:
 * @message: a poll
 * @records: what there was to be said
 *
 * Answers with records.
 */
void
hw_hub_reply_records (SoupServerMessage *message,
                      GBytes            *records)
{
  reply (message, SOUP_STATUS_OK, "application/octet-stream", records);
}

/**
 * hw_hub_reply_other_transport:
 * @message: a request
 *
 * Answers what is not for the transport that a connection has, or for none, as .NET's server
 * does.
 */
void
hw_hub_reply_other_transport (SoupServerMessage *message)
{
  const char *method = soup_server_message_get_method (message);

  if (method == SOUP_METHOD_POST)
    hw_hub_reply_text (message, SOUP_STATUS_METHOD_NOT_ALLOWED,
                       "POST requests are not allowed for WebSocket connections.");
  else if (method == SOUP_METHOD_DELETE)
    hw_hub_reply_text (message, SOUP_STATUS_BAD_REQUEST,
                       "Cannot terminate this connection using the DELETE endpoint.");
  else
    hw_hub_reply_text (message, SOUP_STATUS_BAD_REQUEST,
                       "Cannot change transports mid-connection");
}
