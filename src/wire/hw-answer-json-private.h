/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

GVariant *hw_answer_json_parse_members (GBytes  *json,
                                        GError **error);

G_END_DECLS
