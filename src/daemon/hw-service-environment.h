/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HwServiceEnvironment:
 * @notify_socket: (nullable): where the service manager hears how we are, or %NULL if
 *   none started us
 * @watchdog_time: within how many microseconds it wants to hear of us, or 0
 * @n_sockets: how many sockets it passed, from %HW_FIRST_SOCKET on
 * @socket_names: (nullable): what it calls them, between colons
 *
 * What a service manager says to the program that it starts.
 */
typedef struct
{
  char *notify_socket;
  gint64 watchdog_time;
  guint n_sockets;
  char *socket_names;
} HwServiceEnvironment;

/* The descriptor after standard input, output and errors: sd_listen_fds(3). */
#define HW_FIRST_SOCKET 3

HwServiceEnvironment *hw_service_environment_take (void);
void                  hw_service_environment_free (HwServiceEnvironment *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwServiceEnvironment, hw_service_environment_free)

G_END_DECLS
