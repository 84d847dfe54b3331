/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hw-histogram.h"

G_BEGIN_DECLS

/**
 * HwMetricsFormat:
 * @HW_METRICS_PROMETHEUS: the text format 0.0.4 of Prometheus
 * @HW_METRICS_OPENMETRICS: OpenMetrics 1.0.0, which it has become
 *
 * How metrics are written.
 */
typedef enum
{
  HW_METRICS_PROMETHEUS,
  HW_METRICS_OPENMETRICS,
} HwMetricsFormat;

/**
 * HwMetricKind:
 * @HW_METRIC_GAUGE: how much there is now
 * @HW_METRIC_COUNTER: how much there was since something began; it never falls but to begin anew
 * @HW_METRIC_INFO: what never changes: its labels say it, its value is 1
 * @HW_METRIC_HISTOGRAM: how long something took, counted
 *
 * What a metric is.
 */
typedef enum
{
  HW_METRIC_GAUGE,
  HW_METRIC_COUNTER,
  HW_METRIC_INFO,
  HW_METRIC_HISTOGRAM,
} HwMetricKind;

/**
 * HwMetricsWriter:
 *
 * Writes metrics as text: one after the other, each with all of its samples. It knows how they are
 * written, not what they mean. It lives on the stack.
 */
typedef struct
{
  /*< private >*/
  GString *text; /* (unowned) */
  HwMetricsFormat format;
  HwMetricKind kind;
  const char *name; /* (unowned): of the metric that was begun last */
} HwMetricsWriter;

void        hw_metrics_writer_init (HwMetricsWriter *self,
                                    HwMetricsFormat  format,
                                    GString         *text);
void        hw_metrics_writer_begin (HwMetricsWriter *self,
                                     HwMetricKind     kind,
                                     const char      *name,
                                     const char      *help);
void        hw_metrics_writer_add (HwMetricsWriter *self,
                                   guint64          value,
                                   ...) G_GNUC_NULL_TERMINATED;
void        hw_metrics_writer_add_span (HwMetricsWriter *self,
                                        gint64           span);
void        hw_metrics_writer_add_histogram (HwMetricsWriter   *self,
                                             const HwHistogram *histogram);
void        hw_metrics_writer_end (HwMetricsWriter *self);

const char *hw_metrics_format_get_content_type (HwMetricsFormat format);

G_END_DECLS
