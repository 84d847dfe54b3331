/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-metrics-writer.h"

#include <stdarg.h>

/* How each kind is called in both formats. What never changes is one of its own only in the newer
 * one: there the suffixes are no part of a metric's name, but of its samples'.
 */
static const struct
{
  const char *word;
  const char *new_word;
  const char *suffix; /* of a sample */
} kinds[] = {
  [HW_METRIC_GAUGE] = { "gauge", "gauge", "" },
  [HW_METRIC_COUNTER] = { "counter", "counter", "_total" },
  [HW_METRIC_INFO] = { "gauge", "info", "_info" },
  [HW_METRIC_HISTOGRAM] = { "histogram", "histogram", "" },
};

/**
 * hw_metrics_format_get_content_type:
 * @format: a format
 *
 * Gets what HTTP calls a text of this format.
 *
 * Returns: a static string
 */
const char *
hw_metrics_format_get_content_type (HwMetricsFormat format)
{
  return format == HW_METRICS_OPENMETRICS
         ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
         : "text/plain; version=0.0.4; charset=utf-8";
}

/**
 * hw_metrics_writer_init:
 * @self: a writer
 * @format: how to write
 * @text: (transfer none): where to
 *
 * Begins a text.
 */
void
hw_metrics_writer_init (HwMetricsWriter *self,
                        HwMetricsFormat  format,
                        GString         *text)
{
  g_return_if_fail (self != NULL && text != NULL);

  *self = (HwMetricsWriter) { .text = text, .format = format };
}

/* Writes a text in which backslashes and ends of lines are escaped, and, as a label's value,
 * quotation marks. What is not UTF-8 is replaced, as no reader would take any of it else.
 */
static void
append_escaped (GString    *text,
                const char *value,
                gboolean    is_quoted)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);

  for (const char *c = valid; *c != '\0'; c++)
    {
      if (*c == '\n')
        g_string_append (text, "\\n");
      else if (*c == '\\' || (*c == '"' && is_quoted))
        g_string_append_printf (text, "\\%c", *c);
      else
        g_string_append_c (text, *c);
    }
}

/**
 * hw_metrics_writer_begin:
 * @self: a writer
 * @kind: what the metric is
 * @name: (transfer none): its name, without `_total` and `_info`; it must stay until the next one
 * @help: what it tells, in a sentence
 *
 * Begins a metric. Its samples follow.
 */
void
hw_metrics_writer_begin (HwMetricsWriter *self,
                         HwMetricKind     kind,
                         const char      *name,
                         const char      *help)
{
  gboolean is_new;
  const char *suffix;

  g_return_if_fail (self != NULL && name != NULL && help != NULL);
  g_return_if_fail ((guint) kind < G_N_ELEMENTS (kinds));

  self->kind = kind;
  self->name = name;
  is_new = self->format == HW_METRICS_OPENMETRICS;
  suffix = is_new ? "" : kinds[kind].suffix;
  g_string_append_printf (self->text, "# HELP %s%s ", name, suffix);
  append_escaped (self->text, help, is_new);
  g_string_append_printf (self->text, "\n# TYPE %s%s %s\n", name, suffix,
                          is_new ? kinds[kind].new_word : kinds[kind].word);
}

/**
 * hw_metrics_writer_add:
 * @self: a writer
 * @value: how many
 * @...: names of labels, each with its value, and %NULL
 *
 * Adds a sample.
 */
void
hw_metrics_writer_add (HwMetricsWriter *self,
                       guint64          value,
                       ...)
{
  const char *separator = "{";
  const char *label;
  va_list labels;

  g_return_if_fail (self != NULL && self->name != NULL);

  g_string_append_printf (self->text, "%s%s", self->name, kinds[self->kind].suffix);
  va_start (labels, value);
  while ((label = va_arg (labels, const char *)) != NULL)
    {
      g_string_append_printf (self->text, "%s%s=\"", separator, label);
      append_escaped (self->text, va_arg (labels, const char *), TRUE);
      g_string_append_c (self->text, '"');
      separator = ",";
    }
  va_end (labels);
  g_string_append_printf (self->text, "%s %" G_GUINT64_FORMAT "\n", *separator == ',' ? "}" : "",
                          value);
}

/* Writes a span of time in seconds, to the microsecond, and always with a point: in the newer
 * format a bound has to have one.
 */
static void
append_seconds (GString *text,
                gint64   span)
{
  char digits[8];
  int length = g_snprintf (digits, sizeof (digits), "%06" G_GINT64_FORMAT, span % G_USEC_PER_SEC);

  while (length > 1 && digits[length - 1] == '0')
    digits[--length] = '\0';
  g_string_append_printf (text, "%" G_GINT64_FORMAT ".%s", span / G_USEC_PER_SEC, digits);
}

/**
 * hw_metrics_writer_add_span:
 * @self: a writer
 * @span: how long, in microseconds; not below 0
 *
 * Adds a sample without labels, in seconds.
 */
void
hw_metrics_writer_add_span (HwMetricsWriter *self,
                            gint64           span)
{
  g_return_if_fail (self != NULL && self->name != NULL);

  g_string_append_printf (self->text, "%s%s ", self->name, kinds[self->kind].suffix);
  append_seconds (self->text, MAX (span, 0));
  g_string_append_c (self->text, '\n');
}

/**
 * hw_metrics_writer_add_histogram:
 * @self: a writer, whose metric is a %HW_METRIC_HISTOGRAM
 * @histogram: it
 *
 * Adds the samples of a histogram: how many were no longer than each bound, all below it included.
 */
void
hw_metrics_writer_add_histogram (HwMetricsWriter   *self,
                                 const HwHistogram *histogram)
{
  guint64 count = 0;

  g_return_if_fail (self != NULL && self->name != NULL);
  g_return_if_fail (histogram != NULL);

  for (guint i = 0; i < histogram->n_bounds; i++)
    {
      count += histogram->counts[i];
      g_string_append_printf (self->text, "%s_bucket{le=\"", self->name);
      append_seconds (self->text, histogram->bounds[i]);
      g_string_append_printf (self->text, "\"} %" G_GUINT64_FORMAT "\n", count);
    }

  count += histogram->counts[histogram->n_bounds];
  g_string_append_printf (self->text, "%s_bucket{le=\"+Inf\"} %" G_GUINT64_FORMAT "\n%s_sum ",
                          self->name, count, self->name);
  append_seconds (self->text, histogram->sum);
  g_string_append_printf (self->text, "\n%s_count %" G_GUINT64_FORMAT "\n", self->name, count);
}

/**
 * hw_metrics_writer_end:
 * @self: a writer
 *
 * Ends the text. In the newer format that is said, so that a reader finds out what was cut off.
 */
void
hw_metrics_writer_end (HwMetricsWriter *self)
{
  g_return_if_fail (self != NULL);

  if (self->format == HW_METRICS_OPENMETRICS)
    g_string_append (self->text, "# EOF\n");
}
