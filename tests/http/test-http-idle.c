/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "http-house.h"

#include "hw-http-stream.h"
#include "wait.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC

/* A client that has been answered, and keeps its connection. */
typedef struct
{
  GSocket *socket;
  GString *heard;
} Client;

/* Hears what there is. Returns: whether the server has hung up */
static gboolean
client_listen (Client *self)
{
  char buffer[4096];
  gssize length = g_socket_receive_with_blocking (self->socket, buffer, sizeof (buffer), FALSE,
                                                  NULL, NULL);

  if (length > 0)
    g_string_append_len (self->heard, buffer, length);

  return length == 0;
}

static gboolean
has_heard (Client     *self,
           const char *text)
{
  client_listen (self);

  return strstr (self->heard->str, text) != NULL;
}

static void
client_ask (Client    *self,
            HttpHouse *house)
{
  g_autofree char *request = http_house_write (house, "GET /healthz", TO_US, NULL);
  g_autoptr(GString) kept = g_string_new (request);

  g_string_replace (kept, "Connection: close\r\n", "", 0);
  g_string_truncate (self->heard, 0);
  g_socket_send (self->socket, kept->str, kept->len, NULL, NULL);
  wait_until (has_heard (self, "\r\n\r\nok\n"));
}

static Client *
client_new (HttpHouse *house)
{
  Client *self = g_new0 (Client, 1);
  g_autoptr(GError) error = NULL;

  self->heard = g_string_new (NULL);
  self->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                               G_SOCKET_PROTOCOL_TCP, &error);
  g_assert_no_error (error);
  g_socket_connect (self->socket, house->address, NULL, &error);
  g_assert_no_error (error);
  client_ask (self, house);

  return self;
}

static void
client_free (Client *self)
{
  g_socket_close (self->socket, NULL);
  g_object_unref (self->socket);
  g_string_free (self->heard, TRUE);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)

static void
test_http_idle_left_is_closed (HttpHouse    *house,
                               gconstpointer test_data)
{
  g_autoptr(Client) client = client_new (house);

  g_socket_shutdown (client->socket, FALSE, TRUE, NULL);
  hw_fake_clock_advance (house->house->clock, SECOND);
  wait_until (client_listen (client));
  g_assert_cmpuint (hw_fake_clock_get_n_timers (house->house->clock), ==, 0);
}

static void
test_http_idle_too_long_is_closed (HttpHouse    *house,
                                   gconstpointer test_data)
{
  g_autoptr(Client) client = client_new (house);

  hw_fake_clock_advance (house->house->clock, HW_HTTP_MAX_IDLE + SECOND);
  wait_until (client_listen (client));
}

static void
test_http_idle_used_stays_open (HttpHouse    *house,
                                gconstpointer test_data)
{
  g_autoptr(Client) client = client_new (house);

  for (guint i = 0; i < 3; i++)
    {
      hw_fake_clock_advance (house->house->clock, HW_HTTP_MAX_IDLE - SECOND);
      client_ask (client, house);
    }

  g_assert_false (client_listen (client));
}

static void
test_http_idle_nobody_costs_nothing (HttpHouse    *house,
                                     gconstpointer test_data)
{
  g_autoptr(HttpAnswer) answer = http_house_get (house, "/healthz");

  g_assert_cmpuint (answer->status, ==, 200);
  hw_fake_clock_advance (house->house->clock, SECOND);
  g_assert_cmpuint (hw_fake_clock_get_n_timers (house->house->clock), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) \
  g_test_add ("/http-idle/" path, HttpHouse, NULL, http_house_set_up, function, \
              http_house_tear_down)

  ADD ("left-is-closed", test_http_idle_left_is_closed);
  ADD ("too-long-is-closed", test_http_idle_too_long_is_closed);
  ADD ("used-stays-open", test_http_idle_used_stays_open);
  ADD ("nobody-costs-nothing", test_http_idle_nobody_costs_nothing);
#undef ADD

  return g_test_run ();
}
