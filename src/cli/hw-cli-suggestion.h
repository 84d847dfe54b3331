/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

const char *hw_cli_suggestion_find (const char        *word,
                                    const char *const *known);

G_END_DECLS
