/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

GVariant *hw_cli_caller_describe (const char *const *argv,
                                  char             **left_out,
                                  GError           **error);
gboolean  hw_cli_caller_has_input (void);

G_END_DECLS
