/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

const char *hw_local_disk_find_network (guint64     type,
                                        const char *name);
char       *hw_local_disk_find_name (const char *mounts,
                                     guint       major_number,
                                     guint       minor_number);
gboolean    hw_local_disk_check (const char *folder,
                                 GError    **error);

G_END_DECLS
