/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

void hw_hub_reply_text (SoupServerMessage *message,
                        guint              status,
                        const char        *text);
void hw_hub_reply_json (SoupServerMessage *message,
                        GBytes            *json);
void hw_hub_reply_records (SoupServerMessage *message,
                           GBytes            *records);
void hw_hub_reply_error (SoupServerMessage *message,
                         guint              status,
                         const GError      *error);
void hw_hub_reply_wrong_method (SoupServerMessage *message,
                                const char        *methods);
void hw_hub_reply_other_transport (SoupServerMessage *message);

G_END_DECLS
