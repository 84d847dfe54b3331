/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * HW_HTTP_MAX_REFUSED_BODY:
 *
 * What a client may send behind a head that was refused: it is read and dropped, so that
 * one that sends first and reads later still gets to know why. Beyond this it is cut.
 */
#define HW_HTTP_MAX_REFUSED_BODY (8 * 1024 * 1024)

guint hw_http_gate_check_head (SoupServerMessage *message,
                               GError           **error);
guint hw_http_gate_check_body (SoupServerMessage *message,
                               gsize              max_body,
                               GError           **error);
void  hw_http_gate_drop_body (SoupServerMessage *message);
void  hw_http_gate_cut (GSocket *socket);

G_END_DECLS
