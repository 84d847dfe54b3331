/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-passed-sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>

/* What the service manager calls a socket, for the person who wrote its unit. */
static char *
describe (int               fd,
          const char *const names[],
          guint             index)
{
  if (index < g_strv_length ((char **) names) && *names[index] != '\0')
    return g_strdup_printf ("“%s” (descriptor %d)", names[index], fd);

  return g_strdup_printf ("descriptor %d", fd);
}

/* Descriptors are passed open over exec(2): what the daemon starts must not have them, or
 * they would stay open when it closes them.
 */
static GSocket *
take_socket (int      fd,
             GError **error)
{
  if (fcntl (fd, F_SETFD, FD_CLOEXEC) != 0)
    {
      g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno),
                           g_strerror (errno));
      return NULL;
    }

  return g_socket_new_from_fd (fd, error);
}

/**
 * hw_passed_sockets_take:
 * @first_fd: the first descriptor that was passed
 * @n_sockets: how many were
 * @names: (nullable): what they are called, between colons
 * @error: return location for an error: a sentence for whoever started the daemon
 *
 * Takes the sockets that a service manager passed (sd_listen_fds(3)). What kind of
 * sockets they are is for those who listen on them to judge.
 *
 * Returns: (transfer full) (element-type GSocket): the sockets, perhaps none; or %NULL
 */
GPtrArray *
hw_passed_sockets_take (int         first_fd,
                        guint       n_sockets,
                        const char *names,
                        GError    **error)
{
  g_autoptr(GPtrArray) sockets = g_ptr_array_new_with_free_func (g_object_unref);
  g_auto(GStrv) name_list = g_strsplit (names != NULL ? names : "", ":", -1);

  for (guint i = 0; i < n_sockets; i++)
    {
      g_autoptr(GError) cause = NULL;
      int fd = first_fd + (int) i;
      GSocket *socket = take_socket (fd, &cause);

      if (socket == NULL)
        {
          g_autofree char *description = describe (fd, (const char *const *) name_list, i);

          g_set_error (error, cause->domain, cause->code,
                       "What the service manager passed as %s is not a socket: %s. Leave it "
                       "out of headwayd.socket.", description, cause->message);
          return NULL;
        }

      g_ptr_array_add (sockets, socket);
    }

  return g_steal_pointer (&sockets);
}

/**
 * hw_passed_sockets_get_path:
 * @socket: a socket that was passed
 *
 * Gets where a socket stands.
 *
 * Returns: (transfer full) (nullable): a path, or %NULL if it has none
 */
char *
hw_passed_sockets_get_path (GSocket *socket)
{
  g_autoptr(GSocketAddress) address = g_socket_get_local_address (socket, NULL);

  if (address == NULL || !G_IS_UNIX_SOCKET_ADDRESS (address))
    return NULL;

  return g_strdup (g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address)));
}
