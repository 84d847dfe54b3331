/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hub-house.h"

#include "hw-await.h"
#include "hw-error.h"
#include "hw-http-exchange.h"
#include "hw-http-handover.h"
#include "hw-http-reply.h"
#include "hw-http-sockets.h"
#include "hw-json-variant.h"
#include "wait.h"

#include <string.h>

static HwPrincipal *
authenticate (SoupServerMessage *message,
              gpointer           user_data,
              GError           **error)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *who = soup_message_headers_get_one (headers, "X-Who");

  if (g_strcmp0 (who, "stranger") == 0)
    {
      g_set_error_literal (error, HW_ERROR, HW_ERROR_NOT_ALLOWED, "You may not.");
      return NULL;
    }

  if (who != NULL)
    return hw_principal_new (HW_DOOR_TCP, who, FALSE);

  g_set_error_literal (error, HW_ERROR, HW_ERROR_UNAUTHORIZED, "Say who you are.");

  return NULL;
}

static GBytes *
begin_events (SoupServerMessage *message,
              gpointer           user_data)
{
  return hw_http_reply_begin_events (message);
}

static const HwHubDoor door = {
  .authenticate = authenticate,
  .take = hw_http_handover_take,
  .begin_events = begin_events,
  .reply_empty = hw_http_reply_empty,
  .hold = hw_http_exchange_new,
  .watch = hw_http_exchange_watch,
  .get_cancellable = hw_http_exchange_get_cancellable,
  .answer = hw_http_exchange_end,
};

void
hub_house_set_up (HubHouse     *self,
                  gconstpointer test_data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) sockets = hw_http_sockets_listen_tcp (0, &error);

  g_assert_no_error (error);
  self->port = hw_http_sockets_get_port (g_ptr_array_index (sockets, 0));
  self->clock = hw_fake_clock_new ();
  self->server = soup_server_new (NULL, NULL);
  self->listener = hw_http_listener_new (self->server, HW_CLOCK (self->clock));
  hw_http_listener_add (self->listener, g_ptr_array_index (sockets, 0),
                        HW_HTTP_ENTRANCE_LOOPBACK);
  self->handler = g_object_new (TEST_TYPE_HANDLER, NULL);
  self->plane = hw_plane_new (HW_CLOCK (self->clock));
  self->hub = hw_hub_new (self->server, "/hub", HW_HUB_HANDLER (self->handler),
                          HW_CLOCK (self->clock), self->plane, &door, NULL);
}

void
hub_house_tear_down (HubHouse     *self,
                     gconstpointer test_data)
{
  hw_plane_close (self->plane);
  drop_object (g_steal_pointer (&self->hub));
  drop_object (g_steal_pointer (&self->plane));
  hw_http_listener_close (self->listener);
  drop_object (g_steal_pointer (&self->listener));
  g_assert_cmpuint (hw_fake_clock_get_n_timers (self->clock), ==, 0);
  drop_object (g_steal_pointer (&self->server));
  drop_object (g_steal_pointer (&self->handler));
  drop_object (g_steal_pointer (&self->clock));
}

/* Lets all happen that can: what came is taken, what is to be said has gone out. */
void
hub_house_settle (HubHouse *self)
{
  do
    {
      hw_await_quiet ();
      hw_plane_settle (self->plane);
    }
  while (g_main_context_pending (NULL));
}

/* Time passes second by second, as it does for a hub. */
void
hub_house_pass_time (HubHouse *self,
                     guint     n_seconds)
{
  for (guint i = 0; i < n_seconds; i++)
    hw_fake_clock_advance (self->clock, G_USEC_PER_SEC);
}

guint
hub_house_ask (HubHouse   *self,
               const char *method,
               const char *target,
               const char *fields,
               char      **body)
{
  g_autoptr(HubLine) line = hub_line_new (self->port);

  return hub_line_ask (line, method, target, fields, body);
}

/* Returns: (transfer full): a token */
char *
hub_house_negotiate (HubHouse   *self,
                     const char *fields)
{
  g_autofree char *body = NULL;
  g_autoptr(GVariant) answer = NULL;
  g_autoptr(GError) error = NULL;
  char *token = NULL;

  g_assert_cmpuint (hub_house_ask (self, "POST", "/hub/negotiate?negotiateVersion=1", fields,
                                   &body), ==, 200);
  answer = hw_json_variant_parse (body, strlen (body), strlen (body), &error);
  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (answer, "connectionToken", "s", &token));

  return token;
}

/* Connects, and does the handshake. @token may be %NULL: then nothing was negotiated. */
HubLine *
hub_house_connect (HubHouse   *self,
                   const char *token)
{
  g_autofree char *target = token != NULL ? g_strdup_printf ("/hub?id=%s", token)
                                          : g_strdup ("/hub");
  g_autofree char *head = NULL;
  g_autofree char *answer = NULL;
  HubLine *line = hub_line_new (self->port);

  g_assert_cmpuint (hub_line_upgrade (line, target, BY_OWNER, &head), ==, 101);
  hub_line_send_text (line, HANDSHAKE);
  answer = hub_line_take_text (line);
  g_assert_cmpstr (answer, ==, "{}|");

  return line;
}
