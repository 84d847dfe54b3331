/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-peer.h"

/**
 * hw_http_peer_init:
 * @self: what is to be filled
 * @socket: a connection
 * @address: the address of its other side
 *
 * Finds out who is there: a user of this machine, or an address.
 */
void
hw_http_peer_init (HwHttpPeer     *self,
                   GSocket        *socket,
                   GSocketAddress *address)
{
  g_autoptr(GCredentials) credentials = NULL;
  uid_t uid = (uid_t) -1;

  g_return_if_fail (self != NULL);

  self->uid = -1;
  self->is_local = !G_IS_INET_SOCKET_ADDRESS (address);
  self->entrance = self->is_local ? HW_HTTP_ENTRANCE_OWNER : HW_HTTP_ENTRANCE_LOOPBACK;
  if (!self->is_local)
    {
      self->name = g_inet_address_to_string (
        g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
      return;
    }

  credentials = g_socket_get_credentials (socket, NULL);
  if (credentials != NULL)
    uid = g_credentials_get_unix_user (credentials, NULL);
  if (uid != (uid_t) -1)
    self->uid = (gint64) uid;
  self->name = g_strdup_printf ("uid:%" G_GINT64_FORMAT, self->uid);
}

/**
 * hw_http_peer_set_entrance:
 * @self: a peer
 * @entrance: where they came in
 *
 * Says where, if it is not what their address looks like. Whoever comes through a proxy is
 * not the user that the proxy runs as.
 */
void
hw_http_peer_set_entrance (HwHttpPeer    *self,
                           HwHttpEntrance entrance)
{
  g_return_if_fail (self != NULL);

  self->entrance = entrance;
  self->is_local = entrance == HW_HTTP_ENTRANCE_OWNER;
}

/**
 * hw_http_peer_clear:
 * @self: a peer
 *
 * Frees what it has.
 */
void
hw_http_peer_clear (HwHttpPeer *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->name, g_free);
}
