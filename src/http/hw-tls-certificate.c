/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-tls-certificate.h"

#include <gio/gio.h>
#include <gnutls/x509.h>
#include <string.h>
#include <sys/stat.h>

/* A chain of certificates has some kilobytes; whatever is larger is another file. */
#define MAX_FILE_SIZE (1024 * 1024)

struct _HwTlsCredentials
{
  gnutls_certificate_credentials_t credentials; /* (owned) */
};

/* By what a file is known to be the same as before. */
typedef struct
{
  guint64 device;
  guint64 number;
  gint64 size;
  gint64 time;
  gint64 nanoseconds;
} Stamp;

/**
 * HwTlsCertificate:
 *
 * What the daemon proves by that it is itself: two files in PEM, as every program that
 * fetches certificates writes them. They are looked at for each connection, as that costs
 * less than the connection itself, and read again when they have changed. If they are no
 * pair then, as one was replaced before the other, the former ones stay in force.
 * Main context only.
 */
struct _HwTlsCertificate
{
  GObject parent_instance;

  char *certificate_path;        /* (owned) (not nullable) */
  char *key_path;                /* (owned) (not nullable) */
  HwTlsCredentials *credentials; /* (owned) (not nullable) */
  Stamp stamps[2];               /* of the files that were looked at last */
};

G_DEFINE_FINAL_TYPE (HwTlsCertificate, hw_tls_certificate, G_TYPE_OBJECT)

HwTlsCredentials *
hw_tls_credentials_ref (HwTlsCredentials *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
hw_tls_credentials_clear (HwTlsCredentials *self)
{
  g_clear_pointer (&self->credentials, gnutls_certificate_free_credentials);
}

void
hw_tls_credentials_unref (HwTlsCredentials *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) hw_tls_credentials_clear);
}

/**
 * hw_tls_credentials_get:
 * @self: credentials
 *
 * Gets what a session of GnuTLS is given.
 *
 * Returns: (transfer none): the `gnutls_certificate_credentials_t`
 */
gpointer
hw_tls_credentials_get (HwTlsCredentials *self)
{
  return self->credentials;
}

static Stamp
read_stamp (const char *path)
{
  Stamp stamp = { 0 };
  struct stat status;

  if (stat (path, &status) == 0)
    {
      stamp.device = status.st_dev;
      stamp.number = status.st_ino;
      stamp.size = status.st_size;
      stamp.time = status.st_ctim.tv_sec;
      stamp.nanoseconds = status.st_ctim.tv_nsec;
    }

  return stamp;
}

/* Gives %NULL with a sentence if there is no such file, or not such a one. */
static char *
read_file (const char *path,
           const char *what,
           mode_t      forbidden,
           gsize      *size,
           GError    **error)
{
  g_autoptr(GError) cause = NULL;
  char *bytes = NULL;
  struct stat status;
  gboolean is_there = stat (path, &status) == 0;

  if (is_there && (!S_ISREG (status.st_mode) || status.st_size > MAX_FILE_SIZE))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "“%s” is not %s. Name a file in PEM.", path, what);
      return NULL;
    }

  if (is_there && (status.st_mode & forbidden) != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                   "Everybody on this machine can read %s “%s”. Take that away with “chmod "
                   "o-rwx”, or better, make a new one.", what, path);
      return NULL;
    }

  if (g_file_get_contents (path, &bytes, size, &cause))
    return bytes;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
               "The daemon cannot read %s: %s. Make one by “headway cert”, or correct "
               "“certificate” and “key” in headway.conf.", what, cause->message);
  return NULL;
}

/* What is over is not left in memory. */
static void
free_secret (char *bytes,
             gsize size)
{
  if (bytes != NULL)
    explicit_bzero (bytes, size);
  g_free (bytes);
}

/* GnuTLS 3.7 leaks what it has read when it finds a fault in a certificate, but not here. */
static int
check_certificate (const gnutls_datum_t *certificate)
{
  gnutls_x509_crt_t *chain = NULL;
  unsigned int length = 0;
  int result = gnutls_x509_crt_list_import2 (&chain, &length, certificate, GNUTLS_X509_FMT_PEM, 0);

  for (unsigned int i = 0; result >= 0 && i < length; i++)
    gnutls_x509_crt_deinit (chain[i]);
  if (result >= 0)
    gnutls_free (chain);

  return result;
}

