/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-run.h"

#include <gio/gio.h>

G_BEGIN_DECLS

GVariant *hw_demo_work (HwRun        *run,
                        GVariant     *parameters,
                        GCancellable *cancellable,
                        GError      **error);

G_END_DECLS
