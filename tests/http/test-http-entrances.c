/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-http-entrances.h"

#include "hw-error.h"
#include "tls-fixture.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#define NAME "headway.example.org"

static const char *const names[] = { NAME, "other.example:8443", "192.0.2.7", NULL };

static HwTlsCertificate *
make_certificate (void)
{
  g_autofree char *folder = g_dir_make_tmp ("headway-entrances-XXXXXX", NULL);
  g_autofree char *certificate_path = g_build_filename (folder, "certificate.pem", NULL);
  g_autofree char *key_path = g_build_filename (folder, "key.pem", NULL);
  HwTlsCertificate *certificate;

  tls_fixture_write (certificate_path, key_path);
  certificate = hw_tls_certificate_new (certificate_path, key_path, NULL);
  g_unlink (certificate_path);
  g_unlink (key_path);
  g_rmdir (folder);

  return certificate;
}

static GPtrArray *
make_addresses (const char *text)
{
  GPtrArray *addresses = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (addresses, g_inet_address_new_from_string (text));

  return addresses;
}

/* What has to be said before others are let in, and what says so if it was not. */
static const struct
{
  const char *address;
  gboolean has_certificate;
  gboolean has_names;
  const char *complaint;
} rules[] = {
  { "127.0.0.1", FALSE, FALSE, NULL },
  { "::1", FALSE, FALSE, NULL },
  { "0.0.0.0", FALSE, FALSE, "a certificate" },
  { "0.0.0.0", FALSE, TRUE, "a certificate" },
  { "0.0.0.0", TRUE, FALSE, "a name" },
  { "0.0.0.0", TRUE, TRUE, NULL },
  { "::", TRUE, FALSE, "a name" },
  { "192.168.1.5", FALSE, TRUE, "a certificate" },
  { "fe80::1", TRUE, FALSE, "a name" },
};

static void
test_http_entrances_outside (gconstpointer test_data)
{
  guint i = GPOINTER_TO_UINT (test_data);
  g_autoptr(HwHttpEntrances) entrances = hw_http_entrances_new ();
  g_autoptr(HwTlsCertificate) certificate = make_certificate ();
  g_autoptr(GPtrArray) addresses = make_addresses (rules[i].address);
  g_autoptr(GError) error = NULL;

  hw_http_entrances_set_tls (entrances, rules[i].has_certificate ? certificate : NULL, 0,
                             addresses);
  if (rules[i].has_names)
    hw_http_entrances_set_names (entrances, names);

  if (rules[i].complaint == NULL)
    {
      g_assert_true (hw_http_entrances_check (entrances, &error));
      g_assert_no_error (error);
      return;
    }

  g_assert_false (hw_http_entrances_check (entrances, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, rules[i].complaint));
  g_assert_nonnull (strstr (error->message, rules[i].address));
}

static void
test_http_entrances_proxy_needs_all (void)
{
  g_autoptr(HwHttpEntrances) entrances = hw_http_entrances_new ();
  g_autoptr(GError) error = NULL;

  hw_http_entrances_set_proxy (entrances, "/run/p/api.sock", -1);
  g_assert_false (hw_http_entrances_check (entrances, &error));
  g_assert_nonnull (strstr (error->message, "proxy-user"));
  g_clear_error (&error);

  hw_http_entrances_set_proxy (entrances, "/run/p/api.sock", 33);
  g_assert_false (hw_http_entrances_check (entrances, &error));
  g_assert_nonnull (strstr (error->message, "public-host"));
  g_clear_error (&error);

  hw_http_entrances_set_names (entrances, names);
  g_assert_true (hw_http_entrances_check (entrances, &error));
  g_assert_no_error (error);
}

/* Which names are ours, and where. */
static void
test_http_entrances_hosts (void)
{
  static const char *const loopback[] = { "127.0.0.1:5031", "localhost:5031", "[::1]:5031", NULL };
  static const char *const tls[] = {
    "127.0.0.1:7138", "localhost:7138", "[::1]:7138", NAME, NAME ":7138", "other.example:8443",
    "192.0.2.7", "192.0.2.7:7138", NULL,
  };
  static const char *const proxy[] = {
    NAME, NAME ":443", "other.example:8443", "192.0.2.7", "192.0.2.7:443", NULL,
  };
  g_autoptr(HwHttpEntrances) entrances = hw_http_entrances_new ();

  g_assert_null (hw_http_entrances_get_hosts (entrances, HW_HTTP_ENTRANCE_LOOPBACK));
  hw_http_entrances_set_names (entrances, names);
  hw_http_entrances_set_ports (entrances, 5031, 7138);

  g_assert_cmpstrv (hw_http_entrances_get_hosts (entrances, HW_HTTP_ENTRANCE_LOOPBACK), loopback);
  g_assert_cmpstrv (hw_http_entrances_get_hosts (entrances, HW_HTTP_ENTRANCE_TLS), tls);
  g_assert_cmpstrv (hw_http_entrances_get_hosts (entrances, HW_HTTP_ENTRANCE_PROXY), proxy);
  g_assert_null (hw_http_entrances_get_hosts (entrances, HW_HTTP_ENTRANCE_OWNER));
}

static void
test_http_entrances_site_is_a_name_at_the_usual_port (void)
{
  g_autoptr(HwHttpEntrances) entrances = hw_http_entrances_new ();

  hw_http_entrances_set_names (entrances, names);
  g_assert_true (hw_http_entrances_is_site (entrances, NAME));
  g_assert_true (hw_http_entrances_is_site (entrances, "HEADWAY.example.org"));
  g_assert_false (hw_http_entrances_is_site (entrances, NAME ":7138"));
  g_assert_false (hw_http_entrances_is_site (entrances, "other.example:8443"));
  g_assert_false (hw_http_entrances_is_site (entrances, "192.0.2.7"));
  g_assert_false (hw_http_entrances_is_site (entrances, "localhost"));
  g_assert_false (hw_http_entrances_is_site (entrances, "evil.example"));
}

/* The proxy's socket is for its user alone; nobody is asked elsewhere. */
static void
test_http_entrances_peer (void)
{
  g_autoptr(HwHttpEntrances) entrances = hw_http_entrances_new ();

  hw_http_entrances_set_proxy (entrances, "/run/p/api.sock", 33);
  for (gint64 uid = -1; uid < 40; uid++)
    for (guint entrance = 0; entrance < HW_HTTP_N_ENTRANCES; entrance++)
      {
        HwHttpPeer peer = { .entrance = entrance, .uid = uid };
        g_autoptr(GError) error = hw_http_entrances_check_peer (entrances, &peer);

        if (entrance == HW_HTTP_ENTRANCE_PROXY && uid != 33)
          g_assert_error (error, HW_ERROR, HW_ERROR_NOT_ALLOWED);
        else
          g_assert_no_error (error);
      }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      g_autofree char *path = g_strdup_printf (
        "/http-entrances/outside/%s%s%s", rules[i].address,
        rules[i].has_certificate ? "/certificate" : "", rules[i].has_names ? "/name" : "");

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_http_entrances_outside);
    }
  g_test_add_func ("/http-entrances/proxy-needs-all", test_http_entrances_proxy_needs_all);
  g_test_add_func ("/http-entrances/hosts", test_http_entrances_hosts);
  g_test_add_func ("/http-entrances/site-is-a-name-at-the-usual-port",
                   test_http_entrances_site_is_a_name_at_the_usual_port);
  g_test_add_func ("/http-entrances/peer", test_http_entrances_peer);

  return g_test_run ();
}
