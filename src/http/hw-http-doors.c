/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-doors.h"

#include "hw-http-sockets.h"

#include <glib/gstdio.h>
#include <string.h>

/* The file of a socket of ours, which closing has to remove. */
typedef struct
{
  char *path; /* (owned) (nullable) */
  GStatBuf status;
} SocketFile;

/* A socket that is to be listened on. */
typedef struct
{
  GSocket *socket; /* (owned) */
  HwHttpEntrance entrance;
} Door;

/* Whoever gets to the proxy's socket may connect: who that is decides its folder, and then
 * the kernel, which says who they are. */
#define OWNER_MODE 0600
#define PROXY_MODE 0666

/**
 * HwHttpDoors:
 *
 * The sockets that a #HwHttpListener listens on: TCP on this machine's own addresses, a Unix
 * socket, and what its entrances have beside these. Each is one that somebody else opened and
 * passed, or else its own. Main context only.
 */
struct _HwHttpDoors
{
  GObject parent_instance;

  HwHttpListener *listener; /* (owned) (not nullable) */
  GPtrArray *closed;        /* (owned) (element-type Door): nobody is let in there yet */

  guint port;        /* 0 without a socket of plain HTTP */
  guint tls_port;    /* 0 without one of TLS */
  gboolean has_unix; /* whether it listens on the owner's socket */
  SocketFile owner_file;
  SocketFile proxy_file;
};

G_DEFINE_FINAL_TYPE (HwHttpDoors, hw_http_doors, G_TYPE_OBJECT)

static void
door_free (Door *door)
{
  g_clear_object (&door->socket);
  g_free (door);
}

static void
hw_http_doors_finalize (GObject *object)
{
  HwHttpDoors *self = HW_HTTP_DOORS (object);

  g_clear_pointer (&self->closed, g_ptr_array_unref);
  g_clear_pointer (&self->owner_file.path, g_free);
  g_clear_pointer (&self->proxy_file.path, g_free);
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
  self->closed = g_ptr_array_new_with_free_func ((GDestroyNotify) door_free);
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

/* Keeps a socket until all doors open: before the last port is known, nobody knows either what
 * requests may call us.
 */
static void
hw_http_doors_add (HwHttpDoors   *self,
                   GSocket       *socket,
                   HwHttpEntrance entrance)
{
  Door *door = g_new0 (Door, 1);

  door->socket = g_object_ref (socket);
  door->entrance = entrance;
  g_ptr_array_add (self->closed, door);
}

static HwHttpEntrances *
hw_http_doors_get_entrances (HwHttpDoors *self)
{
  return hw_http_listener_get_entrances (self->listener);
}

/* Links, cookies and the check of a request's host speak of one port. */
static gboolean
take_port (guint   *taken,
           guint    port,
           GError **error)
{
  if (*taken != 0 && *taken != port)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "Sockets were passed for the ports %u and %u. Give all the same port.",
                   *taken, port);
      return FALSE;
    }

  *taken = port;

  return TRUE;
}

/* What other machines reach speaks TLS, or is not ours; of this machine's own addresses, the
 * port says which it is.
 */
