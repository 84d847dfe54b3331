/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-plane-socket.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* One connection of the plane, whose client is the test. */
typedef struct
{
  HwPlaneSocket *socket;
  int fd;
  GString *news; /* a letter for each, and in brackets the data */
} Fixture;

static inline void
on_news (HwPlaneSocket  *socket,
         HwPlaneNewsKind kind,
         GBytes         *data,
         gpointer        user_data)
{
  Fixture *fixture = user_data;
  g_autoptr(GBytes) owned = data;

  g_string_append_c (fixture->news, "dBDGO"[kind]);
  if (data == NULL)
    return;

  g_string_append_c (fixture->news, '[');
  g_string_append_len (fixture->news, g_bytes_get_data (data, NULL),
                       (gssize) g_bytes_get_size (data));
  g_string_append_c (fixture->news, ']');
}

/* Of %SOCK_SEQPACKET each piece that is sent arrives as one piece. */
static inline void
make_connection (Fixture             *fixture,
                 int                  type,
                 HwPlaneSocketNewFunc make_socket)
{
  HwPlaneWire wire = { -1, NULL };
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, type | SOCK_CLOEXEC, 0, fds), ==, 0);
  wire.fd = fds[0];
  fixture->fd = fds[1];
  fixture->news = g_string_new (NULL);
  fixture->socket = make_socket (&wire, on_news, fixture);
}

static inline void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  hw_plane_socket_free (fixture->socket);
  g_string_free (fixture->news, TRUE);
  close (fixture->fd);
}

static inline void
push (Fixture    *fixture,
      const char *text)
{
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));

  hw_plane_socket_push (fixture->socket, bytes);
}
