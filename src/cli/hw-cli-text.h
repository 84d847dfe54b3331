/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *hw_cli_text_clean (const char *text);
char *hw_cli_text_clean_json (const char *json);
gsize hw_cli_text_get_width (const char *text);
char *hw_cli_text_fit (const char *text,
                       gsize       width);

G_END_DECLS
