/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HwSqliteCopyFacts:
 * @n_tasks: how many tasks there are
 * @n_pending: how many of them wait
 * @n_processing: how many were in progress when the copy was made
 *
 * What is in a copy.
 */
typedef struct
{
  guint64 n_tasks;
  guint64 n_pending;
  guint64 n_processing;
} HwSqliteCopyFacts;

gboolean hw_sqlite_copy_make (const char        *database_path,
                              const char        *path,
                              gboolean           may_replace,
                              HwSqliteCopyFacts *facts,
                              GError           **error);
gboolean hw_sqlite_copy_put_back (const char        *path,
                                  const char        *database_path,
                                  HwSqliteCopyFacts *facts,
                                  char             **kept_path,
                                  GError           **error);
gboolean hw_sqlite_copy_has_log (const char *database_path);
void     hw_sqlite_copy_tidy (const char *database_path);

G_END_DECLS
