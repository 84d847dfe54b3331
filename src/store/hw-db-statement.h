/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-db.h"

G_BEGIN_DECLS

typedef struct _HwDbStatement HwDbStatement;

HwDbStatement *hw_db_prepare (HwDb       *db,
                              const char *sql,
                              GError    **error);
HwDbStatement *hw_db_find (HwDb       *db,
                           const char *key);
HwDbStatement *hw_db_prepare_as (HwDb       *db,
                                 const char *key,
                                 const char *sql,
                                 GError    **error);
void           hw_db_statement_release (HwDbStatement *self);
void           hw_db_statement_free (HwDbStatement *self);

gboolean       hw_db_statement_step (HwDbStatement *self,
                                     gboolean      *has_row,
                                     GError       **error);
gboolean       hw_db_statement_run (HwDbStatement *self,
                                    GError       **error);
gboolean       hw_db_run (HwDb       *db,
                          const char *sql,
                          GError    **error);
gboolean       hw_db_commit (HwDb    *db,
                             GError **error);

void           hw_db_statement_bind_uint64 (HwDbStatement *self,
                                            int            index,
                                            guint64        value);
void           hw_db_statement_bind_string (HwDbStatement *self,
                                            int            index,
                                            const char    *value);
void           hw_db_statement_bind_double (HwDbStatement *self,
                                            int            index,
                                            double         value);
void           hw_db_statement_bind_bytes (HwDbStatement *self,
                                           int            index,
                                           gconstpointer  bytes,
                                           gsize          size);
void           hw_db_statement_bind_container (HwDbStatement *self,
                                               int            index,
                                               GVariant      *value);

guint64        hw_db_statement_get_uint64 (HwDbStatement *self,
                                           int            column);
const char    *hw_db_statement_get_string (HwDbStatement *self,
                                           int            column);
const guint8  *hw_db_statement_get_bytes (HwDbStatement *self,
                                          int            column,
                                          gsize         *size);
gboolean       hw_db_statement_get_variant (HwDbStatement      *self,
                                            int                 column,
                                            const GVariantType *type,
                                            GVariant          **value,
                                            GError            **error);

/* To release is what an automatic pointer to a statement does: its connection owns it. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwDbStatement, hw_db_statement_release)

G_END_DECLS
