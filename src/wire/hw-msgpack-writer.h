/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

void hw_msgpack_write_nothing (GString *output);
void hw_msgpack_write_boolean (GString *output,
                               gboolean value);
void hw_msgpack_write_integer (GString *output,
                               gint64   value);
void hw_msgpack_write_text (GString    *output,
                            const char *text,
                            gsize       length);
void hw_msgpack_begin_array (GString *output,
                             guint    n_values);
void hw_msgpack_begin_map (GString *output,
                           guint    n_members);
void hw_msgpack_write_json (GString    *output,
                            const char *json,
                            gsize       length);

G_END_DECLS
