/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-entrance-settings.h"

#include "hw-http-head.h"
#include "hw-settings-file.h"

#include <gio/gio.h>
#include <pwd.h>
#include <string.h>

/* The seed's port. */
#define HTTPS_PORT 7138

/* Where “headway cert” puts what it makes. */
#define TLS_FOLDER "tls"
#define CERTIFICATE_NAME "certificate.pem"
#define KEY_NAME "key.pem"

/**
 * hw_entrance_settings_init:
 * @self: settings
 *
 * Makes them say nothing.
 */
void
hw_entrance_settings_init (HwEntranceSettings *self)
{
  memset (self, 0, sizeof (*self));
  self->https_port = -1;
}

void
hw_entrance_settings_clear (HwEntranceSettings *self)
{
  g_clear_pointer (&self->certificate, g_free);
  g_clear_pointer (&self->key, g_free);
  g_clear_pointer (&self->listen, g_strfreev);
  g_clear_pointer (&self->public_hosts, g_strfreev);
  g_clear_pointer (&self->proxy_socket, g_free);
  g_clear_pointer (&self->proxy_user, g_free);
}

static gboolean
is_address (const char *text)
{
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string (text);

  return address != NULL;
}

/* A name or an address, and a port if it is not ours. */
static gboolean
is_host (const char *text)
{
  return hw_http_head_is_host (text, strlen (text));
}

/* Reads a list whose items are parted by semicolons. */
static gboolean
read_list (GKeyFile   *file,
           const char *group,
           const char *key,
           gboolean ( *is_good )(const char *item),
           const char *kind,
           char     ***list,
           GError    **error)
{
  g_auto(GStrv) items = NULL;

  if (!g_key_file_has_key (file, group, key, NULL))
    return TRUE;

  items = g_key_file_get_string_list (file, group, key, NULL, error);
  if (items == NULL)
    return FALSE;

  for (guint i = 0; items[i] != NULL; i++)
    if (!is_good (g_strstrip (items[i])))
      {
        g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                     "%s: “%s” is not %s. Write them with semicolons between.", key, items[i],
                     kind);
        return FALSE;
      }

  g_strfreev (*list);
  *list = g_steal_pointer (&items);

  return TRUE;
}

static gboolean
read_user (GKeyFile   *file,
           const char *group,
           char      **user,
           GError    **error)
{
  char *value;

  if (!g_key_file_has_key (file, group, "proxy-user", NULL))
    return TRUE;

  value = g_key_file_get_string (file, group, "proxy-user", error);
  if (value == NULL)
    return FALSE;

  g_free (*user);
  *user = value;

  return TRUE;
}

/**
 * hw_entrance_settings_read:
 * @self: settings
 * @file: a file
 * @group: a group of it
 * @error: return location for a sentence
 *
 * Takes what a file says over what was said before it. Whether it is enough is looked at
 * when all of it is known.
 *
 * Returns: whether each for itself can be heeded
 */
gboolean
hw_entrance_settings_read (HwEntranceSettings *self,
                           GKeyFile           *file,
                           const char         *group,
                           GError            **error)
{
  return hw_settings_file_read_number (file, group, "https-port", 0, G_MAXUINT16,
                                       &self->https_port, error) &&
         hw_settings_file_read_path (file, group, "certificate", &self->certificate, error) &&
         hw_settings_file_read_path (file, group, "key", &self->key, error) &&
         read_list (file, group, "listen", is_address, "an address such as “192.168.1.5” or “::”",
                    &self->listen, error) &&
         read_list (file, group, "public-host", is_host,
                    "a name such as “headway.example.org”, with a port if it needs one",
                    &self->public_hosts, error) &&
         hw_settings_file_read_path (file, group, "proxy-socket", &self->proxy_socket, error) &&
         read_user (file, group, &self->proxy_user, error);
}

/* Gets the certificate that somebody named, or the one that “headway cert” made, or none. */
static gboolean
load_certificate (const HwEntranceSettings *self,
                  const char               *state_folder,
                  HwTlsCertificate        **certificate,
                  GError                  **error)
{
  g_autofree char *own_certificate = g_build_filename (state_folder, TLS_FOLDER, CERTIFICATE_NAME,
                                                       NULL);
  g_autofree char *own_key = g_build_filename (state_folder, TLS_FOLDER, KEY_NAME, NULL);

  *certificate = NULL;
  if ((self->certificate != NULL) != (self->key != NULL))
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "A certificate goes with its key. Write both “certificate” and “key” "
                           "into headway.conf, or neither.");
      return FALSE;
    }

  if (self->certificate != NULL)
    {
      *certificate = hw_tls_certificate_new (self->certificate, self->key, error);
    }
  else if (g_file_test (own_certificate, G_FILE_TEST_EXISTS))
    {
      *certificate = hw_tls_certificate_new (own_certificate, own_key, error);
    }
  else if (self->https_port < 0)
    {
      return TRUE;
    }
  else
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "A port for HTTPS is of no use without a certificate. Make one by "
                           "“headway cert”, or name one by “certificate” and “key” in "
                           "headway.conf.");
    }

  return *certificate != NULL;
}

static GPtrArray *
list_addresses (const HwEntranceSettings *self)
{
  GPtrArray *addresses = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; self->listen != NULL && self->listen[i] != NULL; i++)
    g_ptr_array_add (addresses, g_inet_address_new_from_string (self->listen[i]));

  return addresses;
}

/* A user by number or by name. Once, before there is anybody who could wait. */
static gboolean
find_user (const char *text,
           gint64     *uid,
           GError    **error)
{
  const struct passwd *entry;
  guint64 number;

  *uid = -1;
  if (text == NULL)
    return TRUE;

  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32 - 1, &number, NULL))
    {
      *uid = (gint64) number;
      return TRUE;
    }

  entry = getpwnam (text);
  if (entry == NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "proxy-user: there is no user “%s”. Write the one that the proxy runs as.", text);
      return FALSE;
    }

  *uid = (gint64) entry->pw_uid;
  return TRUE;
}

/**
 * hw_entrance_settings_apply:
 * @self: settings
 * @state_folder: where the daemon keeps what is its own
 * @entrances: who is told
 * @error: return location for a sentence
 *
 * Reads what the settings name, and tells those who open doors.
 *
 * Returns: whether all of it is there
 */
gboolean
hw_entrance_settings_apply (const HwEntranceSettings *self,
                            const char               *state_folder,
                            HwHttpEntrances          *entrances,
                            GError                  **error)
{
  static const char *const no_names[] = { NULL };
  g_autoptr(HwTlsCertificate) certificate = NULL;
  g_autoptr(GPtrArray) addresses = list_addresses (self);
  gint64 proxy_uid;

  if (!load_certificate (self, state_folder, &certificate, error) ||
      !find_user (self->proxy_user, &proxy_uid, error))
    return FALSE;

  hw_http_entrances_set_tls (entrances, certificate,
                             self->https_port >= 0 ? (guint) self->https_port : HTTPS_PORT,
                             addresses);
  hw_http_entrances_set_names (entrances, self->public_hosts != NULL
                               ? (const char *const *) self->public_hosts : no_names);
  if (self->proxy_socket != NULL)
    hw_http_entrances_set_proxy (entrances, self->proxy_socket, proxy_uid);

  return TRUE;
}
