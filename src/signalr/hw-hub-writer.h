/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

void hw_hub_write_handshake (GString    *output,
                             const char *error);
void hw_hub_write_invocation (GString    *output,
                              const char *target,
                              GBytes     *argument);
void hw_hub_write_stream_item (GString    *output,
                               const char *invocation_id,
                               GBytes     *item);
void hw_hub_write_result (GString    *output,
                          const char *invocation_id,
                          GBytes     *result);
void hw_hub_write_error (GString    *output,
                         const char *invocation_id,
                         const char *error);
void hw_hub_write_stream_end (GString    *output,
                              const char *invocation_id);
void hw_hub_write_ping (GString *output);
void hw_hub_write_close (GString    *output,
                         const char *error,
                         gboolean    allow_reconnect);

G_END_DECLS
