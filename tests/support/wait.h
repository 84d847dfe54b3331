/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

/* How long a test waits for what must come. Only a broken test gets there, so it may
 * be long enough for the slowest machine.
 */
#define WAIT_SECONDS 60

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

static inline gboolean
on_look_again (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* The same for what happens without the main context: it is looked at again and again. */
#define wait_until_seen(condition) \
  G_STMT_START \
  { \
    guint look_id = g_timeout_add (2, on_look_again, NULL); \
    wait_until (condition); \
    g_source_remove (look_id); \
  } \
  G_STMT_END

static inline void
on_object_gone (gpointer user_data,
                GObject *object)
{
  g_atomic_int_set ((int *) user_data, TRUE);
  g_main_context_wakeup (NULL);
}

/* Drops the last reference but for those of threads that are about to end, and fails if
 * the object stays.
 */
static inline void
drop_object (gpointer object)
{
  int is_gone = FALSE;

  g_object_weak_ref (G_OBJECT (object), on_object_gone, &is_gone);
  g_object_unref (object);
  wait_until (g_atomic_int_get (&is_gone));
}
