/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * HwCliBar:
 * @task_id: the task's number
 * @title: (nullable): what the task is called
 * @state: what it does now, in a word for a person
 * @is_busy: whether that is something else than to get on, such as to stand still
 * @message: (nullable): what it said last
 * @progress: how much of the whole is done, or less than 0 if nobody knows
 * @unit: (nullable): what is counted
 * @done: how much is done
 * @total: how much there is, or 0 if nobody knows
 * @rate: how much in a second, or less than 0
 * @remaining: how long it will still take, in microseconds, or less than 0
 * @elapsed: how long it has taken, in microseconds
 *
 * What a line about a running task says.
 */
typedef struct
{
  guint64 task_id;
  const char *title;
  const char *state;
  gboolean is_busy;
  const char *message;
  double progress;
  const char *unit;
  guint64 done;
  guint64 total;
  double rate;
  gint64 remaining;
  gint64 elapsed;
} HwCliBar;

/**
 * HwCliBarStyle:
 * @width: how many columns there are
 * @has_unicode: whether the terminal shows more than ASCII
 * @has_colour: whether it shows colours
 *
 * How such a line looks.
 */
typedef struct
{
  guint width;
  gboolean has_unicode;
  gboolean has_colour;
} HwCliBarStyle;

char *hw_cli_bar_render (const HwCliBar      *bar,
                         const HwCliBarStyle *style);

G_END_DECLS
