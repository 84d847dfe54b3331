/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-service-environment.h"

#include <unistd.h>

/* More sockets than any unit of ours lists: what is beyond is a variable gone wrong. */
#define MAX_SOCKETS 64

/* A variable that nobody who comes after us is to believe meant for them.
 * Returns (transfer full) (nullable).
 */
static char *
take_variable (const char *name)
{
  char *value = g_strdup (g_getenv (name));

  g_unsetenv (name);

  return value;
}

/* Takes a variable for a number from 1 to @maximum; 0 if it is none. */
static guint64
take_number (const char *name,
             guint64     maximum)
{
  g_autofree char *value = take_variable (name);
  guint64 number = 0;

  if (value == NULL || !g_ascii_string_to_unsigned (value, 10, 1, maximum, &number, NULL))
    return 0;

  return number;
}

/**
 * hw_service_environment_take:
 *
 * Reads what a service manager put into the environment for this process, by the
 * protocols of sd_notify(3), sd_watchdog_enabled(3) and sd_listen_fds(3), and takes it
 * out of there: what we start is not what was spoken to. Before there are threads, as
 * all that changes the environment.
 *
 * Returns: (transfer full): what it said
 */
HwServiceEnvironment *
hw_service_environment_take (void)
{
  HwServiceEnvironment *self = g_new0 (HwServiceEnvironment, 1);
  guint64 own_pid = (guint64) getpid ();
  guint64 watchdog_time = take_number ("WATCHDOG_USEC", G_MAXINT64);
  guint64 watchdog_pid = take_number ("WATCHDOG_PID", G_MAXINT);
  guint64 listen_pid = take_number ("LISTEN_PID", G_MAXINT);
  guint64 n_sockets = take_number ("LISTEN_FDS", MAX_SOCKETS);

  self->notify_socket = take_variable ("NOTIFY_SOCKET");
  self->socket_names = take_variable ("LISTEN_FDNAMES");

  /* Without a process, the watchdog is for whoever has the variable. */
  if (watchdog_pid == 0 || watchdog_pid == own_pid)
    self->watchdog_time = (gint64) watchdog_time;

  if (listen_pid == own_pid)
    self->n_sockets = (guint) n_sockets;

  return self;
}

/**
 * hw_service_environment_free:
 * @self: (transfer full): what a service manager said
 *
 * Frees it. The sockets stay open.
 */
void
hw_service_environment_free (HwServiceEnvironment *self)
{
  g_clear_pointer (&self->notify_socket, g_free);
  g_clear_pointer (&self->socket_names, g_free);
  g_free (self);
}
