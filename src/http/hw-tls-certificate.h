/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * HwTlsCredentials:
 *
 * A certificate and its key, as they were read once. Connections that began with them go
 * on with them.
 */
typedef struct _HwTlsCredentials HwTlsCredentials;

HwTlsCredentials *hw_tls_credentials_ref (HwTlsCredentials *self);
void              hw_tls_credentials_unref (HwTlsCredentials *self);
gpointer          hw_tls_credentials_get (HwTlsCredentials *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwTlsCredentials, hw_tls_credentials_unref)

#define HW_TYPE_TLS_CERTIFICATE (hw_tls_certificate_get_type ())
G_DECLARE_FINAL_TYPE (HwTlsCertificate, hw_tls_certificate, HW, TLS_CERTIFICATE, GObject)

HwTlsCertificate *hw_tls_certificate_new (const char *certificate_path,
                                          const char *key_path,
                                          GError    **error);
HwTlsCredentials *hw_tls_certificate_get_credentials (HwTlsCertificate *self);

G_END_DECLS
