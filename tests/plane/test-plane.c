/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-fake-clock.h"
#include "hw-plane.h"
#include "hw-ws-frame.h"
#include "hw-ws-socket.h"
#include "wait.h"

#include <dirent.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A client of the plane's: the other end of a socket pair, and what is heard of it. */
typedef struct
{
  HwPlane *plane;
  HwPlaneLine *line;
  int fd;
  GString *heard;
  guint n_news[HW_PLANE_NEWS_OVER + 1];
  gboolean is_closer; /* what it says closes the plane */
} Client;

static void
on_line_news (HwPlaneLine    *line,
              HwPlaneNewsKind kind,
              GBytes         *data,
              gpointer        user_data)
{
  Client *client = user_data;

  g_assert_cmpuint (client->n_news[HW_PLANE_NEWS_OVER], ==, 0);
  client->n_news[kind]++;
  if (data == NULL)
    return;

  g_string_append_len (client->heard, g_bytes_get_data (data, NULL),
                       (gssize) g_bytes_get_size (data));
  if (client->is_closer)
    hw_plane_close (client->plane);
  else
    hw_plane_go_on (client->plane, line, g_bytes_get_size (data));
}

static const HwPlaneFuncs funcs = { .news = on_line_news };

static HwPrincipal *
make_principal (const char *name)
{
  return hw_principal_new (HW_DOOR_TCP, name, TRUE);
}

static Client *
client_new_of (HwPlane    *plane,
               const char *name)
{
  g_autoptr(HwPrincipal) principal = make_principal (name);
  Client *client = g_new0 (Client, 1);
  HwPlaneWire wire = { -1, NULL };
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  wire.fd = fds[0];
  client->fd = fds[1];
  client->plane = plane;
  client->heard = g_string_new (NULL);
  client->line = hw_plane_add (plane, principal, hw_ws_socket_new, &wire, NULL, &funcs, client);

  return client;
}

static Client *
client_new (HwPlane *plane)
{
  return client_new_of (plane, "token:owner");
}

static void
client_free (Client *client)
{
  g_assert_cmpuint (client->n_news[HW_PLANE_NEWS_OVER], ==, 1);
  if (client->fd >= 0)
    close (client->fd);
  g_string_free (client->heard, TRUE);
  g_free (client);
}

static void
client_hang_up (Client *client)
{
  close (client->fd);
  client->fd = -1;
}

/* Makes one for which no time passes. */
static HwPlane *
plane_new (void)
{
  g_autoptr(HwFakeClock) clock = hw_fake_clock_new ();

  return hw_plane_new (HW_CLOCK (clock));
}

static void
plane_free (HwPlane *plane)
{
  hw_plane_close (plane);
  g_assert_finalize_object (plane);
}

static void
send_text (Client     *client,
           const char *text)
{
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));

  hw_plane_send (client->plane, client->line, bytes);
}

static guint
count_descriptors (void)
{
  DIR *folder = opendir ("/proc/self/fd");
  guint n = 0;

  while (readdir (folder) != NULL)
    n++;
  closedir (folder);

  return n;
}

static void
test_both_ways (void)
{
  HwPlane *plane = plane_new ();
  Client *client = client_new (plane);
  char bytes[64];

  g_assert_cmpint (send (client->fd, "\x81\x82\0\0\0\0hi", 8, 0), ==, 8);
  wait_until (client->heard->len == 2);
  g_assert_cmpstr (client->heard->str, ==, "hi");

  send_text (client, "one");
  send_text (client, "two");
  g_assert_cmpint (recv (client->fd, bytes, 10, MSG_WAITALL), ==, 10);
  g_assert_cmpint (memcmp (bytes, "\x81\x03one\x81\x03two", 10), ==, 0);

  plane_free (plane);
  client_free (client);
}

