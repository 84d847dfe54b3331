/* SPDX-FileCopyrightText: 2026 The Headway authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "hw-metrics-writer.h"

static const gint64 bounds[] = { 250, G_USEC_PER_SEC / 2, G_USEC_PER_SEC, 90 * G_USEC_PER_SEC };

/* A writer, and what it has written. */
typedef struct
{
  GString *text; /* (owned) */
  HwMetricsWriter writer;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer test_data)
{
  fixture->text = g_string_new (NULL);
  hw_metrics_writer_init (&fixture->writer, (HwMetricsFormat) GPOINTER_TO_UINT (test_data),
                          fixture->text);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer test_data)
{
  g_string_free (fixture->text, TRUE);
}

/* Has every kind written once. */
static void
write_all (Fixture *fixture)
{
  HwHistogram histogram;

  hw_histogram_init (&histogram, bounds, G_N_ELEMENTS (bounds));
  hw_histogram_add (&histogram, 250);
  hw_histogram_add (&histogram, 251);
  hw_histogram_add (&histogram, 100 * G_TIME_SPAN_SECOND);

  hw_metrics_writer_begin (&fixture->writer, HW_METRIC_INFO, "x_build", "What it is.");
  hw_metrics_writer_add (&fixture->writer, 1, "version", "1.0", NULL);
  hw_metrics_writer_begin (&fixture->writer, HW_METRIC_COUNTER, "x_ends", "How many ended.");
  hw_metrics_writer_add (&fixture->writer, G_MAXUINT64, "type", "a", "result", "b", NULL);
  hw_metrics_writer_add (&fixture->writer, 0, "type", "c", "result", "d", NULL);
  hw_metrics_writer_begin (&fixture->writer, HW_METRIC_GAUGE, "x_age_seconds", "How old.");
  hw_metrics_writer_add_span (&fixture->writer, 1500000);
  hw_metrics_writer_begin (&fixture->writer, HW_METRIC_HISTOGRAM, "x_span_seconds", "How long.");
  hw_metrics_writer_add_histogram (&fixture->writer, &histogram);
  hw_metrics_writer_end (&fixture->writer);
}

#define HISTOGRAM \
  "# HELP x_span_seconds How long.\n# TYPE x_span_seconds histogram\n" \
  "x_span_seconds_bucket{le=\"0.00025\"} 1\nx_span_seconds_bucket{le=\"0.5\"} 2\n" \
  "x_span_seconds_bucket{le=\"1.0\"} 2\nx_span_seconds_bucket{le=\"90.0\"} 2\n" \
  "x_span_seconds_bucket{le=\"+Inf\"} 3\nx_span_seconds_sum 100.000501\nx_span_seconds_count 3\n"

#define SAMPLES \
  "x_ends_total{type=\"a\",result=\"b\"} 18446744073709551615\n" \
  "x_ends_total{type=\"c\",result=\"d\"} 0\n" \
  "# HELP x_age_seconds How old.\n# TYPE x_age_seconds gauge\nx_age_seconds 1.5\n" HISTOGRAM

/* Test that a suffix of a sample is one of the metric in the older format. */
static void
test_prometheus_names_samples (Fixture      *fixture,
                               gconstpointer test_data)
{
  write_all (fixture);

  g_assert_cmpstr (fixture->text->str, ==,
                   "# HELP x_build_info What it is.\n# TYPE x_build_info gauge\n"
                   "x_build_info{version=\"1.0\"} 1\n"
                   "# HELP x_ends_total How many ended.\n# TYPE x_ends_total counter\n" SAMPLES);
}

/* Test that it is not in the newer one, which says where it ends. */
static void
test_openmetrics_names_families (Fixture      *fixture,
                                 gconstpointer test_data)
{
  write_all (fixture);

  g_assert_cmpstr (fixture->text->str, ==,
                   "# HELP x_build What it is.\n# TYPE x_build info\n"
                   "x_build_info{version=\"1.0\"} 1\n"
                   "# HELP x_ends How many ended.\n# TYPE x_ends counter\n" SAMPLES "# EOF\n");
}

