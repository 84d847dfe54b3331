/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define HW_PROBLEM_JSON_CONTENT_TYPE "application/problem+json"

GBytes *hw_problem_json_encode (const GError *error,
                                guint         status,
                                const char   *title);
GError *hw_problem_json_parse (GBytes *json);

G_END_DECLS
