/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-sockets.h"

#include "hw-port-owner.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Many clients may come at once; those that do not fit are turned away by the kernel
 * before we know of them. It cuts this to what it allows itself. */
#define BACKLOG 1024

/* For how many seconds the kernel keeps a connection to itself on which nothing has come. */
#define SILENT_SECONDS 1

/* For this user alone. */
#define PRIVATE_MODE 0600

/* How often a free port is looked for. One that is free for IPv4 is nearly always free
 * for IPv6, too. */
#define MAX_ATTEMPTS 16

/* Gives %NULL without an error if the machine has no addresses of the family of its own. */
static GSocket *
listen_at (GInetAddress *host,
           guint         port,
           GError      **error)
{
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new (host, (guint16) port);
  GSocketFamily family = g_socket_address_get_family (address);
  g_autoptr(GError) cause = NULL;
  g_autoptr(GSocket) socket = g_socket_new (family, G_SOCKET_TYPE_STREAM,
                                            G_SOCKET_PROTOCOL_TCP, &cause);

  if (socket != NULL)
    {
      if (family == G_SOCKET_FAMILY_IPV6)
        g_socket_set_option (socket, IPPROTO_IPV6, IPV6_V6ONLY, TRUE, NULL);

      g_socket_set_listen_backlog (socket, BACKLOG);
      if (g_socket_bind (socket, address, TRUE, &cause) && g_socket_listen (socket, &cause))
        return g_steal_pointer (&socket);
    }

  /* An old kernel without IPv6, or one that was told to do without. */
  if (family == G_SOCKET_FAMILY_IPV6 && g_inet_address_get_is_loopback (host) &&
      !g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    return NULL;

  g_propagate_error (error, g_steal_pointer (&cause));
  return NULL;
}

/* Listens at several addresses on one port. */
static GPtrArray *
listen_at_all (GPtrArray *addresses,
               guint      port,
               GError   **error)
{
  g_autoptr(GPtrArray) sockets = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < addresses->len; i++)
    {
      GError *cause = NULL;
      GSocket *socket = listen_at (g_ptr_array_index (addresses, i), port, &cause);

      if (cause != NULL)
        {
          g_propagate_error (error, cause);
          return NULL;
        }

      if (socket == NULL)
        continue;

      port = hw_http_sockets_get_port (socket);
      g_ptr_array_add (sockets, socket);
    }

  return g_steal_pointer (&sockets);
}

static gboolean
has_any (GPtrArray    *addresses,
         GSocketFamily family)
{
  for (guint i = 0; i < addresses->len; i++)
    {
      GInetAddress *address = g_ptr_array_index (addresses, i);

      if (g_inet_address_get_family (address) == family && g_inet_address_get_is_any (address))
        return TRUE;
    }

  return FALSE;
}

/* This machine's own addresses, then the others that were asked for: where all addresses of a
 * family were, those are among them. */
static GPtrArray *
list_addresses (GPtrArray *others)
{
  static const GSocketFamily families[] = { G_SOCKET_FAMILY_IPV4, G_SOCKET_FAMILY_IPV6 };
  GPtrArray *addresses = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    if (!has_any (others, families[i]))
      g_ptr_array_add (addresses, g_inet_address_new_loopback (families[i]));

  for (guint i = 0; i < others->len; i++)
    {
      GInetAddress *address = g_ptr_array_index (others, i);

      if (!g_inet_address_get_is_loopback (address) &&
          (g_inet_address_get_is_any (address) ||
           !has_any (others, g_inet_address_get_family (address))))
        g_ptr_array_add (addresses, g_object_ref (address));
    }

  return addresses;
}

static void
set_listen_error (GError      **error,
                  guint         port,
                  const char   *option,
                  const GError *cause)
{
  g_autofree char *owner = NULL;

  if (!g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    {
      g_set_error (error, cause->domain, cause->code,
                   "Port %u cannot be listened on: %s. Take another one by %s.",
                   port, cause->message, option);
      return;
    }

  owner = hw_port_owner_describe ("/proc", port);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE,
               "Port %u is taken by %s. Stop it, or start this one with %s 0.",
               port, owner, option);
}