static gboolean
hw_http_doors_take_tcp (HwHttpDoors    *self,
                        GSocket        *socket,
                        HwHttpEntrance *entrance,
                        GError        **error)
{
  HwHttpEntrances *entrances = hw_http_doors_get_entrances (self);
  guint port = hw_http_sockets_get_port (socket);
  gboolean is_outside = hw_http_sockets_is_outside (socket);
  g_autofree char *description = hw_http_sockets_describe (socket);
  g_autofree char *place = g_strdup_printf ("at %s, for which a socket was passed,", description);

  if (is_outside && !hw_http_entrances_check_outside (entrances, place, error))
    return FALSE;

  *entrance = is_outside || (hw_http_entrances_has_tls (entrances) &&
                             port == hw_http_entrances_get_tls_port (entrances))
    ? HW_HTTP_ENTRANCE_TLS : HW_HTTP_ENTRANCE_LOOPBACK;

  return take_port (*entrance == HW_HTTP_ENTRANCE_TLS ? &self->tls_port : &self->port, port, error);
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
 * for the port, a Unix one for the path. Who comes before the doors are open waits in the
 * kernel. Whoever made a Unix socket removes its file, too.
 *
 * Returns: %TRUE, or %FALSE with a sentence that says why it may be no door of ours
 */
gboolean
hw_http_doors_adopt (HwHttpDoors *self,
                     GSocket     *socket,
                     GError     **error)
{
  HwHttpEntrance entrance = HW_HTTP_ENTRANCE_OWNER;
  gboolean is_unix;

  g_return_val_if_fail (HW_IS_HTTP_DOORS (self), FALSE);
  g_return_val_if_fail (G_IS_SOCKET (socket), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!hw_http_sockets_check (socket, error))
    return FALSE;

  is_unix = g_socket_get_family (socket) == G_SOCKET_FAMILY_UNIX;
  if (is_unix ? !hw_http_doors_take_path (self, error)
              : !hw_http_doors_take_tcp (self, socket, &entrance, error))
    return FALSE;

  hw_http_doors_add (self, socket, entrance);

  return TRUE;
}

static gboolean
hw_http_doors_listen_unix (HwHttpDoors   *self,
                           const char    *path,
                           HwHttpEntrance entrance,
                           SocketFile    *file,
                           GError       **error)
{
  gboolean is_proxy = entrance == HW_HTTP_ENTRANCE_PROXY;
  g_autoptr(GSocket) socket =
    hw_http_sockets_listen_unix (path, is_proxy ? PROXY_MODE : OWNER_MODE,
                                 is_proxy ? "“proxy-socket” in headway.conf" : "--socket", error);

  if (socket == NULL)
    return FALSE;

  file->path = g_strdup (path);
  if (g_lstat (path, &file->status) != 0)
    memset (&file->status, 0, sizeof (file->status));

  hw_http_doors_add (self, socket, entrance);

  return TRUE;
}

static gboolean
hw_http_doors_listen_for_owner (HwHttpDoors *self,
                                const char  *path,
                                GError     **error)
{
  if (self->has_unix || path == NULL)
    return TRUE;

  self->has_unix = hw_http_doors_listen_unix (self, path, HW_HTTP_ENTRANCE_OWNER,
                                              &self->owner_file, error);

  return self->has_unix;
}

/* A folder that we made would be ours alone, so that the proxy would not get there. */
static gboolean
hw_http_doors_listen_for_proxy (HwHttpDoors *self,
                                GError     **error)
{
  const char *path = hw_http_entrances_get_proxy_path (hw_http_doors_get_entrances (self));
  g_autofree char *folder = NULL;

  if (path == NULL)
    return TRUE;

  folder = g_path_get_dirname (path);
  if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                   "There is no folder “%s” for the proxy's socket. Make one in which this user "
                   "may write and to which the proxy's user may go.", folder);
      return FALSE;
    }

  return hw_http_doors_listen_unix (self, path, HW_HTTP_ENTRANCE_PROXY, &self->proxy_file, error);
}

/* @sockets is (transfer full) (nullable). */
static gboolean
hw_http_doors_add_all (HwHttpDoors   *self,
                       GPtrArray     *sockets,
                       HwHttpEntrance entrance,
                       guint         *port)
{
  if (sockets == NULL)
    return FALSE;

  *port = hw_http_sockets_get_port (g_ptr_array_index (sockets, 0));

  for (guint i = 0; i < sockets->len; i++)
    hw_http_doors_add (self, g_ptr_array_index (sockets, i), entrance);
  g_ptr_array_unref (sockets);

  return TRUE;
}

