/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *hw_cli_format_duration (gint64 microseconds);
char *hw_cli_format_amount (guint64     amount,
                            const char *unit);
char *hw_cli_format_part (guint64     done,
                          guint64     total,
                          const char *unit);
char *hw_cli_format_rate (double      rate,
                          const char *unit);
char *hw_cli_format_time (gint64 time,
                          gint64 now);
char *hw_cli_format_percent (double fraction);

G_END_DECLS