static GPtrArray *
listen_on_port (guint       port,
                const char *option,
                GPtrArray  *others,
                GError    **error)
{
  g_autoptr(GPtrArray) addresses = list_addresses (others);
  g_autoptr(GError) cause = NULL;
  guint attempts = port == 0 ? MAX_ATTEMPTS : 1;

  for (guint i = 0; i < attempts; i++)
    {
      GPtrArray *sockets;

      g_clear_error (&cause);
      sockets = listen_at_all (addresses, port, &cause);
      if (sockets != NULL)
        return sockets;
    }

  set_listen_error (error, port, option, cause);
  return NULL;
}

/**
 * hw_http_sockets_listen_tcp:
 * @port: a port, or 0 for any that is free
 * @error: return location for a #GError, or %NULL
 *
 * Listens on this machine's own addresses, which no other machine reaches: 127.0.0.1,
 * and ::1 where there is IPv6, on the same port.
 *
 * Returns: (transfer full) (element-type GSocket): one socket or two, or %NULL with
 *   %G_IO_ERROR_ADDRESS_IN_USE and a sentence that says who has the port
 */
GPtrArray *
hw_http_sockets_listen_tcp (guint    port,
                            GError **error)
{
  g_autoptr(GPtrArray) none = g_ptr_array_new ();

  g_return_val_if_fail (port <= G_MAXUINT16, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return listen_on_port (port, "--http-port", none, error);
}

/**
 * hw_http_sockets_listen_tls:
 * @port: a port, or 0 for any that is free
 * @addresses: (element-type GInetAddress): where beside this machine's own addresses
 * @error: return location for a #GError, or %NULL
 *
 * Listens for connections with TLS.
 *
 * Returns: (transfer full) (element-type GSocket): the sockets, or %NULL with
 *   %G_IO_ERROR_ADDRESS_IN_USE and a sentence that says who has the port
 */
GPtrArray *
hw_http_sockets_listen_tls (guint      port,
                            GPtrArray *addresses,
                            GError   **error)
{
  g_return_val_if_fail (port <= G_MAXUINT16, NULL);
  g_return_val_if_fail (addresses != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return listen_on_port (port, "--https-port", addresses, error);
}

/**
 * hw_http_sockets_get_port:
 * @socket: a TCP socket that listens
 *
 * Gets the port that a socket listens on.
 *
 * Returns: the port
 */
guint
hw_http_sockets_get_port (GSocket *socket)
{
  g_autoptr(GSocketAddress) address = g_socket_get_local_address (socket, NULL);

  g_return_val_if_fail (G_IS_INET_SOCKET_ADDRESS (address), 0);

  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
}

/**
 * hw_http_sockets_await_words:
 * @socket: a socket that listens
 *
 * Has the kernel keep connections to itself on which nothing has come yet, for a second. So
 * most of those who are let in have asked by then, and those who say nothing cost nothing,
 * and take nobody's place. A kernel that cannot do so lets all in at once.
 */
void
hw_http_sockets_await_words (GSocket *socket)
{
  g_return_if_fail (G_IS_SOCKET (socket));

  if (g_socket_get_family (socket) != G_SOCKET_FAMILY_UNIX)
    g_socket_set_option (socket, IPPROTO_TCP, TCP_DEFER_ACCEPT, SILENT_SECONDS, NULL);
}

static void
set_taken_error (GError    **error,
                 GSocket    *client,
                 const char *path,
                 const char *option)
{
  g_autoptr(GCredentials) credentials = g_socket_get_credentials (client, NULL);
  pid_t process = credentials != NULL ? g_credentials_get_unix_pid (credentials, NULL) : -1;
  g_autofree char *owner = process > 0 ? g_strdup_printf ("process %d", process)
                                       : g_strdup ("another process");

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE,
               "The socket “%s” is taken by %s. Stop it, or name another path by %s.",
               path, owner, option);
}

/* Removes the socket that a daemon left behind when it died. Fails if somebody listens
 * there, or if it is no socket. */
static gboolean
remove_stale (GSocketAddress *address,
              const char     *path,
              const char     *option,
              GError        **error)
{
  g_autoptr(GSocket) client = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM,
                                            G_SOCKET_PROTOCOL_DEFAULT, error);
  g_autoptr(GError) cause = NULL;
  GStatBuf status;

  if (client == NULL)
    return FALSE;

  if (g_lstat (path, &status) == 0 && !S_ISSOCK (status.st_mode))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
                   "“%s” is not a socket. Move it away, or name another path by %s.", path,
                   option);
      return FALSE;
    }

  /* A daemon that is too busy to answer lives, too: of that one, the kernel says so at
   * once. */
  if (g_socket_connect (client, address, NULL, &cause) ||
      !g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    {
      set_taken_error (error, client, path, option);
      return FALSE;
    }

  if (g_unlink (path) == 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
               "The socket “%s” of a daemon that died cannot be removed: %s. Remove it.",
               path, g_strerror (errno));
  return FALSE;
}

