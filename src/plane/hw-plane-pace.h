/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HW_PLANE_MAX_HASTE:
 *
 * Telling all who are to be told may cost so much of the processor, in microseconds, before
 * there is a pause. Below this nobody waits for anything.
 */
#define HW_PLANE_MAX_HASTE 1000

/**
 * HwPlaneTimeFunc:
 * @used: (out): how much of a processor this thread has had, in microseconds
 * @user_data: what was given with this function
 *
 * Tells the time.
 *
 * Returns: the time of day, in microseconds
 */
typedef gint64 (*HwPlaneTimeFunc) (gint64  *used,
                                   gpointer user_data);

/**
 * HwPlanePace:
 *
 * How often those who watch are told. All zeros, but for its time, has not told anybody yet.
 */
typedef struct
{
  /*< private >*/
  HwPlaneTimeFunc get_time;
  gpointer user_data;

  gint64 used;      /* when telling began */
  gint64 pause_end; /* until then nobody is told */
} HwPlanePace;

void     hw_plane_pace_init (HwPlanePace    *self,
                             HwPlaneTimeFunc get_time,
                             gpointer        user_data);
gboolean hw_plane_pace_begin (HwPlanePace *self);
void     hw_plane_pace_end (HwPlanePace *self);
int      hw_plane_pace_get_rest (HwPlanePace *self);

G_END_DECLS
