/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

/* Every sentence of the shell's client goes through this: _(), N_() and ngettext(). In those,
 * the numbers of tasks are written by PRIu64: the programs that collect sentences know that
 * one, and not GLib's.
 */
#include <glib/gi18n.h>
#include <inttypes.h>