/* On Linux a socket's file gets the mode of the socket, so that there is no moment in
 * which somebody else could open it. */
static gboolean
bind_privately (GSocket        *socket,
                GSocketAddress *address,
                GError        **error)
{
  if (fchmod (g_socket_get_fd (socket), PRIVATE_MODE) == 0)
    return g_socket_bind (socket, address, FALSE, error);

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
               "The socket's mode cannot be set: %s", g_strerror (errno));
  return FALSE;
}

/* Gives the file that @fd holds another mode if it is a socket of ours, and of no other name:
 * whoever may write to its folder could have put something else there meanwhile.
 * Returns: 0, or why not
 */
static int
set_mode (int    fd,
          mode_t mode)
{
  g_autofree char *name = g_strdup_printf ("/proc/self/fd/%d", fd);
  struct stat status;

  if (fstat (fd, &status) != 0)
    return errno;

  if (!S_ISSOCK (status.st_mode) || status.st_uid != geteuid () || status.st_nlink != 1)
    return EPERM;

  return chmod (name, mode) == 0 ? 0 : errno;
}

/* Lets others to a socket as well. */
static gboolean
open_to_others (const char *path,
                const char *option,
                mode_t      mode,
                GError    **error)
{
  int fd = open (path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  int cause = fd >= 0 ? set_mode (fd, mode) : errno;

  if (fd >= 0)
    close (fd);
  if (cause == 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (cause),
               "Others cannot be let to the socket “%s”: %s. Name another path by %s, in a folder "
               "where only this user may write.", path, g_strerror (cause), option);
  return FALSE;
}

/* Binds, and takes the place of a daemon that died. */
static gboolean
bind_over_stale (GSocket        *socket,
                 GSocketAddress *address,
                 const char     *path,
                 const char     *option,
                 GError        **error)
{
  g_autoptr(GError) cause = NULL;

  if (bind_privately (socket, address, &cause))
    return TRUE;

  if (!g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    {
      g_set_error (error, cause->domain, cause->code,
                   "The socket “%s” cannot be made: %s. Name another path by %s.",
                   path, cause->message, option);
      return FALSE;
    }

  return remove_stale (address, path, option, error) && bind_privately (socket, address, error);
}

static gboolean
make_folder_of (const char *path,
                const char *option,
                GError    **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  if (g_mkdir_with_parents (folder, 0700) == 0)
    return TRUE;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
               "The folder “%s” of the socket cannot be made: %s. Make it, or name another "
               "path by %s.", folder, g_strerror (errno), option);
  return FALSE;
}

/**
 * hw_http_sockets_listen_unix:
 * @path: where the socket is to stand
 * @mode: who may open it
 * @option: what names the path, for sentences
 * @error: return location for a #GError, or %NULL
 *
 * Listens on a Unix socket, in a folder that is made for this user alone if there is none. One
 * that a dead daemon left behind is replaced.
 *
 * Two daemons that start at once could each take the other's new socket for stale; the
 * lock of the state folder keeps them from it.
 *
 * Returns: (transfer full): the socket, or %NULL with %G_IO_ERROR_ADDRESS_IN_USE if
 *   somebody listens there
 */
GSocket *
hw_http_sockets_listen_unix (const char *path,
                             mode_t      mode,
                             const char *option,
                             GError    **error)
{
  g_autoptr(GSocketAddress) address = NULL;
  g_autoptr(GSocket) socket = NULL;

  g_return_val_if_fail (path != NULL && option != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (strlen (path) >= sizeof (((struct sockaddr_un *) NULL)->sun_path))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG,
                   "The path “%s” is too long for a socket. Name a shorter one by %s.", path, option);
      return NULL;
    }

  socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                         error);
  if (socket == NULL || !make_folder_of (path, option, error))
    return NULL;

  address = g_unix_socket_address_new (path);
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (!bind_over_stale (socket, address, path, option, error) ||
      (mode != PRIVATE_MODE && !open_to_others (path, option, mode, error)) ||
      !g_socket_listen (socket, error))
    return NULL;

  return g_steal_pointer (&socket);
}

