/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean hw_hub_arguments_read_number (GVariant   *arguments,
                                       guint       index,
                                       const char *name,
                                       guint64    *number,
                                       GError    **error);
gboolean hw_hub_arguments_read_string (GVariant   *arguments,
                                       guint       index,
                                       const char *name,
                                       char      **string,
                                       GError    **error);
gboolean hw_hub_arguments_read_object (GVariant   *arguments,
                                       guint       index,
                                       const char *name,
                                       GVariant  **object,
                                       GError    **error);

G_END_DECLS
