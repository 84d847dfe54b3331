/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-http-peer.h"
#include "hw-tls-certificate.h"

G_BEGIN_DECLS

#define HW_TYPE_HTTP_ENTRANCES (hw_http_entrances_get_type ())
G_DECLARE_FINAL_TYPE (HwHttpEntrances, hw_http_entrances, HW, HTTP_ENTRANCES, GObject)

HwHttpEntrances   *hw_http_entrances_new (void);

void               hw_http_entrances_set_tls (HwHttpEntrances  *self,
                                              HwTlsCertificate *certificate,
                                              guint             port,
                                              GPtrArray        *addresses);
void               hw_http_entrances_set_names (HwHttpEntrances   *self,
                                                const char *const *names);
void               hw_http_entrances_set_proxy (HwHttpEntrances *self,
                                                const char      *path,
                                                gint64           uid);
gboolean           hw_http_entrances_check (HwHttpEntrances *self,
                                            GError         **error);
gboolean           hw_http_entrances_check_outside (HwHttpEntrances *self,
                                                    const char      *place,
                                                    GError         **error);

gboolean           hw_http_entrances_has_tls (HwHttpEntrances *self);
guint              hw_http_entrances_get_tls_port (HwHttpEntrances *self);
GPtrArray         *hw_http_entrances_get_addresses (HwHttpEntrances *self);
const char        *hw_http_entrances_get_proxy_path (HwHttpEntrances *self);

void               hw_http_entrances_set_ports (HwHttpEntrances *self,
                                                guint            port,
                                                guint            tls_port);
const char *const *hw_http_entrances_get_hosts (HwHttpEntrances *self,
                                                HwHttpEntrance   entrance);
HwTlsCredentials  *hw_http_entrances_get_credentials (HwHttpEntrances *self,
                                                      HwHttpEntrance   entrance);
GError            *hw_http_entrances_check_peer (HwHttpEntrances  *self,
                                                 const HwHttpPeer *peer);
gboolean           hw_http_entrances_is_site (HwHttpEntrances *self,
                                              const char      *host);

G_END_DECLS