/* What a person calls the address of a socket. Returns (transfer full). */
static char *
describe_address (GSocketAddress *address)
{
  GInetAddress *host;
  g_autofree char *host_text = NULL;
  guint port;

  if (!G_IS_INET_SOCKET_ADDRESS (address))
    return g_strdup ("an address that is neither TCP's nor a path");

  host = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));
  host_text = g_inet_address_to_string (host);
  port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));

  return g_strdup_printf (strchr (host_text, ':') != NULL ? "[%s]:%u" : "%s:%u", host_text, port);
}

/* A path is found by whoever may go there; an abstract name by everybody, and by nobody of
 * ours. */
static gboolean
is_ours (GSocketAddress *address)
{
  if (G_IS_UNIX_SOCKET_ADDRESS (address))
    return g_unix_socket_address_get_address_type (G_UNIX_SOCKET_ADDRESS (address)) ==
           G_UNIX_SOCKET_ADDRESS_PATH;

  return G_IS_INET_SOCKET_ADDRESS (address);
}

/**
 * hw_http_sockets_is_outside:
 * @socket: a socket that listens
 *
 * Tells whether other machines may reach a socket.
 *
 * Returns: whether it listens at more than this machine's own addresses
 */
gboolean
hw_http_sockets_is_outside (GSocket *socket)
{
  g_autoptr(GSocketAddress) address = g_socket_get_local_address (socket, NULL);

  return G_IS_INET_SOCKET_ADDRESS (address) &&
         !g_inet_address_get_is_loopback (
    g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

/**
 * hw_http_sockets_describe:
 * @socket: a socket that listens
 *
 * Says what a person calls its address.
 *
 * Returns: (transfer full): words
 */
char *
hw_http_sockets_describe (GSocket *socket)
{
  g_autoptr(GSocketAddress) address = g_socket_get_local_address (socket, NULL);

  return describe_address (address);
}

/**
 * hw_http_sockets_check:
 * @socket: a socket that somebody else made
 * @error: return location for a #GError, or %NULL
 *
 * Tells whether a socket may be a door of ours: one that listens at a path or for TCP.
 *
 * Returns: %TRUE, or %FALSE with a sentence that says what to write into its unit
 */
gboolean
hw_http_sockets_check (GSocket *socket,
                       GError **error)
{
  g_autoptr(GSocketAddress) address = NULL;
  int is_listening = 0;

  g_return_val_if_fail (G_IS_SOCKET (socket), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  address = g_socket_get_local_address (socket, error);
  if (address == NULL)
    return FALSE;

  if (!is_ours (address))
    {
      g_autofree char *description = describe_address (address);

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "A socket was passed for %s. Give it an address of TCP, such as "
                   "ListenStream=127.0.0.1:5031, or a path.", description);
      return FALSE;
    }

  if (g_socket_get_socket_type (socket) != G_SOCKET_TYPE_STREAM ||
      !g_socket_get_option (socket, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, NULL) ||
      !is_listening)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "A socket was passed that does not listen for connections. Write it with "
                   "ListenStream= and Accept=no.");
      return FALSE;
    }

  return TRUE;
}
