/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes of one read. They are in memory, once for all who read them. */
#define HW_OUTPUT_BUFFER_SIZE (1024 * 1024)

typedef struct _HwOutputBuffers HwOutputBuffers;

HwOutputBuffers *hw_output_buffers_new (void);
void             hw_output_buffers_unref (HwOutputBuffers *self);

char            *hw_output_buffers_take (HwOutputBuffers *self) G_GNUC_WARN_UNUSED_RESULT;
void             hw_output_buffers_give_back (HwOutputBuffers *self,
                                              char            *buffer);
GBytes          *hw_output_buffers_wrap (HwOutputBuffers *self,
                                         char            *buffer,
                                         gsize            size);
void             hw_output_buffers_trim (HwOutputBuffers *self);

G_END_DECLS
