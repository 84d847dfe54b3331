/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-output.h"

G_BEGIN_DECLS

#define HW_TYPE_FAKE_OUTPUT (hw_fake_output_get_type ())
G_DECLARE_FINAL_TYPE (HwFakeOutput, hw_fake_output, HW, FAKE_OUTPUT, GObject)

HwFakeOutput *hw_fake_output_new (void);

void          hw_fake_output_append (HwFakeOutput *self,
                                     guint64       task_id,
                                     guint         attempt,
                                     const char   *text);
guint         hw_fake_output_get_n_reads (HwFakeOutput *self);
const HwOutputQuery *hw_fake_output_get_last_query (HwFakeOutput *self);
void          hw_fake_output_drop (HwFakeOutput *self,
                                   guint64       task_id,
                                   guint         attempt,
                                   gsize         from,
                                   gsize         to);
void          hw_fake_output_set_is_watchable (HwFakeOutput *self,
                                               gboolean      is_watchable);
void          hw_fake_output_fail_next (HwFakeOutput *self,
                                        const char   *sentence);

G_END_DECLS
