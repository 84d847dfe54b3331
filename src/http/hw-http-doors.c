/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-doors.h"

#include "hw-http-sockets.h"

#include <glib/gstdio.h>
#include <string.h>

/**
 * HwHttpDoors:
 *
 * The sockets that a #HwHttpListener listens on: TCP on this machine's own addresses, and a
 * Unix socket. Each is one that somebody else opened and passed, or else its own. Main
 * context only.
 */
struct _HwHttpDoors
{
  GObject parent_instance;

  HwHttpListener *listener; /* (owned) (not nullable) */

  guint port;        /* 0 without a socket of TCP */
  gboolean has_unix; /* whether it listens on a Unix socket */
  char *socket_path; /* (owned) (nullable): what closing has to remove */
  GStatBuf socket_status;
};

G_DEFINE_FINAL_TYPE (HwHttpDoors, hw_http_doors, G_TYPE_OBJECT)

static void
hw_http_doors_finalize (GObject *object)
{
  HwHttpDoors *self = HW_HTTP_DOORS (object);

  g_clear_pointer (&self->socket_path, g_free);
  g_clear_object (&self->listener);

  G_OBJECT_CLASS (hw_http_doors_parent_class)->finalize (object);
}

static void
hw_http_doors_class_init (HwHttpDoorsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = hw_http_doors_finalize;
}

static void
hw_http_doors_init (HwHttpDoors *self)
{
}

/**
 * hw_http_doors_new:
 * @listener: who listens
 *
 * Creates doors that are still closed.
 *
 * Returns: (transfer full): them
 */
HwHttpDoors *
hw_http_doors_new (HwHttpListener *listener)
{
  HwHttpDoors *self;

  g_return_val_if_fail (HW_IS_HTTP_LISTENER (listener), NULL);

  self = g_object_new (HW_TYPE_HTTP_DOORS, NULL);
  self->listener = g_object_ref (listener);

  return self;
}

/* Links, cookies and the check of a request's host speak of one port. */
static gboolean
hw_http_doors_take_port (HwHttpDoors *self,
                         guint        port,
                         GError     **error)
{
  if (self->port != 0 && self->port != port)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "Sockets were passed for the ports %u and %u. Give all the same port.",
                   self->port, port);
      return FALSE;
    }

  self->port = port;

  return TRUE;
}

static gboolean
hw_http_doors_take_path (HwHttpDoors *self,
                         GError     **error)
{
  if (self->has_unix)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "More than one Unix socket was passed. Leave one.");
      return FALSE;
    }

  self->has_unix = TRUE;

  return TRUE;
}

/**
 * hw_http_doors_adopt:
 * @self: doors that were not opened
 * @socket: a socket that somebody else made and that listens
 * @error: return location for a #GError, or %NULL
 *
 * Takes a socket in place of the one that hw_http_doors_open() would make: one of TCP
 * for the port, a Unix one for the path. Whoever made a Unix socket removes its file, too.
 *
 * Returns: %TRUE, or %FALSE with a sentence that says why it may be no door of ours
 */
gboolean
hw_http_doors_adopt (HwHttpDoors *self,
                     GSocket     *socket,
                     GError     **error)
{
  gboolean is_unix;

  g_return_val_if_fail (HW_IS_HTTP_DOORS (self), FALSE);
  g_return_val_if_fail (G_IS_SOCKET (socket), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!hw_http_sockets_check (socket, error))
    return FALSE;

  is_unix = g_socket_get_family (socket) == G_SOCKET_FAMILY_UNIX;
  if (is_unix ? !hw_http_doors_take_path (self, error)
              : !hw_http_doors_take_port (self, hw_http_sockets_get_port (socket), error))
    return FALSE;

  hw_http_listener_add (self->listener, socket);

  return TRUE;
}

static gboolean
hw_http_doors_listen_unix (HwHttpDoors *self,
                           const char  *path,
                           GError     **error)
{
  g_autoptr(GSocket) socket = hw_http_sockets_listen_unix (path, error);

  if (socket == NULL)
    return FALSE;

  self->has_unix = TRUE;
  self->socket_path = g_strdup (path);
  if (g_lstat (path, &self->socket_status) != 0)
    memset (&self->socket_status, 0, sizeof (self->socket_status));

  hw_http_listener_add (self->listener, socket);

  return TRUE;
}

static gboolean
hw_http_doors_listen_tcp (HwHttpDoors *self,
                          guint        port,
                          GError     **error)
{
  g_autoptr(GPtrArray) sockets = hw_http_sockets_listen_tcp (port, error);

  if (sockets == NULL)
    return FALSE;

  self->port = hw_http_sockets_get_port (g_ptr_array_index (sockets, 0));

  for (guint i = 0; i < sockets->len; i++)
    hw_http_listener_add (self->listener, g_ptr_array_index (sockets, i));

  return TRUE;
}

/**
 * hw_http_doors_open:
 * @self: doors
 * @port: a TCP port of this machine's own addresses, or 0 for any that is free
 * @socket_path: (nullable): where the Unix socket is to stand, or %NULL for none
 * @error: return location for a #GError, or %NULL
 *
 * Listens, but for what was adopted.
 *
 * Returns: %TRUE, or %FALSE with a sentence that says who has the port or the socket;
 *   then nothing is open
 */
gboolean
hw_http_doors_open (HwHttpDoors *self,
                    guint        port,
                    const char  *socket_path,
                    GError     **error)
{
  g_return_val_if_fail (HW_IS_HTTP_DOORS (self), FALSE);
  g_return_val_if_fail (self->socket_path == NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if ((self->port != 0 || hw_http_doors_listen_tcp (self, port, error)) &&
      (self->has_unix || socket_path == NULL ||
       hw_http_doors_listen_unix (self, socket_path, error)))
    return TRUE;

  hw_http_doors_close (self);
  return FALSE;
}

/* Unless somebody put another one there meanwhile. */
static void
hw_http_doors_remove_socket (HwHttpDoors *self)
{
  GStatBuf status;

  if (self->socket_path != NULL &&
      g_lstat (self->socket_path, &status) == 0 &&
      status.st_dev == self->socket_status.st_dev &&
      status.st_ino == self->socket_status.st_ino)
    g_unlink (self->socket_path);

  g_clear_pointer (&self->socket_path, g_free);
}

/**
 * hw_http_doors_close:
 * @self: doors
 *
 * Listens no more, hangs up on everybody, and removes the file of a socket of its own.
 */
void
hw_http_doors_close (HwHttpDoors *self)
{
  g_return_if_fail (HW_IS_HTTP_DOORS (self));

  hw_http_listener_close (self->listener);
  hw_http_doors_remove_socket (self);
  self->has_unix = FALSE;
  self->port = 0;
}

/**
 * hw_http_doors_get_port:
 * @self: doors
 *
 * Gets the TCP port that is listened on.
 *
 * Returns: the port, or 0 if there is none
 */
guint
hw_http_doors_get_port (HwHttpDoors *self)
{
  g_return_val_if_fail (HW_IS_HTTP_DOORS (self), 0);

  return self->port;
}
