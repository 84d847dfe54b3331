/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-cli-error.h"

G_DEFINE_QUARK (hw-cli-error-quark, hw_cli_error)
