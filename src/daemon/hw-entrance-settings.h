/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-http-entrances.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * HW_ENTRANCE_KEYS:
 *
 * The keys of `headway.conf` that are read here.
 */
#define HW_ENTRANCE_KEYS \
  "https-port", "certificate", "key", "listen", "public-host", "proxy-socket", "proxy-user"

/**
 * HwEntranceSettings:
 * @https_port: the port of TLS, or -1 if nobody said one
 * @certificate: (nullable): where the certificate is
 * @key: (nullable): where its key is
 * @listen: (nullable): at which addresses beside this machine's own
 * @public_hosts: (nullable): what others call this machine
 * @proxy_socket: (nullable): where a proxy connects
 * @proxy_user: (nullable): whom the proxy runs as
 *
 * What somebody said of where others than this machine may come in.
 */
typedef struct
{
  gint64 https_port;
  char *certificate;
  char *key;
  char **listen;
  char **public_hosts;
  char *proxy_socket;
  char *proxy_user;
} HwEntranceSettings;

void     hw_entrance_settings_init (HwEntranceSettings *self);
void     hw_entrance_settings_clear (HwEntranceSettings *self);
gboolean hw_entrance_settings_read (HwEntranceSettings *self,
                                    GKeyFile           *file,
                                    const char         *group,
                                    GError            **error);
gboolean hw_entrance_settings_apply (const HwEntranceSettings *self,
                                     const char               *state_folder,
                                     HwHttpEntrances          *entrances,
                                     GError                  **error);

G_END_DECLS