/* Test that many clients say and hear all in order. */
static void
test_crowd (void)
{
  HwPlane *plane = plane_new ();
  g_autoptr(GPtrArray) clients = g_ptr_array_new_with_free_func ((GDestroyNotify) client_free);
  const char *frames = "\x81\x01" "a\x81\x01" "b\x81\x01" "c\x81\x01" "d\x81\x01" "e";
  char bytes[64];

  for (guint i = 0; i < 200; i++)
    g_ptr_array_add (clients, client_new (plane));
  for (guint round = 0; round < 5; round++)
    for (guint i = 0; i < clients->len; i++)
      {
        Client *client = g_ptr_array_index (clients, i);
        char frame[] = { (char) 0x81, (char) 0x81, 0, 0, 0, 0, (char) ('a' + round) };
        char text[] = { (char) ('a' + round), '\0' };

        g_assert_cmpint (send (client->fd, frame, sizeof (frame), 0), ==, sizeof (frame));
        send_text (client, text);
      }

  for (guint i = 0; i < clients->len; i++)
    {
      Client *client = g_ptr_array_index (clients, i);

      wait_until (client->heard->len == 5);
      g_assert_cmpstr (client->heard->str, ==, "abcde");
      g_assert_cmpint (recv (client->fd, bytes, 15, MSG_WAITALL), ==, 15);
      g_assert_cmpint (memcmp (bytes, frames, 15), ==, 0);
    }

  plane_free (plane);
}

/* Test that what is said to a client that is gone already harms nobody. */
static void
test_said_too_late (void)
{
  HwPlane *plane = plane_new ();
  Client *client = client_new (plane);

  client_hang_up (client);
  hw_plane_settle (plane);
  send_text (client, "x");
  hw_plane_ask (plane, client->line);
  hw_plane_say_goodbye (plane, client->line, HW_WS_CLOSE_CODE_NORMAL);
  hw_plane_cut (plane, client->line);
  wait_until (client->n_news[HW_PLANE_NEWS_OVER] == 1);

  plane_free (plane);
  client_free (client);
}

static void
test_cut_is_told (void)
{
  HwPlane *plane = plane_new ();
  Client *client = client_new (plane);
  char byte;

  hw_plane_cut (plane, client->line);
  wait_until (client->n_news[HW_PLANE_NEWS_OVER] == 1);
  g_assert_cmpint (recv (client->fd, &byte, 1, 0), ==, 0);

  plane_free (plane);
  client_free (client);
}

/* Test that all hear of the plane's end, and that nothing is left open. */
static void
test_close_ends_all (void)
{
  guint n_before = count_descriptors ();
  HwPlane *plane = plane_new ();
  Client *clients[3];

  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    clients[i] = client_new (plane);
  hw_plane_close (plane);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    client_free (clients[i]);
  g_assert_finalize_object (plane);

  g_assert_cmpuint (count_descriptors (), ==, n_before);
}

/* Test that all that was said is told in order even if the first who hears it closes the plane. */
static void
test_close_while_telling (void)
{
  HwPlane *plane = plane_new ();
  Client *clients[2];

  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      clients[i] = client_new (plane);
      g_assert_cmpint (send (clients[i]->fd, "\x81\x82\0\0\0\0hi", 8, 0), ==, 8);
    }
  clients[0]->is_closer = TRUE;
  clients[1]->is_closer = TRUE;
  hw_plane_settle (plane);
  wait_until (clients[0]->n_news[HW_PLANE_NEWS_OVER] + clients[1]->n_news[HW_PLANE_NEWS_OVER] == 2);

  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      g_assert_cmpstr (clients[i]->heard->str, ==, "hi");
      client_free (clients[i]);
    }
  g_assert_finalize_object (plane);
}

/* Test that those who come and go leave nothing behind. */
static void
test_coming_and_going_costs_nothing (void)
{
  HwPlane *plane = plane_new ();
  Client *first = client_new (plane);
  guint n_before;

  hw_plane_settle (plane);
  n_before = count_descriptors ();
  for (guint i = 0; i < 500; i++)
    {
      Client *client = client_new (plane);

      client_hang_up (client);
      wait_until (client->n_news[HW_PLANE_NEWS_OVER] == 1);
      client_free (client);
    }
  hw_plane_settle (plane);
  g_assert_cmpuint (count_descriptors (), ==, n_before);

  plane_free (plane);
  client_free (first);
}