/* A label's value as it comes, and as it is written. */
static const struct
{
  const char *value;
  const char *written;
} labels[] = {
  { "", "" },
  { "a\"b\\c\nd", "a\\\"b\\\\c\\nd" },
  { "\"} 1\nx_ready 0", "\\\"} 1\\nx_ready 0" },
  { "\303\251\342\202\254 \360\237\230\200", "\303\251\342\202\254 \360\237\230\200" },
  { "a\377b", "a\357\277\275b" },
  { "{}=,#\t\r", "{}=,#\t\r" },
};

/* Test that no value of a label, whoever chose it, becomes anything else. */
static void
test_label_is_escaped (Fixture      *fixture,
                       gconstpointer test_data)
{
  hw_metrics_writer_begin (&fixture->writer, HW_METRIC_GAUGE, "x", "X.");
  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      g_autofree char *expected = g_strdup_printf ("x{type=\"%s\"} 7\n", labels[i].written);

      g_string_truncate (fixture->text, 0);
      hw_metrics_writer_add (&fixture->writer, 7, "type", labels[i].value, NULL);
      g_assert_cmpstr (fixture->text->str, ==, expected);
    }
}

/* Test that only the newer format escapes quotation marks in a sentence. */
static void
test_help_is_escaped (Fixture      *fixture,
                      gconstpointer test_data)
{
  gboolean is_new = GPOINTER_TO_UINT (test_data) == HW_METRICS_OPENMETRICS;

  hw_metrics_writer_begin (&fixture->writer, HW_METRIC_GAUGE, "x", "a\\b\n\"c\"");

  g_assert_cmpstr (fixture->text->str, ==,
                   is_new ? "# HELP x a\\\\b\\n\\\"c\\\"\n# TYPE x gauge\n"
                          : "# HELP x a\\\\b\\n\"c\"\n# TYPE x gauge\n");
}

/* A span, and how many seconds it is. */
static const struct
{
  gint64 span;
  const char *written;
} spans[] = {
  { 0, "x 0.0\n" }, { 1, "x 0.000001\n" }, { 100, "x 0.0001\n" }, { 999999, "x 0.999999\n" },
  { G_USEC_PER_SEC, "x 1.0\n" }, { -5, "x 0.0\n" },
  { G_MAXINT64, "x 9223372036854.775807\n" },
};

static void
test_span_is_in_seconds (Fixture      *fixture,
                         gconstpointer test_data)
{
  hw_metrics_writer_begin (&fixture->writer, HW_METRIC_GAUGE, "x", "X.");
  for (guint i = 0; i < G_N_ELEMENTS (spans); i++)
    {
      g_string_truncate (fixture->text, 0);
      hw_metrics_writer_add_span (&fixture->writer, spans[i].span);
      g_assert_cmpstr (fixture->text->str, ==, spans[i].written);
    }
}

int
main (int   argc,
      char *argv[])
{
  const gconstpointer old = GUINT_TO_POINTER (HW_METRICS_PROMETHEUS);
  const gconstpointer new = GUINT_TO_POINTER (HW_METRICS_OPENMETRICS);

  g_test_init (&argc, &argv, NULL);

  g_test_add ("/metrics-writer/prometheus/suffix-is-of-the-metric", Fixture, old,
              set_up, test_prometheus_names_samples, tear_down);
  g_test_add ("/metrics-writer/openmetrics/suffix-is-of-the-sample", Fixture, new,
              set_up, test_openmetrics_names_families, tear_down);
  g_test_add ("/metrics-writer/label/is-escaped", Fixture, old,
              set_up, test_label_is_escaped, tear_down);
  g_test_add ("/metrics-writer/prometheus/help-is-escaped", Fixture, old,
              set_up, test_help_is_escaped, tear_down);
  g_test_add ("/metrics-writer/openmetrics/help-is-escaped", Fixture, new,
              set_up, test_help_is_escaped, tear_down);
  g_test_add ("/metrics-writer/span/is-in-seconds", Fixture, old,
              set_up, test_span_is_in_seconds, tear_down);

  return g_test_run ();
}
