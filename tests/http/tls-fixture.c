/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "tls-fixture.h"

#include <glib/gstdio.h>
#include <gnutls/x509.h>
#include <time.h>

#define HOUR 3600

static void
write_pem (const char     *path,
           gnutls_datum_t *pem,
           int             mode)
{
  g_assert_true (g_file_set_contents_full (path, (const char *) pem->data, pem->size,
                                           G_FILE_SET_CONTENTS_NONE, mode, NULL));
  gnutls_free (pem->data);
}

/**
 * tls_fixture_write:
 * @certificate_path: where a certificate goes
 * @key_path: where its key goes
 *
 * Makes a certificate for localhost that nobody but itself vouches for.
 */
void
tls_fixture_write (const char *certificate_path,
                   const char *key_path)
{
  const time_t now = time (NULL);
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t certificate;
  gnutls_datum_t pem;

  gnutls_x509_privkey_init (&key);
  g_assert_cmpint (gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA,
                                                 GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1),
                                                 0), ==, 0);

  gnutls_x509_crt_init (&certificate);
  gnutls_x509_crt_set_version (certificate, 3);
  gnutls_x509_crt_set_serial (certificate, "\1", 1);
  gnutls_x509_crt_set_activation_time (certificate, now - HOUR);
  gnutls_x509_crt_set_expiration_time (certificate, now + HOUR);
  gnutls_x509_crt_set_dn (certificate, "CN=localhost", NULL);
  gnutls_x509_crt_set_key (certificate, key);
  g_assert_cmpint (gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA256, 0),
                   ==, 0);

  g_assert_cmpint (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &pem), ==, 0);
  write_pem (certificate_path, &pem, 0644);
  g_assert_cmpint (gnutls_x509_privkey_export2 (key, GNUTLS_X509_FMT_PEM, &pem), ==, 0);
  write_pem (key_path, &pem, 0600);

  gnutls_x509_crt_deinit (certificate);
  gnutls_x509_privkey_deinit (key);
}
