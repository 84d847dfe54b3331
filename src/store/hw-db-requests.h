/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* To wait for as long as it takes. */
#define HW_DB_REQUESTS_FOREVER G_MAXUINT64

typedef struct _HwDbRequests HwDbRequests;

HwDbRequests *hw_db_requests_new (void);
void          hw_db_requests_push (HwDbRequests *self,
                                   GTask        *gtask);
void          hw_db_requests_interrupt (HwDbRequests *self);
gboolean      hw_db_requests_wait (HwDbRequests *self,
                                   guint64       time);
GPtrArray    *hw_db_requests_take (HwDbRequests *self,
                                   gboolean     *is_interrupted,
                                   gboolean     *is_over);
void          hw_db_requests_close (HwDbRequests *self);
void          hw_db_requests_free (HwDbRequests *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwDbRequests, hw_db_requests_free)

G_END_DECLS
