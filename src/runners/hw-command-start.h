/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-command-settings.h"
#include "hw-run.h"
#include "hw-spawn.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _HwCommandStart HwCommandStart;

HwCommandStart *hw_command_start_new (const HwCommandSettings *settings,
                                      HwRun                   *run,
                                      GError                 **error);
void            hw_command_start_free (HwCommandStart *self);

const char     *hw_command_start_get_program (HwCommandStart *self);
gboolean        hw_command_start_get_needs_place (HwCommandStart *self);
void            hw_command_start_forgo (HwCommandStart *self);

void            hw_command_start_prepare_async (HwCommandStart     *self,
                                                GCancellable       *cancellable,
                                                GAsyncReadyCallback callback,
                                                gpointer            user_data);
HwShimProcess  *hw_command_start_prepare_finish (GAsyncResult *result,
                                                 GError      **error);
GByteArray     *hw_command_start_build_order (HwCommandStart *self,
                                              const char     *cgroup);
void            hw_command_start_explain_async (HwCommandStart     *self,
                                                HwShimStage         stage,
                                                int                 number,
                                                GAsyncReadyCallback callback,
                                                gpointer            user_data);
GError         *hw_command_start_explain_finish (GAsyncResult *result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwCommandStart, hw_command_start_free)

G_END_DECLS
