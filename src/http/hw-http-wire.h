/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-tls-certificate.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HwHttpWire:
 *
 * The network's side of a connection: bytes as they are, or in TLS (RFC 8446). Nothing in
 * here waits, a handshake neither: that goes on as bytes come, while somebody reads.
 */
typedef struct _HwHttpWire HwHttpWire;

HwHttpWire     *hw_http_wire_new (GSocket *socket);
HwHttpWire     *hw_http_wire_ref (HwHttpWire *self);
void            hw_http_wire_unref (HwHttpWire *self);

gboolean        hw_http_wire_begin_tls (HwHttpWire       *self,
                                        HwTlsCredentials *credentials,
                                        GError          **error);
gboolean        hw_http_wire_has_tls (HwHttpWire *self);
gssize          hw_http_wire_read (HwHttpWire *self,
                                   void       *bytes,
                                   gsize       size,
                                   GError    **error);
gssize          hw_http_wire_block (GError **error);
GPollableReturn hw_http_wire_write (HwHttpWire          *self,
                                    const GOutputVector *vectors,
                                    gsize                n_vectors,
                                    gsize               *n_written,
                                    GError             **error);
GSource        *hw_http_wire_create_source (HwHttpWire  *self,
                                            GIOCondition condition);
gboolean        hw_http_wire_source_is_ready (GSource *source);
void            hw_http_wire_say_goodbye (HwHttpWire *self);
void            hw_http_wire_close (HwHttpWire *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwHttpWire, hw_http_wire_unref)

G_END_DECLS
