/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *hw_program_quote (const char *name);

char *hw_program_find (const char *name,
                       const char *directory,
                       const char *search_path,
                       GError    **error);

void  hw_program_set_error (const char *path,
                            int         number,
                            GError    **error);
void  hw_program_set_past_error (const char *name,
                                 int         number,
                                 GError    **error);
void  hw_program_set_directory_error (int      number,
                                      GError **error);

G_END_DECLS