static void
test_nobody_costs_no_thread (void)
{
  HwPlane *plane = plane_new ();
  DIR *folder = opendir ("/proc/self/task");
  guint n = 0;

  while (readdir (folder) != NULL)
    n++;
  closedir (folder);
  g_assert_cmpuint (n, ==, 3);

  plane_free (plane);
}

static gboolean
has_room (HwPlane    *plane,
          const char *name)
{
  g_autoptr(HwPrincipal) principal = make_principal (name);

  return hw_plane_has_room (plane, principal);
}

/* Test that nobody can have all places: the last of them are for those who have few. */
static void
test_plane_last_places (void)
{
  g_autoptr(HwPlane) plane = plane_new ();
  Client *many[14];
  Client *few[2];

  hw_plane_set_max_lines (plane, G_N_ELEMENTS (many) + G_N_ELEMENTS (few));
  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    {
      g_assert_true (has_room (plane, "token:owner"));
      many[i] = client_new (plane);
    }
  g_assert_false (has_room (plane, "token:owner"));

  for (guint i = 0; i < G_N_ELEMENTS (few); i++)
    {
      g_assert_true (has_room (plane, "uid:1000"));
      few[i] = client_new_of (plane, "uid:1000");
    }
  g_assert_false (has_room (plane, "uid:1000"));
  g_assert_false (has_room (plane, "uid:1001"));

  /* Who leaves makes room for others first. */
  hw_plane_cut (plane, many[0]->line);
  wait_until_seen (many[0]->n_news[HW_PLANE_NEWS_OVER] > 0);
  g_assert_false (has_room (plane, "token:owner"));
  g_assert_true (has_room (plane, "uid:1001"));

  hw_plane_close (plane);
  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    client_free (many[i]);
  for (guint i = 0; i < G_N_ELEMENTS (few); i++)
    client_free (few[i]);
}

/* Test that whoever comes and goes is counted, by the kind of connection, and whoever is cut. */
static void
test_plane_counts_who_comes_and_goes (void)
{
  HwPlane *plane = plane_new ();
  Client *first = client_new (plane);
  Client *second = client_new (plane);
  HwPlaneTraffic before;
  HwPlaneTraffic after;

  hw_plane_get_traffic (plane, &before);
  hw_plane_cut (plane, first->line);
  wait_until (first->n_news[HW_PLANE_NEWS_OVER] == 1);
  client_hang_up (second);
  wait_until (second->n_news[HW_PLANE_NEWS_OVER] == 1);
  hw_plane_get_traffic (plane, &after);

  g_assert_cmpuint (before.n_open[HW_PLANE_TRANSPORT_WEBSOCKET], ==, 2);
  g_assert_cmpuint (before.n_open[HW_PLANE_TRANSPORT_HTTP], ==, 0);
  g_assert_cmpuint (before.n_most, ==, hw_plane_get_max_lines (plane));
  g_assert_cmpuint (before.n_cut, ==, 0);
  g_assert_cmpuint (after.n_open[HW_PLANE_TRANSPORT_WEBSOCKET], ==, 0);
  g_assert_cmpuint (after.n_ever[HW_PLANE_TRANSPORT_WEBSOCKET], ==, 2);
  g_assert_cmpuint (after.n_cut, ==, 1);
  client_free (first);
  client_free (second);
  plane_free (plane);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/plane/nobody-costs-no-thread", test_nobody_costs_no_thread);
  g_test_add_func ("/plane/both-ways", test_both_ways);
  g_test_add_func ("/plane/crowd", test_crowd);
  g_test_add_func ("/plane/said-too-late", test_said_too_late);
  g_test_add_func ("/plane/cut-is-told", test_cut_is_told);
  g_test_add_func ("/plane/who-comes-and-goes-is-counted", test_plane_counts_who_comes_and_goes);
  g_test_add_func ("/plane/close-ends-all", test_close_ends_all);
  g_test_add_func ("/plane/close-while-telling", test_close_while_telling);
  g_test_add_func ("/plane/last-places-are-for-those-who-have-few", test_plane_last_places);
  g_test_add_func ("/plane/coming-and-going-costs-nothing", test_coming_and_going_costs_nothing);

  return g_test_run ();
}
