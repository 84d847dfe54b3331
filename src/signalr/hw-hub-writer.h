/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

void hw_hub_write_handshake (GString    *output,
                             const char *error);
GBytes *hw_hub_make_call_head (const char *target);
GBytes *hw_hub_make_item_head (const char *invocation_id);
void    hw_hub_write_call (GString *output,
                           GBytes  *head,
                           GBytes  *argument);
void    hw_hub_write_item (GString *output,
                           GBytes  *head,
                           GBytes  *item);

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
