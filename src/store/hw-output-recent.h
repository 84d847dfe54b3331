/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-output-buffers.h"
#include "hw-output.h"

G_BEGIN_DECLS

typedef struct _HwOutputRecent HwOutputRecent;

HwOutputRecent *hw_output_recent_new (HwOutputBuffers *buffers);
void            hw_output_recent_free (HwOutputRecent *self);

void            hw_output_recent_add (HwOutputRecent      *self,
                                      const HwOutputQuery *query,
                                      const HwOutputChunk *chunk);
HwOutputChunk  *hw_output_recent_lookup (HwOutputRecent      *self,
                                         const HwOutputQuery *query);

G_END_DECLS
