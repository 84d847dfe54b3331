/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-entrances.h"

#include "hw-error.h"

#include <gio/gio.h>
#include <string.h>

/* The port that browsers leave out of a host. */
#define USUAL_PORT 80
#define USUAL_TLS_PORT 443

#define CERTIFICATE_ADVICE \
  "Make a certificate by “headway cert”, or name one by “certificate” and “key” in headway.conf."
#define NAME_ADVICE \
  "Say by “public-host” in headway.conf what others call this machine, as in " \
  "“public-host=headway.example.org”."

/**
 * HwHttpEntrances:
 *
 * What is asked of a connection by where it comes in: which names it may call us, whether
 * TLS is spoken, and whose connection it may be. And where others than this machine may come
 * in at all: nowhere, unless somebody said so, and said everything that makes it safe.
 * Main context only.
 */
struct _HwHttpEntrances
{
  GObject parent_instance;

  HwTlsCertificate *certificate; /* (owned) (nullable): no TLS without */
  guint tls_port;                /* what was asked for, or 0 for any that is free */
  GPtrArray *addresses;          /* (owned) (element-type GInetAddress): beyond this machine */
  GStrv names;                   /* (owned) (not nullable): what others call us */
  char *proxy_path;              /* (owned) (nullable) */
  gint64 proxy_uid;              /* who may connect there, or -1 */

  GStrv hosts[HW_HTTP_N_ENTRANCES]; /* (owned) (nullable): what may stand in `Host`, or any */
};

G_DEFINE_FINAL_TYPE (HwHttpEntrances, hw_http_entrances, G_TYPE_OBJECT)

static void
hw_http_entrances_finalize (GObject *object)
{
  HwHttpEntrances *self = HW_HTTP_ENTRANCES (object);

  for (guint i = 0; i < HW_HTTP_N_ENTRANCES; i++)
    g_clear_pointer (&self->hosts[i], g_strfreev);
  g_clear_pointer (&self->proxy_path, g_free);
  g_clear_pointer (&self->names, g_strfreev);
  g_clear_pointer (&self->addresses, g_ptr_array_unref);
  g_clear_object (&self->certificate);

  G_OBJECT_CLASS (hw_http_entrances_parent_class)->finalize (object);
}

static void
hw_http_entrances_class_init (HwHttpEntrancesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hw_http_entrances_finalize;
}

static void
hw_http_entrances_init (HwHttpEntrances *self)
{
  self->addresses = g_ptr_array_new_with_free_func (g_object_unref);
  self->names = g_new0 (char *, 1);
  self->proxy_uid = -1;
}

/**
 * hw_http_entrances_new:
 *
 * Makes entrances for this machine only: plain HTTP on its own addresses, and the owner's
 * socket.
 *
 * Returns: (transfer full): them
 */
HwHttpEntrances *
hw_http_entrances_new (void)
{
  return g_object_new (HW_TYPE_HTTP_ENTRANCES, NULL);
}

/**
 * hw_http_entrances_set_tls:
 * @self: entrances
 * @certificate: (nullable): what to prove ourselves by, or %NULL for no TLS
 * @port: on which port, or 0 for any that is free
 * @addresses: (element-type GInetAddress): where beside this machine's own addresses
 *
 * Says where TLS is spoken.
 */
void
hw_http_entrances_set_tls (HwHttpEntrances  *self,
                           HwTlsCertificate *certificate,
                           guint             port,
                           GPtrArray        *addresses)
{
  g_return_if_fail (HW_IS_HTTP_ENTRANCES (self));
  g_return_if_fail (addresses != NULL);

  g_set_object (&self->certificate, certificate);
  self->tls_port = port;
  g_ptr_array_unref (self->addresses);
  self->addresses = g_ptr_array_ref (addresses);
}

/**
 * hw_http_entrances_set_names:
 * @self: entrances
 * @names: names, each with a port if it is not the one that is listened on
 *
 * Says what others call this machine.
 */
void
hw_http_entrances_set_names (HwHttpEntrances   *self,
                             const char *const *names)
{
  g_return_if_fail (HW_IS_HTTP_ENTRANCES (self));
  g_return_if_fail (names != NULL);

  g_strfreev (self->names);
  self->names = g_strdupv ((char **) names);
}

/**
 * hw_http_entrances_set_proxy:
 * @self: entrances
 * @path: where the socket of the proxy is to stand
 * @uid: the user that the proxy runs as, or -1
 *
 * Opens an entrance for a proxy. What comes from there is nobody's until it has shown the
 * token, whoever the proxy runs as.
 */
void
hw_http_entrances_set_proxy (HwHttpEntrances *self,
                             const char      *path,
                             gint64           uid)
{
  g_return_if_fail (HW_IS_HTTP_ENTRANCES (self));
  g_return_if_fail (path != NULL);

  g_free (self->proxy_path);
  self->proxy_path = g_strdup (path);
  self->proxy_uid = uid;
}

