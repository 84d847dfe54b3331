/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-watch-place.h"

G_BEGIN_DECLS

typedef struct _HwFanOut HwFanOut;

/**
 * HwWatch:
 * @next: (nullable): for whoever owns it, to keep a list of them
 * @id: for whoever owns it
 *
 * Somebody who watches and has heard all that was: a cursor among the recent events.
 */
typedef struct _HwWatch HwWatch;

struct _HwWatch
{
  HwWatch *next;
  guint id;

  /*< private >*/
  guint is_woken : 1;  /* there may be something to read */
  guint is_due : 1;    /* and if not, it is to be told so */
  guint has_ended : 1; /* the one task has, as far as was told */
};

/**
 * HwFanOutFunc:
 * @owner: what was given to hw_fan_out_add()
 * @user_data: what was given to hw_fan_out_new()
 *
 * Tells that there is something to read for one of the watches of @owner. It may only note
 * that.
 */
typedef void (*HwFanOutFunc) (gpointer owner,
                              gpointer user_data);

HwFanOut    *hw_fan_out_new (guint64      epoch,
                             guint64      head,
                             HwFanOutFunc function,
                             gpointer     user_data);
void         hw_fan_out_free (HwFanOut *self);

void         hw_fan_out_restart (HwFanOut *self,
                                 guint64   head);
void         hw_fan_out_append (HwFanOut  *self,
                                GPtrArray *events);
void         hw_fan_out_set_levels (HwFanOut  *self,
                                    GPtrArray *levels);
void         hw_fan_out_tick (HwFanOut *self,
                              gint64    now);

HwWatch     *hw_fan_out_add (HwFanOut        *self,
                             HwWatchPlace    *place,
                             HwWatchWriteFunc write,
                             GBytes          *head,
                             gpointer         owner);
void         hw_fan_out_remove (HwFanOut *self,
                                HwWatch  *watch);
gboolean     hw_watch_is_woken (const HwWatch *watch);
guint64      hw_watch_get_seq (const HwWatch *watch);
void         hw_watch_get_place (const HwWatch *watch,
                                 HwWatchPlace  *place);
HwWatchState hw_fan_out_read (HwFanOut *self,
                              HwWatch  *watch,
                              GString  *output,
                              gsize     enough);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HwFanOut, hw_fan_out_free)

G_END_DECLS
