/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"
#include "hw-principal.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

#define HW_TYPE_HTTP_AUTH (hw_http_auth_get_type ())
G_DECLARE_FINAL_TYPE (HwHttpAuth, hw_http_auth, HW, HTTP_AUTH, GObject)

HwHttpAuth  *hw_http_auth_new (HwClock    *clock,
                               const char *token,
                               guint owner);
void         hw_http_auth_set_port (HwHttpAuth *self,
                                    guint       port);

guint        hw_http_auth_check (HwHttpAuth        *self,
                                 SoupServerMessage *message,
                                 GError           **error);
HwPrincipal *hw_http_auth_authenticate (HwHttpAuth        *self,
                                        SoupServerMessage *message,
                                        GError           **error);

char        *hw_http_auth_open_session (HwHttpAuth        *self,
                                        SoupServerMessage *message,
                                        const char        *token,
                                        char             **key,
                                        GError           **error);

gboolean     hw_http_auth_has_tls (SoupServerMessage *message);

G_END_DECLS