static gboolean
fail (GError    **error,
      const char *what,
      const char *place,
      const char *advice)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "The daemon does not listen %s without %s. %s", place, what, advice);

  return FALSE;
}

/**
 * hw_http_entrances_check_outside:
 * @self: entrances
 * @place: where, for a sentence
 * @error: return location for a #GError, or %NULL
 *
 * Tells whether a socket may be open that other machines reach. Who asks needs the token
 * there as everywhere; without TLS all on their way would read it, and without names any
 * web page could point one of its own at us.
 *
 * Returns: %TRUE, or %FALSE with a sentence that says what is missing
 */
gboolean
hw_http_entrances_check_outside (HwHttpEntrances *self,
                                 const char      *place,
                                 GError         **error)
{
  g_return_val_if_fail (HW_IS_HTTP_ENTRANCES (self), FALSE);

  if (self->certificate == NULL)
    return fail (error, "a certificate", place, CERTIFICATE_ADVICE);

  return *self->names != NULL || fail (error, "a name", place, NAME_ADVICE);
}

/**
 * hw_http_entrances_check:
 * @self: entrances
 * @error: return location for a #GError, or %NULL
 *
 * Tells whether everything was said that makes them safe.
 *
 * Returns: %TRUE, or %FALSE with a sentence that says what is missing
 */
gboolean
hw_http_entrances_check (HwHttpEntrances *self,
                         GError         **error)
{
  g_return_val_if_fail (HW_IS_HTTP_ENTRANCES (self), FALSE);

  for (guint i = 0; i < self->addresses->len; i++)
    {
      GInetAddress *address = g_ptr_array_index (self->addresses, i);
      g_autofree char *text = g_inet_address_to_string (address);
      g_autofree char *place = g_strdup_printf ("at %s", text);

      if (!g_inet_address_get_is_loopback (address) &&
          !hw_http_entrances_check_outside (self, place, error))
        return FALSE;
    }

  if (self->proxy_path == NULL)
    return TRUE;

  if (self->proxy_uid < 0)
    return fail (error, "its user", "for a proxy", "Say by “proxy-user” in headway.conf which "
                 "user it runs as, as in “proxy-user=www-data”.");

  return *self->names != NULL || fail (error, "a name", "for a proxy", NAME_ADVICE);
}

gboolean
hw_http_entrances_has_tls (HwHttpEntrances *self)
{
  g_return_val_if_fail (HW_IS_HTTP_ENTRANCES (self), FALSE);

  return self->certificate != NULL;
}

/**
 * hw_http_entrances_get_tls_port:
 * @self: entrances
 *
 * Gets on which port TLS is to be spoken.
 *
 * Returns: the port, or 0 for any that is free
 */
guint
hw_http_entrances_get_tls_port (HwHttpEntrances *self)
{
  g_return_val_if_fail (HW_IS_HTTP_ENTRANCES (self), 0);

  return self->tls_port;
}

/**
 * hw_http_entrances_get_addresses:
 * @self: entrances
 *
 * Gets where TLS is spoken beside on this machine's own addresses.
 *
 * Returns: (transfer none) (element-type GInetAddress): the addresses
 */
GPtrArray *
hw_http_entrances_get_addresses (HwHttpEntrances *self)
{
  g_return_val_if_fail (HW_IS_HTTP_ENTRANCES (self), NULL);

  return self->addresses;
}

/**
 * hw_http_entrances_get_proxy_path:
 * @self: entrances
 *
 * Gets where the socket of a proxy is to stand.
 *
 * Returns: (nullable): a path, or %NULL if there is no proxy
 */
const char *
hw_http_entrances_get_proxy_path (HwHttpEntrances *self)
{
  g_return_val_if_fail (HW_IS_HTTP_ENTRANCES (self), NULL);

  return self->proxy_path;
}

/* Under these names a browser reaches this machine, and only this machine. A page that points
 * a name of its own at us asks in vain.
 */
static void
add_own_hosts (GStrvBuilder *hosts,
               guint         port,
               guint         usual_port)
{
  static const char *const names[] = { "127.0.0.1", "localhost", "[::1]" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *host = g_strdup_printf ("%s:%u", names[i], port);

      g_strv_builder_add (hosts, host);
      if (port == usual_port)
        g_strv_builder_add (hosts, names[i]);
    }
}

/* A name stands for itself, as somebody may lead its usual port to ours, and with our port. */
static void
add_public_hosts (GStrvBuilder *hosts,
                  const char   *name,
                  guint         port)
{
  g_autofree char *host = g_strdup_printf ("%s:%u", name, port);

  g_strv_builder_add (hosts, name);
  if (strchr (name, ':') == NULL)
    g_strv_builder_add (hosts, host);
}

