/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "listener-house.h"

#include "hw-await.h"
#include "hw-http-reply.h"
#include "hw-http-sockets.h"
#include "hw-http-stream.h"
#include "wait.h"

#include <string.h>

static void
answer_ok (SoupServerMessage *message)
{
  g_autoptr(GBytes) text = g_bytes_new_static ("ok\n", strlen ("ok\n"));

  hw_http_reply_bytes (message, SOUP_STATUS_OK, "text/plain", text);
}

static void
answer_much (SoupServerMessage *message)
{
  g_autoptr(GBytes) text = g_bytes_new_take (g_strnfill (LISTENER_HOUSE_LARGE, 'x'),
                                             LISTENER_HOUSE_LARGE);

  hw_http_reply_bytes (message, SOUP_STATUS_OK, "text/plain", text);
}

static void
on_soup_request (SoupServer        *soup,
                 SoupServerMessage *message,
                 const char        *path,
                 GHashTable        *query,
                 gpointer           user_data)
{
  ListenerHouse *self = user_data;

  g_ptr_array_add (self->paths, g_strdup (path));
  if (g_str_has_prefix (path, "/known"))
    hw_http_stream_set_known (hw_http_stream_get (message), TRUE);

  if (g_str_equal (path, "/wait"))
    g_ptr_array_add (self->waiting, hw_http_exchange_new (message));
  else if (g_str_has_suffix (path, "large"))
    answer_much (message);
  else
    answer_ok (message);
}

void
listener_house_set_up (ListenerHouse *self,
                       gconstpointer  test_data)
{
  g_autoptr(GPtrArray) sockets = hw_http_sockets_listen_tcp (0, NULL);
  GSocket *socket = g_ptr_array_index (sockets, 0);

  self->paths = g_ptr_array_new_with_free_func (g_free);
  self->waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) hw_http_exchange_end);
  self->clock = hw_fake_clock_new ();
  self->soup = g_object_new (SOUP_TYPE_SERVER, NULL);
  soup_server_add_handler (self->soup, NULL, on_soup_request, self, NULL);
  self->listener = hw_http_listener_new (self->soup, HW_CLOCK (self->clock));
  hw_http_listener_add (self->listener, socket, HW_HTTP_ENTRANCE_LOOPBACK);
  self->address = g_socket_get_local_address (socket, NULL);
}

/* Nothing is left of any connection, as the listener would not go if it were. */
void
listener_house_tear_down (ListenerHouse *self,
                          gconstpointer  test_data)
{
  hw_http_listener_close (self->listener);
  g_ptr_array_unref (self->waiting);
  hw_await_quiet ();
  g_assert_cmpuint (hw_http_listener_get_n_connections (self->listener), ==, 0);
  g_assert_cmpuint (hw_fake_clock_get_n_timers (self->clock), ==, 0);
  g_assert_finalize_object (self->listener);
  g_assert_finalize_object (self->soup);
  g_assert_finalize_object (self->clock);
  g_clear_object (&self->address);
  g_ptr_array_unref (self->paths);
}

GSocket *
listener_house_connect (ListenerHouse *self)
{
  g_autoptr(GError) error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, &error);

  g_assert_no_error (error);
  g_socket_connect (socket, self->address, NULL, &error);
  g_assert_no_error (error);
  g_socket_set_blocking (socket, FALSE);

  return socket;
}

void
send_text (GSocket    *socket,
           const char *bytes)
{
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (g_socket_send (socket, bytes, strlen (bytes), NULL, &error), ==,
                   strlen (bytes));
  g_assert_no_error (error);
}

GSocket *
listener_house_ask (ListenerHouse *self,
                    const char    *bytes)
{
  GSocket *socket = listener_house_connect (self);

  send_text (socket, bytes);
  hw_await_quiet ();

  return socket;
}

/* Opens @n connections that send @text, or nothing. */
GPtrArray *
listener_house_open_many (ListenerHouse *self,
                          guint          n,
                          const char    *text)
{
  GPtrArray *clients = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < n; i++)
    {
      GSocket *client = listener_house_connect (self);

      if (text != NULL)
        send_text (client, text);
      g_ptr_array_add (clients, client);
      if (i % 100 == 99)
        hw_await_quiet ();
    }
  hw_await_quiet ();

  return clients;
}

/* Lets time pass, and everything happen that it brings. */
void
listener_house_advance (ListenerHouse *self,
                        gint64         span)
{
  hw_await_quiet ();
  hw_fake_clock_advance (self->clock, span);
  hw_await_quiet ();
}

/* Hears what there is. Returns: whether the server has hung up */
gboolean
is_over (GSocket *socket,
         GString *heard)
{
  char bytes[65536];
  g_autoptr(GError) error = NULL;
  gssize length;

  while ((length = g_socket_receive (socket, bytes, sizeof (bytes), NULL, &error)) > 0)
    g_string_append_len (heard, bytes, length);

  return length == 0 || (length < 0 && !g_error_matches (error, G_IO_ERROR,
                                                         G_IO_ERROR_WOULD_BLOCK));
}

/* Counts those whose server has hung up. */
guint
count_over (GPtrArray *clients)
{
  g_autoptr(GString) heard = g_string_new (NULL);
  guint n = 0;

  for (guint i = 0; i < clients->len; i++)
    n += is_over (g_ptr_array_index (clients, i), heard);

  return n;
}

/* Hears until the server hangs up. Returns: (transfer full): what it said */
char *
hear_all (GSocket *socket)
{
  g_autoptr(GString) heard = g_string_new (NULL);

  wait_until (is_over (socket, heard));

  return g_strdup (heard->str);
}

guint
count_answers (const char *heard,
               const char *status)
{
  g_autofree char *line = g_strconcat ("HTTP/1.1 ", status, " ", NULL);
  guint n = 0;

  for (const char *found = strstr (heard, line); found != NULL; found = strstr (found + 1, line))
    n++;

  return n;
}
