/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* How long a test waits for what must come. Only a broken test gets there, so it may
 * be long enough for the slowest machine.
 */
#define WAIT_SECONDS 20

static inline void
on_waited_too_long (gpointer user_data)
{
  gboolean *is_late = user_data;

  *is_late = TRUE;
}

/* Lets the main context run until @condition holds, and fails if it never does. */
#define wait_until(condition) \
  G_STMT_START \
  { \
    gboolean is_late = FALSE; \
    guint late_id = g_timeout_add_once (WAIT_SECONDS * 1000, on_waited_too_long, &is_late); \
    while (!(condition) && !is_late) \
    g_main_context_iteration (NULL, TRUE); \
    if (is_late) \
    g_assertion_message_expr (G_LOG_DOMAIN, __FILE__, __LINE__, G_STRFUNC, \
                              #condition " in time"); \
    g_source_remove (late_id); \
  } \
  G_STMT_END
