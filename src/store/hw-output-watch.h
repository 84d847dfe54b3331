/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-output.h"

G_BEGIN_DECLS

typedef struct _HwOutputWatch HwOutputWatch;

HwOutputWatch *hw_output_watch_new (void);
void           hw_output_watch_free (HwOutputWatch *self);

guint          hw_output_watch_add (HwOutputWatch *self,
                                    const char    *folder,
                                    HwOutputFunc   func,
                                    gpointer       user_data);
void           hw_output_watch_remove (HwOutputWatch *self,
                                       guint          id);

G_END_DECLS
