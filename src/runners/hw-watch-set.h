/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _HwWatchSet HwWatchSet;
typedef struct _HwWatch HwWatch;

/**
 * HwWatchFunc:
 * @user_data: what hw_watch_set_add() was given
 *
 * There is something to read, or the other end is gone: told as long as that is so.
 */
typedef void (*HwWatchFunc) (gpointer user_data);

HwWatchSet *hw_watch_set_new (void);
HwWatchSet *hw_watch_set_ref (HwWatchSet *self);
void        hw_watch_set_unref (HwWatchSet *self);

HwWatch    *hw_watch_set_add (HwWatchSet *self,
                              int         fd,
                              HwWatchFunc func,
                              gpointer    user_data);
void        hw_watch_free (HwWatch *watch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwWatchSet, hw_watch_set_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwWatch, hw_watch_free)

G_END_DECLS
