/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hub-asking.h"

/* A client that says what it has to say in requests of their own. */

/* Returns: (transfer full): where the requests of a connection go */
char *
hub_asking_get_target (const char *token)
{
  return g_strdup_printf ("/hub?id=%s", token);
}

/* Sends a request of the owner. @body may be %NULL; bars in it are separators. */
HubLine *
hub_asking_send (HubHouse   *house,
                 const char *method,
                 const char *token,
                 const char *fields,
                 const char *body)
{
  g_autofree char *target = hub_asking_get_target (token);
  g_autofree char *all_fields = g_strconcat (BY_OWNER, fields, NULL);
  HubLine *line = hub_line_new (house->port);

  hub_line_send_request (line, method, target, all_fields, body);

  return line;
}

/* Sends one and waits for the answer. Returns: its status */
guint
hub_asking_get_answer (HubHouse   *house,
                       const char *method,
                       const char *token,
                       const char *body,
                       char      **answer)
{
  g_autoptr(HubLine) line = hub_asking_send (house, method, token, "", body);

  return hub_line_take_answer (line, answer);
}