static void
hw_http_entrances_set_hosts (HwHttpEntrances *self,
                             HwHttpEntrance   entrance,
                             GStrvBuilder    *hosts)
{
  g_strfreev (self->hosts[entrance]);
  self->hosts[entrance] = g_strv_builder_end (hosts);
}

/**
 * hw_http_entrances_set_ports:
 * @self: entrances
 * @port: the port of plain HTTP
 * @tls_port: the port of TLS, or 0 if there is none
 *
 * Says what came of it all, so that the names are known under which we are reached.
 */
void
hw_http_entrances_set_ports (HwHttpEntrances *self,
                             guint            port,
                             guint            tls_port)
{
  g_autoptr(GStrvBuilder) loopback = g_strv_builder_new ();
  g_autoptr(GStrvBuilder) tls = g_strv_builder_new ();
  g_autoptr(GStrvBuilder) proxy = g_strv_builder_new ();

  g_return_if_fail (HW_IS_HTTP_ENTRANCES (self));

  add_own_hosts (loopback, port, USUAL_PORT);
  add_own_hosts (tls, tls_port, USUAL_TLS_PORT);
  for (guint i = 0; self->names[i] != NULL; i++)
    {
      add_public_hosts (tls, self->names[i], tls_port);
      add_public_hosts (proxy, self->names[i], USUAL_TLS_PORT);
    }

  hw_http_entrances_set_hosts (self, HW_HTTP_ENTRANCE_LOOPBACK, loopback);
  hw_http_entrances_set_hosts (self, HW_HTTP_ENTRANCE_TLS, tls);
  hw_http_entrances_set_hosts (self, HW_HTTP_ENTRANCE_PROXY, proxy);
}

/**
 * hw_http_entrances_get_hosts:
 * @self: entrances
 * @entrance: one of them
 *
 * Gets what may stand in `Host` there.
 *
 * Returns: (transfer none) (nullable): names with ports, or %NULL if it makes no difference
 */
const char *const *
hw_http_entrances_get_hosts (HwHttpEntrances *self,
                             HwHttpEntrance   entrance)
{
  g_return_val_if_fail (HW_IS_HTTP_ENTRANCES (self), NULL);

  return (const char *const *) self->hosts[entrance];
}

/**
 * hw_http_entrances_get_credentials:
 * @self: entrances
 * @entrance: one of them
 *
 * Gets what to prove ourselves by there.
 *
 * Returns: (transfer none) (nullable): the credentials, or %NULL where no TLS is spoken
 */
HwTlsCredentials *
hw_http_entrances_get_credentials (HwHttpEntrances *self,
                                   HwHttpEntrance   entrance)
{
  g_return_val_if_fail (HW_IS_HTTP_ENTRANCES (self), NULL);

  if (entrance != HW_HTTP_ENTRANCE_TLS || self->certificate == NULL)
    return NULL;

  return hw_tls_certificate_get_credentials (self->certificate);
}

/**
 * hw_http_entrances_check_peer:
 * @self: entrances
 * @peer: somebody
 *
 * Tells why somebody may not stay: the socket of the proxy is the proxy's alone.
 *
 * Returns: (transfer full) (nullable): why, or %NULL if they may
 */
GError *
hw_http_entrances_check_peer (HwHttpEntrances  *self,
                              const HwHttpPeer *peer)
{
  g_return_val_if_fail (HW_IS_HTTP_ENTRANCES (self), NULL);

  if (peer->entrance != HW_HTTP_ENTRANCE_PROXY || peer->uid == self->proxy_uid)
    return NULL;

  return g_error_new (HW_ERROR, HW_ERROR_NOT_ALLOWED,
                      "This socket is for the proxy, which is the user %" G_GINT64_FORMAT ", and "
                      "you are the user %" G_GINT64_FORMAT ". Correct “proxy-user” in "
                      "headway.conf, or use the daemon's own socket.",
                      self->proxy_uid, peer->uid);
}

/**
 * hw_http_entrances_is_site:
 * @self: entrances
 * @host: a host, as a request names it
 *
 * Tells whether a host is a name that is all ours: one that others call us by, at the usual
 * port. On any other port, the name may be that of many servers; and an address is no name.
 *
 * Returns: whether it is
 */
gboolean
hw_http_entrances_is_site (HwHttpEntrances *self,
                           const char      *host)
{
  g_return_val_if_fail (HW_IS_HTTP_ENTRANCES (self), FALSE);

  if (g_hostname_is_ip_address (host))
    return FALSE;

  for (guint i = 0; self->names[i] != NULL; i++)
    if (g_ascii_strcasecmp (self->names[i], host) == 0)
      return strchr (host, ':') == NULL;

  return FALSE;
}