static gboolean
hw_http_doors_listen_tcp (HwHttpDoors *self,
                          guint        port,
                          GError     **error)
{
  return self->port != 0 ||
         hw_http_doors_add_all (self, hw_http_sockets_listen_tcp (port, error),
                                HW_HTTP_ENTRANCE_LOOPBACK, &self->port);
}

static gboolean
hw_http_doors_listen_tls (HwHttpDoors *self,
                          GError     **error)
{
  HwHttpEntrances *entrances = hw_http_doors_get_entrances (self);

  return self->tls_port != 0 || !hw_http_entrances_has_tls (entrances) ||
         hw_http_doors_add_all (
    self, hw_http_sockets_listen_tls (hw_http_entrances_get_tls_port (entrances),
                                      hw_http_entrances_get_addresses (entrances), error),
    HW_HTTP_ENTRANCE_TLS, &self->tls_port);
}

static void
hw_http_doors_let_in (HwHttpDoors *self)
{
  for (guint i = 0; i < self->closed->len; i++)
    {
      Door *door = g_ptr_array_index (self->closed, i);

      hw_http_sockets_await_words (door->socket);
      hw_http_listener_add (self->listener, door->socket, door->entrance);
    }
  g_ptr_array_set_size (self->closed, 0);
}

/**
 * hw_http_doors_open:
 * @self: doors
 * @port: a port of this machine's own addresses for plain HTTP, or 0 for any that is free
 * @socket_path: (nullable): where the owner's socket is to stand, or %NULL for none
 * @error: return location for a #GError, or %NULL
 *
 * Listens, and lets in who comes there and where sockets were adopted.
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
  g_return_val_if_fail (self->owner_file.path == NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (hw_http_entrances_check (hw_http_doors_get_entrances (self), error) &&
      hw_http_doors_listen_tcp (self, port, error) &&
      hw_http_doors_listen_tls (self, error) &&
      hw_http_doors_listen_for_owner (self, socket_path, error) &&
      hw_http_doors_listen_for_proxy (self, error))
    {
      hw_http_entrances_set_ports (hw_http_doors_get_entrances (self), self->port, self->tls_port);
      hw_http_doors_let_in (self);
      return TRUE;
    }

  hw_http_doors_close (self);
  return FALSE;
}

/* Unless somebody put another one there meanwhile. */
static void
socket_file_remove (SocketFile *file)
{
  GStatBuf status;

  if (file->path != NULL &&
      g_lstat (file->path, &status) == 0 &&
      status.st_dev == file->status.st_dev &&
      status.st_ino == file->status.st_ino)
    g_unlink (file->path);

  g_clear_pointer (&file->path, g_free);
}

/**
 * hw_http_doors_close:
 * @self: doors
 *
 * Listens no more, hangs up on everybody, and removes the files of sockets of its own.
 */
void
hw_http_doors_close (HwHttpDoors *self)
{
  g_return_if_fail (HW_IS_HTTP_DOORS (self));

  hw_http_listener_close (self->listener);
  g_ptr_array_set_size (self->closed, 0);
  socket_file_remove (&self->owner_file);
  socket_file_remove (&self->proxy_file);
  self->has_unix = FALSE;
  self->tls_port = 0;
  self->port = 0;
}

/**
 * hw_http_doors_get_tls_port:
 * @self: doors
 *
 * Gets the port on which TLS is spoken.
 *
 * Returns: the port, or 0 if there is none
 */
guint
hw_http_doors_get_tls_port (HwHttpDoors *self)
{
  g_return_val_if_fail (HW_IS_HTTP_DOORS (self), 0);

  return self->tls_port;
}

/**
 * hw_http_doors_get_port:
 * @self: doors
 *
 * Gets the port of plain HTTP that is listened on.
 *
 * Returns: the port, or 0 if there is none
 */
guint
hw_http_doors_get_port (HwHttpDoors *self)
{
  g_return_val_if_fail (HW_IS_HTTP_DOORS (self), 0);

  return self->port;
}
