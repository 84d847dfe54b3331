/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean hw_cli_duration_parse (const char *text,
                                guint64    *seconds,
                                GError    **error);
char    *hw_cli_duration_describe (guint64 seconds);

G_END_DECLS