static HwTlsCredentials *
make_credentials (const gnutls_datum_t *certificate,
                  const gnutls_datum_t *key,
                  int                  *result)
{
  HwTlsCredentials *self = g_atomic_rc_box_new0 (HwTlsCredentials);

  *result = check_certificate (certificate);
  if (*result >= 0)
    *result = gnutls_certificate_allocate_credentials (&self->credentials);
  if (*result >= 0)
    *result = gnutls_certificate_set_x509_key_mem (self->credentials, certificate, key,
                                                   GNUTLS_X509_FMT_PEM);
  if (*result >= 0)
    return self;

  hw_tls_credentials_unref (self);
  return NULL;
}

/* Reads both files. The time of a file is taken before its contents: so what is written
 * meanwhile is seen the next time.
 */
static HwTlsCredentials *
hw_tls_certificate_load (HwTlsCertificate *self,
                         GError          **error)
{
  g_autofree char *certificate = NULL;
  char *key = NULL;
  gsize certificate_size = 0;
  gsize key_size = 0;
  HwTlsCredentials *credentials = NULL;
  int result = 0;

  self->stamps[0] = read_stamp (self->certificate_path);
  self->stamps[1] = read_stamp (self->key_path);

  certificate = read_file (self->certificate_path, "the certificate", 0, &certificate_size, error);
  if (certificate == NULL)
    return NULL;

  key = read_file (self->key_path, "the key", S_IRWXO, &key_size, error);
  if (key == NULL)
    return NULL;

  credentials = make_credentials (
    &(gnutls_datum_t) { (unsigned char *) certificate, (unsigned int) certificate_size },
    &(gnutls_datum_t) { (unsigned char *) key, (unsigned int) key_size }, &result);
  if (credentials == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "The certificate “%s” and the key “%s” cannot be used together: %s Make new "
                   "ones by “headway cert”, or name others in headway.conf.",
                   self->certificate_path, self->key_path, gnutls_strerror (result));
    }

  free_secret (key, key_size);
  return credentials;
}

static void
hw_tls_certificate_finalize (GObject *object)
{
  HwTlsCertificate *self = HW_TLS_CERTIFICATE (object);

  g_clear_pointer (&self->credentials, hw_tls_credentials_unref);
  g_clear_pointer (&self->key_path, g_free);
  g_clear_pointer (&self->certificate_path, g_free);

  G_OBJECT_CLASS (hw_tls_certificate_parent_class)->finalize (object);
}

static void
hw_tls_certificate_class_init (HwTlsCertificateClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hw_tls_certificate_finalize;
}

static void
hw_tls_certificate_init (HwTlsCertificate *self)
{
}

/**
 * hw_tls_certificate_new:
 * @certificate_path: a file with a certificate, and those that vouch for it
 * @key_path: a file with its key, which nobody else may read
 * @error: return location for a #GError, or %NULL
 *
 * Reads a certificate.
 *
 * Returns: (transfer full): it, or %NULL with a sentence that says what is wrong
 */
HwTlsCertificate *
hw_tls_certificate_new (const char *certificate_path,
                        const char *key_path,
                        GError    **error)
{
  g_autoptr(HwTlsCertificate) self = NULL;

  g_return_val_if_fail (certificate_path != NULL && key_path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_object_new (HW_TYPE_TLS_CERTIFICATE, NULL);
  self->certificate_path = g_strdup (certificate_path);
  self->key_path = g_strdup (key_path);
  self->credentials = hw_tls_certificate_load (self, error);

  return self->credentials != NULL ? g_steal_pointer (&self) : NULL;
}

static gboolean
hw_tls_certificate_has_changed (HwTlsCertificate *self)
{
  const Stamp stamps[] = { read_stamp (self->certificate_path), read_stamp (self->key_path) };

  G_STATIC_ASSERT (sizeof (stamps) == sizeof (self->stamps));

  return memcmp (stamps, self->stamps, sizeof (stamps)) != 0;
}

/**
 * hw_tls_certificate_get_credentials:
 * @self: a certificate
 *
 * Gets what to begin a connection with: what is in the files, if that can be used.
 *
 * Returns: (transfer none): the credentials
 */
HwTlsCredentials *
hw_tls_certificate_get_credentials (HwTlsCertificate *self)
{
  g_autoptr(GError) error = NULL;
  HwTlsCredentials *credentials;

  g_return_val_if_fail (HW_IS_TLS_CERTIFICATE (self), NULL);

  if (!hw_tls_certificate_has_changed (self))
    return self->credentials;

  credentials = hw_tls_certificate_load (self, &error);
  if (credentials == NULL)
    {
      g_warning ("The former certificate stays in force: %s", error->message);
      return self->credentials;
    }

  hw_tls_credentials_unref (self->credentials);
  self->credentials = credentials;
  g_message ("The certificate “%s” was read anew", self->certificate_path);

  return self->credentials;
}
