/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-link.h"

#include "hw-error.h"
#include "hw-http-query.h"
#include "hw-http-reply.h"
#include "hw-task-json.h"

/**
 * hw_http_link_make:
 * @port: the TCP port that the daemon listens on
 * @token: the daemon's token
 * @task_id: a task's number, or 0 for the list of tasks
 *
 * Makes the address of a page, with the token in its fragment: browsers send that to
 * nobody, and our page takes it out of the address as soon as it has read it.
 *
 * Returns: (transfer full): a URL
 */
char *
hw_http_link_make (guint       port,
                   const char *token,
                   guint64     task_id)
{
  g_autofree char *fragment = NULL;
  g_autofree char *page = NULL;

  g_return_val_if_fail (token != NULL, NULL);

  fragment = g_uri_escape_string (token, NULL, FALSE);
  page = task_id != 0 ? g_strdup_printf ("tasks/%" G_GUINT64_FORMAT, task_id) : g_strdup ("");

  return g_strdup_printf ("http://127.0.0.1:%u/%s#token=%s", port, page, fragment);
}

/**
 * hw_http_link_answer:
 * @message: a request for a link
 * @principal: who asks
 * @port: the TCP port that the daemon listens on
 * @token: the daemon's token
 *
 * Answers with a link that lets its reader in. Whoever came over TCP has a token or a
 * cookie: the one needs no link, and the other must not become more than it is.
 */
void
hw_http_link_answer (SoupServerMessage *message,
                     HwPrincipal       *principal,
                     guint              port,
                     const char        *token)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *link = NULL;
  guint64 task_id;

  g_return_if_fail (principal != NULL);

  if (hw_principal_get_door (principal) != HW_DOOR_LOCAL)
    {
      error = g_error_new (HW_ERROR, HW_ERROR_NOT_ALLOWED,
                           "A link that lets its reader in is given over the Unix socket only. "
                           "Ask there, or use “headway open” on the daemon's machine.");
      hw_http_reply_error (message, error);
      return;
    }

  if (!hw_http_query_read_task (g_uri_get_query (soup_server_message_get_uri (message)),
                                &task_id, &error))
    {
      hw_http_reply_error (message, error);
      return;
    }

  link = hw_http_link_make (port, token, task_id);
  hw_http_reply_json (message, SOUP_STATUS_OK, hw_task_json_encode_link (link));
}
