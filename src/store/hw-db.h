/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * HwDbError:
 * @HW_DB_ERROR_FULL: there is no space left
 * @HW_DB_ERROR_BUSY: another program writes, and does not end
 * @HW_DB_ERROR_DAMAGED: the file is no database, or its contents make no sense
 * @HW_DB_ERROR_DENIED: the file may not be opened or written
 * @HW_DB_ERROR_IO: the disk failed
 * @HW_DB_ERROR_UNSURE: the disk failed while it was written to: nobody knows what is on it
 * @HW_DB_ERROR_CLOSED: the database was closed before the request's turn came
 * @HW_DB_ERROR_FAILED: anything else
 *
 * What can go wrong with a database. Nobody who asks for something can act on it:
 * on every door these are `failed`.
 */
typedef enum
{
  HW_DB_ERROR_FULL,
  HW_DB_ERROR_BUSY,
  HW_DB_ERROR_DAMAGED,
  HW_DB_ERROR_DENIED,
  HW_DB_ERROR_IO,
  HW_DB_ERROR_UNSURE,
  HW_DB_ERROR_CLOSED,
  HW_DB_ERROR_FAILED,
} HwDbError;

#define HW_DB_ERROR (hw_db_error_quark ())
GQuark hw_db_error_quark (void);

/**
 * HwDbMode:
 * @HW_DB_MODE_WRITE: reads and writes; makes the file if there is none
 * @HW_DB_MODE_READ: reads a database that somebody else made
 *
 * What a connection is for.
 */
typedef enum
{
  HW_DB_MODE_WRITE,
  HW_DB_MODE_READ,
} HwDbMode;

typedef struct _HwDb HwDb;

HwDb    *hw_db_open (const char *path,
                     HwDbMode    mode,
                     GError    **error);
void     hw_db_free (HwDb *self);

gboolean hw_db_use_log (HwDb    *self,
                        GError **error);
gboolean hw_db_execute (HwDb       *self,
                        const char *sql,
                        GError    **error);
gboolean hw_db_get_number (HwDb       *self,
                           const char *sql,
                           guint64    *number,
                           GError    **error);
gboolean hw_db_is_in_transaction (HwDb *self);
guint64  hw_db_get_n_changes (HwDb *self);
guint    hw_db_get_log_pages (HwDb *self);
gboolean hw_db_checkpoint (HwDb    *self,
                           GError **error);
gboolean hw_db_empty_log (HwDb    *self,
                          GError **error);
gboolean hw_db_check (HwDb    *self,
                      GError **error);
gboolean hw_db_get_space (HwDb    *self,
                          guint64 *n_free,
                          guint64 *n_all);
void     hw_db_get_sizes (HwDb    *self,
                          guint64 *n_database,
                          guint64 *n_log);
gboolean hw_db_is_unsure (HwDb *self);
void     hw_db_abandon (HwDb *self);
void     hw_db_set_cancellable (HwDb         *self,
                                GCancellable *cancellable);
void     hw_db_interrupt (HwDb *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwDb, hw_db_free)

G_END_DECLS
