/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _HwOutputUnpacked HwOutputUnpacked;

HwOutputUnpacked *hw_output_unpacked_new (void);
void              hw_output_unpacked_free (HwOutputUnpacked *self);

GBytes           *hw_output_unpacked_lookup (HwOutputUnpacked *self,
                                             const char       *folder,
                                             guint64           offset);
GBytes           *hw_output_unpacked_unpack (HwOutputUnpacked *self,
                                             const char       *folder,
                                             guint64           offset,
                                             GBytes           *packed,
                                             GError          **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwOutputUnpacked, hw_output_unpacked_free)

G_END_DECLS
