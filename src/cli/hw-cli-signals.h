/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define HW_TYPE_CLI_SIGNALS (hw_cli_signals_get_type ())
G_DECLARE_FINAL_TYPE (HwCliSignals, hw_cli_signals, HW, CLI_SIGNALS, GObject)

HwCliSignals *hw_cli_signals_new (GError **error);

G_END_DECLS
