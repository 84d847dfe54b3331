/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

GBytes *hw_http_content_compress (GBytes  *plain,
                                  GError **error);
void hw_http_content_reply (SoupServerMessage *message,
                            const char        *content_type,
                            GBytes            *compressed);
void hw_http_content_reply_tagged (SoupServerMessage *message,
                                   const char        *content_type,
                                   GBytes            *compressed);

G_END_DECLS
