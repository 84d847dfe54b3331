/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-clock.h"
#include "hw-run.h"
#include "hw-task-fields.h"

G_BEGIN_DECLS

/**
 * HwRunNewsFuncs:
 * @level: hears how far the run is, at most ten times a second, and what it is busy with
 * @message: hears what is to be kept
 *
 * Who listens to the news of a run.
 */
typedef struct
{
  void (*level)(HwTaskFields *fields,
                gpointer      user_data);
  void (*message)(const char *message,
                  gpointer    user_data);
} HwRunNewsFuncs;

typedef struct _HwRunNews HwRunNews;

HwRunNews    *hw_run_news_new (HwRun                *run,
                               HwClock              *clock,
                               guint                 n_messages,
                               const HwRunNewsFuncs *funcs,
                               gpointer              user_data);
void          hw_run_news_free (HwRunNews *self);

void          hw_run_news_set_stopping (HwRunNews *self);
void          hw_run_news_catch_up (HwRunNews *self);
void          hw_run_news_close (HwRunNews *self);
HwTaskFields *hw_run_news_dup_level (HwRunNews *self);

G_END_DECLS
