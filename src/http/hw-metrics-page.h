/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-metrics-writer.h"
#include "hw-plane.h"
#include "hw-process-figures.h"
#include "hw-task-queue.h"
#include "hw-traffic.h"

G_BEGIN_DECLS

/**
 * HwMetricsFigures:
 * @version: the daemon's version
 * @is_ready: whether it can take tasks and run them
 * @survey: (unowned): how the store is
 * @tally: (unowned): what began and ended since the daemon was started
 * @now: what time it is, in microseconds since the Unix epoch
 * @n_output_bytes: what is kept of what programs printed that have ended
 * @traffic: what comes and goes at the front door
 * @watchers: who watches
 * @process: what the kernel says of the daemon
 *
 * All that a page of metrics is made of.
 */
typedef struct
{
  const char *version;
  gboolean is_ready;
  const HwStoreSurvey *survey;
  HwTally *tally;
  gint64 now;
  guint64 n_output_bytes;
  HwTraffic traffic;
  HwPlaneTraffic watchers;
  HwProcessFigures process;
} HwMetricsFigures;

GBytes *hw_metrics_page_write (const HwMetricsFigures *figures,
                               HwMetricsFormat         format);

G_END_DECLS
