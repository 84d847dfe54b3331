/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

const char *hw_hub_query_get (GHashTable *query,
                              const char *name);

gboolean    hw_hub_negotiation_read_version (GHashTable *query,
                                             guint      *version,
                                             GError    **error);
GBytes     *hw_hub_negotiation_answer (guint       version,
                                       const char *connection_id,
                                       const char *token);
GBytes     *hw_hub_negotiation_refuse (const char *sentence);

G_END_DECLS
